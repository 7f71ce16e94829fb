"""Tables of ids in arrays that stay as JSON beside them: where a warehouse has the JSON and not yet the table, it is
filled from there, without a request. So an older warehouse has all of it from its next run on, not only what is new.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.constant_contact.catalogue import CATALOGUE
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.reads.reading import FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint, Table
    from sources.constant_contact.reads.reading import Reading

Row = dict[str, Any]


def add_slices(reading: Reading) -> None:
    """One for each resource with tables that are to be filled, before anything else of it is read."""
    for name in sorted(reading.wanted):
        found = list(_new(reading, CATALOGUE[name]))
        if found:
            reading.add(name, FIRST, name, partial(filled, reading, name, found))


def _new(reading: Reading, of: Endpoint) -> Iterator[tuple[Table, str, Table]]:
    """(table, its column, the table of what stands in there), where the warehouse has the former only."""
    loaded = reading.warehouse.columns
    for table in of.tables if of.children else ():
        for column in set(table.column_names) & set(loaded(table.name)):
            for bridge in of.bridges(table, column):
                if bridge.kind == "values" and not loaded(bridge.name):
                    yield table, column, bridge


def filled(reading: Reading, resource: str, found: Sequence[tuple[Table, str, Table]]) -> Iterator[Batch]:
    """All of their rows as one batch; what this run reads later stands instead."""
    tables = {bridge.name: _rows(reading, table, column, bridge) for table, column, bridge in found}
    yield reading.as_batch(resource, reading.excluded.emptied(tables))


def _rows(reading: Reading, table: Table, column: str, bridge: Table) -> pa.Table:
    own, given = bridge.key[-1], bridge.key[:-1]
    rows = [
        {**{name: row[name] for name in given}, own: str(value)}
        for row in reading.warehouse.having(table.name, column, (*given, column))
        for value in dict.fromkeys(_items(row[column]))
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(bridge))


def _items(value: Any) -> list[Any]:
    """What stands in an array, whether a destination gives text or what it says."""
    found = json.loads(value) if isinstance(value, str) else value
    return [each for each in found if isinstance(each, str | int)] if isinstance(found, list) else []
