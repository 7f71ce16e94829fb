"""Every number of the report page is what SQL on the real marts says."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from html import unescape
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.constant_contact.reporting.report import write_report

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 3, 12, 8, tzinfo=dt.UTC)
MARTS = "constant_contact_analytics"
Rows = list[dict[str, object]]


def asked(path: Path, sql: str) -> Rows:
    with contextlib.closing(duckdb.connect(str(path), read_only=True)) as connection:
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def text(nights: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The words of the page of the hand-written account."""
    out = write_report(
        query=lambda sql: asked(nights / "built.duckdb", sql),
        dataset="constant_contact",
        analytics_dataset=MARTS,
        out=tmp_path_factory.mktemp("page") / "report.html",
        generated_at=NOW,
    )
    body = re.sub(r"(?s)<(script|style)>.*?</\1>", " ", out.read_text("utf-8"))
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


@pytest.fixture
def marts(nights: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(nights / "built.duckdb"), read_only=True)
    connection.execute(f"set schema = '{MARTS}'")
    return connection


def one(marts: duckdb.DuckDBPyConnection, sql: str) -> tuple[object, ...]:
    found = marts.execute(sql).fetchone()
    assert found is not None
    return found


def shown(share: object) -> str:
    if not isinstance(share, float):
        return "unknown"
    return f"{share:.{2 if 0.00005 <= share < 0.01 else 1}%}"


def test_audience_is_that_of_contacts(text: str, marts: duckdb.DuckDBPyConnection) -> None:
    """Three sizes: not deleted, mailable, mailable and active."""
    on_file, mailable, active = one(
        marts,
        "select count(*) filter (not is_deleted), count(*) filter (is_mailable),"
        " count(*) filter (is_mailable and recency_tier = 'active') from contacts",
    )
    assert f"On file {on_file} contacts" in text
    assert f"May be mailed {mailable} of these" in text
    assert f"Active {active} of these" in text


def test_growth_is_that_of_contact_growth(text: str, marts: duckdb.DuckDBPyConnection) -> None:
    """Joined and left of the last 90 days, and each month's end."""
    joined, left = one(
        marts,
        "select sum(joined), sum(opted_out + deleted) from contact_growth"
        f" where calendar_date > date '{NOW.date()}' - 90 and calendar_date <= date '{NOW.date()}'",
    )
    assert f"{joined} joined, {left} unsubscribed or were deleted" in text
    months = marts.execute(
        "select strftime(date_trunc('month', calendar_date), '%b %Y'), sum(joined), sum(opted_out + deleted),"
        " arg_max(contacts_at_end, calendar_date), arg_max(mailable_at_end, calendar_date)"
        " from contact_growth group by date_trunc('month', calendar_date)"
    ).fetchall()
    assert len(months) > 1
    assert [] == [row for row in months if " ".join(map(str, row)) not in text]


def test_rates_of_the_period_are_people_over_deliveries(text: str, marts: duckdb.DuckDBPyConnection) -> None:
    """Opened, clicked and opted out of those delivered, over all mailings of 90 days whose number is known."""
    for column, label, did in (
        ("opened", "Open rate", "opened"),
        ("clicked", "Click rate", "clicked"),
        ("opted_out", "Opt-out rate", "opted out"),
    ):
        part, of = one(
            marts,
            f"select sum(deliveries_{column}), sum(deliveries) from campaign_activities where is_sent"
            f" and deliveries_{column} is not null and first_sent_date > date '{NOW.date()}' - 90",
        )
        assert f"{label} {shown(part / of)} {part} {did}, of {of} deliveries" in text


def test_every_mailing_has_its_rates(text: str, marts: duckdb.DuckDBPyConnection) -> None:
    """Name, resend or A/B test, date, deliveries and four rates of each row of the list."""
    rows = marts.execute(
        "select campaign_name, case when activity_role = 'resend' then ' resend' when campaign_activity_id in"
        " (select campaign_activity_id from ab_tests) then ' A/B test' else '' end, subject,"
        " strftime(first_sent_date, '%-d %b %Y'), deliveries,"
        " open_rate, click_rate, opt_out_rate, bounce_rate from campaign_activities where is_sent"
    ).fetchall()
    assert len(rows) > 2
    for name, tag, subject, sent, deliveries, *rates in rows:
        known = "unknown" if deliveries is None else deliveries
        title = f"{name}{tag}" if subject in (None, "", name) else f"{name}{tag} {subject}"
        line = f"{title} {sent} {known} {' '.join(shown(rate) for rate in rates)} Details of"
        assert line in text


def test_intervals_are_those_of_the_mart(text: str, marts: duckdb.DuckDBPyConnection) -> None:
    """The Wilson bounds on the page are the columns of the mart."""
    bounds = marts.execute(
        "select open_rate_low, open_rate_high, click_rate_low, click_rate_high from campaign_activities"
        " where is_sent and open_rate is not null and click_rate is not null"
    ).fetchall()
    assert len(bounds) > 1
    for open_low, open_high, click_low, click_high in bounds:
        assert f"{shown(open_low)} to {shown(open_high)}" in text
        assert f"{shown(click_low)} to {shown(click_high)}" in text


