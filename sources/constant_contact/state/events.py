"""When events were read.

since      when the first of them was read: part of the digests, so that all are read again once it is forgotten
whole_at   when the listing was last read to its end
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange, time_of

if TYPE_CHECKING:
    from pendulum import DateTime

    from sources.constant_contact.state.changes import State

EVENTS, SINCE, WHOLE_AT = "events", "since", "whole_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsState:
    since: str | None = None
    """As it was written, since digests are made with it; None: none was read."""
    whole_at: DateTime | None = None
    """UTC."""

    @classmethod
    def of(cls, state: State) -> Self:
        entry = state.get(EVENTS, {})
        return cls(since=entry.get(SINCE), whole_at=time_of(entry.get(WHOLE_AT)))

    @property
    def is_known(self) -> bool:
        return self.since is not None or self.whole_at is not None


def began(since: str) -> StateChange:
    return StateChange(path=(EVENTS, SINCE), value=since)


def listed_whole(at: DateTime) -> StateChange:
    return StateChange(path=(EVENTS, WHOLE_AT), value=at.isoformat())


def read_again() -> StateChange:
    """Nothing is known of what was read."""
    return StateChange(path=(EVENTS,), value=None)
