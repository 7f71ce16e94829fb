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
from contextlib import AbstractContextManager, nullcontext
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

    def having(self, table: str, column: str, columns: Collection[str]) -> list[dict[str, Any]]:
        """Rows that have a value in `column`, of which these columns."""

    def combinations(self, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Each combination of values in these columns once, with the number of its rows as `row_count`; none where a
        column is missing.
        """

    def greatest(self, table: str, key: str, by: str, keys: Collection[str]) -> Mapping[str, Any]:
        """Of each of these keys that has rows the greatest `by`; None where all of them lack it."""

    def contacts_with_news(
        self, events: Collection[str], known_in: str, until: str, count: str, most: int
    ) -> list[tuple[str, datetime]]:
        """(contact_id, its latest event) of contacts that are not deleted and have an event in these tables which is
        later than the column `until` says in any of their rows of the table `known_in`, or more events than `count`
        says in all of these; the latest first.
        """

    def contacts_without(
        self,
        table: str,
        events: Collection[str],
        *,
        after: tuple[datetime, str] | None = None,
        before: tuple[datetime, str] | None = None,
        most: int,
    ) -> list[tuple[datetime, str]]:
        """(created_at, contact_id) of contacts that are not deleted and have no row in `table` and no event: the first
        of those that were created after a place in this order, else the last of those before one, or of all.
        """

    def contacts_created(self, after: datetime | None, most: int) -> list[tuple[datetime, str]]:
        """(created_at, contact_id) of the first that were created after an instant, or of all; deleted ones too."""

    def count_created(self, after: datetime | None) -> int:
        """How many those are in all."""

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

    def is_kept(self, table: str) -> bool:
        """Whether asking for its rows costs nothing, because they are in memory."""

    def stretch(self, tables: Collection[str]) -> AbstractContextManager[None]:
        """While it lasts, questions about these tables follow each other, and none has to open the destination."""

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

    def having(self, table: str, column: str, columns: Collection[str]) -> list[dict[str, Any]]:
        wanted = [name for name in self.columns(table) if name in columns]
        if column not in self.columns(table) or not wanted:
            return []
        condition = f"{identifier(column)} is not null"
        return self._dicts(f"select {_listed(wanted)} from {self._qualify(table)} where {condition}")

    def combinations(self, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        if not set(columns) <= set(self.columns(table)):
            return []
        listed = _listed(columns)
        return self._dicts(
            f"select {listed}, count(*) as row_count from {self._qualify(table)} group by {listed}"
        )

    def greatest(self, table: str, key: str, by: str, keys: Collection[str]) -> Mapping[str, Any]:
        if not {key, by} <= set(self.columns(table)):
            return {}
        found: dict[str, Any] = {}
        listed, name, value = sorted(keys), identifier(key), identifier(by)
        for start in range(0, len(listed), AT_ONCE):
            texts = ", ".join(map(literal, listed[start : start + AT_ONCE]))
            rows = self._query(
                f"select {name}, max({value}) from {self._qualify(table)} where {name} in ({texts}) group by {name}"
            )[1]
            found |= {str(row[0]): row[1] for row in rows}
        return found

    def contacts_with_news(
        self, events: Collection[str], known_in: str, until: str, count: str, most: int
    ) -> list[tuple[str, datetime]]:
        latest = self._latest_events(events)
        if latest is None or "deleted_at" not in self.columns("contacts"):
            return []
        known, is_news = "", ""
        if until in self.columns(known_in):
            is_counted = count in self.columns(known_in)
            greatest = f"max({until}) as until" + (f", max({count}) as number" if is_counted else "")
            rows = f"select contact_id, {greatest} from {self._qualify(known_in)} group by contact_id"
            known = f" left join ({rows}) as known on known.contact_id = happened.contact_id"
            is_late = " or happened.number > known.number" if is_counted else ""
            is_news = f" and (known.until is null or happened.latest > known.until{is_late})"
        found = self._first(
            "happened.contact_id, happened.latest",
            f"({latest}) as happened join {self._qualify('contacts')} as c on c.contact_id = happened.contact_id{known}"
            f" where c.deleted_at is null{is_news}",
            "happened.latest desc, happened.contact_id desc",
            most,
        )
        return [(str(row[0]), row[1]) for row in found]

    def contacts_without(
        self,
        table: str,
        events: Collection[str],
        *,
        after: tuple[datetime, str] | None = None,
        before: tuple[datetime, str] | None = None,
        most: int,
    ) -> list[tuple[datetime, str]]:
        if not {"deleted_at", "created_at"} <= set(self.columns("contacts")):
            return []
        source = f"{self._qualify('contacts')} as c"
        where = "c.deleted_at is null and c.created_at is not null"
        others = [f"select contact_id from {self._qualify(table)}"] if self.columns(table) else []
        latest = self._latest_events(events)
        for number, rows in enumerate([*others, *([latest] if latest else [])]):
            ids = f"(select distinct contact_id from ({rows}) as rows_{number})"
            source += f" left join {ids} as other_{number} on other_{number}.contact_id = c.contact_id"
            where += f" and other_{number}.contact_id is null"
        for place, sign in ((after, ">"), (before, "<")):
            if place is not None:
                at, key = _instant(place[0]), literal(place[1])
                where += (
                    f" and (c.created_at {sign} {at} or (c.created_at = {at} and c.contact_id {sign} {key}))"
                )
        order = "asc" if after is not None else "desc"
        found = self._first(
            "c.created_at, c.contact_id",
            f"{source} where {where}",
            f"c.created_at {order}, c.contact_id {order}",
            most,
        )
        return [(row[0], str(row[1])) for row in found]

    def contacts_created(self, after: datetime | None, most: int) -> list[tuple[datetime, str]]:
        if "created_at" not in self.columns("contacts"):
            return []
        place = "c.created_at, c.contact_id"
        return [(row[0], str(row[1])) for row in self._first(place, self._created(after), place, most)]

    def count_created(self, after: datetime | None) -> int:
        known = "created_at" in self.columns("contacts")
        return int(self._query(f"select count(*) from {self._created(after)}")[1][0][0]) if known else 0

    def _created(self, after: datetime | None) -> str:
        later = "" if after is None else f" and c.created_at > {_instant(after)}"
        return f"{self._qualify('contacts')} as c where c.created_at is not null{later}"

    def _latest_events(self, events: Collection[str]) -> str | None:
        """contact_id, latest, number: a select over those of these tables that are there; None where none is."""
        parts = [
            "select contact_id, max(created_time) as latest, count(*) as number"
            f" from {self._qualify(name)} group by contact_id"
            for name in events
            if {"contact_id", "created_time"} <= set(self.columns(name))
        ]
        if not parts:
            return None
        every = " union all ".join(parts)
        return (
            "select contact_id, max(latest) as latest, sum(number) as number"
            f" from ({every}) as every_event group by contact_id"
        )

    def _first(self, columns: str, source: str, order: str, most: int) -> Rows:
        """The first rows in an order, in words that every SQL has."""
        names = ", ".join(name.split(".")[1] for name in columns.split(", "))
        ranked = f"select {columns}, row_number() over (order by {order}) as place from {source}"
        return self._query(f"select {names} from ({ranked}) as ranked where place <= {most} order by place")[
            1
        ]

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

    def is_kept(self, table: str) -> bool:  # noqa: ARG002 - part of the protocol
        return False

    def stretch(self, tables: Collection[str]) -> AbstractContextManager[None]:  # noqa: ARG002 - part of the protocol
        return nullcontext()

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


def _instant(at: datetime) -> str:
    return f"cast({literal(at.astimezone(UTC).isoformat())} as timestamp with time zone)"


def identifier(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text as SQL quotes it."""
    return "'" + value.replace("'", "''") + "'"


def nothing_loaded() -> Warehouse:
    """The warehouse of somebody who has none: no table is there, so no question is ever sent."""
    return SqlWarehouse(lambda _sql: ((), ()), str, {})
