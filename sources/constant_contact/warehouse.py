"""What is loaded already: the few questions a read asks of the destination.

Plain SQL that DuckDB and PostgreSQL share, sent through a function, so nothing here knows which it is or how it is
reached. A table that is not there yet answers as an empty one: a first night needs no special case.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sources.constant_contact.withheld import FORGOTTEN, FORGOTTEN_ROWS, Forgotten

Rows = Sequence[tuple[Any, ...]]
Select = Callable[[str], tuple[Sequence[str], Rows]]
"""SQL -> column names and rows."""

AT_ONCE = 500
"""Texts in one `in (...)`."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Warehouse(Protocol):
    def rows(self, table: str, columns: Collection[str] | None = None) -> list[dict[str, Any]]:
        """All rows of a small table; `columns` limits them, load bookkeeping is left out."""

    def count(self, table: str) -> int:
        """Rows loaded."""

    def columns(self, table: str) -> Collection[str]:
        """Its columns, the loader's left out; none where the table is not there."""

    def where(self, table: str, column: str, values: Collection[str]) -> list[dict[str, Any]]:
        """Rows with one of these texts in a column, load bookkeeping left out."""

    def combinations(self, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Each combination of values in these columns once, with the number of its rows as `row_count`; none where a
        column is missing.
        """

    def deletion_marks(self, table: str) -> Mapping[str, Any]:
        """contact_id -> the deletion that its rows show; only contacts whose rows show one."""

    def event_counts(self, table: str) -> Mapping[str, int]:
        """campaign_activity_id -> rows accounted for: loaded, or erased with their contact."""

    def forgotten_events(self, table: str) -> Mapping[str, int]:
        """campaign_activity_id -> rows that were erased with their contact."""

    def forgotten(self) -> Forgotten:
        """The contacts that were erased."""

    def event_times(self, table: str, activity_id: str) -> KnownTimes:
        """When the loaded events of one activity happened."""

    def events_at(self, table: str, activity_id: str, at: int) -> list[dict[str, Any]]:
        """The loaded events of one activity in one instant, microseconds since 1970 UTC."""

    def latest(self, table: str, key: str, by: str) -> dict[str, dict[str, Any]]:
        """Per `key` the row with the greatest `by`."""

    def close(self) -> None:
        """Let the connection go; nothing can be asked afterwards."""


class KnownTimes:
    """How many loaded events are newer than an instant (microseconds since 1970 UTC), without holding the events."""

    def __init__(self, times: Iterable[datetime]) -> None:
        self._microseconds = array("q", sorted((time - _EPOCH) // _MICROSECOND for time in times))

    def __len__(self) -> int:
        return len(self._microseconds)

    def newer_than(self, at: int) -> int:
        return len(self._microseconds) - bisect_right(self._microseconds, at)


class SqlWarehouse:
    """A `Warehouse` over a SQL destination. Reader threads share it, so queries take turns."""

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
        return self._dicts(f"select {_listed(wanted)} from {self._qualify(table)}")

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
            texts = ", ".join(map(literal, listed[start : start + AT_ONCE]))
            found += self._dicts(
                f"select {_listed(there)} from {self._qualify(table)} where {identifier(column)} in ({texts})"
            )
        return found

    def combinations(self, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        if not set(columns) <= set(self.columns(table)):
            return []
        listed = _listed(columns)
        return self._dicts(
            f"select {listed}, count(*) as row_count from {self._qualify(table)} group by {listed}"
        )

    def deletion_marks(self, table: str) -> Mapping[str, Any]:
        if "deleted_at" not in self.columns(table):
            return {}
        rows = self._query(
            f"select contact_id, max(deleted_at) from {self._qualify(table)}"
            " where deleted_at is not null group by contact_id"
        )[1]
        return {str(contact): at for contact, at in rows}

    def event_counts(self, table: str) -> Mapping[str, int]:
        if table not in self._existing:
            return {}
        found = self._query(
            f"select campaign_activity_id, count(*) from {self._qualify(table)} group by campaign_activity_id"
        )
        counts = Counter({str(activity): int(count) for activity, count in found[1]})
        counts.update(self.forgotten_events(table))
        return counts

    def forgotten_events(self, table: str) -> Mapping[str, int]:
        if FORGOTTEN_ROWS not in self._existing:
            return {}
        found = self._query(
            f"select campaign_activity_id, sum(erased_rows) from {self._qualify(FORGOTTEN_ROWS)}"
            f" where table_name = {literal(table)} group by campaign_activity_id"
        )
        return {str(activity): int(count) for activity, count in found[1]}

    def forgotten(self) -> Forgotten:
        if FORGOTTEN not in self._existing:
            return Forgotten()
        rows = self._query(f"select hash_key, contact_hash from {self._qualify(FORGOTTEN)}")[1]
        return (
            Forgotten(key=str(rows[0][0]), hashes=frozenset(str(row[1]) for row in rows))
            if rows
            else Forgotten()
        )

    def event_times(self, table: str, activity_id: str) -> KnownTimes:
        if table not in self._existing:
            return KnownTimes(())
        found = self._query(
            f"select created_time from {self._qualify(table)} where campaign_activity_id = {literal(activity_id)}"
        )
        return KnownTimes(row[0] for row in found[1])

    def events_at(self, table: str, activity_id: str, at: int) -> list[dict[str, Any]]:
        if table not in self._existing:
            return []
        instant = (_EPOCH + timedelta(microseconds=at)).isoformat()
        return self._dicts(
            f"select * from {self._qualify(table)} where campaign_activity_id = {literal(activity_id)}"
            f" and created_time = cast({literal(instant)} as timestamp with time zone)"
        )

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


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(identifier, names))


def identifier(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text as SQL quotes it."""
    return "'" + value.replace("'", "''") + "'"


def nothing_loaded() -> Warehouse:
    """The warehouse of somebody who has none: no table is there, so no question is ever sent."""
    return SqlWarehouse(lambda _sql: ((), ()), str, {})
