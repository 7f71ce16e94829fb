"""What is loaded already: the few questions a read asks of the destination; `sql_warehouse` asks them in SQL.

A table that is not there yet answers as an empty one: a first night needs no special case.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sources.constant_contact.withheld import Forgotten

Rows = Sequence[tuple[Any, ...]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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
        self._microseconds = array("q", sorted((time - EPOCH) // _MICROSECOND for time in times))

    def __len__(self) -> int:
        return len(self._microseconds)

    def newer_than(self, at: int) -> int:
        return len(self._microseconds) - bisect_right(self._microseconds, at)


def identifier(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def identifiers(names: Iterable[str]) -> str:
    """Names as SQL quotes them, with commas between."""
    return ", ".join(map(identifier, names))


def literal(value: str) -> str:
    """A text as SQL quotes it."""
    return "'" + value.replace("'", "''") + "'"


def literals(values: Iterable[str]) -> str:
    """Texts for the inside of `in (...)`; of none a null, which nothing is equal to."""
    return ", ".join(map(literal, values)) or "null"
