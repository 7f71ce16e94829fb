"""How totals are best asked for, as far as earlier answers taught it: how many ids at once, of whom there are none.

State: see `state.totals`. Reader threads share it.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from sources.constant_contact.reads.api_objects import failed, recovered
from sources.constant_contact.reads.many_ids import Answer
from sources.constant_contact.reads.reports import BATCHES
from sources.constant_contact.state.totals import Learned, TotalsState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sources.constant_contact.reads.attempts import ApiObject
    from sources.constant_contact.reads.decisions import Sent
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange


class LearnedTotals:
    """What is known of the answers when the run begins, and what this run's add to it."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._lock = threading.Lock()
        state = TotalsState.of(reading.state)
        self._is_current = state.is_current(reading.options, now=reading.now)
        known = state if self._is_current else TotalsState()
        self._batches, self._refused = {**BATCHES, **known.batch_sizes}, dict(known.refused)
        self._no_links, self._no_stats = set(state.no_links), set(known.no_stats)
        self._works: set[str] = set()
        """Resources that were answered in this run."""

    def batch_size(self, resource: str) -> int:
        """Most ids that one request takes."""
        return self._batches[resource]

    def is_refused(self, sent: Sent) -> bool:
        """Whether the server does not answer for this campaign as it is now."""
        return self._refused.get(sent.campaign_id) == sent.version

    def answer(self, own: Reading, resource: str, ids: Sequence[str], doubtful: Collection[str]) -> Answer:
        answer = Answer(own, resource, works=resource in self._works)
        answer.ask([each for each in ids if each not in doubtful], doubtful=sorted(doubtful))
        if answer.works:
            self._works.add(resource)
        return answer

    def noted_without(
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

    def changes(self, resource: str, answer: Answer, sent: Sequence[Sent]) -> tuple[StateChange, ...]:
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
        """Into the state; the first that is learned begins the time for which it counts, and replaces the old."""
        first_at = None if self._is_current else self._reading.now
        self._is_current = True
        return tuple(learned.kept(first_at=first_at))


def changes_of_failures(
    reading: Reading, answer: Answer, items: Mapping[str, ApiObject]
) -> Iterator[StateChange]:
    """What an answer for many ids says of those that failed, now or before."""
    for object_id, item in items.items():
        if object_id in answer.failed:
            yield from failed(reading, item, answer.failed[object_id])
        elif object_id in answer.raw:
            yield from recovered(reading, item)
