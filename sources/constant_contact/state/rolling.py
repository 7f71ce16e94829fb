"""How far contacts were read again by their creation, a share a night.

began   the whole reading, or the end of the last round, from which on this round counts
until   every contact that was created before has been read in this round
at      when the last share was read
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange, text_of, time_of

if TYPE_CHECKING:
    from pendulum import DateTime

    from sources.constant_contact.state.changes import State

SECTION = "rolling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Times in UTC."""

    began: DateTime
    at: DateTime
    until: DateTime | None = None
    """None: nothing of this round has been read."""

    @classmethod
    def since(cls, state: State, whole_at: DateTime) -> Self:
        """The round under way; a whole reading since then begins a new one."""
        entry = state.get(SECTION, {})
        if time_of(entry.get("began")) != whole_at:
            return cls(began=whole_at, at=whole_at)
        return cls(began=whole_at, at=time_of(entry.get("at")) or whole_at, until=time_of(entry.get("until")))

    def kept(self) -> StateChange:
        value = {"began": text_of(self.began), "at": text_of(self.at), "until": text_of(self.until)}
        return StateChange(path=(SECTION,), value={k: v for k, v in value.items() if v is not None})
