"""Counts that stand apart from the API's own rows: scope -> id, or "all" -> count minus rows, once all were counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.constant_contact.state.changes import State

AUDIT, SETTLED, ALL = "audit", "settled", "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetsState:
    by_scope: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: State) -> Self:
        return cls(by_scope=state.get(AUDIT, {}).get(SETTLED, {}))

    def offset(self, scope: str, scope_id: str | None) -> int | None:
        """None: the count is taken to be that of the rows."""
        return self.by_scope.get(scope, {}).get(scope_id or ALL)


def stands_apart(scope: str, scope_id: str | None, offset: int | None) -> StateChange:
    """`offset`: None where the count agrees with the rows."""
    return StateChange(path=(AUDIT, SETTLED, scope, scope_id or ALL), value=offset)
