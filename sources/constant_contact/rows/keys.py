"""Rows that have a place in their table, and those whose key cannot be formed.

Works column by column, as `batch` does. Must not know: HTTP, where rows without a place go.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sources.constant_contact.catalogue import Table
from sources.constant_contact.catalogue.columns import Column
from sources.constant_contact.rows.report import OddRow, kind_of
from sources.constant_contact.rows.shape import at
from sources.constant_contact.rows.values import typed

STAND_INS: Mapping[str, str] = MappingProxyType({"url_id": "link_url"})
"""A key that a row may lack -> the property that tells its rows apart as well."""
_NO_IDS: frozenset[type] = frozenset({bool, float})
"""Kinds of values that are no id, though they can be written as a text: in more than one way."""
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def keyed(
    table: Table, rows: Sequence[Any], given: Collection[str] = ()
) -> tuple[Sequence[Any], list[OddRow]]:
    """The rows with a usable key, in their order, and the others; `given`: parts of the key that no row has to have."""
    reasons: dict[int, tuple[str, str]] = {}
    objects: Sequence[Mapping[str, Any]] = rows
    if not {dict}.issuperset(map(type, rows)):
        objects = [row if type(row) is dict else _NOTHING for row in rows]
        reasons = {
            index: (table.key[0], f"it is {kind_of(row)} where an object should be")
            for index, row in enumerate(rows)
            if type(row) is not dict
        }
    for name in table.key:
        column = table.column(name)
        if name in given or column.added:
            continue
        values = _values(column, objects)
        for index in unusable(column, values):
            reasons.setdefault(index, (name, reason_of(column, values[index])))
    if not reasons:
        return rows, []
    odd = [
        OddRow(table=table.name, key=key, reason=reason, row=rows[index], position=index)
        for index, (key, reason) in sorted(reasons.items())
    ]
    return [row for index, row in enumerate(rows) if index not in reasons], odd


def unusable(column: Column, values: Sequence[Any]) -> list[int]:
    """Where no value of a key is."""
    array, _ = typed(column.type, values)
    is_text = column.type == "text"
    odd = is_text and not _NO_IDS.isdisjoint(map(type, values))
    if not odd and not array.null_count and not (is_text and "" in values):
        return []
    found = array.to_pylist()
    return [
        index
        for index, value in enumerate(found)
        if value is None or value == "" or (odd and type(values[index]) in _NO_IDS)
    ]


def reason_of(column: Column, value: Any) -> str:
    """Why a value is no part of a key; nothing of the value itself, which may be a customer's."""
    if value is None or value == "":
        return f"it has no {column.name}"
    if isinstance(value, str):
        return f"its {column.name} is a text that is no {column.type}"
    return f"its {column.name} is {kind_of(value)}"


def _values(column: Column, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    source = column.source
    values = [row.get(source[0]) for row in rows] if len(source) == 1 else [at(row, source) for row in rows]
    other = STAND_INS.get(column.name)
    if other is None or not (None in values or "" in values):
        return values
    return [row.get(other) if value in (None, "") else value for row, value in zip(rows, values, strict=True)]
