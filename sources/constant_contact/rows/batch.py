"""Rows of one resource -> Arrow tables: its own and one for each child table.

Knows: the catalogue's declarations. Must not know: HTTP, dlt, windows. Pure: same rows, same tables.

Every batch has every declared column, in the declared order and type; then `<column>__raw` for values that
did not fit; then fields nobody declared, some of them together (see `unknown`). Those are always text: a type
guessed from one page may be contradicted by the next one, and a destination keeps the first guess for ever.
Objects are flattened, arrays are JSON.

A parent whose array is empty or absent gets one tombstone row in the child table: parent's key, own key ''
or -1, `_deleted` true. Without it, replacing a set by its parent's key would keep an emptied set's members.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType, NoneType
from typing import Any

import pyarrow as pa

from sources.constant_contact.catalogue import Endpoint, Table
from sources.constant_contact.catalogue.columns import DELETED, EXTRA, RAW_SUFFIX, Column, Type
from sources.constant_contact.catalogue.schema import ARROW_TYPES, arrow_schema
from sources.constant_contact.rows.keys import STAND_INS, keyed, reason_of, unusable
from sources.constant_contact.rows.report import BadValue, OddRow, RowRefused, kind_of, sample
from sources.constant_contact.rows.shape import Gathered, Path, at, gather, level, undotted
from sources.constant_contact.rows.unknown import Columns
from sources.constant_contact.rows.values import NUL, DoesNotFitError, Refused, instant, json_text, typed

Rows = Sequence[Mapping[str, Any]]
_EPOCH = datetime.fromtimestamp(0, UTC)


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


_NONE: Mapping[str, Any] = MappingProxyType({})


def to_arrow(
    endpoint: Endpoint,
    rows: Rows,
    *,
    constants: Mapping[str, Any] = _NONE,
    without: Collection[str] = (),
    bad: list[BadValue] | None = None,
    unknown: Columns | None = None,
    aside: list[OddRow] | None = None,
) -> dict[str, pa.Table]:
    """The endpoint's table and its children by name.

    constants  columns with one value for all rows, such as the activity a feed was read for; they win
    without    child tables that the request did not ask for: a row without their property says nothing of them,
               so it gets no tombstone, and the table is in the answer only where some row has the property
    bad        gets one entry for each column with values that did not fit; they are kept in `<column>__raw`
    unknown    which undeclared fields have a column of their own; None: as if there had been no rows before
    aside      gets the rows, and members of sets, whose key cannot be formed; None: RowRefused is raised for the first
    Rows with the same key: the greatest `table.newest` stays, the later one among equals.
    A set of which no member has a key leaves the loaded one alone.
    """
    table = endpoint.table
    if nowhere := constants.keys() - set(table.column_names):
        raise KeyError(f"table {table.name} has no column {', '.join(sorted(nowhere))} to hold a constant.")
    notes = Notes(bad=[] if bad is None else bad, unknown=unknown or Columns(), aside=aside)
    good, odd = keyed(table, rows, constants)
    notes.put_aside(odd)
    kept = _distinct(table, _named(table, undotted(good) if endpoint.reads == "stats" else good), constants)
    found = gather(level(table, endpoint.children), kept)
    _keep_what_constants_hide(table, found, kept, constants)
    children = tuple(
        child
        for child in endpoint.children
        if child.name not in without or any(members is not None for members in found.sets[child.from_])
    )
    for child in children:
        _keep_odd_sets(table, child, found, notes)
    answer = {table.name: table_of(table, found, len(kept), constants, notes)}
    parents = answer[table.name].column(table.key[0]).to_pylist() if children else []
    for child in children:
        unsaid = child.name in without
        answer[child.name] = _child(child, parents, found.sets[child.from_], notes, unsaid=unsaid)
    return answer


def _named(table: Table, rows: Rows) -> Rows:
    """`rows` with what stands in for an id that is optional in the contract and a key here."""
    for name in table.key:
        other = STAND_INS.get(name)
        if other is not None and any(row.get(name) in (None, "") for row in rows):
            rows = [{**row, name: row.get(other)} if row.get(name) in (None, "") else row for row in rows]
    return rows


def _distinct(table: Table, rows: Rows, constants: Mapping[str, Any]) -> Rows:
    """`rows` with each key once."""
    keys: list[list[Any]] = []
    for name in table.key:
        source = table.column(name).source
        if name not in constants:
            keys.append(
                [row.get(source[0]) for row in rows]
                if len(source) == 1
                else [at(row, source) for row in rows]
            )
    whole = list(zip(*keys, strict=True)) if keys else [()] * len(rows)
    if len(set(whole)) == len(rows):
        return rows
    chosen: dict[tuple[Any, ...], int] = {}
    for index, key in enumerate(whole):
        if key not in chosen or _age(table, rows[index]) >= _age(table, rows[chosen[key]]):
            chosen[key] = index
    return [rows[index] for index in sorted(chosen.values())]


def _age(table: Table, row: Mapping[str, Any]) -> tuple[datetime, ...]:
    return tuple(_moment(at(row, table.column(name).source)) for name in table.newest)


def _moment(value: Any) -> datetime:
    try:
        return instant(value) if isinstance(value, str) else _EPOCH
    except DoesNotFitError:
        return _EPOCH


def _keep_what_constants_hide(
    table: Table, found: Gathered, rows: Rows, constants: Mapping[str, Any]
) -> None:
    """A field of the API that is named like a column which only the pipeline fills is another thing."""
    for name in constants:
        if table.column(name).added and any(name in row for row in rows):
            values = {
                i: row[name] for i, row in enumerate(rows) if row.get(name) not in (None, constants[name])
            }
            if values:
                found.unknown[name,] = values


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
            notes.bad.append(_bad_value(table, column.name, refused, raw=name))
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


def _child(
    table: Table,
    parents: list[str],
    sets: list[Any],
    notes: Notes,
    *,
    unsaid: bool,
) -> pa.Table:
    """One child table of a batch; a property that is neither array nor null leaves the loaded set alone.

    unsaid  whether a property that is not there leaves it alone too
    """
    owners: list[str] = []
    items: list[Any] = []
    places: list[int] = []
    empty: list[str] = []
    for parent, members in zip(parents, sets, strict=True):
        if type(members) is list and members:
            items += members
            owners += [parent] * len(members)
            places += range(len(members))
        elif members == [] or (members is None and not unsaid):
            empty.append(parent)
    found = _members(table, owners, items, places, notes)
    count = len(found.columns[table.key[0]])
    tombstone: dict[str, Any] = {table.key[-1]: -1 if table.position else "", DELETED: True}
    for name, values in found.columns.items():
        same: list[Any] = [tombstone.get(name)] * len(empty)
        found.columns[name] = values + (empty if name == table.key[0] else same)
    return table_of(table, found, count + len(empty), _NONE, notes)


def _keep_odd_sets(table: Table, child: Table, found: Gathered, notes: Notes) -> None:
    """What stands in an array's place goes, as an undeclared field, into the parent's row."""
    sets = found.sets[child.from_]
    if {list, NoneType}.issuperset(map(type, sets)):
        return
    odd = {index: value for index, value in enumerate(sets) if type(value) not in (list, NoneType)}
    found.unknown[child.from_] = odd
    raw = notes.unknown.assign(table, [child.from_])[child.from_] or EXTRA
    notes.bad.append(_bad_value(table, "__".join(child.from_), odd, raw=raw))


def _members(table: Table, owners: list[str], items: list[Any], places: list[int], notes: Notes) -> Gathered:
    own = table.key[-1]
    kept = _with_keys(table, owners, items, notes)
    if len(kept) < len(items):
        owners, items = [owners[index] for index in kept], [items[index] for index in kept]
        places = [places[index] for index in kept]
    if table.kind == "values":
        pairs = dict.fromkeys(zip(owners, items, strict=True))
        found = Gathered(columns={table.key[0]: [p for p, _ in pairs], own: [i for _, i in pairs]})
        found.columns[DELETED] = [None] * len(pairs)
        return found
    if not table.position:
        source = table.column(own).source[0]
        keys = [item.get(source) for item in items]
        last = {pair: index for index, pair in enumerate(zip(owners, keys, strict=True))}
        if len(last) < len(items):  # the same member twice: the later one stays
            owners = [owners[index] for index in last.values()]
            items = [items[index] for index in last.values()]
    found = gather(level(table), items)
    found.columns[table.key[0]] = owners
    if table.position:
        found.columns[own] = places
    found.columns[DELETED] = [None] * len(items)
    return found


def _with_keys(table: Table, owners: list[str], items: list[Any], notes: Notes) -> Sequence[int]:
    """Which members of sets have a key of their own; the others are set aside."""
    own = table.column(table.key[-1])
    reasons: dict[int, str] = {}
    keys = items
    if table.kind == "objects":
        if not {dict}.issuperset(map(type, items)):
            reasons = {
                index: f"it is {kind_of(item)} where an object should be"
                for index, item in enumerate(items)
                if type(item) is not dict
            }
        source = own.source[0]
        keys = (
            []
            if table.position
            else [None if i in reasons else item.get(source) for i, item in enumerate(items)]
        )
    for index in unusable(own, keys):
        reasons.setdefault(index, reason_of(own, keys[index]))
    notes.put_aside(
        [
            OddRow(
                table=table.name,
                key=own.name,
                reason=reason,
                row=items[index],
                position=index,
                parent=owners[index],
            )
            for index, reason in sorted(reasons.items())
        ]
    )
    return [index for index in range(len(items)) if index not in reasons] if reasons else range(len(items))


def _text_at(values: Mapping[int, Any], count: int) -> pa.Array:
    """A text column with values at the given positions: texts as they are, all else as JSON."""
    texts: list[str | None] = [None] * count
    for index, value in values.items():
        texts[index] = value if isinstance(value, str) and NUL not in value else json_text(value)
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:  # half of a surrogate pair: JSON escapes it
        return pa.array([None if one is None else json.dumps(one) for one in texts], pa.string())


def _bad_value(table: Table, column: str, refused: Refused, *, raw: str) -> BadValue:
    first = sample(next(iter(refused.values())))
    return BadValue(table=table.name, column=column, raw_column=raw, sample=first, count=len(refused))
