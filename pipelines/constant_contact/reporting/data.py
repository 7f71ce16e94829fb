"""Everything the report shows, read from the marts, each part empty where its mart is not built.

Figures cover the 90 days (or what `Scope.since` says) up to the time at which the warehouse was last loaded, not to
the newest event: an account that sent its last mail in September is known up to today.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.constant_contact.display.verdict import completed_at
from pipelines.constant_contact.reporting import audience, channels, mailings
from pipelines.constant_contact.reporting.dataset_view import DatasetView, moment, text, whole
from pipelines.constant_contact.reporting.rows import (
    RECENT_DAYS,
    Audit,
    Mail,
    Period,
    ReportData,
    days_before,
)

if TYPE_CHECKING:
    from pipelines.constant_contact.reporting.dataset_view import Query


class UnknownCampaignError(LookupError):
    """No mailing of the warehouse has this campaign id; the message is one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which part of the account the page is about."""

    since: dt.date | None = None
    """First day, in the time zone of the marts."""
    campaign_id: str | None = None
    """A campaign or one of its activities; the page is then about its mailings only."""
    addresses: bool = False
    """Whether addresses to clean are listed; counts only otherwise."""


def read(
    *,
    query: Query,
    dataset: str,
    analytics_dataset: str,
    generated_at: dt.datetime,
    scope: Scope | None = None,
) -> ReportData:
    """Raises UnknownCampaignError."""
    scope = scope or Scope()
    raw, marts = DatasetView.read(query, dataset), DatasetView.read(query, analytics_dataset)
    organization, zone = account_and_zone(raw, marts)
    loaded_at, runs = newest_load(raw), recorded_runs(raw)
    period = _period(scope.since, (loaded_at or generated_at).astimezone(zoned(zone)).date())
    mails = mailings.mails(marts)
    shown = _chosen(mails or (), scope)
    events = mailings.is_among(shown) if scope.since or scope.campaign_id else "1 = 1"
    return ReportData(
        organization=organization,
        zone=zone,
        loaded_at=loaded_at,
        completed_at=completed_at(runs, loaded_at),
        newest_run=runs[0][0] if runs else None,
        newest_event_at=_newest_event(marts),
        period=period,
        since=scope.since,
        campaign_id=scope.campaign_id,
        audit=_audit(raw),
        contacts=audience.contacts(marts),
        days=audience.days(marts),
        mails=mails,
        shown=shown,
        details=mailings.details(marts, shown),
        decay=mailings.decay(marts, events),
        pages=mailings.pages(marts, events),
        lists=audience.lists(marts, period),
        health=audience.health(marts, events, with_addresses=scope.addresses),
        ab_tests=channels.ab_tests(marts, shown),
        sms=channels.sms(marts, scope.since),
        events=channels.events(marts, scope.since),
        landing_pages=channels.landing_pages(marts, scope.since),
    )


def _chosen(mails: tuple[Mail, ...], scope: Scope) -> tuple[Mail, ...]:
    of = scope.campaign_id
    if of is not None and not any(of in {mail.campaign_id, mail.activity_id} for mail in mails):
        raise UnknownCampaignError(
            f"no mailing of campaign {of} is in the marts; the ids of those that are:"
            " ctct sql 'select campaign_id, campaign_name from campaign_activities where is_sent'"
        )
    return tuple(
        mail
        for mail in mails
        if (of is None or of in {mail.campaign_id, mail.activity_id})
        and (scope.since is None or mail.sent_date >= scope.since)
    )


def _period(since: dt.date | None, end: dt.date) -> Period:
    """A `since` later than the newest load is a period without a day, not one that runs backwards."""
    start = end - dt.timedelta(days=RECENT_DAYS) if since is None else days_before(since, 1)
    return Period(start=min(start, end), end=end)


def zoned(name: str) -> dt.tzinfo:
    """A time zone by its name; UTC where this machine does not know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")


def _newest_event(marts: DatasetView) -> dt.datetime | None:
    if not marts.has("email_events", "occurred_at"):
        return None
    [row] = marts.query(f"select max(occurred_at) as newest from {marts.name('email_events')}")
    return moment(row["newest"])


def account_and_zone(raw: DatasetView, marts: DatasetView) -> tuple[str, str]:
    """Name, and the time zone in which the marts count days."""
    organization, zone = "", ""
    if raw.has("account", "organization_name"):
        column = "time_zone_id" if raw.has("account", "time_zone_id") else "null"
        rows = raw.query(f"select organization_name, {column} as time_zone_id from {raw.name('account')}")
        for row in rows[:1]:
            organization, zone = text(row["organization_name"]), text(row["time_zone_id"])
    if marts.has("send_times", "time_zone_id"):
        rows = marts.query(f"select max(time_zone_id) as time_zone_id from {marts.name('send_times')}")
        zone = text(rows[0]["time_zone_id"]) or zone
    return organization, zone or "UTC"


def newest_load(raw: DatasetView) -> dt.datetime | None:
    if not raw.has("_dlt_loads", "inserted_at", "status"):
        return None
    rows = raw.query(f"select max(inserted_at) as loaded_at from {raw.name('_dlt_loads')} where status = 0")
    return moment(rows[0]["loaded_at"])


def recorded_runs(raw: DatasetView) -> list[tuple[str, dt.datetime | None]]:
    """Status and end of each run, newest first."""
    if not raw.has("_ctct_runs", "status", "started_at", "ended_at"):
        return []
    rows = raw.query(f"select status, ended_at from {raw.name('_ctct_runs')} order by started_at desc")
    return [(text(row["status"]), moment(row["ended_at"])) for row in rows]


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
