"""What follows from a library call's rows for rows that it did not read, as batches of the same load.

`ctct sync` brings this about by SQL after its last commit (`cascades`); a source can only hand on rows, so here
they are: the sets of contacts whose lists, tags or fields are gone, and events whose contact was deleted or revived.
Source: contract (ContactResource.deleted_at, *TrackingActivity.deleted_at); api_guide/lists_delete, tags_delete.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import FEEDS, table
from sources.constant_contact.catalogue.columns import DELETED
from sources.constant_contact.catalogue.schema import arrow_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sources.constant_contact.warehouse import Warehouse

CONTACTS = "contacts"
POINTING = (
    ("contacts__list_memberships", "list_id", "contact_lists"),
    ("contacts__taggings", "tag_id", "contact_tags"),
    ("contacts__custom_fields", "custom_field_id", "custom_fields"),
    ("contacts__custom_fields__choices", "custom_field_id", "custom_fields"),
)
"""(table, column, the collection that the column points into)."""
CURRENT_ADDRESS = "current_email_address"

Row = dict[str, Any]


@dataclass(slots=True)
class Cascades:
    """Observes what is read; afterwards knows what follows."""

    _deleted: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    """resource -> id -> when it was deleted, null while it is there."""
    _addresses: dict[str, str] = field(default_factory=dict)

    def observe(self, batch: Batch) -> None:
        for name, key in ((CONTACTS, "contact_id"), *((of, column) for _, column, of in POINTING)):
            rows = batch.tables.get(name)
            if rows is None:
                continue
            ids = rows.column(key).to_pylist()
            self._deleted[name].update(zip(ids, rows.column("deleted_at").to_pylist(), strict=True))
            if name == CONTACTS:
                addresses = rows.column("email_address__address").to_pylist()
                self._addresses.update(zip(ids, addresses, strict=True))

    def batches(self, warehouse: Warehouse, wanted: Collection[str]) -> Iterator[Batch]:
        """Rows of contacts and events that this load has not read."""
        if CONTACTS not in wanted:
            return
        for name, column, collection in POINTING:
            if collection in wanted and (rows := self._sets(warehouse, name, column, collection)):
                yield Batch(resource=CONTACTS, tables={name: _table(name, rows)})
        for name in FEEDS:
            if name in wanted and (rows := self._events(warehouse, name)):
                yield Batch(resource=name, tables={name: _table(name, rows)})

    def _sets(self, warehouse: Warehouse, name: str, column: str, collection: str) -> list[Row]:
        """What is left of the sets that point to something gone; a marker row where nothing is left."""
        loaded = {
            row[column]: row["deleted_at"] for row in warehouse.rows(collection, (column, "deleted_at"))
        }
        gone = {id_ for id_, at in (loaded | self._deleted[collection]).items() if at is not None}
        owners = {row["contact_id"] for row in warehouse.where(name, column, gone)}
        owners -= self._deleted[CONTACTS].keys()
        if not owners:
            return []
        left = [row for row in warehouse.where(name, "contact_id", owners) if row[column] not in gone]
        empty = owners - {row["contact_id"] for row in left}
        mark = dict.fromkeys(table(name).key, "") | {DELETED: True}
        return [*left, *(mark | {"contact_id": owner} for owner in sorted(empty))]

    def _events(self, warehouse: Warehouse, name: str) -> list[Row]:
        """Loaded events that show another deletion or address than their contact."""
        shown = warehouse.deletion_marks(name)
        contacts = self._deleted[CONTACTS]
        moved = {id_ for id_, at in contacts.items() if at != shown.get(id_)}
        moved |= self._moved_addresses(warehouse, name)
        changed = []
        for row in warehouse.where(name, "contact_id", moved):
            now = {"deleted_at": contacts[row["contact_id"]]}
            if CURRENT_ADDRESS in row and self._addresses[row["contact_id"]] is not None:
                now[CURRENT_ADDRESS] = self._addresses[row["contact_id"]]
            if any(row[key] != value for key, value in now.items()):
                changed.append(row | now)
        return changed

    def _moved_addresses(self, warehouse: Warehouse, name: str) -> set[str]:
        if CURRENT_ADDRESS not in warehouse.columns(name):
            return set()
        return {
            row["contact_id"]
            for row in warehouse.rows(name, ("contact_id", CURRENT_ADDRESS))
            if self._addresses.get(row["contact_id"]) not in (None, row[CURRENT_ADDRESS])
        }


def _table(name: str, rows: Sequence[Row]) -> pa.Table:
    """Declared types for declared columns; columns that drifted in keep the text that they are."""
    declared = arrow_schema(table(name))
    others = sorted({key for row in rows for key in row} - set(declared.names))
    schema = pa.schema([*declared, *(pa.field(key, pa.string()) for key in others)])
    return pa.Table.from_pylist([{key: row.get(key) for key in schema.names} for row in rows], schema=schema)
