"""The part of a plan that is about campaigns: which changed, which have news, which feeds are to be read.

The list of what changed comes first, then the totals of as many campaigns as the plan may still ask for, newest first;
the others are taken to be like those asked, but for the first request of the newest. On a first night the ones asked
are spread over all.
Must not know: HTTP. See `reads/campaigns` and `reads/totals` for the night that is predicted here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import pendulum

from sources.constant_contact.campaign_rows import (
    ACTIVITIES,
    ACTIVITY_STATS,
    CAMPAIGNS,
    LINKS,
    NEVER_SENT,
    REPORTS,
    STATS,
    SUMMARIES,
    Row,
    moment_of,
    references_of,
    status_of,
    version_of,
    was_sent,
)
from sources.constant_contact.catalogue import FEEDS, endpoint
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.decisions import (
    Sent,
    asked_again,
    campaigns_from,
    campaigns_mark,
    differs,
    is_changed,
    sent_campaign,
    within_reach,
    without_emails,
)
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.state.campaigns import CampaignsState
from sources.constant_contact.state.totals import TotalsState
from sources.constant_contact.windows import as_parameter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pendulum import DateTime

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts

MOST_LISTINGS = 4
ACTIVITIES_EACH, REPORTED_EACH = 1.5, 1.1
"""Activities of a campaign that was never read; of these, those with reports."""


def _size(sent: Sent) -> float:
    """E-mails that have reports."""
    return len(sent.activities) or REPORTED_EACH


def estimate(facts: Facts, _: Endpoint) -> list[Line]:
    """Of all that is read of campaigns, as far as it is wanted."""
    known = {str(row["campaign_id"]): row for row in facts.warehouse.rows(CAMPAIGNS)}
    rows, whole = listed(facts)
    changed = _changed(facts, rows, known)
    sent = [
        each
        for row in {**known, **{str(row["campaign_id"]): row for row in rows}}.values()
        if (each := _sent(row, known.get(str(row["campaign_id"])), now=facts.now)) is not None
    ]
    sent.sort(key=lambda each: bool(each.activities))  # what was never read first, else as it comes
    lines = _listing(facts, rows, changed, known, whole=whole)
    if not facts.wanted.isdisjoint(REPORTS) and not facts.waits(STATS):
        order = _newest_first(sent, rows, known) if known else _spread(sent)
        lines += _Reports(facts, order, spread=not known).lines()
    return lines


def listed(facts: Facts) -> tuple[list[Row], bool]:
    """What changed since the mark, and whether that is all of it."""
    of = endpoint(CAMPAIGNS)
    size = of.page_size or 1
    state, options = CampaignsState.of(facts.state), facts.options
    since = campaigns_from(campaigns_mark(state, options, now=facts.now), options)
    params = dict(of.query) | ({} if since is None else {"after_date": as_parameter(since)})
    rows: dict[str, Row] = {}
    for _ in range(MOST_LISTINGS):
        body = facts.asked.ask(of.path, params)
        page = (body or {}).get("campaigns", [])
        rows |= {str(row["campaign_id"]): row for row in page}
        if len(page) < size:
            return list(rows.values()), True
        # Newest first, so the next page is what changed before the last row; its own second may come twice.
        params["before_date"] = as_parameter(_moment(page[-1]["updated_at"]).add(seconds=1))
    return list(rows.values()), False


def _changed(facts: Facts, listed: Sequence[Row], known: Mapping[str, Row]) -> list[Row]:
    """Those that are read: what the list shows to be new, what it may not show, and what failed and is tried again."""
    waiting = facts.waiting(CAMPAIGNS)
    missing = _missing(facts, known)
    summed_up = None
    if SUMMARIES in facts.wanted and not facts.waits(SUMMARIES):
        summed_up = {str(row["campaign_id"]) for row in facts.warehouse.rows(SUMMARIES, ("campaign_id",))}
    rows = {str(row["campaign_id"]): row for row in listed}
    for campaign_id in (*asked_again(known, summed_up), *facts.tried_again(CAMPAIGNS), *missing):
        rows.setdefault(campaign_id, {"campaign_id": campaign_id})
    return [
        row
        for campaign_id, row in rows.items()
        if campaign_id not in waiting
        and is_changed(row, moment_of(row), known.get(campaign_id), missing, facts.options)
    ]


def _missing(facts: Facts, known: Mapping[str, Row]) -> set[str]:
    """Loaded campaigns whose e-mails are not."""
    if ACTIVITIES not in facts.wanted:
        return set()
    waiting, key = facts.waiting(ACTIVITIES), "campaign_activity_id"
    there = {str(row[key]) for row in facts.warehouse.rows(ACTIVITIES, (key,))}
    return without_emails(known, there, lambda _, each: str(each[key]) in waiting)


def _listing(
    facts: Facts, listed: Sequence[Row], changed: Sequence[Row], known: Mapping[str, Row], *, whole: bool
) -> list[Line]:
    size = endpoint(CAMPAIGNS).page_size or 1
    more = "" if whole else "; there are more than were asked for"
    found = [
        Line(
            resource=CAMPAIGNS,
            why=f"changed ones, each with its detail{more}",
            rows=len(changed),
            requests=costs.pages(len(listed), size) + len(changed),
        )
    ]
    if ACTIVITIES in facts.wanted:
        exact = [_activities_of(row, known) for row in changed]
        count = math.ceil(sum(ACTIVITIES_EACH if each is None else each for each in exact))
        why = "e-mails of changed campaigns"
        if None in exact:
            why += f"; {ACTIVITIES_EACH} each assumed where unread"
        found.append(Line(resource=ACTIVITIES, why=why, rows=count, requests=count))
    if SUMMARIES not in facts.wanted or facts.waits(SUMMARIES):
        return found
    rows = max(facts.loaded(SUMMARIES), 0)
    new = sum(1 for row in changed if status_of(row) not in NEVER_SENT)
    size = endpoint(SUMMARIES).page_size or 1
    found.append(
        Line(
            resource=SUMMARIES,
            why="no date filter: read whole; the API keeps the last 500",
            rows=min(rows + new if rows == 0 else rows, size),
            requests=1,
        )
    )
    return found


def _activities_of(row: Row, known: Mapping[str, Row]) -> int | None:
    if status_of(row) == "removed":
        return 0
    before = known.get(str(row["campaign_id"]))
    return None if before is None else len(references_of(before))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How far the questions had come at one point."""

    asked: int
    moved: int
    requests: Mapping[str, float]
    rows: Mapping[str, float]


