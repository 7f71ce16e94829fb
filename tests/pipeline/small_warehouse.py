"""A small sample account in a DuckDB file, raw tables and marts: what the report and status tests read.

Same rows each time. The marts have the columns that the report reads, made in plain SQL: building the real
ones takes longer than these tests may. 16 mails were sent in 2026; the newest event is on 2026-11-21.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.constant_contact.reporting.dataset_view import Query

DATASET = "constant_contact"
MARTS_DATASET = "constant_contact_analytics"
CONTACTS = 400
MAILS = 16
RAW = """
create table raw.account as
select 'a07e1' as encoded_account_id, 'Harbour <Street> Bakery' as organization_name,
    'US/Eastern' as time_zone_id, 'load1' as _dlt_load_id;
create table raw.contacts as
select 'c' || i as contact_id, case when i = 7 then 'load1' else 'load0' end as _dlt_load_id
from range({contacts}) as t(i);
create table raw._dlt_loads (load_id text, schema_name text, status bigint, inserted_at timestamptz);
insert into raw._dlt_loads values
    ('load0', 'ctct', 0, '2026-11-20 02:00:00+00'),
    ('load1', 'ctct', 0, '2026-11-21 02:00:00+00'),
    ('load2', 'ctct', 1, '2026-11-21 03:00:00+00')
"""
RECORDS = """
create table raw._ctct_runs (run_id text, started_at timestamptz, ended_at timestamptz, status text,
    stopped_reason text, requests_sent bigint, requests_today bigint, remaining_today bigint,
    resume_after timestamptz, planned_requests bigint, rows text, warnings text, seconds text,
    ledger_day date, ledger_key text, version text);
insert into raw._ctct_runs values
    ('r1', '2026-11-20 02:00:00+00', '2026-11-20 02:04:00+00', 'partial', 'The daily quota is spent.',
     900, 10000, 0, '2026-11-21 00:00:00+00', 1200, '{{"contacts": 400}}', '[]', '{{"total": 240.5}}',
     '2026-11-20', 'k', '0.1.0'),
    ('r2', '2026-11-21 02:00:00+00', '2026-11-21 02:00:30+00', 'complete', '',
     31, 31, 9969, null, 30, '{{"contacts": 12, "email_opens": 40}}', '["segments skipped"]',
     '{{"total": 30.0}}', '2026-11-21', 'k', '0.1.0');
create table raw._ctct_audit (run_id text, checked_at timestamptz, table_name text, scope text, scope_id text,
    scope_name text, source_count bigint, loaded_count bigint, ok boolean, explanation text);
insert into raw._ctct_audit values
    ('r1', '2026-11-20 02:04:00+00', 'contacts', 'total', '', '', 500, 400, false, ''),
    ('r2', '2026-11-21 02:00:30+00', 'contacts', 'total', '', '', 400, 400, true, ''),
    ('r2', '2026-11-21 02:00:30+00', 'contacts__list_memberships', 'list', 'l1', 'Trade', 201, 200, false, '')
"""
CONTACT_MARTS = """
create table marts.contacts as
select 'c' || i as contact_id,
    case when i % 40 = 0 then 'deleted' when i % 17 = 0 then 'unsubscribed' else 'subscribed' end
    as consent_state,
    case when i % 9 = 0 then 'dormant' else 'active' end as recency_tier,
    not (i % 40 = 0 or i % 17 = 0) as is_mailable, i % 40 = 0 as is_deleted,
    timestamp '2025-06-01 00:00:00' + to_hours(cast(i * 24 * 530 / {contacts} as bigint)) as created_at,
    timestamp '2026-11-01 00:00:00' as updated_at,
    case when i % 17 = 0 then timestamp '2026-10-01 09:00:00' end as opted_out_at,
    case when i % 40 = 0 then date '2026-03-01' end as deleted_date
from range({contacts}) as t(i);
create table marts.lists as
select lower(left(name, 4)) as list_id, name as list_name, members, members - 5 as mailable_members,
    members - 20 as active_members,
    0.31 as member_open_rate, name = 'Gone' as is_deleted
from (values ('Newsletter', 400), ('Trade <script>alert(1)</script>', 90), ('Gone', 50)) as t(name, members)
"""
MAIL_MARTS = """
create table marts.campaign_activities as
select 'k' || k as campaign_activity_id, 'm' || k as campaign_id,
    'Week ' || k || ': bread & butter' as campaign_name, 'Fresh on <Sunday> no. ' || k as subject,
    case when k = 3 then 'resend' else 'primary_email' end as activity_role, true as is_sent,
    timestamp '2026-01-20 14:00:00' + to_days(cast(20 * k as integer)) + to_hours(cast(k * 3 % 9 as integer))
    as first_sent_at, cast(first_sent_at as date) as first_sent_date,
    400 as sends, 10 as sends_bounced, 390 as deliveries, 100 + k * 5 as deliveries_opened,
    20 + k as deliveries_clicked, 1 + k % 3 as opt_outs, 1 + k % 3 as deliveries_opted_out,
    (100 + k * 5) / 390.0 as open_rate, (20 + k) / 390.0 as click_rate, (1 + k % 3) / 390.0 as opt_out_rate
