"""Mailings and what stands behind each of them, read from the marts.

Breakdowns come for all mailings in one query each. A mart that is not built is an empty part. Links, domains and
devices are cut to the largest few in SQL: an account has thousands of domains.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from pipelines.constant_contact.reporting.dataset_view import moment, share, text, whole
from pipelines.constant_contact.reporting.rates import Rate
from pipelines.constant_contact.reporting.rows import Count, Decay, Detail, Mail, Page, Resend, Window
from sources.constant_contact.warehouse import literals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipelines.constant_contact.reporting.dataset_view import DatasetView, Row

Line = TypeVar("Line")
DECAY_HOURS = (1, 2, 3, 6, 12, 24, 48, 72, 120, 168)
MAX_LINES = 6
MAX_PAGES = 12
MAX_DETAILED = 300
"""Newer mailings than these have their details on the page; a page of thousands would be too heavy to open."""

MAIL_COLUMNS = (
    *("campaign_activity_id", "campaign_id", "campaign_name", "subject", "activity_role", "first_sent_at"),
    *("first_sent_date", "sends", "sends_bounced", "deliveries", "deliveries_opened", "deliveries_clicked"),
    *("deliveries_opted_out", "is_sent"),
)


def mails(marts: DatasetView) -> tuple[Mail, ...] | None:
    """Oldest first; None where the mart is not built."""
    if not marts.has("campaign_activities", *MAIL_COLUMNS):
        return None
    rows = marts.query(
        f"select {', '.join(MAIL_COLUMNS)} from {marts.name('campaign_activities')} "
        "where is_sent and first_sent_at is not null order by first_sent_at, campaign_activity_id"
    )
    return tuple(map(mail_of, rows))


def mail_of(row: Row) -> Mail:
    """`row`: MAIL_COLUMNS of a mailing that was sent."""
    sent_at = moment(row["first_sent_at"])
    assert sent_at is not None
    local = row["first_sent_date"]
    return Mail(
        activity_id=text(row["campaign_activity_id"]),
        campaign_id=text(row["campaign_id"]),
        name=text(row["campaign_name"]) or text(row["subject"]) or "without a name",
        subject=text(row["subject"]),
        is_resend=row["activity_role"] == "resend",
        sent_at=sent_at,
        sent_date=local if isinstance(local, dt.date) else sent_at.date(),
        sends=whole(row["sends"]),
        deliveries=None if row["deliveries"] is None else whole(row["deliveries"]),
        opened=known_rate(row["deliveries_opened"], row["deliveries"]),
        clicked=known_rate(row["deliveries_clicked"], row["deliveries"]),
        opted_out=known_rate(row["deliveries_opted_out"], row["deliveries"]),
        bounced=known_rate(row["sends_bounced"], row["sends"]),
    )


def known_rate(part: object, of: object) -> Rate | None:
    """None where one of the two counts is unknown."""
    if part is None or of is None:
        return None
    return Rate(part=whole(part), whole=whole(of))


def is_among(shown: Sequence[Mail]) -> str:
    """The condition that an event or a breakdown belongs to one of these mailings."""
    if not shown:
        return "1 = 0"
    return f"campaign_activity_id in ({literals(mail.activity_id for mail in shown)})"


def details(marts: DatasetView, shown: Sequence[Mail]) -> Mapping[str, Detail]:
    """By activity, of the newest `MAX_DETAILED` of `shown`."""
    ids = [mail.activity_id for mail in shown[-MAX_DETAILED:]]
    if not ids:
        return {}
    among = is_among(shown[-MAX_DETAILED:])
    links, domains, devices = _links(marts, among), _domains(marts, among), _devices(marts, among)
    bounces, windows, resends = _bounces(marts, among), _windows(marts, among), _resends(marts, among)
    return {
        each: Detail(
            links=tuple(links.get(each, ())),
            domains=tuple(domains.get(each, ())),
            devices=tuple(devices.get(each, ())),
            bounces=tuple(bounces.get(each, ())),
            windows=tuple(windows.get(each, ())),
            resend=resends.get(each),
        )
        for each in ids
    }


def _by_mailing(rows: Iterable[Row], line: Callable[[Row], Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for row in rows:
        found[text(row["campaign_activity_id"])].append(line(row))
    return found


def count_line(label: str, count: str, among: str) -> Callable[[Row], Count]:
    """A line from three columns: what is counted, how many, and of how many."""
    return lambda row: Count(label=text(row[label]), count=whole(row[count]), whole=whole(row[among]))


def _largest(marts: DatasetView, inner: str, order: str) -> list[Row]:
    """The first rows of `inner` for each mailing."""
    return marts.query(
        "select * from (select counted.*, row_number() over (partition by campaign_activity_id "
        f"order by {order}) as place from ({inner}) as counted) as placed where place <= {MAX_LINES} "
        "order by campaign_activity_id, place"
    )


def _clicks(marts: DatasetView) -> str | None:
    """Clicks with the page they lead to, as what follows `from`; None where a mart is missing."""
    columns = ("event_type", "url_id", "contact_id", "campaign_activity_id", "link_url")
    if not marts.has("email_events", *columns):
        return None
    if not marts.has("links", "link_address", "url_id", "campaign_activity_id"):
        return None
    return (
        "(select email_events.campaign_activity_id, email_events.contact_id, email_events.link_url, "
        "coalesce(links.link_address, email_events.link_url) as address "
        f"from {marts.name('email_events')} as email_events left join {marts.name('links')} as links "
        "on email_events.campaign_activity_id = links.campaign_activity_id "
        "and email_events.url_id = links.url_id "
        "where email_events.event_type = 'click' and email_events.link_url is not null) as visits"
    )


def _links(marts: DatasetView, among: str) -> dict[str, list[Count]]:
    clicks = _clicks(marts)
    if clicks is None:
        return {}
    inner = (
        "select campaign_activity_id, address, count(distinct contact_id) as people, count(*) as clicks "
        f"from {clicks} where {among} group by campaign_activity_id, address"
    )
    return _by_mailing(
        _largest(marts, inner, "people desc, address"), count_line("address", "people", "clicks")
    )


def _domains(marts: DatasetView, among: str) -> dict[str, list[Count]]:
    columns = ("campaign_activity_id", "email_domain", "is_sent", "is_delivered", "is_opened")
    if not marts.has("recipients", *columns):
        return {}
    inner = (
        "select campaign_activity_id, email_domain, "
        "sum(case when is_delivered then 1 else 0 end) as delivered, "
        "sum(case when is_delivered and is_opened then 1 else 0 end) as opened, count(*) as sends "
        f"from {marts.name('recipients')} where is_sent and email_domain is not null and {among} "
        "group by campaign_activity_id, email_domain"
    )
    rows = _largest(marts, inner, "sends desc, email_domain")
    return _by_mailing(rows, count_line("email_domain", "opened", "delivered"))


def _devices(marts: DatasetView, among: str) -> dict[str, list[Count]]:
    if not marts.has("devices", "campaign_activity_id", "device_type", "unique_opens", "unique_clicks"):
        return {}
    rows = marts.query(
        "select campaign_activity_id, device_type, unique_opens, unique_clicks "
        f"from {marts.name('devices')} where {among} order by unique_opens desc, device_type"
    )
    found = _by_mailing(rows, count_line("device_type", "unique_opens", "unique_clicks"))
    # Lines that all say "not captured" are no breakdown.
    return {
        each: lines for each, lines in found.items() if {line.label for line in lines} != {"not captured"}
    }


def _bounces(marts: DatasetView, among: str) -> dict[str, list[Count]]:
    if not marts.has("bounces", "campaign_activity_id", "bounce_class", "bounce_reason", "bounces"):
        return {}
    rows = marts.query(
        "select campaign_activity_id, bounce_class, bounce_reason, bounces "
        f"from {marts.name('bounces')} where {among} and bounces > 0 and bounce_class <> 'auto_reply' "
        "order by bounces desc, bounce_reason"
    )
    return _by_mailing(rows, bounce_line)


def bounce_line(row: Row) -> Count:
    reason = text(row["bounce_reason"]).replace("_", " ") or "not given"
    return Count(label=reason, count=whole(row["bounces"]), note=text(row["bounce_class"]))


def _windows(marts: DatasetView, among: str) -> dict[str, list[Window]]:
    columns = ("within_hours", "unique_opens", "unique_clicks", "share_of_opens", "share_of_clicks")
    if not marts.has("engagement_decay", "campaign_activity_id", *columns):
        return {}
    rows = marts.query(
        f"select campaign_activity_id, {', '.join(columns)} from {marts.name('engagement_decay')} "
        f"where {among} order by within_hours"
    )
    return _by_mailing(rows, _window)


def _window(row: Row) -> Window:
    return Window(
        hours=whole(row["within_hours"]),
        opens=None if row["unique_opens"] is None else whole(row["unique_opens"]),
        clicks=None if row["unique_clicks"] is None else whole(row["unique_clicks"]),
        share_of_opens=share(row["share_of_opens"]),
        share_of_clicks=share(row["share_of_clicks"]),
    )


def _resends(marts: DatasetView, among: str) -> dict[str, Resend]:
    columns = ("primary_subject", "primary_open_rate", "added_opens", "added_clicks")
    if not marts.has("resend_uplift", "campaign_activity_id", *columns):
        return {}
    rows = marts.query(
        f"select campaign_activity_id, {', '.join(columns)} from {marts.name('resend_uplift')} where {among}"
    )
    return {text(row["campaign_activity_id"]): _resend(row) for row in rows}


def _resend(row: Row) -> Resend:
    return Resend(
        primary_subject=text(row["primary_subject"]),
        primary_rate=share(row["primary_open_rate"]),
        added_opens=None if row["added_opens"] is None else whole(row["added_opens"]),
        added_clicks=None if row["added_clicks"] is None else whole(row["added_clicks"]),
    )


def decay(marts: DatasetView, where: str) -> tuple[Decay, ...]:
    """`where`: a condition on campaign_activity_id, which the mailings that are shown meet."""
    if not marts.has("email_events", "event_type", "is_first", "seconds_since_send", "campaign_activity_id"):
        return ()
    counted = ", ".join(
        f"sum(case when seconds_since_send <= {hours * 3600} then 1 else 0 end) as within_{hours}"
        for hours in DECAY_HOURS
    )
    rows = marts.query(
        f"select event_type, {counted} from {marts.name('email_events')} where event_type in ('open', 'click') "
        f"and is_first and seconds_since_send >= 0 and {where} group by event_type"
    )
    return tuple(
        Decay(event_type=text(row["event_type"]), hours=hours, share=whole(row[f"within_{hours}"]) / total)
        for row in rows
        if (total := whole(row[f"within_{DECAY_HOURS[-1]}"]))
        for hours in DECAY_HOURS
    )


def pages(marts: DatasetView, where: str) -> tuple[Page, ...]:
    """Most clicked first, one for each page: tags for counting (utm_...) make no other page of it."""
    clicks = _clicks(marts)
    if clicks is None:
        return ()
    rows = marts.query(
        "select address, count(distinct contact_id) as people, count(*) as clicks, "
        "count(distinct campaign_activity_id) as mails, count(distinct link_url) as variants "
        f"from {clicks} where {where} group by address "
        f"order by count(distinct contact_id) desc, address limit {MAX_PAGES}"
    )
    return tuple(
        Page(
            address=text(row["address"]),
            people=whole(row["people"]),
            clicks=whole(row["clicks"]),
            mails=whole(row["mails"]),
            variants=whole(row["variants"]),
        )
        for row in rows
    )
