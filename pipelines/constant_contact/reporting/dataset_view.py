"""What one dataset of the warehouse holds, asked in SQL that DuckDB and PostgreSQL read alike.

Knows a `Query` (SQL in, rows out) and the information schema; opens no connection and names no table. A table
or column that is missing is an answer here, not an error: syncs may be partial and marts come later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sources.constant_contact.warehouse import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = dict[str, object]
Query = Callable[[str], list[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """The tables of one dataset, with their columns, as they were when it was read."""

    query: Query
    dataset: str
    columns: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, query: Query, dataset: str) -> DatasetView:
        found: dict[str, set[str]] = {}
        rows = query(
            f"select table_name, column_name from information_schema.columns where table_schema = {literal(dataset)}"
            " and table_name not in"  # views say again what tables say
            f" (select table_name from information_schema.views where table_schema = {literal(dataset)})"
        )
        for row in rows:
            found.setdefault(str(row["table_name"]), set()).add(str(row["column_name"]))
        columns = {table: frozenset(names) for table, names in found.items()}
        return cls(query=query, dataset=dataset, columns=columns)

    def has(self, table: str, *columns: str) -> bool:
        return table in self.columns and self.columns[table].issuperset(columns)

    def name(self, table: str) -> str:
        """The table as SQL names it, quoted."""
        return f"{identifier(self.dataset)}.{identifier(table)}"


def whole(value: object) -> int:
    """A count; null counts as 0."""
    return int(value) if isinstance(value, int | float | Decimal) else 0


def share(value: object) -> float | None:
    """A rate from 0 to 1, or None where it is unknown."""
    return float(value) if isinstance(value, int | float | Decimal) else None


def text(value: object) -> str:
    return "" if value is None else str(value)


def moment(value: object) -> dt.datetime | None:
    """A UTC time; marts keep UTC without a zone, raw tables with one."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
    return None
