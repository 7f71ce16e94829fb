"""Which rows can only be new: those of a table that was empty when the run began, with keys that it has not had since.

Adding them costs the destination half of what a merge costs. Keys are remembered as one number each, so that a
million contacts are 8 MB; two keys with one number cost a merge, never a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.warehouse import Warehouse

ENOUGH = 1_000
"""Rows for which it is worth asking whether a table is empty."""


class FirstLoad:
    """Sees all rows that a run loads, in their order."""

    def __init__(self, warehouse: Warehouse, there: Collection[str]) -> None:
        """`warehouse`: as it was when the run began; `there`: the tables that the destination itself named then.

        Where the state was lost, the load tool knows of no table, and rows are there all the same.
        """
        self._warehouse, self._there = warehouse, there
        self._seen: dict[str, list[pa.Array] | None] = {}
        """resource -> the numbers of its keys; None: there were rows before."""

    def only_new(self, of: Endpoint, tables: Mapping[str, pa.Table]) -> bool:
        """Whether all rows of these tables, those of children included, are new to the destination.

        To be asked once for all that is loaded of a resource; what comes without its parents' rows is not new.
        """
        own = tables.get(of.resource)
        if own is None or own.num_rows == 0 or (seen := self._numbers(of, own.num_rows)) is None:
            return False
        numbers = _numbers(own, of.table.key)
        known = any(pc.any(pc.is_in(numbers, value_set=each)).as_py() for each in seen)
        seen.append(numbers)
        return not known and pc.count_distinct(numbers).as_py() == len(numbers)

    def _numbers(self, of: Endpoint, rows: int) -> list[pa.Array] | None:
        if of.resource not in self._seen:
            self._seen[of.resource] = [] if self._is_empty(of, rows) else None
        return self._seen[of.resource]

    def _is_empty(self, of: Endpoint, rows: int) -> bool:
        there = [each.name for each in of.tables if each.name in self._there or self._is_known(each.name)]
        return not there or (rows >= ENOUGH and all(map(self._has_no_row, there)))

    def _has_no_row(self, table: str) -> bool:
        return self._is_known(table) and self._warehouse.count(table) == 0

    def _is_known(self, table: str) -> bool:
        return bool(self._warehouse.columns(table))


def _numbers(rows: pa.Table, key: tuple[str, ...]) -> pa.Array:
    columns = [_plain(rows.column(name)).to_pylist() for name in key]
    keys = columns[0] if len(columns) == 1 else zip(*columns, strict=True)
    return pa.array(map(hash, keys), pa.int64())


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times as numbers, which are quicker to come by."""
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
