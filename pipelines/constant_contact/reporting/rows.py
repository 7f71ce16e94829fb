"""What the report shows, as small frozen rows; counts are people unless the name says otherwise, times are UTC."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.constant_contact.reporting.rates import Rate

RECENT_DAYS, YEAR = 90, 365


def days_before(day: dt.date, days: int) -> dt.date:
    """So many days earlier, at most the first day that a calendar has: "since 0001-01-01" is a way to say all."""
    return day - min(dt.timedelta(days=days), day - dt.date.min)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """After `start`, up to and including `end`: days as the marts count them, in their time zone."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def before(self) -> Period:
        """As many days, right before."""
        return Period(start=days_before(self.start, self.days), end=self.start)

    @property
    def year_before(self) -> Period:
        return Period(start=days_before(self.start, YEAR), end=days_before(self.end, YEAR))

    def holds(self, day: dt.date) -> bool:
        return self.start < day <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mailing (campaign activity) that was sent. A rate is None where its events are not loaded."""

    activity_id: str
    campaign_id: str
    name: str
    subject: str
    is_resend: bool
    sent_at: dt.datetime
    sent_date: dt.date
    """In the time zone of the marts."""
    sends: int
    deliveries: int | None
    """None: bounces are not loaded."""
    opened: Rate | None
    clicked: Rate | None
    opted_out: Rate | None
    bounced: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One line of a breakdown: what, how many people or events, and of how many."""

    label: str
    count: int
    whole: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far a mailing had come so many hours after each recipient's own send."""

    hours: int
    opens: int | None
    clicks: int | None
    share_of_opens: float | None
    share_of_clicks: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend:
    """What a resend to those who had not opened added to its campaign."""

    primary_subject: str
    primary_rate: float | None
    added_opens: int | None
    added_clicks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What stands behind one mailing; each part is empty where it is not known."""

    links: tuple[Count, ...] = ()
    domains: tuple[Count, ...] = ()
    devices: tuple[Count, ...] = ()
    bounces: tuple[Count, ...] = ()
    windows: tuple[Window, ...] = ()
    resend: Resend | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """How much of all first opens (or clicks) of the first 7 days had happened `hours` after the send."""

    event_type: str
    hours: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that mailings link to, whatever its address is tagged with."""

    address: str
    people: int
    clicks: int
    mails: int
    variants: int
    """Addresses of it that differ in tags only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """The three sizes of an audience."""

    on_file: int
    mailable: int
    active: int
    """May be mailed, and opened or clicked within the 90 days before the newest event; 0 where no mail was sent."""
    mailed: int
    """May be mailed, and was ever mailed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the contacts' growth."""

    day: dt.date
    joined: int
    opted_out: int
    deleted: int
    contacts: int
    """At its end."""
    mailable: int
    """At its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    first_day: dt.date
    joined: int
    left: int
    contacts: int
    mailable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSize:
    name: str
    members: int
    mailable: int
    active: int | None
    joined_recently: int | None
    open_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Who costs reputation. Counts of contacts that may be mailed, but for `repeat_bouncers`."""

    to_clean: int | None = None
    """Bounced hard, or in several mailings."""
    hard_bounced: int | None = None
    repeat_bouncers: int | None = None
    """Bounced in several mailings or hard, whether or not they may still be mailed."""
    at_risk: int | None = None
    dormant: int | None = None
    never_mailed: int | None = None
    bounces: tuple[Count, ...] = ()
    addresses: tuple[Count, ...] = ()
    """Only where they were asked for: address, mails that bounced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbTest:
    """Two subject lines of one mailing."""

    subject_a: str
    subject_b: str
    test_share: float | None
    """Of the recipients, from 0 to 1; the rest got the winner."""
    wait_hours: int | None
    """Until the winner was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """One SMS campaign, by the API's own totals."""

    name: str
    sent_date: dt.date | None
    """Of its last send."""
    sends: int | None
    delivered: Rate | None
    opened: Rate | None
    clicked: Rate | None
    opted_out: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What people register for; counts of registrations, None where they are not loaded."""

    title: str
    status: str
    starts_at: dt.datetime | None
    registered: int | None
    canceled: int | None
    new_contacts: int | None
    tickets: int | None
    capacity: int | None
    attended: int | None
    """None too where it is not over, or nobody was checked in."""
    revenue: float | None
    """In `currency`."""
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingPage:
    """Counts of contacts, but for `opens`; None where the feed is not loaded."""

    page_id: str
    opens: int | None
    visitors: int | None
    clicked: int | None
    added: int | None
    updated: int | None
    allowed_sms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    checked_at: dt.datetime | None
    counts: int
    differing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportData:
    organization: str
    zone: str
    loaded_at: dt.datetime | None
    completed_at: dt.datetime | None
    """End of the newest complete run."""
    newest_run: str | None
    """Status of the newest run; None: no run is recorded."""
    newest_event_at: dt.datetime | None
    period: Period
    since: dt.date | None
    campaign_id: str | None
    audit: Audit | None
    contacts: Contacts | None
    days: tuple[Day, ...]
    mails: tuple[Mail, ...] | None
    """All of them, oldest first; None: the mart is not built; empty: nothing was sent."""
    shown: tuple[Mail, ...] = ()
    """The mailings that the page is about, oldest first."""
    details: Mapping[str, Detail] = field(default_factory=dict)
    decay: tuple[Decay, ...] = ()
    pages: tuple[Page, ...] = ()
    lists: tuple[ListSize, ...] = ()
    health: Health | None = None
    ab_tests: Mapping[str, AbTest] = field(default_factory=dict)
    """By activity, of those in `shown`."""
    sms: tuple[Sms, ...] = ()
    events: tuple[Event, ...] = ()
    landing_pages: tuple[LandingPage, ...] = ()