def test_pages_count_people_once(text: str, marts: duckdb.DuckDBPyConnection) -> None:
    """People, clicks and mailings of each page, whatever the tags of its addresses."""
    rows = marts.execute(
        "select coalesce(link_address, e.link_url), count(distinct contact_id), count(*),"
        " count(distinct e.campaign_activity_id), count(distinct e.link_url)"
        " from email_events as e left join links using (campaign_activity_id, url_id)"
        " where event_type = 'click' and e.link_url is not null group by 1 order by 2 desc, 1 limit 12"
    ).fetchall()
    assert rows
    for address, people, clicks, mails, variants in rows:
        tagged = f" {variants} tagged addresses together" if variants > 1 else ""
        assert f"{address}{tagged} {people} {clicks} {mails}" in text


def test_lists_are_those_of_the_mart(text: str, marts: duckdb.DuckDBPyConnection) -> None:
    """Members, mailable, active, joined in the period, open rate."""
    rows = marts.execute(
        "select list_name, members, mailable_members, active_members, (select coalesce(sum(joined), 0)"
        f" from list_growth where list_growth.list_id = lists.list_id and joined_date > date '{NOW.date()}' - 90"
        f" and joined_date <= date '{NOW.date()}'), member_open_rate from lists where not is_deleted"
    ).fetchall()
    assert rows
    for *cells, rate in rows:
        assert f"{' '.join(map(str, cells))} {'none sent' if rate is None else shown(rate)}" in text


def test_health_is_counted_in_the_marts(text: str, marts: duckdb.DuckDBPyConnection) -> None:
    """Repeat bouncers, those to clean, dormant ones and bounces by reason."""
    everyone, to_clean = one(marts, "select count(*), count(*) filter (is_mailable) from repeat_bouncers")
    assert f"To clean {to_clean} may be mailed" in text
    assert f"Repeat bouncers {everyone} bounced" in text
    [dormant] = one(marts, "select count(*) from contacts where is_mailable and is_dormant")
    assert f"Dormant {dormant} may be mailed" in text
    reasons = marts.execute(
        "select replace(bounce_reason, '_', ' '), bounce_class, sum(bounces) from bounces"
        " where bounces > 0 and bounce_class <> 'auto_reply' group by all"
    ).fetchall()
    assert [] == [row for row in reasons if " ".join(map(str, row)) not in text]


def test_sms_campaigns_are_those_of_the_mart(text: str, marts: duckdb.DuckDBPyConnection) -> None:
    """Sends and the four rates of each."""
    rows = marts.execute(
        "select campaign_name, sends, delivery_rate, open_rate, click_rate, opt_out_rate, last_sent_date"
        " from sms_campaigns"
    ).fetchall()
    assert rows
    for name, sends, *rates, day in rows:
        line = f"{name} last sent {day.day} {day:%b %Y} {sends} {' '.join(map(shown, rates))}"
        assert line in text


def test_events_are_those_of_the_mart(text: str, marts: duckdb.DuckDBPyConnection) -> None:
    """Registered, new, canceled, tickets, came, revenue; counts that are not loaded are unknown."""
    rows = marts.execute(
        "select title, registered, new_contacts, canceled, tickets, ticket_capacity,"
        " case when no_shows is not null then attended end, revenue, currency_type from events where not is_deleted"
    ).fetchall()
    assert rows
    for title, registered, new, canceled, tickets, capacity, came, revenue, currency in rows:
        known = ["unknown" if count is None else str(count) for count in (registered, new, canceled, tickets)]
        limit = f" of {capacity}" if capacity else ""
        paid = "unknown" if revenue is None else f"{revenue:,.2f} {currency}"
        line = f"UTC {' '.join(known)}{limit} {'unknown' if came is None else came} {paid}"
        assert re.search(rf"{re.escape(title)} (?:\w+ )?\d+ \w+ \d+, [\d:]+ {re.escape(line)}", text), line


def test_landing_pages_and_ab_tests_are_those_of_the_marts(
    text: str, marts: duckdb.DuckDBPyConnection
) -> None:
    """Visits and people of each page; both subjects of each test of a mailing that was sent."""
    pages = marts.execute(
        "select landing_page_id, opens, visitors, contacts_clicked, contacts_added, contacts_updated,"
        " contacts_allowed_sms from landing_pages"
    ).fetchall()
    assert pages
    for page, opens, *counts in pages:
        visits = "" if opens is None else f" {opens} visit{'' if opens == 1 else 's'}"
        line = " ".join("unknown" if count is None else str(count) for count in counts)
        assert f"{page}{visits} {line}" in text
    for subject_a, subject_b in marts.execute(
        "select subject_a, subject_b from ab_tests where is_sent"
    ).fetchall():
        assert f"A {subject_a} B {subject_b}" in text
