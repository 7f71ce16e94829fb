"""What an account does beside plain mailings: A/B tests, SMS campaigns, events, landing pages; read from the marts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pipelines.constant_contact.reporting.dataset_view import moment, share, text, whole
from pipelines.constant_contact.reporting.mailings import is_among, known_rate
from pipelines.constant_contact.reporting.rows import AbTest, Event, LandingPage, Sms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.constant_contact.reporting.dataset_view import DatasetView, Row
    from pipelines.constant_contact.reporting.rows import Mail

MAX_LINES = 20
AB_COLUMNS = (
    "campaign_activity_id",
    "subject_a",
    "subject_b",
    "test_share",
    "winner_wait_hours",
    "is_deleted",
)
SMS_COLUMNS = (
    *("campaign_name", "sends", "sends_delivered", "deliveries", "deliveries_opened", "deliveries_clicked"),
    *("deliveries_opted_out", "last_sent_date"),
)
EVENT_COLUMNS = (
    *(
        "title",
        "event_name",
        "event_status",
        "currency_type",
        "registered",
        "canceled",
        "new_contacts",
        "tickets",
    ),
    *("ticket_capacity", "attended", "no_shows", "revenue", "is_deleted", "starts_at"),
)
LANDING_COLUMNS = (
    *("landing_page_id", "opens", "visitors", "contacts_clicked", "contacts_added", "contacts_updated"),
    *("contacts_allowed_sms", "last_visited_at"),
)


def ab_tests(marts: DatasetView, shown: Sequence[Mail]) -> Mapping[str, AbTest]:
    """By activity; the API tells the two subjects and not who got which."""
    if not shown or not marts.has("ab_tests", *AB_COLUMNS):
        return {}
    rows = marts.query(
        f"select {', '.join(AB_COLUMNS)} from {marts.name('ab_tests')} where not is_deleted and {is_among(shown)}"
    )
    return {
        text(row["campaign_activity_id"]): AbTest(
            subject_a=text(row["subject_a"]),
            subject_b=text(row["subject_b"]),
            test_share=share(row["test_share"]),
            wait_hours=_count(row["winner_wait_hours"]),
        )
        for row in rows
    }


def _count(value: object) -> int | None:
    return None if value is None else whole(value)


def sms(marts: DatasetView, since: dt.date | None) -> tuple[Sms, ...]:
    """Newest first; `since`: first day of the last send."""
    if not marts.has("sms_campaigns", *SMS_COLUMNS):
        return ()
    rows = marts.query(
        f"select {', '.join(SMS_COLUMNS)} from {marts.name('sms_campaigns')} where {_from('last_sent_date', since)}"
        f" order by case when last_sent_date is null then 1 else 0 end, last_sent_date desc, campaign_name"
        f" limit {MAX_LINES}"
    )
    return tuple(map(_sms, rows))


def _from(column: str, since: dt.date | None) -> str:
    return "1 = 1" if since is None else f"{column} >= date '{since}'"


def _sms(row: Row) -> Sms:
    day = row["last_sent_date"]
    return Sms(
        name=text(row["campaign_name"]) or "without a name",
        sent_date=day if isinstance(day, dt.date) else None,
        sends=_count(row["sends"]),
        delivered=known_rate(row["sends_delivered"], row["sends"]),
        opened=known_rate(row["deliveries_opened"], row["deliveries"]),
        clicked=known_rate(row["deliveries_clicked"], row["deliveries"]),
        opted_out=known_rate(row["deliveries_opted_out"], row["deliveries"]),
    )


def events(marts: DatasetView, since: dt.date | None) -> tuple[Event, ...]:
    """Latest first, those to come among them; `since`: first day of the event, in UTC."""
    if not marts.has("events", *EVENT_COLUMNS):
        return ()
    rows = marts.query(
        f"select {', '.join(EVENT_COLUMNS)} from {marts.name('events')}"
        f" where not is_deleted and {_from('starts_at', since)}"
        f" order by case when starts_at is null then 1 else 0 end, starts_at desc, title limit {MAX_LINES}"
    )
    return tuple(map(_event, rows))


def _event(row: Row) -> Event:
    return Event(
        title=text(row["title"]) or text(row["event_name"]) or "without a name",
        status=text(row["event_status"]).replace("_", " "),
        starts_at=moment(row["starts_at"]),
        registered=_count(row["registered"]),
        canceled=_count(row["canceled"]),
        new_contacts=_count(row["new_contacts"]),
        tickets=_count(row["tickets"]),
        capacity=_count(row["ticket_capacity"]),
        attended=None if row["no_shows"] is None else _count(row["attended"]),
        revenue=share(row["revenue"]),
        currency=text(row["currency_type"]),
    )


def landing_pages(marts: DatasetView, since: dt.date | None) -> tuple[LandingPage, ...]:
    """Most visited first; `since`: first day of the last visit, in UTC."""
    if not marts.has("landing_pages", *LANDING_COLUMNS):
        return ()
    rows = marts.query(
        f"select {', '.join(LANDING_COLUMNS)} from {marts.name('landing_pages')}"
        f" where {_from('last_visited_at', since)}"
        f" order by coalesce(visitors, 0) desc, landing_page_id limit {MAX_LINES}"
    )
    return tuple(
        LandingPage(
            page_id=text(row["landing_page_id"]),
            opens=_count(row["opens"]),
            visitors=_count(row["visitors"]),
            clicked=_count(row["contacts_clicked"]),
            added=_count(row["contacts_added"]),
            updated=_count(row["contacts_updated"]),
            allowed_sms=_count(row["contacts_allowed_sms"]),
        )
        for row in rows
    )
