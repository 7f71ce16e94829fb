"""What was learned of totals: how they are asked for, which e-mails have none, and where they differ from the rows.

batch        resource -> most ids that one request has been seen to take, if fewer than the documented number
refused      id -> version of campaigns whose totals were refused in two runs: not asked again while they are the same
owed_links   e-mails with new clicks whose links are not read again yet
no_links, no_stats   ids of e-mails that have none; asked again when their campaign's totals move
lost_links   e-mails whose links were not found once
learned_at   when the first of batch, refused and no_stats was learned: after `full_refresh_every` they are tried anew
apart        campaign id -> feed -> its total minus those of its e-mails, where they differ: looked into once
settled      activity id -> feed -> total that a complete reading did not reach (the totals are computed apart from
the feeds and may differ for ever); the feed is read again when the total moves
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sources.constant_contact.state.changes import StateChange, time_of
from sources.constant_contact.windows import is_current

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pendulum import DateTime

    from sources.constant_contact.state.changes import State
    from sources.constant_contact.windows import SyncOptions

TOTALS, BATCH, REFUSED, OWED, LEARNED_AT = "totals", "batch", "refused", "owed_links", "learned_at"
NO_LINKS, NO_STATS, LOST_LINKS, APART, SETTLED = "no_links", "no_stats", "lost_links", "apart", "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsState:
    cached_at: DateTime | None = None
    """UTC."""
    batch_sizes: Mapping[str, int] = field(default_factory=dict)
    """By resource."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Campaign -> its version."""
    links_due: frozenset[str] = frozenset()
    no_links: frozenset[str] = frozenset()
    no_stats: frozenset[str] = frozenset()
    lost_links: frozenset[str] = frozenset()
    offsets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Campaign -> feed -> its total minus those of its e-mails."""
    unreached: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """E-mail -> feed -> the total that a complete reading did not reach."""

    @classmethod
    def of(cls, state: State) -> Self:
        entry = state.get(TOTALS, {})
        return cls(
            cached_at=time_of(entry.get(LEARNED_AT)),
            batch_sizes=entry.get(BATCH) or {},
            refused=entry.get(REFUSED) or {},
            links_due=frozenset(entry.get(OWED, ())),
            no_links=frozenset(entry.get(NO_LINKS) or ()),
            no_stats=frozenset(entry.get(NO_STATS) or ()),
            lost_links=frozenset(entry.get(LOST_LINKS, ())),
            offsets=entry.get(APART, {}),
            unreached=entry.get(SETTLED, {}),
        )

    def is_current(self, options: SyncOptions, *, now: DateTime) -> bool:
        """Whether batch sizes, refusals and missing totals still count."""
        return is_current(self.cached_at, options, now=now)


def unreached_total(state: State, activity_id: str, feed: str) -> int | None:
    """The total that a complete reading of this feed did not reach."""
    found: int | None = state.get(TOTALS, {}).get(SETTLED, {}).get(activity_id, {}).get(feed)
    return found


def read_to_the_end(activity_id: str, feed: str, unreached: int | None) -> StateChange:
    """`unreached`: the total, where the rows are not as many; None where they agree."""
    return StateChange(path=(TOTALS, SETTLED, activity_id, feed), value=unreached)


def stands_apart(campaign_id: str, offsets: Mapping[str, int]) -> StateChange:
    """Feed -> the campaign's total minus those of its e-mails; none where they agree."""
    return StateChange(path=(TOTALS, APART, campaign_id), value=dict(offsets) or None)


def owes_links(activity_id: str) -> StateChange:
    return StateChange(path=(TOTALS, OWED, activity_id), value=True)


def links_read(activity_id: str) -> StateChange:
    return StateChange(path=(TOTALS, OWED, activity_id), value=None)


def links_not_found(activity_id: str) -> StateChange:
    return StateChange(path=(TOTALS, LOST_LINKS, activity_id), value=True)


def links_found_missing(activity_id: str) -> StateChange:
    """Not found a second time, which is believed: see `learned`."""
    return StateChange(path=(TOTALS, LOST_LINKS, activity_id), value=None)


def offsets_forgotten() -> StateChange:
    """No total is known to be out of reach."""
    return StateChange(path=(TOTALS, SETTLED), value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What an answer taught; None: nothing new of this."""

    batch_sizes: Mapping[str, int] | None = None
    refused: Mapping[str, str] | None = None
    no_links: Collection[str] | None = None
    no_stats: Collection[str] | None = None

    def kept(self, *, first_at: DateTime | None) -> Iterator[StateChange]:
        """`first_at`: now, where what was learned before no longer counts and is replaced."""
        values: dict[str, Any] = {}
        if first_at is not None:
            values = {BATCH: None, REFUSED: None, NO_STATS: None, LEARNED_AT: first_at.isoformat()}
        if self.batch_sizes is not None:
            values[BATCH] = dict(self.batch_sizes)
        if self.refused is not None:
            values[REFUSED] = dict(self.refused)
        if self.no_links is not None:
            values[NO_LINKS] = sorted(self.no_links)
        if self.no_stats is not None:
            values[NO_STATS] = sorted(self.no_stats)
        for name, value in values.items():
            yield StateChange(path=(TOTALS, name), value=value)