class _Reports:
    """Totals and what follows from them."""

    def __init__(self, facts: Facts, sent: Sequence[Sent], *, spread: bool) -> None:
        self._facts = facts
        state = TotalsState.of(facts.state)
        learned = state if state.is_current(facts.options, now=facts.now) else TotalsState()
        waiting = facts.waiting(STATS)
        self._sent = [
            each
            for each in sent
            if learned.refused.get(each.campaign_id) != each.version and each.campaign_id not in waiting
        ]
        self._alone = sum(each.campaign_id in facts.tried_again(STATS) for each in self._sent)
        self._waiting = {name: facts.waiting(name) for name in (LINKS, *FEEDS)}
        self._size = learned.batch_sizes.get(STATS) or endpoint(STATS).batch or 1
        self._offsets = state.offsets
        self._unreached = state.unreached
        self._spread = spread
        self._counts = {feed: facts.warehouse.event_counts(feed) for feed in FEEDS}
        self._requests: defaultdict[str, float] = defaultdict(float)
        self._rows: defaultdict[str, float] = defaultdict(float)

    def lines(self) -> list[Line]:
        asked, moved = self._ask()
        rest = len(self._sent) - asked
        totals = costs.batches(len(self._sent) - self._alone, self._size) + self._alone
        why = f"totals of {len(self._sent):,} sent campaigns, {self._size} a request"
        if rest:
            why += f"; {asked:,} asked now, the rest is assumed alike"
        activities = self._requests.pop(ACTIVITY_STATS, 0)
        requests = costs.batches(round(activities), endpoint(ACTIVITY_STATS).batch or 1)
        whys = dict.fromkeys(FEEDS, "total differs from what is loaded") | {LINKS: "clicked or new e-mails"}
        return [
            Line(resource=STATS, why=why, rows=moved, requests=totals),
            Line(
                resource=ACTIVITY_STATS,
                why="totals of e-mails that moved",
                rows=round(activities),
                requests=requests,
            ),
            *(
                Line(
                    resource=name,
                    why=why,
                    rows=None if name == LINKS else round(self._rows[name]),
                    requests=round(self._requests[name]),
                )
                for name, why in whys.items()
                if self._requests[name]
            ),
        ]

    def _ask(self) -> tuple[int, int]:
        """How many campaigns were asked about, and how many moved in all: counted, the others assumed."""
        asked, moved = 0, 0
        sample = newest = self._counted(0, 0)
        while asked < len(self._sent) and self._facts.asked.left > 0:
            portion = self._sent[asked : asked + self._size]
            answer = self._totals(portion)
            known = [each for each in portion if each.campaign_id in answer]
            moved += sum(self._report_discovery(each, answer[each.campaign_id]) for each in known)
            asked += len(portion)
            sample = self._counted(asked, moved)
            newest = newest if newest.asked else sample
        # The newest move most and say nothing of the old, unless there is nothing else to go by.
        before = self._counted(0, 0, empty=True) if self._spread or newest.asked == sample.asked else newest
        size = sample.asked - before.asked
        factor = (len(self._sent) - asked) / size if size else 0.0
        for totals, now, then in (
            (self._requests, sample.requests, before.requests),
            (self._rows, sample.rows, before.rows),
        ):
            for name, count in now.items():
                totals[name] += (count - then.get(name, 0.0)) * factor
        return asked, moved + round((sample.moved - before.moved) * factor)

    def _counted(self, asked: int, moved: int, *, empty: bool = False) -> Counted:
        return Counted(
            asked=asked,
            moved=moved,
            requests={} if empty else dict(self._requests),
            rows={} if empty else dict(self._rows),
        )

    def _totals(self, portion: Sequence[Sent]) -> Mapping[str, Mapping[str, int]]:
        of = endpoint(STATS)
        slot = ",".join(quote(each.campaign_id, safe="") for each in portion)
        body = self._facts.asked.ask(of.path.format(campaign_ids=slot), {})
        return {
            str(row["campaign_id"]): {
                f"stats__{name.replace('.', '_')}": count for name, count in row.get("stats", {}).items()
            }
            for row in (body or {}).get("results", ())
        }

    def _report_discovery(self, sent: Sent, stats: Mapping[str, int]) -> bool:
        """Count what this campaign would cost; whether it has news."""
        needed = {
            feed: pages
            for feed, stat in FEEDS.items()
            if feed in self._facts.wanted and (pages := self._pages(feed, sent, stats.get(stat)))
        }
        if not needed and sent.activities:
            return False
        self._requests[ACTIVITY_STATS] += _size(sent)
        for feed, pages in needed.items():
            # Another e-mail of the same campaign has feeds, and so a page, of its own.
            self._requests[feed] += pages + (_size(sent) - 1 if not sent.activities else 0)
        waits = not self._waiting[LINKS].isdisjoint(sent.activities)
        if LINKS in self._facts.wanted and not waits and ("email_clicks" in needed or self._is_new(sent)):
            self._requests[LINKS] += _size(sent) if self._is_new(sent) else 1
        return True

    def _is_new(self, sent: Sent) -> bool:
        """Whether no event of it is loaded, so that its links are not either."""
        return not sent.activities or not any(
            self._counts[feed].get(each) for feed in FEEDS for each in sent.activities
        )

    def _pages(self, feed: str, sent: Sent, total: int | None) -> int:
        if total is None:
            return 0
        ids = sent.activities
        if not self._waiting[feed].isdisjoint(ids):
            return 0
        counts = [self._counts[feed].get(each, 0) for each in ids]
        unreached = [self._unreached.get(each, {}).get(feed) for each in ids]
        offset = self._offsets.get(sent.campaign_id, {}).get(feed, 0)
        if not differs(total, counts, unreached, offset=offset):
            return 0
        loaded = sum(counts)
        beyond = sum(within_reach(0, agreed, n) for agreed, n in zip(unreached, counts, strict=True))
        total += beyond - offset
        self._rows[feed] += max(0, total - loaded)
        return costs.feed_pages(total, loaded, endpoint(feed).page_size or 1)


def _newest_first(sent: Sequence[Sent], listed: Sequence[Row], known: Mapping[str, Row]) -> list[Sent]:
    """As the night asks: newest creation first."""
    created = {
        str(row["campaign_id"]): str(row.get("created_at") or "") for row in (*known.values(), *listed)
    }
    return sorted(sent, key=lambda each: created[each.campaign_id].replace("T", " "), reverse=True)


def _spread(sent: Sequence[Sent]) -> list[Sent]:
    """An order in which any first part is spread over all."""
    step = max(1, math.isqrt(len(sent)))
    return [each for offset in range(step) for each in sent[offset::step]]


def _sent(row: Row, before: Row | None, *, now: DateTime) -> Sent | None:
    """By the row as it is listed, with the e-mails that are loaded."""
    if not was_sent(row):
        return None
    if before is not None:
        return sent_campaign({**before, **row}, references_of(before), now=now)
    return Sent(campaign_id=str(row["campaign_id"]), name="", activities=(), version=version_of(row))


def _moment(text: str) -> pendulum.DateTime:
    parsed = pendulum.parse(text)
    assert isinstance(parsed, pendulum.DateTime)
    return parsed.in_timezone("UTC")
