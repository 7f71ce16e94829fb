"""A page of rows as it came -> Arrow, without a Python object for each value; pages of it -> the tables of `batch`.

The fast way for what is plainly as declared, which is nearly every page. It gives the tables that `to_arrow` gives, or
nothing at all: a field nobody declared, a number where a text should be, a row or a member without its key, one that
comes twice are left to `to_arrow`, which knows what becomes of them.
Knows: the catalogue's declarations. Must not know: HTTP, dlt, links between pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow_json

from sources.constant_contact.catalogue.columns import DELETED, Column, Table, Type
from sources.constant_contact.rows.shape import Gathered, Level, level
from sources.constant_contact.rows.typed_table import Notes, table_of
from sources.constant_contact.rows.unknown import Columns
from sources.constant_contact.rows.values import typed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.rows.report import BadValue

_JSON_TYPES: Mapping[Type, pa.DataType] = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": pa.string(),
    "date": pa.string(),
    "json": pa.list_(pa.string()),  # what the one such column of rows in great number holds
}
_TAIL_BYTES = 65_536
"""In which the end of a page's rows is looked for: what follows them are links and counts."""
NUL_ESCAPED = b"\\u0000"
"""The one character of a text that not every destination takes; JSON has no other way to spell it."""
_ENDS = 8
"""Brackets that are tried as that end."""


