"""Totals of what happened to the e-mails: the cheap question that says which feeds are worth reading.

One request answers for many campaigns. Only where a total differs from what is loaded does a feed cost anything.
Source: contract (/reports/stats/*). What a request for many ids does with a bad one: see `many_ids`.
State: see `state.totals`.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sources.constant_contact.campaign_rows import ACTIVITY_STATS, STATS
from sources.constant_contact.catalogue import FEEDS
from sources.constant_contact.reads.api_objects import attempt, has_failed_before, is_held
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.compared_totals import ComparedTotals
from sources.constant_contact.reads.email_reports import EmailReports
from sources.constant_contact.reads.learned_totals import LearnedTotals, changes_of_failures
from sources.constant_contact.reads.reading import TOTALS
from sources.constant_contact.reads.reports import SENDS, Moved, campaign_item, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.reads.decisions import Sent
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange

Row = dict[str, Any]


class ReportDiscovery:
    """From sent campaigns to the feeds that have news."""

    def __init__(self, reading: Reading, look_again: Callable[[Sent, StateChange], None]) -> None:
        """`look_again`: see `EmailReports`."""
        self._reading = reading
        self._compared = ComparedTotals(reading)
        self._learned = LearnedTotals(reading)
        self._emails = EmailReports(reading, self._compared, self._learned, look_again)
        self._lock = threading.Lock()
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
            if not self._learned.is_refused(each) and not is_held(self._reading, campaign_item(each))
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
            size = self._learned.batch_size(STATS)
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
        answer = self._learned.answer(own, STATS, list(items), doubtful)
        found = answer.rows
        yield self._reading.as_batch(
            STATS,
            requests=answer.requests if answer.works else 0,
            state=(
                *self._learned.changes(STATS, answer, sent),
                *changes_of_failures(self._reading, answer, items),
            ),
            whole=answer.works,
        )
        still: list[Row] = []
        agreed: list[StateChange] = []
        for each in sent:
            row = found.get(each.campaign_id)
            if row is None:
                continue
            agreed += self._compared.agreed_again(each, row)
            raw = answer.raw[each.campaign_id]
            for watcher in self._reading.campaign_watchers:
                watcher.count(each.activities, row[FEEDS[SENDS]], {"name": each.name})
            if self._compared.is_news(each, row):
                with self._lock:
                    self._moved.append(Moved(sent=each, row=row, raw=raw))
            elif (
                row["last_refresh_time"] != self._compared.loaded.stats[each.campaign_id]["last_refresh_time"]
            ):
                still.append(raw)
        if still or agreed:
            yield self._reading.batch(STATS, still, requests=0, state=tuple(agreed))

    def _hand_on(self) -> None:
        """Ask for the e-mails' totals: full requests at once, the last one when no campaign can add to it."""
        with self._lock:
            portions = list(together(self._moved, self._learned.batch_size(ACTIVITY_STATS)))
            waits = bool(self._more or self._open)
            self._moved = portions.pop() if portions and waits else []
        for portion in portions:
            self._reading.add(
                ACTIVITY_STATS,
                TOTALS,
                "totals of e-mails",
                lambda p=portion: self._emails.totals(p),  # type: ignore[misc]
            )
