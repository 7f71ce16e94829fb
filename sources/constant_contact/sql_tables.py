"""Questions about any loaded table, in plain SQL that DuckDB and PostgreSQL share.

The SQL is sent through a function, so nothing here knows which destination it is or how it is reached.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sources.constant_contact.warehouse import Rows, identifier, identifiers, literal, literals

Select = Callable[[str], tuple[Sequence[str], Rows]]
"""SQL -> column names and rows."""

AT_ONCE = 500
"""Texts in one `in (...)`."""


class SqlTables:
    """The tables of a SQL destination. Reader threads share it, so queries take turns."""

    def __init__(
        self,
        select: Select,
        qualify: Callable[[str], str],
        existing: Mapping[str, Collection[str]],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        """`qualify` makes a table's full name; `existing` is table -> columns as they are in the destination."""
        self._select = select
        self._qualify = qualify
        self._existing = existing
        self._close = close
        self._lock = threading.Lock()

    def rows(self, table: str, columns: Collection[str] | None = None) -> list[dict[str, Any]]:
        wanted = [name for name in self.columns(table) if columns is None or name in columns]
        if not wanted:
            return []
        return self._dicts(f"select {identifiers(wanted)} from {self._qualify(table)}")

    def count(self, table: str) -> int:
        if table not in self._existing:
            return 0
        return int(self._query(f"select count(*) from {self._qualify(table)}")[1][0][0])

    def columns(self, table: str) -> list[str]:
        return [name for name in self._existing.get(table, ()) if not name.startswith("_dlt_")]

    def where(self, table: str, column: str, values: Collection[str]) -> list[dict[str, Any]]:
        there = self.columns(table)
        if column not in there:
            return []
        found: list[dict[str, Any]] = []
        listed = sorted(values)
        for start in range(0, len(listed), AT_ONCE):
            texts = literals(listed[start : start + AT_ONCE])
            found += self._dicts(
                f"select {identifiers(there)} from {self._qualify(table)} where {identifier(column)} in ({texts})"
            )
        return found

    def having(self, table: str, column: str, columns: Collection[str]) -> list[dict[str, Any]]:
        wanted = [name for name in self.columns(table) if name in columns]
        if column not in self.columns(table) or not wanted:
            return []
        condition = f"{identifier(column)} is not null"
        return self._dicts(f"select {identifiers(wanted)} from {self._qualify(table)} where {condition}")

    def combinations(self, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        if not set(columns) <= set(self.columns(table)):
            return []
        listed = identifiers(columns)
        return self._dicts(
            f"select {listed}, count(*) as row_count from {self._qualify(table)} group by {listed}"
        )

    def greatest(self, table: str, key: str, by: str, keys: Collection[str]) -> Mapping[str, Any]:
        if not {key, by} <= set(self.columns(table)):
            return {}
        found: dict[str, Any] = {}
        listed, name, value = sorted(keys), identifier(key), identifier(by)
        for start in range(0, len(listed), AT_ONCE):
            texts = literals(listed[start : start + AT_ONCE])
            rows = self._query(
                f"select {name}, max({value}) from {self._qualify(table)} where {name} in ({texts}) group by {name}"
            )[1]
            found |= {str(row[0]): row[1] for row in rows}
        return found

    def latest(self, table: str, key: str, by: str) -> dict[str, dict[str, Any]]:
        there = self.columns(table)
        if key not in there or by not in there:
            return {}
        name = self._qualify(table)
        key_name, by_name = identifier(key), identifier(by)
        found = self._dicts(
            f"select {', '.join(f'every.{quoted}' for quoted in map(identifier, there))} from {name} as every"
            f" join (select {key_name} as k, max({by_name}) as latest from {name} group by {key_name}) as newest"
            f" on every.{key_name} = newest.k and every.{by_name} = newest.latest"
        )
        return {row[key]: row for row in found}

    def close(self) -> None:
        with self._lock:
            self._close()

    def _dicts(self, sql: str) -> list[dict[str, Any]]:
        names, rows = self._query(sql)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _query(self, sql: str) -> tuple[Sequence[str], Rows]:
        with self._lock:
            return self._select(sql)


def instant(at: datetime) -> str:
    """An instant as SQL has it, in UTC."""
    return f"cast({literal(at.astimezone(UTC).isoformat())} as timestamp with time zone)"
