"""Columns of their parent that child tables got from version 0.1, which gave them no value: dropped once.

Only columns without any value go, so whatever else bears such a name stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.constant_contact.destinations.warehouse import SOURCE
from sources.constant_contact.catalogue import table, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse


def drop_parent_columns(warehouse: Warehouse, warn: Callable[[str], None]) -> None:
    """Raises nothing for a column that the destination keeps, perhaps because a view of somebody's needs it."""
    found = _empty_columns(warehouse)
    if not found:
        return
    _forget(warehouse, found)
    try:
        for name, columns in found.items():
            drops = [f'alter table {warehouse.qualified(name)} drop column "{column}"' for column in columns]
            warehouse.execute("; ".join(("begin transaction", *drops, "commit")))
    except warehouse.troubles() as error:
        lines = str(error).strip().splitlines()
        warn(
            f"empty columns of {name} that belong to its parent could not be dropped: {lines[0] if lines else ''}"
        )
        return
    warn(
        f"{sum(map(len, found.values()))} empty column(s) of {', '.join(found)} were dropped: an earlier version gave "
        "these tables the columns of their parent"
    )


def _empty_columns(warehouse: Warehouse) -> Mapping[str, Sequence[str]]:
    there = warehouse.columns()
    found: dict[str, Sequence[str]] = {}
    for child in tables():
        if child.parent is None or child.name not in there:
            continue
        parents = set(table(child.parent).column_names) - set(child.column_names)
        names = [name for name in there[child.name] if name in parents]
        if names:
            counts = ", ".join(f'count("{name}") as c{number}' for number, name in enumerate(names))
            [row] = warehouse.query(f"select {counts} from {warehouse.qualified(child.name)}")
            empty = [name for number, name in enumerate(names) if not row[f"c{number}"]]
            found |= {child.name: empty} if empty else {}
    return found


def _forget(warehouse: Warehouse, columns: Mapping[str, Sequence[str]]) -> None:
    """The load tool must not name them any more. First: a column too many in the destination harms nobody."""
    pipeline = warehouse.pipeline
    if SOURCE not in pipeline.schema_names:
        return
    schema = pipeline.schemas[SOURCE]
    for name, gone in columns.items():
        known = schema.tables.get(name, {}).get("columns", {})
        for column in gone:
            known.pop(column, None)
    pipeline.schemas.save_schema(schema)