class NotPlain(ValueError):  # noqa: N818 - a signal between the two ways, no failure
    """Something that only the other way knows how to treat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRows:
    """The rows of one page, every one with its key, and the answer without them."""

    rows: pa.StructArray
    envelope: dict[str, Any]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParser:
    """Reads pages of one resource."""

    of: Endpoint
    key: tuple[Column, ...]
    """What each row has to have."""
    shape: Level
    rows_key: str
    beginning: re.Pattern[bytes]
    options: arrow_json.ParseOptions

    def parse(self, body: bytes) -> PageRows | None:
        """None where the page is not plainly as declared, damaged ones included."""
        start = self.beginning.match(body)
        try:
            if start is None or _has_nul(body) or not (body.isascii() or body.decode()):
                return None
            found = [(end, each) for end in _ends(body) if (each := _rest(body, end)) is not None]
            if found:  # an array behind the rows looks like their end too, but is not the first one
                end, envelope = found[-1]
                if self.rows_key not in envelope:
                    rows = self._rows(b"".join((memoryview(body)[start.start() : end + 1], b"}")))
                    return PageRows(rows=rows, envelope=envelope)
        except (NotPlain, UnicodeDecodeError):
            pass
        return None

    def _rows(self, document: bytes) -> pa.StructArray:
        size = arrow_json.ReadOptions(use_threads=False, block_size=len(document) + 1)
        try:
            found = arrow_json.read_json(pa.BufferReader(document), size, self.options)
        except pa.ArrowException as error:
            raise NotPlain from error
        if found.num_rows != 1 or found.column(0).null_count:
            raise NotPlain
        rows = found.column(0).chunk(0).flatten()
        if rows.null_count:
            raise NotPlain
        self._check_keys(rows)
        return rows

    def _check_keys(self, rows: pa.StructArray) -> None:
        """Raises NotPlain for a row, or a member of a set, without its key."""
        found = _walk(self.shape, rows, Gathered())
        for column in self.key:
            _check_key(found.columns[column.name], column.type)
        for child in self.of.children:
            items = found.sets[child.from_].flatten()
            if child.within:
                items = _at(items, child.within).flatten()
            elif child.kind == "objects":
                if items.null_count:
                    raise NotPlain
                items = None if child.position else items.field(child.column(child.key[-1]).source[0])
            if items is not None:
                _check_key(items)


def _has_nul(body: bytes) -> bool:
    """A single character is found many times sooner than several, and most bodies have no escape at all."""
    return b"\\" in body and NUL_ESCAPED in body


def _rest(body: bytes, end: int) -> dict[str, Any] | None:
    """What stands around the rows, if they end at `end`."""
    try:
        found: dict[str, Any] = orjson.loads(b'{"":[' + body[end:])
    except orjson.JSONDecodeError:
        return None
    return found if found.pop("", None) == [] else None


def _ends(body: bytes) -> Iterator[int]:
    """Where the rows may end, the last first. Brackets in a row, or in a text, leave no valid envelope behind."""
    least, at = len(body) - _TAIL_BYTES, len(body)
    for _ in range(_ENDS):
        at = body.rfind(b"]", max(0, least), at)
        if at < 0:
            return
        yield at


def _check_key(values: pa.Array, type_: Type = "text") -> None:
    if values.null_count or pc.any(pc.equal(values, "")).as_py() or typed(type_, values)[1]:
        raise NotPlain


@lru_cache(maxsize=64)
def parser_of(of: Endpoint) -> PageParser | None:
    """None for a resource whose rows are not of the kind that is read here."""
    key = tuple(map(of.table.column, of.table.key))
    keys = [*key, *(child.column(child.key[-1]) for child in of.children if not child.position)]
    plain = all(each.type == "text" and len(each.source) == 1 for each in keys)
    sets = [child.from_ for child in of.children if not child.within]
    if of.rows_key is None or not (plain and len(set(sets)) == len(sets)):
        return None
    return parser_for(of, key)


def parser_for(of: Endpoint, key: tuple[Column, ...]) -> PageParser:
    """A parser that expects of each row the columns of `key`, and none that the pipeline adds."""
    assert of.rows_key is not None
    shape = level(of.table, of.children)
    shape = replace(shape, leaves=tuple(leaf for leaf in shape.leaves if not of.table.column(leaf[1]).added))
    document = pa.schema([(of.rows_key, pa.list_(_struct(shape, of.table, of.children)))])
    return PageParser(
        of=of,
        key=key,
        shape=shape,
        rows_key=of.rows_key,
        beginning=re.compile(rb'\s*\{\s*"' + of.rows_key.encode() + rb'"\s*:\s*\['),
        options=arrow_json.ParseOptions(explicit_schema=document, unexpected_field_behavior="error"),
    )


def _struct(shape: Level, table: Table, children: Sequence[Table] = ()) -> pa.StructType:
    fields = [(key, _JSON_TYPES[table.column(name).type]) for key, name in shape.leaves]
    for key in shape.sets:
        child = next(each for each in children if each.from_ == (*shape.path, key) and not each.within)
        fields.append(
            (key, pa.list_(pa.string() if child.kind == "values" else _struct(level(child), child)))
        )
    return pa.struct([*fields, *((key, _struct(below, table, children)) for key, below in shape.below)])


def _walk(shape: Level, rows: pa.StructArray, found: Gathered) -> Gathered:
    """The columns and arrays of a level and those below it, null where an object above is."""
    parts = dict(zip((field.name for field in rows.type), rows.flatten(), strict=True))
    for key, name in shape.leaves:
        found.columns[name] = parts[key]
    for key in shape.sets:
        found.sets[*shape.path, key] = parts[key]
    for key, below in shape.below:
        _walk(below, parts[key], found)
    return found


def tables_of(
    parser: PageParser,
    pages: Sequence[PageRows],
    *,
    without: Collection[str] = (),
    bad: list[BadValue] | None = None,
    unknown: Columns | None = None,
) -> dict[str, pa.Table]:
    """What `to_arrow` makes of the rows of these pages. Raises NotPlain where a key comes twice."""
    table = parser.of.table
    notes = Notes(bad=[] if bad is None else bad, unknown=unknown or Columns(), aside=None)
    rows = pa.concat_arrays([page.rows for page in pages])
    found = _walk(parser.shape, rows, Gathered())
    _check_once([found.columns[name] for name in table.key])
    answer = {table.name: table_of(table, found, len(rows), {}, notes)}
    parents = {name: answer[table.name].column(name).combine_chunks() for name in table.key}
    for child in parser.of.children:
        members = found.sets[child.from_]
        unsaid = child.name in without
        if not unsaid or members.null_count < len(members):
            answer[child.name] = _child(child, parents, members, notes, unsaid=unsaid)
    return answer


def table_of_rows(
    parser: PageParser,
    rows: pa.StructArray,
    given: Mapping[str, Any],
    *,
    bad: list[BadValue],
    unknown: Columns,
) -> pa.Table:
    """The own table of rows that have no children; `given`: columns with one value for all rows."""
    found = _walk(parser.shape, rows, Gathered())
    return table_of(parser.of.table, found, len(rows), given, Notes(bad=bad, unknown=unknown, aside=None))


def _check_once(key: Sequence[pa.Array]) -> None:
    rows = pa.table({str(number): values for number, values in enumerate(key)})
    if rows.group_by(rows.column_names, use_threads=False).aggregate([]).num_rows < rows.num_rows:
        raise NotPlain


def _child(
    child: Table, parents: Mapping[str, pa.Array], members: pa.ListArray, notes: Notes, *, unsaid: bool
) -> pa.Table:
    """One child table; see `children` for the rows that mark an empty set."""
    places, found = _members(child, members)
    if not child.position:  # a parent's key comes once, so its place says the same, and is compared sooner
        _check_once([places, *(found.columns[name] for name in child.key if name not in parents)])
    found.columns |= {name: values.take(places) for name, values in parents.items()}
    count = len(places)
    found.columns[DELETED] = pa.nulls(count, pa.bool_())
    empty = _without_members(members, places, unsaid=unsaid)
    marks = {name: pa.repeat("", len(empty)) for name in child.key}
    marks |= {name: values.take(empty) for name, values in parents.items()}
    marks |= {child.position: pa.repeat(-1, len(empty))} if child.position else {}
    marks[DELETED] = pa.repeat(pa.scalar(True), len(empty))
    for name, values in found.columns.items():
        rest = marks[name] if name in marks else pa.nulls(len(empty), values.type)
        found.columns[name] = pa.concat_arrays([values, rest])
    return table_of(child, found, count + len(empty), {}, notes)


def _members(child: Table, members: pa.ListArray) -> tuple[pa.Array, Gathered]:
    """The place of each member's parent, and the members' own columns."""
    places, items = pc.list_parent_indices(members), members.flatten()
    own = child.key[-1]
    if child.within:
        member, arrays = child.key[-2], _at(items, child.within)
        inside = pc.list_parent_indices(arrays)
        ids = _at(items, child.column(member).source).take(inside)
        return places.take(inside), Gathered(columns={member: ids, own: arrays.flatten()})
    if child.kind == "values":
        return places, Gathered(columns={own: items})
    found = _walk(level(child), items, Gathered())
    if child.position:
        found.columns[own] = _positions(pc.list_value_length(members), places)
    return places, found


def _at(rows: pa.StructArray, path: tuple[str, ...]) -> pa.Array:
    for name in path:
        rows = rows.field(name)
    return rows


def _without_members(members: pa.ListArray, places: pa.Array, *, unsaid: bool) -> pa.Array:
    """The places of parents without a member; `unsaid`: but for those whose row says nothing of them."""
    numbers = _numbers(len(members), places.type)
    none = pc.invert(pc.is_in(numbers, value_set=places.unique()))
    return numbers.filter(pc.and_(none, members.is_valid()) if unsaid else none)


def _positions(lengths: pa.Array, places: pa.Array) -> pa.Array:
    """The place of each member in its array."""
    known = lengths.fill_null(0).cast(pa.int64())
    starts = pc.subtract(pc.cumulative_sum(known), known)
    return pc.subtract(_numbers(len(places), pa.int64()), starts.take(places))


def _numbers(count: int, type_: pa.DataType) -> pa.Array:
    """0, 1, 2, ..."""
    return pc.cumulative_sum(pa.repeat(pa.scalar(1, type_), count), start=pa.scalar(-1, type_))
