"""Totals of what happened to the e-mails: the cheap question that says which feeds are worth reading.

One request answers for many campaigns. Only where a total differs from what is loaded does a feed cost anything.
Source: contract (/reports/stats/*). What a request for many ids does with a bad one: see `many_ids`.

State, under "totals":
  batch     resource -> most ids that one request has been seen to take, if fewer than the documented number
  refused   id -> version of campaigns whose totals were refused in two runs: not asked again while they are the same
  owed_links          e-mails with new clicks whose links are not read again yet
  no_links, no_stats   ids of e-mails that have none; asked again when their campaign's totals move
  lost_links          e-mails whose links were not found once
  learned_at          when the first of batch, refused and no_stats was learned: after `full_refresh_every` they are
            tried anew
  apart     campaign id -> feed -> its total minus those of its e-mails, where they differ: looked into once
  settled   activity id -> feed -> total that a complete reading did not reach (the totals are computed apart from
            the feeds and may differ for ever); the feed is read again when the total moves
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import NotFound
from sources.constant_contact.batches import Batch, StateChange
from sources.constant_contact.catalogue import CATALOGUE, endpoint
from sources.constant_contact.reads import feeds
from sources.constant_contact.reads.many_ids import Answer
from sources.constant_contact.reads.reading import NEWS, TOTALS
from sources.constant_contact.windows import believed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sources.constant_contact.reads.reading import Reading

STATS, ACTIVITY_STATS, LINKS = "email_campaign_stats", "email_campaign_activity_stats", "email_links"
FEEDS: Mapping[str, str] = {name: f"stats__{of.stat}" for name, of in CATALOGUE.items() if of.reads == "feed"}
"""feed -> the column of the totals that counts its rows."""
SENDS = "email_sends"
REPORTS = (STATS, ACTIVITY_STATS, LINKS, *FEEDS)
BATCHES = {resource: endpoint(resource).batch or 1 for resource in (STATS, ACTIVITY_STATS)}
YOUNG_DAYS = 3
"""A campaign changed so lately may have no totals yet, whatever the server answers for it."""


Row = dict[str, Any]


class Loaded:
    """What is loaded of the reports, asked once per run and only when needed."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @cached_property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        return {feed: self._reading.warehouse.event_counts(feed) for feed in FEEDS}

    @cached_property
    def stats(self) -> Mapping[str, Row]:
        return self._reading.warehouse.latest(STATS, "campaign_id", "last_refresh_time")

    @cached_property
    def with_stats(self) -> frozenset[str]:
        """E-mails whose totals are loaded, and those known to have none."""
        return self._ids(ACTIVITY_STATS, "no_stats")

    @cached_property
    def with_links(self) -> frozenset[str]:
        """E-mails whose links are as new as their clicks, and those known to have none."""
        owed = self._reading.state.get("totals", {}).get("owed_links", {})
        return self._ids(LINKS, "no_links", "no_stats") - {*owed, *self._reading.aside.due(LINKS)}

    def _ids(self, table: str, *without: str) -> frozenset[str]:
        if not self._reading.wants(table):
            return frozenset()
        if self._reading.aside.is_due(table):
            without = ()
        state = self._reading.state.get("totals", {})
        rows = self._reading.warehouse.rows(table, ("campaign_activity_id",))
        ids = {str(row["campaign_activity_id"]) for row in rows}
        return frozenset(ids.union(*(state.get(name, ()) for name in without)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A campaign that has reports."""

    campaign_id: str
    name: str
    activities: tuple[str, ...]
    """Ids of its e-mails that have reports, a resend among them."""
    version: str
    is_young: bool = False
    """Changed within the last days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A campaign whose totals are not what is loaded."""

    sent: Sent
    row: Row
    """Its totals, names and types as declared."""
    raw: Row


class Follow:
    """From sent campaigns to the feeds that have news."""

    def __init__(self, reading: Reading, look_again: Callable[[Sent, StateChange], None]) -> None:
        """`look_again`: told of a campaign that was sent to more than its known e-mails together, and what to keep in
        mind where no other e-mail is found.
        """
        self._reading = reading
        self._look_again = look_again
        self._loaded = Loaded(reading)
        self._lock = threading.Lock()
        state = reading.state.get("totals", {})
        self._believes = believed(state.get("learned_at"), reading.options, now=reading.now)
        self._batches, self._refused = dict(BATCHES), dict[str, str]()
        if self._believes:
            self._batches |= state.get("batch") or {}
            self._refused |= state.get("refused") or {}
        self._apart: Mapping[str, Mapping[str, int]] = state.get("apart", {})
        self._settled: Mapping[str, Mapping[str, int]] = state.get("settled", {})
        self._without = {
            "no_links": set(state.get("no_links", ())),
            "no_stats": set(state.get("no_stats", ()) if self._believes else ()),
        }
        self._works: set[str] = set()
        """Resources that were answered in this run."""
        self._lost: Mapping[str, bool] = state.get("lost_links", {})
        self._unasked: list[Sent] = []
        self._moved: list[Moved] = []
        self._open = 0
        """Requests for totals of campaigns that are not answered yet."""
        self._more = True

    def add(self, *sent: Sent) -> None:
        """Ask for the totals of these campaigns, as soon as they fill a request or no more will come."""
        with self._lock:
            self._unasked += [each for each in sent if self._refused.get(each.campaign_id) != each.version]
            rest = not self._more
        self._ask(rest=rest)

    def finish(self) -> None:
        """No more campaigns will come; what waits to fill a request is asked for as it is."""
        with self._lock:
            self._more = False
        self._ask(rest=True)
        self._hand_on()

    def _ask(self, *, rest: bool) -> None:
        with self._lock:
            held = len(self._unasked)
            size = self._batches[STATS]
            take = held if rest else held - held % size
            asked, self._unasked = self._unasked[:take], self._unasked[take:]
            portions = [asked[start : start + size] for start in range(0, take, size)]
            self._open += len(portions)
        for portion in portions:
            self._reading.add(STATS, TOTALS, "totals of campaigns", lambda p=portion: self._totals(p))  # type: ignore[misc]

    def _totals(self, sent: Sequence[Sent]) -> Iterator[Batch]:
        """Campaign totals; those that moved lead on to their e-mails."""
        try:
            yield from self._compare(sent)
        finally:
            with self._lock:
                self._open -= 1
            self._hand_on()

    def _compare(self, sent: Sequence[Sent]) -> Iterator[Batch]:
        answer = self._answer(STATS, [each.campaign_id for each in sent])
        found = answer.rows
        learned = self._learned(STATS, answer, sent)
        yield self._reading.as_batch(STATS, requests=answer.requests, state=learned, whole=answer.works)
        still: list[Row] = []
        for each in sent:
            row = found.get(each.campaign_id)
            if row is None:
                continue
            raw = answer.raw[each.campaign_id]
            if self._is_news(each, row):
                with self._lock:
                    self._moved.append(Moved(sent=each, row=row, raw=raw))
            elif row["last_refresh_time"] != self._loaded.stats[each.campaign_id]["last_refresh_time"]:
                still.append(raw)
        if still:
            yield self._reading.batch(STATS, still, requests=0)

    def _answer(self, resource: str, ids: Sequence[str]) -> Answer:
        answer = Answer(self._reading, resource, works=resource in self._works)
        answer.ask(ids)
        if answer.works:
            self._works.add(resource)
        return answer

    def _hand_on(self) -> None:
        """Ask for the e-mails' totals: full requests at once, the last one when no campaign can add to it."""
        with self._lock:
            portions = list(_portions(self._moved, self._batches[ACTIVITY_STATS]))
            waits = bool(self._more or self._open)
            self._moved = portions.pop() if portions and waits else []
        for portion in portions:
            self._reading.add(
                ACTIVITY_STATS,
                TOTALS,
                "totals of e-mails",
                lambda p=portion: self._activity_totals(p),  # type: ignore[misc]
            )

    def _is_news(self, sent: Sent, row: Row) -> bool:
        """Whether anything of this campaign is not loaded as its totals say."""
        apart = self._apart.get(sent.campaign_id, {})
        if any(
            self._differs(feed, sent.activities, row[column], apart=apart.get(feed, 0))
            for feed, column in FEEDS.items()
        ):
            return True
        before = self._loaded.stats.get(sent.campaign_id)
        if before is None or any(before.get(name) != row[name] for name in row if name.startswith("stats__")):
            return True
        wants, activities = self._reading.wants, sent.activities
        return (wants(ACTIVITY_STATS) and not self._loaded.with_stats.issuperset(activities)) or (
            wants(LINKS) and not self._loaded.with_links.issuperset(activities)
        )

    def _differs(self, feed: str, activities: Sequence[str], total: int | None, *, apart: int = 0) -> bool:
        if not self._reading.wants(feed) or total is None:
            return False
        if any(self._reading.aside.is_due(feed, each) for each in activities):
            return True
        total -= apart
        count = sum(self._loaded.counts[feed].get(each, 0) for each in activities)
        if count <= total <= count + sum(self._reading.aside.count(feed, each) for each in activities):
            return False
        settled = [self._settled.get(each, {}).get(feed) for each in activities]
        loaded = [self._loaded.counts[feed].get(each, 0) for each in activities]
        return total != sum(
            count if agreed is None else agreed for agreed, count in zip(settled, loaded, strict=True)
        )

    def _activity_totals(self, portion: Sequence[Moved]) -> Iterator[Batch]:
        """Totals per e-mail, then its feeds. The campaigns' own totals come last: they vouch for all of it."""
        ids = [activity for each in portion for activity in each.sent.activities]
        answer = self._answer(ACTIVITY_STATS, ids)
        by_id = answer.rows
        yield self._reading.batch(
            ACTIVITY_STATS,
            list(answer.raw.values()),
            requests=answer.requests,
            whole=answer.works and self._reading.aside.is_due(ACTIVITY_STATS),
            state=(
                *self._noted("no_stats", [each for each in ids if answer.works and each not in answer.raw]),
                *self._owed(by_id),
                *self._learned(ACTIVITY_STATS, answer, ()),
                *(change for each in portion for change in self._stands_apart(each, by_id)),
            ),
        )
        yield self._reading.batch(STATS, [each.raw for each in portion], requests=0)
        for each in portion:
            for activity in each.sent.activities:
                self._follow(each.sent, activity, by_id.get(activity), each.row)

    def _stands_apart(self, moved: Moved, totals: Mapping[str, Row]) -> tuple[StateChange, ...]:
        """Where a campaign's totals are not those of its e-mails together, and whether an e-mail may be missing."""
        sent, before = moved.sent, self._apart.get(moved.sent.campaign_id, {})
        if any(activity not in totals for activity in sent.activities):
            return ()
        apart = {
            feed: more
            for feed, column in FEEDS.items()
            if (more := (moved.row[column] or 0) - sum(totals[each][column] or 0 for each in sent.activities))
        }
        if apart == before:
            return ()
        kept = StateChange(path=("totals", "apart", sent.campaign_id), value=apart or None)
        # A resend can go out without a new `updated_at` of its campaign.
        if apart.get(SENDS, 0) > before.get(SENDS, 0):
            self._look_again(sent, kept)
            return ()
        return (kept,)

    def _follow(self, sent: Sent, activity: str, row: Row | None, campaign_row: Row) -> None:
        """A slice for each feed of one e-mail whose total is not what is loaded, and one for its links."""
        clicked = False
        for feed, column in FEEDS.items():
            total = None if row is None else row[column]
            if row is None and not self._differs(feed, sent.activities, campaign_row[column]):
                continue
            if row is not None and not self._differs(feed, (activity,), total):
                continue
            clicked = clicked or feed == "email_clicks"
            job = feeds.Feed(
                resource=feed,
                activity_id=activity,
                total=total,
                loaded=self._loaded.counts[feed].get(activity, 0),
            )
            self._reading.add(feed, NEWS, f"{feed} of {sent.name!r}", lambda job=job: job.read(self._reading))  # type: ignore[misc]
        if self._reading.wants(LINKS) and (clicked or activity not in self._loaded.with_links):
            self._reading.add(LINKS, NEWS, f"links of {sent.name!r}", lambda: self._links(activity))

    def _owed(self, totals: Mapping[str, Row]) -> Iterator[StateChange]:
        """Links are read again for new clicks; a run that dies between the two must not take that for done."""
        if not self._reading.wants(LINKS):
            return
        for activity, row in totals.items():
            if self._differs("email_clicks", (activity,), row[FEEDS["email_clicks"]]):
                yield StateChange(path=("totals", "owed_links", activity), value=True)

    def _links(self, activity: str) -> Iterator[Batch]:
        of = endpoint(LINKS)
        done = StateChange(path=("totals", "owed_links", activity), value=None)
        try:
            for page in self._reading.pages(of, {"campaign_activity_id": activity}):
                state = () if page.rows else self._noted("no_links", [activity])
                yield self._reading.batch(
                    LINKS,
                    page.rows,
                    requests=1,
                    constants={"campaign_activity_id": activity},
                    state=state if page.next_link else (*state, done),
                    whole=page.next_link is None,
                )
        except NotFound as error:  # an e-mail without links, where it says so twice
            lost = ("totals", "lost_links", activity)
            if activity in self._lost:
                state = (*self._noted("no_links", [activity]), done, StateChange(path=lost, value=None))
            else:
                state = (StateChange(path=lost, value=True),)
                self._reading.reader.skip(LINKS, str(error))
            yield Batch(resource=LINKS, requests=1, state=state)

    def _noted(self, name: str, activities: Sequence[str]) -> tuple[StateChange, ...]:
        with self._lock:
            if self._without[name].issuperset(activities):
                return ()
            self._without[name].update(activities)
            return self._kept({name: sorted(self._without[name])})

    def _learned(self, resource: str, answer: Answer, sent: Sequence[Sent]) -> tuple[StateChange, ...]:
        """What the answer taught about batches and ids."""
        refused = set(answer.refused)
        with self._lock:
            learned: dict[str, Any] = {}
            if answer.taken is not None and answer.taken < self._batches[resource]:
                self._batches[resource] = answer.taken
                learned["batch"] = {
                    name: size for name, size in self._batches.items() if size < BATCHES[name]
                }
            bad = {
                each.campaign_id: self._twice(each)
                for each in sent
                if each.campaign_id in refused and not each.is_young
            }
            if not bad.items() <= self._refused.items():
                self._refused |= bad
                learned["refused"] = dict(self._refused)
            return self._kept(learned) if learned else ()

    def _twice(self, sent: Sent) -> str:
        """What to keep of a refused campaign: its version, but after the first refusal something that is none yet."""
        once = f"once {sent.version}"
        return sent.version if self._refused.get(sent.campaign_id) in {once, sent.version} else once

    def _kept(self, learned: dict[str, Any]) -> tuple[StateChange, ...]:
        """Into the state; the first that is learned begins the time for which it is believed, and replaces the old."""
        if not self._believes:
            self._believes = True
            fresh: dict[str, Any] = {"batch": None, "refused": None, "no_stats": None}
            learned = fresh | {"learned_at": self._reading.now.isoformat()} | learned
        return tuple(StateChange(path=("totals", name), value=value) for name, value in learned.items())


def _portions(moved: Sequence[Moved], size: int) -> Iterator[list[Moved]]:
    """Campaigns together as long as their e-mails fit into one request."""
    portion: list[Moved] = []
    held = 0
    for each in moved:
        count = len(each.sent.activities)
        if portion and held + count > size:
            yield portion
            portion, held = [], 0
        portion.append(each)
        held += count
    if portion:
        yield portion
