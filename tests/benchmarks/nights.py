"""Nights of an account and what they cost in requests, for the benchmark and for a small test.

All of it real: the pipeline reads the sandbox over HTTP into DuckDB, and the sandbox's own log does the counting.

Lower bound of a night: one request per page of each collection without a filter, the totals of all sent campaigns in
the largest batches, and each page that holds something new. Questions whose answer turns out to be "nothing"
(what changed? who opted out?) and the access token are not in it.
Naive: the eight tracking reports of each sent e-mail, 500 rows a page, and the listings, contacts by their filter.
"""

from __future__ import annotations

import math
import os
import re
import time
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.constant_contact.planning.probe import plan_sync
from pipelines.constant_contact.request import SyncRequest, load_settings
from pipelines.constant_contact.sync.run import sync
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.tokens import FileTokenStore
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact_sandbox import Sandbox
from sources.constant_contact_sandbox.campaigns import FEEDS, Campaign, contact_of
from sources.constant_contact_sandbox.reports import DERIVED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipelines.constant_contact.events import RunResult
    from pipelines.constant_contact.planning.plan import Plan
    from sources.constant_contact.api.connection import Connection
    from sources.constant_contact.source import Settings
    from sources.constant_contact_sandbox.server import Server

REPORTS = (*FEEDS, *DERIVED)
NAIVE_LISTINGS = (
    "account",
    "account_emails",
    "account_privileges",
    "contact_counts",
    "contact_lists",
    "contact_tags",
    "custom_fields",
    "segments",
    "email_campaigns",
)
SENT_SHARE = 0.8
"""Of the sandbox's campaigns; the others are drafts, scheduled or removed."""
RECIPIENTS = 22
"""Per campaign: few, so that a first night of thousands of campaigns is quick. It flatters the naive reader."""
PAGE, CAMPAIGN_BATCH, ACTIVITY_BATCH = 500, 150, 10
COLLECTIONS = 9
"""Account, sender addresses, privileges, counts, lists, SMS lists, tags, custom fields, segments: a page each."""

JOBS_AUTOMATIONS_SOCIAL_SMS = 5
"""Jobs, automations, social profiles and connections, SMS campaigns: one page each here."""


