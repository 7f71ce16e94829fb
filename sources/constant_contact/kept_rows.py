"""A warehouse of which the small tables were read ahead, so that a quiet night opens it a few times and not for each
question: opening a file of a hundred tables costs as much as fifty questions.

What is kept is what was loaded when the run began, as `SqlWarehouse` knows only the tables of that moment.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from sources.constant_contact.catalogue import CATALOGUE, FEEDS
from sources.constant_contact.sql_warehouse import SqlWarehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from contextlib import AbstractContextManager

    from sources.constant_contact.sql_tables import Select
    from sources.constant_contact.warehouse import Rows

MOST = 1_000
"""Rows of a table up to which it is kept."""
LARGE = frozenset((*FEEDS, "contacts"))
"""Resources of which nobody asks for all rows, or all at once."""


def asked_for(resources: Collection[str]) -> frozenset[str]:
    """Tables that are small where an account is small, and of which a run of these resources asks for the rows."""
    return frozenset(
        each.name
        for name, of in CATALOGUE.items()
        if name in resources and name not in LARGE
        for each in of.tables
    )


class KeptRows(SqlWarehouse):
    """A `Warehouse` that answers from memory where it can."""

    def __init__(
        self,
        select: Select,
        qualify: Callable[[str], str],
        existing: Mapping[str, Collection[str]],
        close: Callable[[], None] = lambda: None,
        *,
        kept: Mapping[str, Rows],
        stretch: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`kept`: table -> its rows, with the columns of `existing`. `stretch`: keeps the destination open."""
        super().__init__(select, qualify, existing, close)
        self._kept = {name: self._without_bookkeeping(name, rows) for name, rows in kept.items()}
        self._stretch = stretch

    def stretch(self, tables: Collection[str]) -> AbstractContextManager[None]:
        return nullcontext() if all(map(self.is_kept, tables)) else self._stretch()

    def is_kept(self, table: str) -> bool:
        return table in self._kept

    def rows(self, table: str, columns: Collection[str] | None = None) -> list[dict[str, Any]]:
        if table not in self._kept:
            return super().rows(table, columns)
        return [
            {name: value for name, value in row.items() if columns is None or name in columns}
            for row in self._kept[table]
            if columns is None or row.keys() & set(columns)
        ]

    def count(self, table: str) -> int:
        return len(self._kept[table]) if table in self._kept else super().count(table)

    def where(self, table: str, column: str, values: Collection[str]) -> list[dict[str, Any]]:
        if table not in self._kept:
            return super().where(table, column, values)
        wanted = set(values)
        return [dict(row) for row in self._kept[table] if str(row.get(column)) in wanted]

    def _without_bookkeeping(self, table: str, rows: Rows) -> list[dict[str, Any]]:
        names = list(self._existing[table])
        wanted = set(self.columns(table))
        return [
            {name: value for name, value in zip(names, row, strict=True) if name in wanted} for row in rows
        ]
