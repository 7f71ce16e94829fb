"""The rows of a page of events as Arrow read them, without a Python object for each value.

For pages that are plainly as declared (see `columnar`). What has to look at single rows asks for `dicts`.
Must not know: HTTP, links, which rows are new.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.constant_contact.rows.columnar import PageParser, parser_for, table_of_rows
from sources.constant_contact.rows.values import typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.rows.report import BadValue
    from sources.constant_contact.rows.unknown import Columns

TIME = "created_time"


@dataclass(frozen=True, slots=True)
class FeedRows:
    """Events in the order of their listing, each with its key, none of which says an occurrence of its own."""

    rows: pa.StructArray

    def __len__(self) -> int:
        return len(self.rows)

    def since(self, start: int) -> FeedRows:
        """Without the first ones."""
        return FeedRows(self.rows.slice(start))

    def chosen(self, mask: Sequence[bool]) -> FeedRows:
        return FeedRows(self.rows.filter(pa.array(mask, pa.bool_())))

    def dicts(self) -> list[dict[str, Any]]:
        """As the API sent them, but for what it sent as null."""
        return [said(row) for row in self.rows.to_pylist()]

    def times(self) -> list[int]:
        """When each happened: microseconds since 1970."""
        array, _ = typed("timestamp", self.rows.field(TIME))
        found: list[int] = array.cast("int64").to_pylist()
        return found

    def first(self) -> dict[str, Any]:
        return said(self.rows[0].as_py())

    def last(self) -> dict[str, Any]:
        return said(self.rows[-1].as_py())

    def may_hold(self, row: Mapping[str, Any]) -> bool:
        """Whether one of them may be this one: it has its time."""
        times = self.rows.field(TIME)
        return bool(times.index(pa.scalar(row[TIME], times.type)).as_py() >= 0)


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """Without nulls, which say what a missing property says."""
    return {name: value for name, value in row.items() if value is not None}


@lru_cache(maxsize=16)
def feed_parser_of(of: Endpoint) -> PageParser:
    """For the pages of a feed that is read for one object, whose id need not stand in the rows."""
    key = tuple(
        column
        for column in map(of.table.column, of.table.key)
        if not column.added and column.name not in of.slots
    )
    return parser_for(of, key)


def feed_table(
    of: Endpoint,
    found: FeedRows,
    constants: Mapping[str, Any],
    *,
    bad: list[BadValue],
    unknown: Columns,
) -> dict[str, pa.Table]:
    """What `to_arrow` makes of these rows where each is the first of its key."""
    given = {**constants, "occurrence": 1}
    return {of.table.name: table_of_rows(feed_parser_of(of), found.rows, given, bad=bad, unknown=unknown)}
