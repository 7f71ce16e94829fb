"""Gathered values of one table -> the Arrow table, and what there is to report of them.

Knows: the catalogue's declarations. Must not know: where the values come from.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from sources.constant_contact.catalogue import Table
from sources.constant_contact.catalogue.columns import EXTRA, RAW_SUFFIX, Column, Type
from sources.constant_contact.catalogue.schema import ARROW_TYPES, arrow_schema
from sources.constant_contact.rows.keys import reason_of
from sources.constant_contact.rows.report import BadValue, OddRow, RowRefused, sample
from sources.constant_contact.rows.shape import Gathered, Path
from sources.constant_contact.rows.unknown import Columns
from sources.constant_contact.rows.values import NUL, Refused, json_text, typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What is reported beside the tables, and where undeclared fields go."""

    bad: list[BadValue]
    unknown: Columns
    aside: list[OddRow] | None

    def put_aside(self, odd: Sequence[OddRow]) -> None:
        if odd and self.aside is None:
            raise RowRefused(odd[0])
        if self.aside is not None:
            self.aside.extend(odd)


def table_of(
    table: Table,
    found: Gathered,
    count: int,
    constants: Mapping[str, Any],
    notes: Notes,
) -> pa.Table:
    """One table of gathered values, lists of them or arrays."""
    arrays: dict[str, pa.Array] = {}
    raws: dict[str, pa.Array] = {}
    for column in table.columns:
        if column.name in constants:
            arrays[column.name] = pa.repeat(_constant(column.type, constants[column.name]), count)
            continue
        array, refused = typed(column.type, found.columns[column.name])
        arrays[column.name] = array
        if refused:
            name = f"{column.name}{RAW_SUFFIX}"
            raws[name] = _text_at({index: json_text(raw) for index, raw in refused.items()}, count)
            notes.bad.append(bad_value(table, column.name, refused, raw=name))
        if column.name in table.key and array.null_count:  # a part that the pipeline itself owes
            raise _without_key(table, column, array, found)
    others = _undeclared(table, found.unknown, count, notes.unknown) if found.unknown else {}
    extras = {**dict(sorted(raws.items())), **dict(sorted(others.items()))}
    schema = pa.schema([*arrow_schema(table), *(pa.field(name, pa.string()) for name in extras)])
    return pa.Table.from_arrays([*arrays.values(), *extras.values()], schema=schema)


def _without_key(table: Table, column: Column, array: pa.Array, found: Gathered) -> RowRefused:
    position = array.is_null().index(True).as_py()
    value = found.columns[column.name][position]
    reason = reason_of(column, value)
    return RowRefused(OddRow(table=table.name, key=column.name, reason=reason, row=value, position=position))


def _undeclared(
    table: Table, unknown: Mapping[Path, Mapping[int, Any]], count: int, columns: Columns
) -> dict[str, pa.Array]:
    """Columns of fields that nobody declared; those without a column of their own as one object a row."""
    found: dict[str, pa.Array] = {}
    together: dict[int, dict[str, Any]] = {}
    for path, name in columns.assign(table, unknown).items():
        if name is not None:
            found[name] = _text_at(unknown[path], count)
            continue
        for index, value in unknown[path].items():
            place = together.setdefault(index, {})
            for step in path[:-1]:
                place = place.setdefault(step, {})
            place[path[-1]] = value
    if together:
        found[EXTRA] = _text_at({index: json_text(one) for index, one in together.items()}, count)
    return found


def _constant(type_: Type, value: Any) -> pa.Scalar:
    """A Python date or time as it is, a text as it would be read in a row."""
    if not isinstance(value, str):
        return pa.scalar(value, ARROW_TYPES[type_])
    array, refused = typed(type_, [value])
    if refused:
        raise ValueError(f"the constant {value!r} is no {type_}; give a value of the column's type.")
    return array[0]


def _text_at(values: Mapping[int, Any], count: int) -> pa.Array:
    """A text column with values at the given positions: texts as they are, all else as JSON."""
    texts: list[str | None] = [None] * count
    for index, value in values.items():
        texts[index] = value if isinstance(value, str) and NUL not in value else json_text(value)
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair: JSON escapes it
        return pa.array([None if one is None else json.dumps(one) for one in texts], pa.string())


def bad_value(table: Table, column: str, refused: Refused, *, raw: str) -> BadValue:
    first = sample(next(iter(refused.values())))
    return BadValue(table=table.name, column=column, raw_column=raw, sample=first, count=len(refused))