@dataclass(slots=True, kw_only=True)
class News:
    """What happened in the account between two nights."""

    contacts: int = 0
    opt_outs: int = 0
    campaigns: list[Campaign] = field(default_factory=list)
    """Those that were sent."""
    events: dict[str, dict[str, int]] = field(default_factory=dict)
    """activity id -> feed -> new events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    title: str
    requests: int
    bound: int
    paths: dict[str, int]
    result: RunResult
    seconds: float

    @property
    def over_bound(self) -> float:
        return self.requests / self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    sent: int
    contacts: int
    first: Night
    quiet: Night
    typical: Night
    plan: Plan
    naive: int
    naive_carried_out: int | None

    @property
    def plan_error(self) -> float:
        """Signed: above 0 when more was predicted than was spent."""
        return self.plan.requests / self.typical.requests - 1


def an_account(*, sent: int, contacts: int, seed: int = 11, bare: bool = False) -> Sandbox:
    """An account three days ago, without limits: nights can follow each other while its clock stays behind ours."""
    campaigns = math.ceil(sent / SENT_SHARE)
    start = datetime.now(UTC) - timedelta(days=3)
    return Sandbox(
        contacts=contacts,
        campaigns=campaigns,
        seed=seed,
        start=start.isoformat(),
        bare=bare,
        requests_per_second=None,
        requests_per_day=None,
        max_events=int(campaigns * RECIPIENTS * 1.8),
    )


def typical_day(sandbox: Sandbox, *, contacts_share: float = 0.01, sends: int = 2, late: int = 20) -> News:
    """A day of the account: contacts edited, campaigns sent, and opens and clicks of campaigns sent before.

    Half of the late ones are the newest campaigns, half are spread over all the others.
    """
    begin = sandbox.stamp
    sandbox.move_clock(timedelta(days=1))
    news = News()
    chosen = range(0, len(sandbox.contacts), max(1, int(1 / contacts_share)))
    live = [i for i in chosen if sandbox.contacts.exists(i)]
    for number, i in enumerate(live):
        at = begin + 60 + number * 80_000 // max(1, len(live))
        sandbox.change_contact(i, at=at, first_name=f"Edited {number}")
    news.contacts = len(live)
    before = sent_campaigns(sandbox)
    opted_out = sum(1 for at in sandbox.contacts.opted_out if at)
    drafts = [k for k, campaign in enumerate(sandbox.campaigns.rows) if campaign.status == "Draft"]
    for k in drafts[-sends:]:
        sandbox.send_campaign(k, at=begin + 40_000)
        news.campaigns.append(sandbox.campaigns.rows[k])
        for activity in sandbox.campaigns.rows[k].reported:
            news.events[activity.activity_id] = {name: len(rows) for name, rows in activity.events.items()}
    newest, older = before[: late // 2], before[late // 2 :]
    rest = late - len(newest)
    step = max(1, len(older) // max(1, rest))
    for campaign in [*newest, *older[::step][:rest]]:
        activity = campaign.reported[-1]
        for number, event in enumerate(activity.events["sends"][:3]):
            sandbox.add_event(activity, "opens", contact_of(event), at=begin + 50_000 + number)
        sandbox.add_event(activity, "clicks", contact_of(activity.events["sends"][0]), at=begin + 50_030)
        news.events[activity.activity_id] = {"opens": 3, "clicks": 1}
    news.opt_outs = sum(1 for at in sandbox.contacts.opted_out if at) - opted_out
    return news


def sent_campaigns(sandbox: Sandbox) -> list[Campaign]:
    """Newest first, without the cut at 500 that the summaries have."""
    found = [campaign for campaign in sandbox.campaigns.rows if campaign.reported]
    return sorted(found, key=lambda campaign: campaign.reported[0].sent_at, reverse=True)


def pages(rows: int) -> int:
    return math.ceil(rows / PAGE)


def lower_bound(sandbox: Sandbox, news: News) -> int:
    """Requests that no reader can do without who ends with the same tables."""
    sent = len(sent_campaigns(sandbox))
    summaries = max(1, pages(min(PAGE, sent)))
    standing = COLLECTIONS + beside(sandbox) + summaries + math.ceil(sent / CAMPAIGN_BATCH)
    activities = sandbox.campaigns.activity_by_id
    feeds = sum(
        min(max(1, pages(len(activities[activity][1].events[name]))), max(1, pages(count)))
        for activity, counts in news.events.items()
        for name, count in counts.items()
        if count
    )
    new = {activity.activity_id for campaign in news.campaigns for activity in campaign.reported}
    links = sum(1 for activity, counts in news.events.items() if counts.get("clicks") or activity in new)
    campaigns = sum(1 + len(campaign.activities) for campaign in news.campaigns) + pages(len(news.campaigns))
    contacts = pages(news.contacts) + pages(news.opt_outs)
    return standing + math.ceil(len(news.events) / ACTIVITY_BATCH) + feeds + links + campaigns + contacts


def beside(sandbox: Sandbox) -> int:
    """Of what an account has beside people and mails: a page each, of groups of hashtags 5 a page."""
    groups = max(1, math.ceil(len(sandbox.extras.social.groups) / 5))
    return JOBS_AUTOMATIONS_SOCIAL_SMS + groups + 1 + current_events(sandbox)


def current_events(sandbox: Sandbox) -> int:
    """Beside the page of the listing: registrations at which something may move by our clock, until a week after the
    event; and the event that was updated last, where it can be edited.
    """
    now = time.time()
    events = sandbox.extras.events.listed
    moving = sum(
        bool(event.registrations)
        and event.ends_at + 7 * 86_400 >= now
        and bool(event.price or (event.status in ("ACTIVE", "COMPLETE") and event.starts_at - 86_400 <= now))
        for event in events
    )
    last = max(events, key=lambda event: event.updated_at, default=None)
    return moving + (last is not None and last.status in ("ACTIVE", "DRAFT"))


def naive_requests(sandbox: Sandbox, changed_contacts: int) -> int:
    """Counted from the account: what a reader without memory of events asks for, one page at least per report."""
    reports = sum(
        max(1, pages(len(sandbox.reports.feed(activity, name))))
        for campaign in sent_campaigns(sandbox)
        for activity in campaign.reported
        for name in REPORTS
    )
    listings = (
        len(NAIVE_LISTINGS) - 1 + max(1, pages(len(sandbox.campaigns.rows))) + max(1, pages(changed_contacts))
    )
    return reports + listings


def carry_out_naive(sandbox: Sandbox, connection: Connection, since: str) -> int:
    """The same, really sent; requests by the sandbox's own count."""
    sandbox.log.reset()
    listings = (
        *((endpoint(name), {}) for name in NAIVE_LISTINGS),
        (endpoint("contacts"), {"updated_after": since}),
    )
    with Client(connection) as client:
        for of, extra in listings:
            deque(client.pages(of.path, dict(of.query) | extra, rows_key=of.rows_key), maxlen=0)
        for campaign in sent_campaigns(sandbox):
            for activity in campaign.reported:
                for name in REPORTS:
                    path = f"/reports/email_reports/{activity.activity_id}/tracking/{name}"
                    deque(client.pages(path, {"limit": str(PAGE)}, rows_key="tracking_activities"), maxlen=0)
    return sum(count for path, count in sandbox.log.by_path_template.items() if path.startswith("/v3/"))


