"""What the report shows, read from the marts: small frozen rows, each part None where its mart is not built.

Knows the marts' column names and counts in SQL; no HTML and no chart. "As of" is the newest thing that the
warehouse knows, not the clock: a report of a warehouse that rested still has its last 90 days.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.constant_contact.reporting.dataset_view import DatasetView, moment, share, text, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipelines.constant_contact.reporting.dataset_view import Query, Row

RECENT_DAYS = 90
DECAY_HOURS = (1, 2, 3, 6, 12, 24, 48, 72, 120, 168)
MAX_LINKS = 12
MAX_LISTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    by_state: Mapping[str, int]
    active: int
    """Mailable, and opened or clicked within the 90 days before the newest event."""
    joined_recently: int
    left_recently: int

    @property
    def on_file(self) -> int:
        return sum(count for state, count in self.by_state.items() if state != "deleted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    first_day: dt.date
    joined: int
    left: int
    kept: int
    """Contacts at the end of the month that had neither unsubscribed nor been deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mailing (campaign activity) that was sent."""

    name: str
    subject: str
    is_resend: bool
    sent_at: dt.datetime
    sends: int
    deliveries: int
    deliveries_opened: int
    deliveries_clicked: int
    opt_outs: int
    open_rate: float | None
    click_rate: float | None
    opt_out_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """How much of all first opens (or clicks) of the first 7 days had happened `hours` after the send."""

    event_type: str
    hours: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    url: str
    people: int
    clicks: int
    mails: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounces:
    bounce_class: str
    reason: str
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSize:
    name: str
    members: int
    mailable: int
    active: int
    open_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    checked_at: dt.datetime | None
    counts: int
    differing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    organization: str
    time_zone: str
    loaded_at: dt.datetime | None
    as_of: dt.datetime
    audit: Audit | None
    contacts: Contacts | None
    months: tuple[Month, ...]
    mails: tuple[Mail, ...] | None
    """Oldest first; None: the mart is not built; empty: nothing was sent."""
    decay: tuple[Decay, ...]
    links: tuple[Link, ...]
    bounces: tuple[Bounces, ...]
    lists: tuple[ListSize, ...]

    def recent_mails(self) -> tuple[Mail, ...]:
        since = self.as_of - dt.timedelta(days=RECENT_DAYS)
        return tuple(mail for mail in self.mails or () if mail.sent_at > since)


def read(*, query: Query, dataset: str, analytics_dataset: str, generated_at: dt.datetime) -> ReportData:
    """Everything the page shows, in a dozen small queries."""
    raw, marts = DatasetView.read(query, dataset), DatasetView.read(query, analytics_dataset)
    as_of = _as_of(marts) or generated_at
    organization, time_zone = _account(raw)
    return ReportData(
        organization=organization,
        time_zone=time_zone,
        loaded_at=_loaded_at(raw),
        as_of=as_of,
        audit=_audit(raw),
        contacts=_contacts(marts, as_of),
        months=_months(marts, as_of),
        mails=_mails(marts),
        decay=_decay(marts),
        links=_links(marts),
        bounces=_bounces(marts),
        lists=_lists(marts),
    )


def _as_of(marts: DatasetView) -> dt.datetime | None:
    found = []
    for table, column in (("email_events", "occurred_at"), ("contacts", "created_at")):
        if marts.has(table, column):
            rows = marts.query(f"select max({column}) as newest from {marts.name(table)}")
            found.append(moment(rows[0]["newest"]))
    return max((time for time in found if time is not None), default=None)


def _account(raw: DatasetView) -> tuple[str, str]:
    if not raw.has("account", "organization_name"):
        return "", "UTC"
    zone = "time_zone_id" if raw.has("account", "time_zone_id") else "null"
    rows = raw.query(f"select organization_name, {zone} as time_zone_id from {raw.name('account')}")
    if not rows:
        return "", "UTC"
    return text(rows[0]["organization_name"]), text(rows[0]["time_zone_id"]) or "UTC"


def _loaded_at(raw: DatasetView) -> dt.datetime | None:
    if not raw.has("_dlt_loads", "inserted_at", "status"):
        return None
    rows = raw.query(f"select max(inserted_at) as loaded_at from {raw.name('_dlt_loads')} where status = 0")
    return moment(rows[0]["loaded_at"])


def _audit(raw: DatasetView) -> Audit | None:
    if not raw.has("_ctct_audit", "run_id", "checked_at", "ok"):
        return None
    table = raw.name("_ctct_audit")
    rows = raw.query(
        "select max(checked_at) as checked_at, count(*) as counts, "
        f"sum(case when ok then 0 else 1 end) as differing from {table} "
        f"where checked_at = (select max(checked_at) from {table})"
    )
    if not whole(rows[0]["counts"]):
        return None
    return Audit(
        checked_at=moment(rows[0]["checked_at"]),
        counts=whole(rows[0]["counts"]),
        differing=whole(rows[0]["differing"]),
    )


# A contact that left without a date is counted where it last changed.
LEFT_AT = "coalesce(opted_out_at, cast(deleted_date as timestamp), updated_at)"
HAS_LEFT = "consent_state in ('unsubscribed', 'deleted')"
CONTACT_COLUMNS = (
    *("consent_state", "recency_tier", "is_mailable", "created_at", "opted_out_at", "deleted_date"),
    "updated_at",
)


def _contacts(marts: DatasetView, as_of: dt.datetime) -> Contacts | None:
    if not marts.has("contacts", *CONTACT_COLUMNS):
        return None
    since = f"timestamp '{as_of - dt.timedelta(days=RECENT_DAYS):%Y-%m-%d %H:%M:%S}'"
    rows = marts.query(
        "select consent_state, count(*) as contacts, "
        "sum(case when is_mailable and recency_tier = 'active' then 1 else 0 end) as active, "
        f"sum(case when created_at > {since} then 1 else 0 end) as joined, "
        f"sum(case when {HAS_LEFT} and {LEFT_AT} > {since} then 1 else 0 end) as departed "
        f"from {marts.name('contacts')} group by consent_state"
    )
    return Contacts(
        by_state={text(row["consent_state"]): whole(row["contacts"]) for row in rows},
        active=_total(rows, "active"),
        joined_recently=_total(rows, "joined"),
        left_recently=_total(rows, "departed"),
    )


def _total(rows: Iterable[Row], column: str) -> int:
    return sum(whole(row[column]) for row in rows)


def _months(marts: DatasetView, as_of: dt.datetime) -> tuple[Month, ...]:
    """Every month from the first contact to `as_of`, those without any change included."""
    if not marts.has("contacts", *CONTACT_COLUMNS):
        return ()
    joined = _per_month(marts, "created_at", "created_at is not null")
    left = _per_month(marts, LEFT_AT, f"{HAS_LEFT} and {LEFT_AT} is not null")
    months: list[Month] = []
    kept = 0
    month, last = min(joined, default=None), as_of.date().replace(day=1)
    while month is not None and month <= last:
        kept += joined.get(month, 0) - left.get(month, 0)
        months.append(
            Month(first_day=month, joined=joined.get(month, 0), left=left.get(month, 0), kept=max(kept, 0))
        )
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return tuple(months)


def _per_month(marts: DatasetView, time: str, where: str) -> dict[dt.date, int]:
    month = f"cast(date_trunc('month', {time}) as date)"
    rows = marts.query(
        f"select {month} as first_day, count(*) as contacts from {marts.name('contacts')} "
        f"where {where} group by {month}"
    )
    return {
        first_day.date(): whole(row["contacts"]) for row in rows if (first_day := moment(row["first_day"]))
    }


MAIL_COLUMNS = (
    *(
        "campaign_name",
        "subject",
        "activity_role",
        "first_sent_at",
        "sends",
        "deliveries",
        "deliveries_opened",
    ),
    *("deliveries_clicked", "opt_outs", "open_rate", "click_rate", "opt_out_rate", "is_sent"),
)


def _mails(marts: DatasetView) -> tuple[Mail, ...] | None:
    if not marts.has("campaign_activities", *MAIL_COLUMNS):
        return None
    rows = marts.query(
        f"select {', '.join(MAIL_COLUMNS)} from {marts.name('campaign_activities')} "
        "where is_sent and first_sent_at is not null order by first_sent_at"
    )
    return tuple(_mail(row, sent_at) for row in rows if (sent_at := moment(row["first_sent_at"])))


def _mail(row: Row, sent_at: dt.datetime) -> Mail:
    return Mail(
        name=text(row["campaign_name"]),
        subject=text(row["subject"]),
        is_resend=row["activity_role"] == "resend",
        sent_at=sent_at,
        sends=whole(row["sends"]),
        deliveries=whole(row["deliveries"]),
        deliveries_opened=whole(row["deliveries_opened"]),
        deliveries_clicked=whole(row["deliveries_clicked"]),
        opt_outs=whole(row["opt_outs"]),
        open_rate=share(row["open_rate"]),
        click_rate=share(row["click_rate"]),
        opt_out_rate=share(row["opt_out_rate"]),
    )


def _decay(marts: DatasetView) -> tuple[Decay, ...]:
    if not marts.has("email_events", "event_type", "is_first", "seconds_since_send"):
        return ()
    counted = ", ".join(
        f"sum(case when seconds_since_send <= {hours * 3600} then 1 else 0 end) as within_{hours}"
        for hours in DECAY_HOURS
    )
    rows = marts.query(
        f"select event_type, {counted} from {marts.name('email_events')} "
        "where event_type in ('open', 'click') and is_first and seconds_since_send >= 0 group by event_type"
    )
    return tuple(
        Decay(event_type=text(row["event_type"]), hours=hours, share=whole(row[f"within_{hours}"]) / total)
        for row in rows
        if (total := whole(row[f"within_{DECAY_HOURS[-1]}"]))
        for hours in DECAY_HOURS
    )


def _links(marts: DatasetView) -> tuple[Link, ...]:
    if not marts.has("email_events", "event_type", "link_url", "contact_id", "campaign_activity_id"):
        return ()
    rows = marts.query(
        "select link_url, count(distinct contact_id) as people, count(*) as clicks, "
        f"count(distinct campaign_activity_id) as mails from {marts.name('email_events')} "
        "where event_type = 'click' and link_url is not null "
        f"group by link_url order by count(distinct contact_id) desc, link_url limit {MAX_LINKS}"
    )
    return tuple(
        Link(
            url=text(row["link_url"]),
            people=whole(row["people"]),
            clicks=whole(row["clicks"]),
            mails=whole(row["mails"]),
        )
        for row in rows
    )


def _bounces(marts: DatasetView) -> tuple[Bounces, ...]:
    if not marts.has("email_events", "event_type", "bounce_class", "bounce_reason"):
        return ()
    rows = marts.query(
        f"select bounce_class, bounce_reason, count(*) as events from {marts.name('email_events')} "
        "where event_type = 'bounce' group by bounce_class, bounce_reason order by count(*) desc"
    )
    return tuple(
        Bounces(
            bounce_class=text(row["bounce_class"]) or "unknown",
            reason=text(row["bounce_reason"]).replace("_", " ") or "not given",
            events=whole(row["events"]),
        )
        for row in rows
    )


def _lists(marts: DatasetView) -> tuple[ListSize, ...]:
    columns = ("list_name", "members", "mailable_members", "active_members", "member_open_rate")
    if not marts.has("lists", *columns, "is_deleted"):
        return ()
    rows = marts.query(
        f"select {', '.join(columns)} from {marts.name('lists')} where not is_deleted "
        f"order by coalesce(members, 0) desc, list_name limit {MAX_LISTS}"
    )
    return tuple(
        ListSize(
            name=text(row["list_name"]),
            members=whole(row["members"]),
            mailable=whole(row["mailable_members"]),
            active=whole(row["active_members"]),
            open_rate=share(row["member_open_rate"]),
        )
        for row in rows
    )
