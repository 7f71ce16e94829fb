"""A run's record as SQL, into tables that earlier runs made: a load package of its own costs a second of each night.

What is written twice is one row, since a record has its run's id as its key. SQL that DuckDB and PostgreSQL share.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sources.constant_contact.warehouse import identifier, literal, literals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse

    Row = Mapping[str, object]
    Kinds = Mapping[str, Mapping[str, str]]
    """Table -> column -> dlt's word for its type."""

LOAD_ID, ROW_ID = "_dlt_load_id", "_dlt_id"
MANY = 2_000
"""Rows from which on a load package is cheaper than a statement that spells them out."""
CASTS = {"timestamp": "timestamp with time zone", "date": "date"}


def fits(warehouse: Warehouse, rows: Mapping[str, Sequence[Row]], kinds: Kinds) -> bool:
    """Whether these rows can be written by `write`: their tables are there, with every column."""
    if not warehouse.merges or sum(map(len, rows.values())) > MANY:
        return False
    there = warehouse.columns()
    return "_dlt_loads" in there and all(
        {*kinds[name], LOAD_ID, ROW_ID} <= set(there.get(name, ()))
        for name, found in rows.items()
        if found and name in kinds
    )


def write(warehouse: Warehouse, rows: Mapping[str, Sequence[Row]], kinds: Kinds) -> None:
    """In one transaction; raises Busy and the driver's errors."""
    loads = warehouse.query(f"select max(load_id) as last from {warehouse.qualified('_dlt_loads')}")
    last = str(loads[0]["last"])  # what the run's rows came with
    statements = [
        statement
        for name, found in rows.items()
        if found and name in kinds
        for statement in _statements(warehouse.qualified(name), found, kinds[name], last)
    ]
    warehouse.execute("; ".join(("begin transaction", *statements, "commit")))


def _statements(table: str, rows: Sequence[Row], kinds: Mapping[str, str], last: str) -> Iterator[str]:
    runs = literals(sorted({str(row["run_id"]) for row in rows}))
    yield f"delete from {table} where run_id in ({runs})"
    columns = ", ".join(map(identifier, (*kinds, LOAD_ID, ROW_ID)))
    values = ", ".join(_values(row, kinds, last) for row in rows)
    yield f"insert into {table} ({columns}) values {values}"


def _values(row: Row, kinds: Mapping[str, str], last: str) -> str:
    own = [_value(row.get(name), kind) for name, kind in kinds.items()]
    return f"({', '.join((*own, literal(last), literal(uuid.uuid4().hex[:14])))})"


def _value(value: object, kind: str) -> str:
    if value is None:
        return "null"
    if kind in {"bigint", "bool"}:
        return str(int(str(value))) if kind == "bigint" else str(bool(value)).lower()
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    quoted = literal(text.replace("\0", ""))  # which PostgreSQL refuses
    return f"cast({quoted} as {CASTS[kind]})" if kind in CASTS else quoted
