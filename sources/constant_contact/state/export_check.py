"""When an export of all contacts was ordered last: `at`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange, text_of, time_of

if TYPE_CHECKING:
    from pendulum import DateTime

    from sources.constant_contact.state.changes import State

EXPORT_CHECK, AT = "export_check", "at"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCheckState:
    ordered_at: DateTime | None = None
    """UTC; None: never."""

    @classmethod
    def of(cls, state: State) -> Self:
        return cls(ordered_at=time_of(state.get(EXPORT_CHECK, {}).get(AT)))


def ordered(at: DateTime | None) -> StateChange:
    """None: it was not, and never before."""
    return StateChange(path=(EXPORT_CHECK, AT), value=text_of(at))
