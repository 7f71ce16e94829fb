"""When a listing that starts from a date was read: resource ->
read_at    start of the last reading that came to its end
whole_at   start of the last one that asked for everything
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange, time_of

if TYPE_CHECKING:
    from pendulum import DateTime

    from sources.constant_contact.state.changes import State

RECENT, READ_AT, WHOLE_AT = "recent", "read_at", "whole_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentState:
    """Of one resource. Times in UTC; None: not known yet."""

    read_at: DateTime | None = None
    whole_at: DateTime | None = None

    @classmethod
    def of(cls, state: State, resource: str) -> Self:
        entry = state.get(RECENT, {}).get(resource, {})
        return cls(read_at=time_of(entry.get(READ_AT)), whole_at=time_of(entry.get(WHOLE_AT)))


def read(resource: str, at: DateTime, *, is_whole: bool) -> tuple[StateChange, ...]:
    """A reading that began then has come to its end."""
    names = (READ_AT, WHOLE_AT) if is_whole else (READ_AT,)
    return tuple(StateChange(path=(RECENT, resource, name), value=at.isoformat()) for name in names)


def read_again(resource: str) -> StateChange:
    """Nothing is known of how far it was read."""
    return StateChange(path=(RECENT, resource), value=None)