def let_token_lapse(own: Settings) -> None:
    """A day has passed for the sandbox, not for us: make the kept token as old as it would be."""
    store = FileTokenStore(own.connection().state_dir / "auth")
    with store.lock():
        for name in store.names():
            if (tokens := store.load(name)) is not None:
                store.save(name, replace(tokens, expires_at=tokens.saved_at))


def spend_a_night(
    title: str, sandbox: Sandbox, own: Settings, news: News, *, select: Sequence[str] = ()
) -> Night:
    sandbox.log.reset()
    began = time.monotonic()
    result = sync(SyncRequest(transform=False, select=tuple(select)), lambda _: None, own=own)
    if result.status != "complete":
        raise SystemExit(f"{title} ended {result.status}: {result.stopped_reason}")
    return Night(
        title=title,
        requests=sandbox.log.total,
        bound=lower_bound(sandbox, news),
        paths=by_path(sandbox.log.by_path_template),
        result=result,
        seconds=time.monotonic() - began,
    )


def by_path(counts: Counter[str]) -> dict[str, int]:
    """Most first; batches of ids of any size together."""
    together: Counter[str] = Counter()
    for path, count in counts.items():
        together[re.sub(r"\{id\}(,\{id\})+", "{ids}", path)] += count
    return dict(together.most_common())


def measure(sandbox: Sandbox, own: Settings, *, naive: bool, late: int = 20) -> Figures:
    """Three nights and a plan. Where they go is for the environment to say (DuckDB's file, dlt's folder)."""
    sent = len(sent_campaigns(sandbox))
    first = spend_a_night("first", sandbox, own, News())
    sandbox.move_clock(timedelta(days=1))
    let_token_lapse(own)
    quiet = spend_a_night("quiet", sandbox, own, News())
    since = sandbox.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    news = typical_day(sandbox, late=late)
    let_token_lapse(own)
    sandbox.log.reset()
    plan = plan_sync(SyncRequest(transform=False), own=own)
    if plan.requests_spent != sandbox.log.total:
        raise SystemExit(f"the plan says it spent {plan.requests_spent} requests; it was {sandbox.log.total}")
    typical = spend_a_night("typical", sandbox, own, news)
    return Figures(
        sent=sent,
        contacts=len(sandbox.contacts),
        first=first,
        quiet=quiet,
        typical=typical,
        plan=plan,
        naive=naive_requests(sandbox, news.contacts),
        naive_carried_out=carry_out_naive(sandbox, own.connection(), since) if naive else None,
    )


@contextmanager
def an_environment(server: Server, folder: Path) -> Iterator[Settings]:
    """Settings for one account, its warehouse in `folder`; the environment is put back afterwards."""
    values = {
        **server.environment(),
        "SOURCES__CONSTANT_CONTACT__STATE_DIR": str(folder / "state"),
        "SOURCES__CONSTANT_CONTACT__REQUESTS_PER_SECOND": "5000",
        "SOURCES__CONSTANT_CONTACT__REQUESTS_PER_COMMIT": "1000000",
        "DESTINATION__DUCKDB__CREDENTIALS": str(folder / "benchmark.duckdb"),
        "DLT_DATA_DIR": str(folder / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield load_settings()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
