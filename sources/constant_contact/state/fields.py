"""What was learned of the fields of rows.

columns   table -> column -> path of the undeclared field that has it
refused   values of `include` that the server does not take
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sources.constant_contact.state.changes import State

COLUMNS, REFUSED = "columns", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsState:
    columns: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()

    @classmethod
    def of(cls, state: State) -> Self:
        return cls(columns=state.get(COLUMNS, {}), refused=frozenset(state.get(REFUSED, ())))

    def columns_of(self, table: str) -> Mapping[str, Sequence[str]]:
        return self.columns.get(table, {})


def has_column(table: str, column: str, path: Sequence[str]) -> StateChange:
    return StateChange(path=(COLUMNS, table, column), value=list(path))


def refused(values: Collection[str]) -> StateChange:
    """All values of `include` that are known to be refused."""
    return StateChange(path=(REFUSED,), value=sorted(values) or None)
