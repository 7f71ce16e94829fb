"""Rows of the marts as the report's own rows: what is unknown stays unknown, and a mart that is missing is no error."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from pipelines.constant_contact.reporting import audience, channels, mailings
from pipelines.constant_contact.reporting.data import zoned
from pipelines.constant_contact.reporting.dataset_view import DatasetView, moment, share, text, whole
from pipelines.constant_contact.reporting.rates import Rate
from pipelines.constant_contact.reporting.rows import AbTest, Count, Day, Period, Resend, Window

AT = dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)
TODAY = AT.date()


class Marts:
    """Answers the questions about a mart with the same rows, and keeps them."""

    def __init__(self, table: str, columns: Any, *rows: dict[str, Any]) -> None:
        self.asked: list[str] = []
        self.rows = [dict.fromkeys(columns) | row for row in rows]
        self.view = DatasetView(query=self.query, dataset="acme", columns={table: frozenset(columns)})

    def query(self, sql: str) -> list[dict[str, Any]]:
        self.asked.append(sql)
        return self.rows


def refused(sql: str) -> list[dict[str, Any]]:
    raise AssertionError(f"a question was asked of a mart that is not there: {sql}")


NOTHING = DatasetView(query=refused, dataset="acme", columns={})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, 0),
        (3, 3),
        (3.9, 3),
        (Decimal(12345678901234567890), 12345678901234567890),
        (True, 1),
        ("3", 0),
    ],
)
def test_a_count_that_is_null_is_none(value: object, expected: int) -> None:
    assert expected == whole(value)


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), (0, 0.0), (Decimal("0.25"), 0.25), (0.5, 0.5), ("0.5", None)]
)
def test_a_share_that_is_null_is_unknown(value: object, expected: float | None) -> None:
    assert expected == share(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("2026-11-20", None),
        (AT, AT),
        (AT.replace(tzinfo=None), AT),
        (AT.astimezone(dt.timezone(dt.timedelta(hours=9))), AT),
        (TODAY, dt.datetime(2026, 11, 20, tzinfo=dt.UTC)),
    ],
)
def test_a_time_is_utc_with_or_without_a_zone(value: object, expected: dt.datetime | None) -> None:
    found = moment(value)
    assert expected == found
    assert found is None or found.tzinfo is dt.UTC


def test_a_null_text_is_empty() -> None:
    assert ("", "", "0", "Zoë") == tuple(map(text, (None, "", 0, "Zoë")))


def test_a_dataset_knows_its_tables_and_not_its_views() -> None:
    asked: list[str] = []

    def query(sql: str) -> list[dict[str, Any]]:
        asked.append(sql)
        return [{"table_name": "lists", "column_name": name} for name in ("list_id", "members")]

    found = DatasetView.read(query, "o'hara")
    assert (True, True, False, False) == (
        found.has("lists"),
        found.has("lists", "list_id", "members"),
        found.has("lists", "list_id", "name"),
        found.has("contacts"),
    )
    assert asked[0].count("'o''hara'") == 2
    assert '"o\'hara"."a""b"' == found.name('a"b')


@pytest.mark.parametrize(
    "ask",
    [
        mailings.mails,
        lambda marts: mailings.decay(marts, "1 = 1"),
        lambda marts: mailings.pages(marts, "1 = 1"),
        lambda marts: mailings.details(marts, ()),
        audience.contacts,
        audience.days,
        lambda marts: audience.lists(marts, Period(start=TODAY, end=TODAY)),
        lambda marts: audience.health(marts, "1 = 1", with_addresses=True),
        lambda marts: channels.ab_tests(marts, ()),
        lambda marts: channels.sms(marts, None),
        lambda marts: channels.events(marts, None),
        lambda marts: channels.landing_pages(marts, None),
    ],
)
def test_a_mart_that_is_not_built_is_an_empty_part(ask: Any) -> None:
    """Nothing is asked of it."""
    assert not ask(NOTHING)


def mail(**changes: Any) -> Any:
    row = dict.fromkeys(mailings.MAIL_COLUMNS) | {
        "campaign_activity_id": "a1",
        "first_sent_at": AT,
        "sends": 100,
    }
    return mailings.mail_of(row | changes)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"campaign_name": "Spring", "subject": "Hello"}, "Spring"),
        ({"campaign_name": "", "subject": "Hello"}, "Hello"),
        ({"campaign_name": None, "subject": "Hello"}, "Hello"),
        ({}, "without a name"),
    ],
)
def test_a_mailing_is_called_by_its_campaign_or_its_subject(names: dict[str, Any], expected: str) -> None:
    assert expected == mail(**names).name


def test_what_is_not_known_of_a_mailing_is_no_zero() -> None:
    """Its opens where bounces are not loaded, since nobody knows of how many; nor its bounces without sends."""
    found = mail(deliveries_opened=5, sends=None, sends_bounced=3)
    assert (None, None, None, 0) == (found.deliveries, found.opened, found.bounced, found.sends)
    found = mail(deliveries=90, deliveries_opened=0, sends_bounced=10)
    assert (90, Rate(part=0, whole=90), None, Rate(part=10, whole=100)) == (
        found.deliveries,
        found.opened,
        found.clicked,
        found.bounced,
    )


@pytest.mark.parametrize(
    ("local", "expected"), [(dt.date(2026, 11, 21), dt.date(2026, 11, 21)), (None, TODAY), ("21 Nov", TODAY)]
)
def test_the_day_of_a_mailing_is_that_of_the_marts(local: Any, expected: dt.date) -> None:
    """In their time zone; that of UTC where they do not say."""
    assert expected == mail(first_sent_date=local).sent_date


@pytest.mark.parametrize(("role", "expected"), [("resend", True), ("primary_email", False), (None, False)])
def test_a_resend_is_told_by_its_role(role: str | None, expected: bool) -> None:
    assert expected is mail(activity_role=role).is_resend


def test_the_condition_of_no_mailing_holds_for_none() -> None:
    assert "1 = 0" == mailings.is_among(())
    assert "campaign_activity_id in ('a1', 'o''hara')" == mailings.is_among(
        (mail(), mail(campaign_activity_id="o'hara"))
    )


def test_a_bounce_has_its_reason_in_words() -> None:
    row = {"bounce_reason": "mailbox_full", "bounces": Decimal(3), "bounce_class": "soft"}
    assert Count(label="mailbox full", count=3, note="soft") == mailings.bounce_line(row)
    assert (
        "not given"
        == mailings.bounce_line({"bounce_reason": None, "bounces": 1, "bounce_class": "hard"}).label
    )


def test_how_fast_people_open_is_a_share_of_the_first_week() -> None:
    """Of a kind of event that nobody made there is no share."""
    hours = mailings.DECAY_HOURS
    counts = {f"within_{each}": 10 * (number + 1) for number, each in enumerate(hours)}
    columns = ("event_type", "is_first", "seconds_since_send", "campaign_activity_id")
    marts = Marts(
        "email_events",
        columns,
        {"event_type": "open", **counts},
        {"event_type": "click", **dict.fromkeys(counts, 0)},
    )
    found = mailings.decay(marts.view, "1 = 1")
    assert [("open", each, (number + 1) / len(hours)) for number, each in enumerate(hours)] == [
        (point.event_type, point.hours, pytest.approx(point.share)) for point in found
    ]
    assert "seconds_since_send <= 604800" in marts.asked[0]


def test_windows_and_resends_keep_what_is_unknown() -> None:
    columns = (
        "campaign_activity_id",
        "within_hours",
        "unique_opens",
        "unique_clicks",
        "share_of_opens",
        "share_of_clicks",
    )
    marts = Marts(
        "engagement_decay", columns, {"campaign_activity_id": "a1", "within_hours": 1, "unique_opens": 0}
    )
    [found] = mailings.details(marts.view, (mail(),))["a1"].windows
    assert Window(hours=1, opens=0, clicks=None, share_of_opens=None, share_of_clicks=None) == found
    columns = ("campaign_activity_id", "primary_subject", "primary_open_rate", "added_opens", "added_clicks")
    marts = Marts("resend_uplift", columns, {"campaign_activity_id": "a1", "added_opens": 0})
    detail = mailings.details(marts.view, (mail(), mail(campaign_activity_id="a2")))
    assert (
        Resend(primary_subject="", primary_rate=None, added_opens=0, added_clicks=None) == detail["a1"].resend
    )
    assert detail["a2"].resend is None


def test_devices_that_are_all_unknown_are_no_breakdown() -> None:
    columns = ("campaign_activity_id", "device_type", "unique_opens", "unique_clicks")

    def rows(**types: str) -> list[dict[str, Any]]:
        return [{"campaign_activity_id": each, "device_type": kind} for each, kind in types.items()]

    marts = Marts("devices", columns, *rows(a1="not captured"), *rows(a2="not captured"), *rows(a2="mobile"))
    found = mailings.details(marts.view, (mail(), mail(campaign_activity_id="a2")))
    assert ([], ["not captured", "mobile"]) == tuple(
        [line.label for line in found[each].devices] for each in ("a1", "a2")
    )


def test_of_thousands_of_mailings_the_newest_have_details() -> None:
    shown = [mail(campaign_activity_id=f"a{number:04}") for number in range(mailings.MAX_DETAILED + 1)]
    found = mailings.details(NOTHING, shown)
    assert [one.activity_id for one in shown[1:]] == list(found)


def growth(day: str, **counts: int) -> Day:
    numbers = {"joined": 0, "opted_out": 0, "deleted": 0, "contacts": 10, "mailable": 9}
    return Day(day=dt.date.fromisoformat(day), **(numbers | counts))


def test_days_are_summed_by_month_and_sizes_are_those_of_its_end() -> None:
    """Months without a day are none; the same month of two years is two."""
    found = audience.months(
        [
            growth("2025-11-30", joined=1),
            growth("2026-10-30", joined=2, opted_out=1, contacts=11),
            growth("2026-10-31", joined=3, deleted=2, contacts=12, mailable=8),
            growth("2026-11-01", opted_out=4),
        ]
    )
    assert [
        ("2025-11-01", 1, 0, 10, 9),
        ("2026-10-01", 5, 3, 12, 8),
        ("2026-11-01", 0, 4, 10, 9),
    ] == [(f"{one.first_day}", one.joined, one.left, one.contacts, one.mailable) for one in found]
    assert () == audience.months([])


def test_a_day_without_a_date_is_left_out() -> None:
    marts = Marts(
        "contact_growth", audience.GROWTH_COLUMNS, {"calendar_date": None}, {"calendar_date": TODAY}
    )
    assert [TODAY] == [one.day for one in audience.days(marts.view)]


@pytest.mark.parametrize(
    ("row", "attended"),
    [
        ({"attended": 5, "no_shows": 2}, 5),
        ({"attended": 0, "no_shows": 0}, 0),
        ({"attended": 5, "no_shows": None}, None),
        ({"attended": None, "no_shows": 3}, None),
    ],
)
def test_nobody_attended_before_anybody_was_checked_in(row: dict[str, Any], attended: int | None) -> None:
    marts = Marts("events", channels.EVENT_COLUMNS, {"title": "Gala", **row})
    [found] = channels.events(marts.view, None)
    assert attended == found.attended


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"title": "Gala", "event_name": "gala-1"}, "Gala"),
        ({"title": "", "event_name": "gala-1"}, "gala-1"),
        ({}, "without a name"),
    ],
)
def test_an_event_has_a_name(names: dict[str, Any], expected: str) -> None:
    marts = Marts(
        "events", channels.EVENT_COLUMNS, {"event_status": "NOT_PUBLISHED", "starts_at": TODAY, **names}
    )
    [found] = channels.events(marts.view, None)
    assert (expected, "NOT PUBLISHED") == (found.title, found.status)
    assert (dt.datetime(2026, 11, 20, tzinfo=dt.UTC), None, None, "") == (
        found.starts_at,
        found.revenue,
        found.capacity,
        found.currency,
    )


def test_an_sms_campaign_has_the_rates_that_its_totals_allow() -> None:
    row = {
        "sends": 10,
        "sends_delivered": 8,
        "deliveries": None,
        "deliveries_clicked": 3,
        "last_sent_date": "soon",
    }
    [found] = channels.sms(Marts("sms_campaigns", channels.SMS_COLUMNS, row).view, None)
    assert (Rate(part=8, whole=10), None, None, None) == (
        found.delivered,
        found.opened,
        found.clicked,
        found.sent_date,
    )
    assert ("without a name", 10) == (found.name, found.sends)


@pytest.mark.parametrize(
    ("ask", "table", "columns", "column"),
    [
        (channels.sms, "sms_campaigns", channels.SMS_COLUMNS, "last_sent_date"),
        (channels.events, "events", channels.EVENT_COLUMNS, "starts_at"),
        (channels.landing_pages, "landing_pages", channels.LANDING_COLUMNS, "last_visited_at"),
    ],
)
def test_a_first_day_leaves_earlier_ones_out(ask: Any, table: str, columns: Any, column: str) -> None:
    marts = Marts(table, columns)
    assert () == ask(marts.view, dt.date(500, 1, 1))
    assert f"{column} >= date '0500-01-01'" in marts.asked[0]
    ask(marts.view, None)
    assert ">=" not in marts.asked[1]


def test_an_ab_test_is_known_by_its_mailing() -> None:
    row = {
        "campaign_activity_id": "a1",
        "subject_a": "A",
        "test_share": Decimal("0.1"),
        "winner_wait_hours": 6,
    }
    marts = Marts("ab_tests", channels.AB_COLUMNS, row)
    assert {"a1": AbTest(subject_a="A", subject_b="", test_share=0.1, wait_hours=6)} == channels.ab_tests(
        marts.view, (mail(),)
    )
    assert {} == channels.ab_tests(marts.view, ())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("America/New_York", "America/New_York"),
        ("Asia/Kathmandu", "Asia/Kathmandu"),
        ("", "UTC"),
        ("America", "UTC"),
        ("Mars/Olympus", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("x" * 5_000, "UTC"),
        ("Zoë", "UTC"),
    ],
)
def test_a_time_zone_that_nobody_knows_is_utc(name: str, expected: str) -> None:
    assert expected == str(zoned(name))
