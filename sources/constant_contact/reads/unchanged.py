"""Which of the rows just read are loaded already, exactly as they are: those need not be written again.

A nightly reading of all contacts brings the same rows every night. Writing only what differs keeps loads, histories
and incremental models as small as if only changes had been read. Rows are compared by a digest of their values, so that
an account is held in memory as one number a contact.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa

from sources.constant_contact.catalogue.columns import DELETED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.warehouse import Warehouse

MASK = (1 << 64) - 1
Digests = dict[str, int]
"""key of the resource -> the digest of its rows in one table; the order of rows does not matter."""


class LoadedDigests:
    """What is loaded of a resource, as it was when this was made."""

    def __init__(self, warehouse: Warehouse, of: Endpoint, ids: Collection[str] | None = None) -> None:
        """`ids`: those, of a key of one column, that will be asked for; None: any."""
        self._key = of.table.key

        def rows(table: str) -> list[dict[str, Any]]:
            return warehouse.rows(table) if ids is None else warehouse.where(table, self._key[0], ids)

        with warehouse.stretch([each.name for each in of.tables]):
            self._loaded = {each.name: _digests(self._key, rows(each.name)) for each in of.tables}
        self._owner = of.table.name

    def changed(self, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
        """`tables` without the keys whose rows are loaded as they are, in every table that was read."""
        read = {
            name: _digests(self._key, _rows(rows)) for name, rows in tables.items() if name in self._loaded
        }
        ids = read.get(self._owner, {})
        same = {
            id_
            for id_ in ids
            if id_ in self._loaded[self._owner]
            and all(found.get(id_, 0) == self._loaded[name].get(id_, 0) for name, found in read.items())
        }
        return {
            name: _without(rows, self._key, same) if name in read else rows for name, rows in tables.items()
        }


def _rows(rows: pa.Table) -> Iterator[dict[str, Any]]:
    """Rows that will be loaded: a marker that only empties a set is none."""
    return (row for row in rows.to_pylist() if not row.get(DELETED))


def _digests(key: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Digests:
    found: Digests = defaultdict(int)
    for row in rows:
        values = tuple(
            (name, _comparable(value))
            for name, value in sorted(row.items())
            if value is not None and name != DELETED and not name.startswith("_dlt_")
        )
        id_ = _id(row[name] for name in key)
        found[id_] = (found[id_] + hash(values)) & MASK
    return found


def _comparable(value: Any) -> Any:
    """The same for the same value from Arrow and from any driver; JSON may come as text or parsed.

    Numbers as texts: -1 and -2 have the same hash, as have 0 and 2**61 - 1.
    """
    kind = type(value)
    if kind is str:  # nearly all
        return value
    if kind is int:
        return str(value)
    if kind is float or kind is Decimal:
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS) if isinstance(value, dict | list) else value


def _without(rows: pa.Table, key: Sequence[str], ids: set[str]) -> pa.Table:
    if not ids:
        return rows
    found = zip(*(rows.column(name).to_pylist() for name in key), strict=True)
    return rows.filter(pa.array([_id(values) not in ids for values in found], pa.bool_()))


def _id(values: Iterable[object]) -> str:
    return "\0".join(map(str, values))
