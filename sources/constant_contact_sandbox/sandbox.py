"""The account with its clock, limits, tokens and faults: the object that tests and demos hold.

Verbs that change single things are in `verbs`, what a day brings is in `life`, HTTP is in `routes` and
`server`. All methods may be called from any thread while the server answers.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from . import people, seeds, small_collections
from .activity_rows import activity_row
from .campaigns import FEEDS, MAX_CONTACTS, Campaign, Campaigns
from .contact_reports import ContactReports
from .contacts import Contacts
from .extras import Extras
from .faults import Rule, parse_rule
from .life import live_days
from .mail_parts import PARTS, table_of
from .matching import Matching
from .old_ids import OldIds
from .quota import Limits, RequestLog
from .reports import Reports
from .small_collections import DAY_S
from .switches import Switches
from .tokens import Tokens
from .verbs import Verbs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .campaigns import Activity

Row = dict[str, Any]
NEW_SUBSCRIBER_S = 30 * DAY_S


class Sandbox(Verbs):
    """One sample account. Same arguments and same verbs give the same rows.

    `start`: ISO time of the sandbox clock at creation, None = the real time. The clock runs with real time
    and is moved by `advance`; with `clock_runs=False` only `advance` and `set_clock` move it, and stamps of
    single verbs are reproducible too. `max_events` bounds the recipients per send so that the whole history
    has about so many events. `bare`: people and mails only, without jobs, automations, social networks, SMS, events,
    landing pages and the like.
    """

    between_pages: Callable[[str, int], object] | None = None
    """Called with (path without /v3, page number from 1) after each successful answer, before it is sent."""
    elsewhere: str | None = None
    """Origin (http://host:port) that faults leading to another host name instead of elsewhere.invalid."""

    def __init__(
        self,
        *,
        contacts: int = 200,
        campaigns: int = 6,
        seed: int = 7,
        start: str | None = None,
        requests_per_second: int | None = 4,
        requests_per_day: int | None = 10_000,
        latency_s: float = 0.0,
        switches: Switches | None = None,
        faults: tuple[str, ...] = (),
        clock_runs: bool = True,
        max_events: int = 5_000_000,
        bare: bool = False,
    ) -> None:
        if contacts >= MAX_CONTACTS:
            raise ValueError(f"contacts={contacts:,} is too many; use fewer than {MAX_CONTACTS:,}")
        self.seed, self.latency_s = seed, latency_s
        self.switches = switches or Switches()
        self.lock = threading.RLock()
        self.clock_runs = clock_runs
        self._real_start = time.monotonic()
        self._offset = seeds.epoch_s(start) if start else time.time()
        self.nominal = int(self._offset)
        refused = (self.switches.refused_count_per_second, self.switches.refused_count_per_day)
        self.limits = Limits(requests_per_second, requests_per_day, *refused)
        self.log = RequestLog()
        self.tokens = Tokens(seed, self.switches, self.epoch)
        self.rules: list[Rule] = [parse_rule(text, seed) for text in faults]
        self.nights = self._serial = 0
        self._pages: dict[str, int] = {}
        self._build(contacts, campaigns, max_events, bare=bare)

    def advance(self, days: float = 1) -> dict[str, int]:
        """Let the account live and the clock move by `days`; returns how often each kind of change
        happened.
        """
        with self.lock:
            return live_days(self, days)

    def _build(self, contact_count: int, campaign_count: int, max_events: int, *, bare: bool) -> None:
        now, seed = self.nominal, self.seed
        self.lists = small_collections.first_lists(seed, now)
        self.tags = small_collections.first_tags(seed, now)
        self.custom_fields = small_collections.CustomFields(seed, now)
        self.segments = small_collections.first_segments(seed, now)
        self.deleted_segments: list[Row] = []
        self.account = small_collections.account_summary(seed)
        self.emails = small_collections.account_emails(now)
        self.contacts = Contacts(seed, self.custom_fields)
        self.contacts.list_ids = [row["list_id"] for row in self.lists]
        self.contacts.tag_ids = [row["tag_id"] for row in self.tags]
        self.contacts.fill(contact_count, now, [share for _, _, share in people.LIST_NAMES], len(self.tags))
        cap = max(20, int(max_events / 1.8 / max(1.0, 0.8 * campaign_count)))
        self.campaigns = Campaigns(seed, self.contacts, recipients_per_send=cap, bare=bare)
        for k in range(campaign_count):
            self._past_campaign(k, campaign_count, now)
        self.contacts.finish_deletions()
        self.extras = Extras(seed, now, self.contacts, bare=bare)
        self.matching = Matching(self.contacts, self.switches)
        self.reports = Reports(self.contacts, self.switches)
        self._membership: tuple[int, Any] = (-1, None)
        self._first_counts: Row = {}
        self.contact_reports = ContactReports(self.contacts, self.campaigns, self.extras.landing_pages)
        self.old_ids = OldIds(self.contacts, self.campaigns)
        self.segment_reads: dict[str, int] = {}

    def _past_campaign(self, k: int, count: int, now: int) -> None:
        """Campaign k of a weekly rhythm that ends shortly before `now`; mornings of working days."""
        h = seeds.word(self.seed, "past", k)
        spacing = 7 * DAY_S if count <= 150 else 1050 * DAY_S // count
        day = (now - (count - k) * spacing) // DAY_S
        while day % 7 in (2, 3):  # 1 January 1970 was a Thursday: 2 and 3 are Saturday and Sunday
            day -= 1
        at = day * DAY_S + 14 * 3600 + h % 7200  # 9 to 11 in the morning on the east coast
        campaign = self.campaigns.create(status="Draft", created_at=at - 2 * DAY_S - h % DAY_S)
        kind = k % 10
        if kind == 5 or (kind == 8 and k % 20 == 8):
            campaign.status = "Draft" if kind == 5 else "Scheduled"
            campaign.scheduled_at = now + 2 * DAY_S
            return
        self.campaigns.send(campaign, at, now)
        if kind == 3 and at + 4 * DAY_S < now:
            self.campaigns.resend(campaign, at + 3 * DAY_S, now)
        if k % 20 == 11:
            campaign.status, campaign.updated_at = "Removed", min(now - 60, at + 5 * DAY_S)

    @property
    def epoch(self) -> float:
        """The sandbox clock, seconds since 1970."""
        return self._offset + (time.monotonic() - self._real_start if self.clock_runs else 0.0)

    @property
    def now(self) -> datetime:
        """The sandbox clock, UTC."""
        return datetime.fromtimestamp(self.epoch, UTC)

    @property
    def requests_today(self) -> int:
        """Requests of this UTC day as the quota sees them."""
        return self.limits.today if self.limits._day == int(self.epoch) // DAY_S else 0  # noqa: SLF001 - its own part

    def move_clock(self, by: timedelta) -> None:
        """Move only the clock; nothing happens in the account."""
        self._offset += by.total_seconds()
        self.nominal += int(by.total_seconds())

    def set_clock(self, to: str) -> None:
        """Set the clock to an ISO time; nothing happens in the account."""
        self.move_clock(timedelta(seconds=seeds.epoch_s(to) - self.epoch))

    def page_number(self, path: str, *, first: bool) -> int:
        """Count the pages of the read that is under way on a path; the first is 1."""
        self._pages[path] = 1 if first else self._pages.get(path, 1) + 1
        return self._pages[path]

    def membership(self) -> Any:
        """(per list bit, per tag bit) counts, cached until a contact changes."""
        stays = self.switches.counts == "constant" and self._membership[0] >= 0
        if self._membership[0] != self.contacts.generation and not stays:
            deleted_too = self.switches.counts == "with_deleted"
            self._membership = (self.contacts.generation, self.contacts.memberships(deleted_too=deleted_too))
        return self._membership[1]

    def list_row(self, bit: int, count: str | None = None) -> Row:
        """A list as shown, with membership_count "all" or "active" if asked."""
        row = self.lists[bit]
        if count is None:
            return row
        return row | {
            "membership_count": self.membership()[0][bit, int("active" in (count, self.switches.counts))]
        }

    def tag_row(self, bit: int, *, count: bool) -> Row:
        return self.tags[bit] | (
            {"contacts_count": self.membership()[1][bit, int(self.switches.counts == "active")]}
            if count
            else {}
        )

    def sent_campaigns(self) -> list[Campaign]:
        """Campaigns with summaries, last sent first."""
        rows = [c for c in self.campaigns.rows if c.reported]
        rows.sort(key=lambda c: (-max(a.sent_at for a in c.reported), -c.key))
        return rows[:500] if self.switches.summaries_last_500 else rows

    def contact_counts(self) -> Row:
        if self.switches.counts == "constant" and self._first_counts:
            return dict(self._first_counts)
        self._first_counts = self.contacts.counts(self.stamp - NEW_SUBSCRIBER_S, of=self.switches.counts)
        return dict(self._first_counts)

    def truth(self, table: str) -> Iterator[Row]:
        """Every row of a collection as the API would serve it now, unpaged, with all sub-resources.

        Raises ValueError for an unknown table. Lists come with membership_count "all", tags with
        contacts_count.
        """
        tables = self._tables()
        feed = table.removeprefix("email_")
        if table in tables:
            yield from tables[table]()
        elif feed in FEEDS:
            for _, activity in self._reported():
                yield from self.reports.rows(activity, feed, reversed(activity.events[feed]))
        else:
            raise ValueError(f"unknown table {table!r}; valid are: {', '.join(self.tables())}")

    def tables(self) -> list[str]:
        """The names that `truth` knows."""
        return sorted([*self._tables(), *(f"email_{name}" for name in FEEDS)])

    def _reported(self) -> list[tuple[Campaign, Activity]]:
        return [(c, a) for c in self.campaigns.rows for a in c.reported]

    def readable(self) -> list[tuple[Campaign, Activity]]:
        """(campaign, activity) of every activity that can be read."""
        return [(c, a) for c in self.campaigns.rows if c.status != "Removed" for a in c.activities]

    def _tables(self) -> dict[str, Callable[[], Iterable[Row]]]:
        c = self.contacts
        extra = {"physical_address": small_collections.ADDRESS, "company_logo": small_collections.LOGO}
        return {
            "contacts": lambda: (c.row(i) for i in range(len(c)) if c.exists(i)),
            "contact_lists": lambda: (self.list_row(bit, "all") for bit in range(len(self.lists))),
            "contact_tags": lambda: (self.tag_row(bit, count=True) for bit, _ in self.live_tags()),
            "custom_fields": lambda: self.custom_fields.rows,
            "segments": lambda: self.segments,
            "account": lambda: [self.account | extra],
            "account_emails": lambda: self.emails,
            "account_privileges": lambda: small_collections.account_privileges(self.switches.privileges),
            "contact_counts": lambda: [self.contact_counts()],
            **self._mail_tables(),
            **self.extras.tables(lambda: self.nominal),
            **self.contact_reports.tables(),
            **self.old_ids.tables(),
            "segment_members": self._segment_members,
        }

    def _segment_members(self) -> Iterator[Row]:
        for row in self.segments:
            for i in self.matching.select({"segment_id": str(row["segment_id"])}):
                yield {"segment_id": row["segment_id"], "contact_id": self.contacts.id_of(i)}

    def _mail_tables(self) -> dict[str, Callable[[], Iterable[Row]]]:
        r, sent, parts = self.reports, self._reported, self._parts
        return {
            "email_campaigns": lambda: (campaign.detail() for campaign in self.campaigns.rows),
            "email_campaign_activities": lambda: (activity_row(m, a) for m, a in self.readable()),
            **{table_of(part): partial(parts, rows_of) for part, rows_of in PARTS.items()},
            "email_links": lambda: (
                {"campaign_activity_id": a.activity_id} | x for _, a in sent() for x in r.links(a)
            ),
            "email_campaign_summaries": lambda: (r.summary(m, self.stamp) for m in self.sent_campaigns()),
            "email_campaign_stats": lambda: (
                r.campaign_stats(m, self.stamp) for m in self.campaigns.rows if m.reported
            ),
            "email_campaign_activity_stats": lambda: (r.activity_stats(m, a, self.stamp) for m, a in sent()),
        }

    def _parts(self, rows_of: Callable[[Campaign, Activity], list[Row]]) -> Iterator[Row]:
        for campaign, activity in self.readable():
            for row in rows_of(campaign, activity):
                yield {"campaign_activity_id": activity.activity_id} | row
