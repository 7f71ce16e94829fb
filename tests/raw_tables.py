"""Raw tables in memory, asked and changed as the repair does it: a few milliseconds for an account."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from sources.constant_contact.catalogue import table
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.sql_warehouse import SqlWarehouse
from sources.constant_contact.warehouse import identifier, literal
from sources.constant_contact.withheld import FORGOTTEN_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sources.constant_contact.warehouse import Warehouse

Row = dict[str, Any]
FORGOTTEN_SCHEMA = pa.schema(
    [("table_name", pa.string()), ("campaign_activity_id", pa.string()), ("erased_rows", pa.int64())]
)
NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)
CONTACT: Row = {
    "email_address__address": "somebody@example.com",
    "email_address__permission_to_send": "explicit",
    "created_at": NIGHT,
}


_NUMBERS = count(1)


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for all tests of a process, each with a schema of its own: opening one takes longer than a test."""
    return duckdb.connect(config={"threads": 1})


class RawTables:
    """`RawTables(contacts=[{...}])`: tables as the catalogue declares them, with these rows; what they lack is null."""

    def __init__(self, **tables: Sequence[Row]) -> None:
        self._schema = f"raw_{next(_NUMBERS)}"
        self._connection = _database().cursor()
        self._connection.execute(f"create schema {self._schema}")
        self._columns: dict[str, list[str]] = {}
        for name, rows in tables.items():
            schema = FORGOTTEN_SCHEMA if name == FORGOTTEN_ROWS else arrow_schema(table(name))
            given = pa.Table.from_pylist(
                [{column: row.get(column) for column in schema.names} for row in rows], schema=schema
            )
            self._connection.from_arrow(given).create(f"{self._schema}.{name}")
            self._columns[name] = list(schema.names)

    def columns(self) -> Mapping[str, Sequence[str]]:
        return self._columns

    def qualified(self, name: str) -> str:
        return f"{self._schema}.{name}"

    def query(self, sql: str) -> list[Row]:
        found = self._connection.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def execute(self, sql: str) -> None:
        self._connection.execute(sql)

    def loaded(self) -> Warehouse:
        def select(sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
            rows = self.query(sql)
            return list(rows[0]) if rows else [], [tuple(row.values()) for row in rows]

        return SqlWarehouse(select, self.qualified, self._columns)

    def values(self, sql: str) -> list[Any]:
        """The first column of the rows, in their order."""
        return [next(iter(row.values())) for row in self.query(sql)]

    def forget(self, name: str) -> None:
        """As if it had never been made."""
        del self._columns[name]

    def add(self, name: str, column: str, value: str) -> None:
        """A field that nobody declared, the same in all rows."""
        added = f"add column {identifier(column)} text default {literal(value)}"
        self.execute(f"alter table {self.qualified(name)} {added}")
        self._columns[name].append(column)

    def drop(self, name: str, column: str) -> None:
        """As a version made the table that did not know the column yet."""
        self.execute(f"alter table {self.qualified(name)} drop column {column}")
        self._columns[name].remove(column)


def contacts(*ids: str, **changes: Any) -> list[Row]:
    """Contacts that are alike but for their ids."""
    return [{**CONTACT, "contact_id": contact_id, **changes} for contact_id in ids]
