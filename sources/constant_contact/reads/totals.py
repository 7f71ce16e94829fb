"""Totals of what happened to the e-mails: the cheap question that says which feeds are worth reading.

One request answers for many campaigns. Only where a total differs from what is loaded does a feed cost anything.
Source: contract (/reports/stats/*). What a request for many ids does with a bad one: see `many_ids`.
State: see `state.totals`.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import NotFound
from sources.constant_contact.batches import Batch
from sources.constant_contact.campaign_rows import ACTIVITY_STATS, LINKS, STATS
from sources.constant_contact.catalogue import FEEDS, endpoint
from sources.constant_contact.reads import feeds
from sources.constant_contact.reads.api_objects import attempt, failed, has_failed_before, is_held, recovered
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.decisions import Sent, differs
from sources.constant_contact.reads.many_ids import Answer
from sources.constant_contact.reads.reading import NEWS, TOTALS
from sources.constant_contact.reads.reports import (
    BATCHES,
    SENDS,
    Loaded,
    Moved,
    campaign_item,
    report_item,
    together,
)
from sources.constant_contact.state import totals as totals_state
from sources.constant_contact.state.totals import Learned, TotalsState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange

Row = dict[str, Any]


class ReportDiscovery:
    """From sent campaigns to the feeds that have news."""

    def __init__(self, reading: Reading, look_again: Callable[[Sent, StateChange], None]) -> None:
        """`look_again`: told of a campaign that was sent to more than its known e-mails together, and what to keep in
        mind where no other e-mail is found.
        """
        self._reading = reading
        self._look_again = look_again
        self._loaded = Loaded(reading)
        self._lock = threading.Lock()
        self._state = TotalsState.of(reading.state)
        self._is_current = self._state.is_current(reading.options, now=reading.now)
        known = self._state if self._is_current else TotalsState()
        self._batches, self._refused = {**BATCHES, **known.batch_sizes}, dict(known.refused)
        self._no_links, self._no_stats = set(self._state.no_links), set(known.no_stats)
        self._works: set[str] = set()
        """Resources that were answered in this run."""
        self._unasked: list[Sent] = []
        self._moved: list[Moved] = []
        self._open = 0
        """Requests for totals of campaigns that are not answered yet."""
        self._more = True

    def add(self, *sent: Sent) -> None:
        """Ask for the totals of these campaigns, as soon as they fill a request or no more will come."""
        to_ask = [
            each
            for each in sent
            if self._refused.get(each.campaign_id) != each.version
            and not is_held(self._reading, campaign_item(each))
        ]
        doubtful = [each for each in to_ask if has_failed_before(self._reading, campaign_item(each))]
        with self._lock:
            self._unasked += [each for each in to_ask if each not in doubtful]
            rest = not self._more
        self._send([[each] for each in doubtful])
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
        self._send([asked[start : start + size] for start in range(0, take, size)])

    def _send(self, portions: Sequence[Sequence[Sent]]) -> None:
        """A slice for each request."""
        with self._lock:
            self._open += len(portions)
        for portion in portions:
            self._reading.add(STATS, TOTALS, "totals of campaigns", lambda p=portion: self._totals(p))  # type: ignore[misc]

    def _totals(self, sent: Sequence[Sent]) -> Iterator[Batch]:
        """Campaign totals; those that moved lead on to their e-mails."""
        try:
            item = ApiObject(resource=STATS)
            yield from attempt(self._reading, item, lambda own: self._compare(own, sent))
        finally:
            with self._lock:
                self._open -= 1
            self._hand_on()

    def _compare(self, own: Reading, sent: Sequence[Sent]) -> Iterator[Batch]:
        items = {each.campaign_id: campaign_item(each) for each in sent}
        doubtful = {campaign_id for campaign_id, item in items.items() if has_failed_before(own, item)}
        answer = self._answer(own, STATS, list(items), doubtful)
        found = answer.rows
        yield self._reading.as_batch(
            STATS,
            requests=answer.requests if answer.works else 0,
            state=(*self._learned(STATS, answer, sent), *self._tried(answer, items)),
            whole=answer.works,
        )
        still: list[Row] = []
        agreed: list[StateChange] = []
        for each in sent:
            row = found.get(each.campaign_id)
            if row is None:
                continue
            agreed += self._agreed_again(each, row)
            raw = answer.raw[each.campaign_id]
            for watcher in self._reading.campaign_watchers:
                watcher.count(each.activities, row[FEEDS[SENDS]], {"name": each.name})
            if self._is_news(each, row):
                with self._lock:
                    self._moved.append(Moved(sent=each, row=row, raw=raw))
            elif row["last_refresh_time"] != self._loaded.stats[each.campaign_id]["last_refresh_time"]:
                still.append(raw)
        if still or agreed:
            yield self._reading.batch(STATS, still, requests=0, state=tuple(agreed))

    def _answer(self, own: Reading, resource: str, ids: Sequence[str], doubtful: Collection[str]) -> Answer:
        answer = Answer(own, resource, works=resource in self._works)
        answer.ask([each for each in ids if each not in doubtful], doubtful=sorted(doubtful))
        if answer.works:
            self._works.add(resource)
        return answer

    def _tried(self, answer: Answer, items: Mapping[str, ApiObject]) -> Iterator[StateChange]:
        """What an answer for many ids says of those that failed, now or before."""
        for object_id, item in items.items():
            if object_id in answer.failed:
                yield from failed(self._reading, item, answer.failed[object_id])
            elif object_id in answer.raw:
                yield from recovered(self._reading, item)

    def _agreed_again(self, sent: Sent, row: Row) -> Iterator[StateChange]:
        """Reports that failed and need not be read any more; those that wait are noted as left out."""
        for report, activities in self._loaded.failed.items():
            for activity in activities.intersection(sent.activities):
                item = report_item(sent, report, activity)
                if is_held(self._reading, item):
                    continue
                is_loaded = report == LINKS and activity in self._loaded.with_links
                column = FEEDS.get(report)
                if is_loaded or (column and not self._differs(sent, report, sent.activities, row[column])):
                    yield from recovered(self._reading, item)

    def _hand_on(self) -> None:
        """Ask for the e-mails' totals: full requests at once, the last one when no campaign can add to it."""
        with self._lock:
            portions = list(together(self._moved, self._batches[ACTIVITY_STATS]))
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
        apart = self._state.offsets.get(sent.campaign_id, {})
        if any(
            self._differs(sent, feed, sent.activities, row[column], apart=apart.get(feed, 0))
            for feed, column in FEEDS.items()
        ):
            return True
        before = self._loaded.stats.get(sent.campaign_id)
        if before is None or any(before.get(name) != row[name] for name in row if name.startswith("stats__")):
            return True
        return self._lacks(sent, ACTIVITY_STATS, self._loaded.with_stats) or self._lacks(
            sent, LINKS, self._loaded.with_links
        )

    def _lacks(self, sent: Sent, report: str, loaded: Collection[str]) -> bool:
        """Whether a report of an e-mail is to be read because it never was."""
        return self._reading.wants(report) and any(
            each not in loaded and not self._waits(sent, report, each) for each in sent.activities
        )

    def _waits(self, sent: Sent, report: str, activity: str) -> bool:
        failed_before = activity in self._loaded.failed[report]
        return failed_before and is_held(self._reading, report_item(sent, report, activity))

    def _differs(
        self, sent: Sent, feed: str, activities: Sequence[str], total: int | None, *, apart: int = 0
    ) -> bool:
        waits = any(self._waits(sent, feed, each) for each in activities)
        if waits or total is None or not self._reading.wants(feed):
            return False
        if any(self._reading.aside.is_due(feed, each) for each in activities):
            return True
        return differs(
            total,
            [self._loaded.counts[feed].get(each, 0) for each in activities],
            [self._state.unreached.get(each, {}).get(feed) for each in activities],
            offset=apart,
            aside=sum(self._reading.aside.count(feed, each) for each in activities),
        )

    def _activity_totals(self, portion: Sequence[Moved]) -> Iterator[Batch]:
        """Totals per e-mail, then its feeds. The campaigns' own totals come last: they vouch for all of it."""
        totals: dict[str, Row] = {}
        item = ApiObject(resource=ACTIVITY_STATS)
        yield from attempt(self._reading, item, lambda own: self._ask_emails(own, portion, totals))
        yield self._reading.batch(STATS, [each.raw for each in portion], requests=0)
        for each in portion:
            for activity in each.sent.activities:
                self._report_discovery(each.sent, activity, totals.get(activity), each.row)

    def _ask_emails(self, own: Reading, portion: Sequence[Moved], totals: dict[str, Row]) -> Iterator[Batch]:
        """Fills `totals`: e-mail -> its row, names and types as declared."""
        reports = [(each.sent, activity) for each in portion for activity in each.sent.activities]
        items = {activity: report_item(sent, ACTIVITY_STATS, activity) for sent, activity in reports}
        items = {activity: item for activity, item in items.items() if not is_held(own, item)}
        doubtful = {activity for activity, item in items.items() if has_failed_before(own, item)}
        answer = self._answer(own, ACTIVITY_STATS, list(items), doubtful)
        totals.update(answer.rows)
        without = [each for each in items if each not in answer.raw and each not in answer.failed]
        yield self._reading.batch(
            ACTIVITY_STATS,
            list(answer.raw.values()),
            requests=answer.requests if answer.works else 0,
            whole=answer.works and self._reading.aside.is_due(ACTIVITY_STATS),
            state=(
                *self._noted(no_stats=without if answer.works else ()),
                *self._owed(portion, totals),
                *self._learned(ACTIVITY_STATS, answer, ()),
                *self._tried(answer, items),
                *(change for each in portion for change in self._stands_apart(each, totals)),
            ),
        )

    def _stands_apart(self, moved: Moved, totals: Mapping[str, Row]) -> tuple[StateChange, ...]:
        """Where a campaign's totals are not those of its e-mails together, and whether an e-mail may be missing."""
        sent, before = moved.sent, self._state.offsets.get(moved.sent.campaign_id, {})
        if any(activity not in totals for activity in sent.activities):
            return ()
        apart = {
            feed: more
            for feed, column in FEEDS.items()
            if (more := (moved.row[column] or 0) - sum(totals[each][column] or 0 for each in sent.activities))
        }
        if apart == before:
            return ()
        kept = totals_state.stands_apart(sent.campaign_id, apart)
        # A resend can go out without a new `updated_at` of its campaign.
        if apart.get(SENDS, 0) > before.get(SENDS, 0):
            self._look_again(sent, kept)
            return ()
        return (kept,)

    def _report_discovery(self, sent: Sent, activity: str, row: Row | None, campaign_row: Row) -> None:
        """A slice for each feed of one e-mail whose total is not what is loaded, and one for its links."""
        clicked = False
        for feed, column in FEEDS.items():
            total = None if row is None else row[column]
            if row is None and not self._differs(sent, feed, sent.activities, campaign_row[column]):
                continue
            if row is not None and not self._differs(sent, feed, (activity,), total):
                continue
            clicked = clicked or feed == "email_clicks"
            job = feeds.Feed(
                resource=feed,
                activity_id=activity,
                total=total,
                loaded=self._loaded.counts[feed].get(activity, 0),
            )
            self._read(sent, feed, activity, job.read)
        if self._reading.wants(LINKS) and (clicked or activity not in self._loaded.with_links):
            self._read(sent, LINKS, activity, lambda own: self._links(own, activity))

    def _read(
        self, sent: Sent, report: str, activity: str, read: Callable[[Reading], Iterator[Batch]]
    ) -> None:
        item = report_item(sent, report, activity)
        title = f"{'links' if report == LINKS else report} of {sent.name!r}"
        self._reading.add(report, NEWS, title, lambda: attempt(self._reading, item, read))

    def _owed(self, portion: Sequence[Moved], totals: Mapping[str, Row]) -> Iterator[StateChange]:
        """Links are read again for new clicks; a run that dies between the two must not take that for done."""
        if not self._reading.wants(LINKS):
            return
        column = FEEDS["email_clicks"]
        for each in portion:
            for activity in each.sent.activities:
                row = totals.get(activity)
                if row is not None and self._differs(each.sent, "email_clicks", (activity,), row[column]):
                    yield totals_state.owes_links(activity)

    def _links(self, own: Reading, activity: str) -> Iterator[Batch]:
        of = endpoint(LINKS)
        done = totals_state.links_read(activity)
        try:
            for page in own.pages(of, {"campaign_activity_id": activity}):
                state = () if page.rows else self._noted(no_links=[activity])
                yield self._reading.batch(
                    LINKS,
                    page.rows,
                    requests=1,
                    constants={"campaign_activity_id": activity},
                    state=state if page.next_link else (*state, done),
                    whole=page.next_link is None,
                )
        except NotFound:  # an e-mail without links, where it says so twice
            if activity not in self._state.lost_links:
                yield Batch(resource=LINKS, state=(totals_state.links_not_found(activity),))
                raise
            state = (*self._noted(no_links=[activity]), done, totals_state.links_found_missing(activity))
            yield Batch(resource=LINKS, requests=1, state=state)

    def _noted(
        self, *, no_links: Collection[str] = (), no_stats: Collection[str] = ()
    ) -> tuple[StateChange, ...]:
        """E-mails that were found to have none."""
        with self._lock:
            if self._no_links.issuperset(no_links) and self._no_stats.issuperset(no_stats):
                return ()
            self._no_links.update(no_links)
            self._no_stats.update(no_stats)
            return self._kept(
                Learned(
                    no_links=self._no_links if no_links else None,
                    no_stats=self._no_stats if no_stats else None,
                )
            )

    def _learned(self, resource: str, answer: Answer, sent: Sequence[Sent]) -> tuple[StateChange, ...]:
        """What the answer taught about batches and ids."""
        refused = set(answer.refused)
        with self._lock:
            learned = Learned()
            if answer.taken is not None and answer.taken < self._batches[resource]:
                self._batches[resource] = answer.taken
                sizes = {name: size for name, size in self._batches.items() if size < BATCHES[name]}
                learned = replace(learned, batch_sizes=sizes)
            bad = {
                each.campaign_id: self._twice(each)
                for each in sent
                if each.campaign_id in refused and not each.is_young
            }
            if not bad.items() <= self._refused.items():
                self._refused |= bad
                learned = replace(learned, refused=self._refused)
            return self._kept(learned) if learned != Learned() else ()

    def _twice(self, sent: Sent) -> str:
        """What to keep of a refused campaign: its version, but after the first refusal something that is none yet."""
        once = f"once {sent.version}"
        return sent.version if self._refused.get(sent.campaign_id) in {once, sent.version} else once

    def _kept(self, learned: Learned) -> tuple[StateChange, ...]:
        """Into the state; the first that is learned begins the time for which it is believed, and replaces the old."""
        first_at = None if self._is_current else self._reading.now
        self._is_current = True
        return tuple(learned.kept(first_at=first_at))
