"""A small made-up account as raw tables in a DuckDB file: what the transforms, report and status tests read.

Same seed, same rows. The account sent 16 mails in 2026; its newest event is on 2026-11-20.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DATASET = "constant_contact"
ACCOUNT = """
create table {d}.account as
select 'a07e1' as encoded_account_id, 'Harbour Street Bakery' as organization_name,
    'US/Eastern' as time_zone_id, 'load1' as _dlt_load_id
"""
CONTACTS = """
create table {d}.contacts as
select 'c' || i as contact_id, 'person' || i || '@' || (['example.com', 'example.org', 'example.net'])[1 + i % 3]
    as email_address__address,
    case when i % 17 = 0 then 'unsubscribed' when i % 5 = 0 then 'explicit' else 'implicit' end
    as email_address__permission_to_send,
    timestamptz '2025-06-01 00:00:00+00' + to_hours(cast(i * 24 * 530 / {n} as bigint)) as created_at,
    timestamptz '2026-11-01 00:00:00+00' as updated_at,
    case when i % 17 = 0 then timestamptz '2026-10-01 09:00:00+00' end as email_address__opt_out_date,
    case when i % 40 = 0 then date '2026-09-01' end as deleted_at, 'load1' as _dlt_load_id
from range({n}) as t(i)
"""
LISTS = """
create table {d}.contact_lists as
select 'l' || i as list_id, (['Newsletter', 'Wholesale <b>', 'Sunday orders', 'Empty'])[i + 1] as name,
    timestamptz '2025-06-01 00:00:00+00' as created_at, 'load1' as _dlt_load_id
from range(4) as t(i);
create table {d}.contacts__list_memberships as
select 'c' || i as contact_id, 'l' || j as list_id, 'load1' as _dlt_load_id
from range({n}) as t(i), range(3) as u(j)
where i % (j + 1) = 0
"""
CAMPAIGNS = """
create table {d}.email_campaigns as
select 'k' || i as campaign_id, 'Week ' || i || ': bread & butter' as name, 'Done' as current_status,
    'Newsletter' as type, timestamptz '2026-01-05 00:00:00+00' as created_at, 'load1' as _dlt_load_id
from range(16) as t(i);
create table {d}.email_campaign_activities as
select 'k' || i || 'a' as campaign_activity_id, 'k' || i as campaign_id, 'primary_email' as role,
    'DONE' as current_status, 'Fresh on <Sunday> no. ' || i as subject, 'load1' as _dlt_load_id
from range(16) as t(i)
"""
SENDS = """
create table {d}.email_sends as
select 'k' || k || 'a' as campaign_activity_id, 'c' || i as contact_id, 'person' || i || '@example.com' as email_address,
    timestamptz '2026-01-20 14:00:00+00' + to_days(20 * cast(k as integer)) + to_hours(cast((k * 3) % 9 as integer))
    + to_seconds(i % 60) as created_time, 1 as occurrence, 'load1' as _dlt_load_id
from range({n}) as t(i), range(16) as u(k)
"""
EVENTS = """
create table {d}.email_opens as
select campaign_activity_id, contact_id, email_address, 1 as occurrence,
    created_time + to_minutes(cast(power(hash(contact_id, campaign_activity_id) % 1000 / 100.0, 4) / 2 as bigint) + 1)
    as created_time, (['COMPUTER', 'MOBILE'])[1 + cast(hash(contact_id) % 2 as int)] as device_type, 'load1' as _dlt_load_id
from {d}.email_sends where hash(campaign_activity_id, contact_id) % 100 < 38;
create table {d}.email_clicks as
select campaign_activity_id, contact_id, email_address, 1 as occurrence, created_time + interval 40 second as created_time,
    'u' || hash(contact_id) % 4 as url_id, 'https://bakery.example/offer?a=' || hash(contact_id) % 4 as link_url,
    'load1' as _dlt_load_id
from {d}.email_opens where hash(contact_id, campaign_activity_id) % 100 < 14;
create table {d}.email_optouts as
select campaign_activity_id, contact_id, email_address, 1 as occurrence, created_time + interval 2 hour as created_time,
    'load1' as _dlt_load_id
from {d}.email_opens where hash(contact_id, campaign_activity_id) % 1000 < 9;
create table {d}.email_bounces as
select campaign_activity_id, contact_id, email_address, 1 as occurrence, created_time + interval 5 second as created_time,
    (['B', 'F', 'Z'])[1 + cast(hash(contact_id) % 3 as int)] as bounce_code, 'load1' as _dlt_load_id
from {d}.email_sends where hash(contact_id, campaign_activity_id) % 1000 > 985
"""
RECORDS = """
create table {d}._dlt_loads (load_id text, schema_name text, status bigint, inserted_at timestamptz);
insert into {d}._dlt_loads values ('load0', 'ctct', 0, '2026-11-20 02:00:00+00'), ('load1', 'ctct', 0, '2026-11-21 02:00:00+00');
create table {d}._ctct_runs (run_id text, started_at timestamptz, ended_at timestamptz, status text,
    stopped_reason text, requests_sent bigint, requests_today bigint, remaining_today bigint,
    resume_after timestamptz, planned_requests bigint, rows text, warnings text, seconds text,
    ledger_day date, ledger_key text, version text);
insert into {d}._ctct_runs values
    ('r1', '2026-11-20 02:00:00+00', '2026-11-20 02:04:00+00', 'partial', 'The daily quota is spent.', 900, 10000, 0,
     '2026-11-21 00:00:00+00', 1200, '{{"contacts": 400}}', '[]', '{{"total": 240.5}}', '2026-11-20', 'k', '0.1.0'),
    ('r2', '2026-11-21 02:00:00+00', '2026-11-21 02:00:30+00', 'complete', '', 31, 31, 9969,
     null, 30, '{{"contacts": 12, "email_opens": 40}}', '["segments skipped"]', '{{"total": 30.0}}', '2026-11-21', 'k', '0.1.0');
create table {d}._ctct_audit (run_id text, checked_at timestamptz, table_name text, scope text, scope_id text,
    scope_name text, source_count bigint, loaded_count bigint, ok boolean, explanation text);
insert into {d}._ctct_audit values
    ('r1', '2026-11-20 02:04:00+00', 'contacts', 'total', '', '', 500, 400, false, ''),
    ('r2', '2026-11-21 02:00:30+00', 'contacts', 'total', '', '', 400, 400, true, ''),
    ('r2', '2026-11-21 02:00:30+00', 'contacts__list_memberships', 'list', 'l1', 'Wholesale <b>', 201, 200, false, '')
"""
PARTS = (ACCOUNT, CONTACTS, LISTS, CAMPAIGNS, SENDS, EVENTS, RECORDS)


def write(path: Path, *, parts: tuple[str, ...] = PARTS, contacts: int = 400) -> Path:
    """Write the raw tables named by `parts` to a new DuckDB file."""
    connection = duckdb.connect(str(path))
    try:
        connection.execute(f"create schema {DATASET}")
        for part in parts:
            connection.execute(part.format(d=DATASET, n=contacts))
    finally:
        connection.close()
    return path


def query_of(path: Path) -> Callable[[str], list[dict[str, object]]]:
    """A query function over one file, as the pipeline hands it out."""

    def query(sql: str) -> list[dict[str, object]]:
        connection = duckdb.connect(str(path), read_only=True)
        try:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            connection.close()

    return query