from range({mails}) as t(k)
"""
EVENT_MARTS = """
create table marts.email_events as
select 'k' || k as campaign_activity_id, 'c' || i as contact_id, kind as event_type,
    case when kind = 'click' then 'u' || i % 4 end as url_id,
    case when kind = 'click' then 'https://bakery.example/offer?a=1&b=' || i % 4 end as link_url,
    case when kind = 'bounce' then 'hard' end as bounce_class,
    case when kind = 'bounce' then 'mailbox_full' end as bounce_reason,
    true as is_first, i * i * 3600 as seconds_since_send,
    timestamp '2026-01-20 14:00:00' + to_days(cast(20 * k as integer)) + to_hours(i * i) as occurred_at
from range({mails}) as t(k), range(12) as u(i), (values ('open'), ('click'), ('bounce')) as v(kind)
"""
GROWTH_MARTS = """
create table marts.contact_growth as
with days as (
    select cast(day as date) as calendar_date, row_number() over (order by day) as n
    from generate_series(date '2025-06-01', date '2026-11-21', interval 1 day) as t(day)
)
select 1 as joined, case when n % 30 = 0 then 2 else 0 end as opted_out,
    case when n % 90 = 0 then 1 else 0 end as deleted,
    n - n // 30 * 2 - n // 90 as contacts_at_end, n - n // 30 * 3 as mailable_at_end, calendar_date
from days;
create table marts.list_growth as
select 'news' as list_id, 7 as joined, date '2026-11-01' as joined_date
union all select 'news', 9, date '2025-11-01'
"""
HEALTH_MARTS = """
create table marts.repeat_bouncers as
select 'c' || i as contact_id, 'reader' || i || '@bounce.example' as email_address, i + 3 as mails_bounced,
    case when i < 2 then 1 else 0 end as mails_bounced_hard, i < 4 as is_mailable
from range(6) as t(i);
create table marts.bounces as
select 'k1' as campaign_activity_id, 'hard' as bounce_class, 'mailbox_full' as bounce_reason, 7 as bounces
union all select 'k1', 'auto_reply', 'auto_reply', 3
"""
LINK_MARTS = """
create table marts.links as
select 'k' || k as campaign_activity_id, 'u' || u as url_id, 'bakery.example/offer' as link_address
from range({mails}) as t(k), range(4) as v(u)
"""
CHANNEL_MARTS = """
create table marts.ab_tests as
select 'k2' as campaign_activity_id, 'Fresh on <Sunday> no. 2' as subject_a, 'Warm & crisp' as subject_b,
    0.2 as test_share, 6 as winner_wait_hours, false as is_deleted;
create table marts.sms_campaigns as
select name as campaign_name, sent as sends, sent - 4 as sends_delivered, sent - 4 as deliveries,
    case when sent > 100 then 50 end as deliveries_opened, 12 as deliveries_clicked, 1 as deliveries_opted_out,
    day as last_sent_date
from (values ('Doors <open>', 204, date '2026-11-02'), ('Spring', 84, date '2026-04-02')) as t(name, sent, day);
create table marts.events as
select title, title as event_name, status as event_status, 'USD' as currency_type, 31 as registered, 2 as canceled,
    5 as new_contacts, 40 as tickets, 60 as ticket_capacity, coalesce(came, 0) as attended,
    31 - came as no_shows, paid as revenue,
    status = 'deleted' as is_deleted, begins as starts_at
from (values ('Bread class', 'complete', 28, 775.5, timestamp '2026-10-10 15:00:00'),
    ('Winter fair', 'draft', null, null, timestamp '2026-12-12 15:00:00'),
    ('Never was', 'deleted', 1, 1.0, timestamp '2026-09-09 15:00:00')) as t(title, status, came, paid, begins);
create table marts.landing_pages as
select 'p' || i as landing_page_id, 90 + i as opens, 60 + i as visitors, 30 + i as contacts_clicked,
    9 + i as contacts_added,
    null::bigint as contacts_updated, 2 as contacts_allowed_sms, timestamp '2026-11-01 00:00:00' as last_visited_at
from range(2) as t(i)
"""
EMPTY_MAIL_MARTS = MAIL_MARTS + " limit 0;" + EVENT_MARTS + " limit 0"
ALL = (RAW, RECORDS, CONTACT_MARTS, MAIL_MARTS, EVENT_MARTS)
FULL = (*ALL, GROWTH_MARTS, HEALTH_MARTS, LINK_MARTS, CHANNEL_MARTS)


def write(path: Path, *parts: str) -> Path:
    """Write the named parts to a new file; both datasets exist even if empty."""
    with contextlib.closing(duckdb.connect(str(path))) as connection:
        for schema in (DATASET, MARTS_DATASET):
            connection.execute(f"create schema {schema}")
        for part in parts:
            sql = part.format(contacts=CONTACTS, mails=MAILS)
            connection.execute(sql.replace(" raw.", f" {DATASET}.").replace(" marts.", f" {MARTS_DATASET}."))
    return path


def query_of(path: Path) -> Query:
    """A query function over one file, as the pipeline hands it out."""

    def query(sql: str) -> list[dict[str, object]]:
        with contextlib.closing(duckdb.connect(str(path), read_only=True)) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return query
