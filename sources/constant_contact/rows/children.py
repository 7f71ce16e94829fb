"""Arrays inside the rows of a batch -> the child tables that they fill.

A parent whose array is empty or absent gets one tombstone row in the child table: parent's key, own key ''
or -1, `_deleted` true. Without it, replacing a set by its parent's key would keep an emptied set's members.
Knows: the catalogue's declarations. Must not know: which rows are read when.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, NoneType
from typing import Any

import pyarrow as pa

from sources.constant_contact.catalogue import Table
from sources.constant_contact.catalogue.columns import DELETED, EXTRA
from sources.constant_contact.rows.keys import reason_of, unusable
from sources.constant_contact.rows.report import OddRow, kind_of
from sources.constant_contact.rows.shape import Gathered, at, gather, level
from sources.constant_contact.rows.typed_table import Notes, bad_value, table_of

_NO_CONSTANTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parents:
    """The rows of a batch that have arrays: by place, the columns of their key, and what they were read for."""

    keys: Mapping[str, Sequence[Any]]
    read_for: Sequence[str]
    """Under which members are kept that have to be set aside: an id that was asked for, or the key."""


def parents_of(of: Table, rows: pa.Table, given: Collection[str]) -> Parents:
    """`given`: the columns with one value for all rows, because it was asked for."""
    keys = {name: rows.column(name).to_pylist() for name in of.key}
    parts = [keys[name] for name in of.key if name in given] or list(keys.values())
    return Parents(keys=keys, read_for=["+".join(map(str, each)) for each in zip(*parts, strict=True)])


@dataclass(slots=True, kw_only=True)
class _Items:
    """What stands in the arrays, in order."""

    values: list[Any] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    """Of each value the place of its parent; and its own place in the array, or the id of the member it stands in."""
    places: list[int] = field(default_factory=list)
    members: list[Any] = field(default_factory=list)
    empty: list[int] = field(default_factory=list)
    """Parents without a value, which says that there is none."""

    def chosen(self, indices: Sequence[int]) -> "_Items":
        """Only some of the values."""
        if len(indices) == len(self.values):
            return self
        parts = (self.values, self.owners, self.places, self.members)
        values, owners, places, members = ([part[i] for i in indices] if part else [] for part in parts)
        return _Items(values=values, owners=owners, places=places, members=members, empty=self.empty)


def child_table(
    table: Table, parents: Parents, sets: Sequence[Any], notes: Notes, *, unsaid: bool
) -> pa.Table:
    """One child table of a batch; a property that is neither array nor null leaves the loaded set alone.

    unsaid  whether a property that is not there leaves it alone too
    """
    items = _items(sets, unsaid=unsaid)
    if table.within:
        items = _inside(table, items)
    items = _with_keys(table, parents, items, notes)
    found, items = _values(table, items) if table.kind == "values" else _objects(table, items)
    count, empty = len(items.values), len(items.empty)
    own = {name: "" for name in table.key if name not in parents.keys}
    tombstone: dict[str, Any] = own | {table.key[-1]: -1 if table.position else "", DELETED: True}
    found.columns[DELETED] = [None] * count
    for name, values in found.columns.items():
        found.columns[name] = [*values, *[tombstone.get(name)] * empty]
    for name, keys in parents.keys.items():
        found.columns[name] = [keys[owner] for owner in (*items.owners, *items.empty)]
    return table_of(table, found, count + empty, _NO_CONSTANTS, notes)


def keep_odd_sets(table: Table, child: Table, found: Gathered, notes: Notes) -> None:
    """What stands in an array's place goes, as an undeclared field, into the parent's row."""
    sets = found.sets[child.from_]
    if {list, NoneType}.issuperset(map(type, sets)):
        return
    odd = {index: value for index, value in enumerate(sets) if type(value) not in (list, NoneType)}
    found.unknown[child.from_] = odd
    raw = notes.unknown.assign(table, [child.from_])[child.from_] or EXTRA
    notes.bad.append(bad_value(table, "__".join(child.from_), odd, raw=raw))


def _items(sets: Sequence[Any], *, unsaid: bool) -> _Items:
    items = _Items()
    for owner, members in enumerate(sets):
        if type(members) is list and members:
            items.values += members
            items.owners += [owner] * len(members)
            items.places += range(len(members))
        elif members == [] or (members is None and not unsaid):
            items.empty.append(owner)
    return items


def _inside(table: Table, outer: _Items) -> _Items:
    """The values in the members' arrays. Members without an id, or with something else for an array, are told of
    where the members themselves are loaded; their parents say nothing here.
    """
    column = table.column(table.key[-2])
    objects = [value if type(value) is dict else {} for value in outer.values]
    ids = [value.get(column.source[0]) for value in objects]
    arrays = [at(value, table.within) for value in objects]
    odd = {
        *unusable(column, ids),
        *(i for i, each in enumerate(arrays) if type(each) not in (list, NoneType)),
    }
    last = {(owner, ids[i]): i for i, owner in enumerate(outer.owners) if i not in odd}
    items = _Items(empty=list(outer.empty))
    for (owner, member), index in last.items():
        values = arrays[index] or []
        items.values += values
        items.owners += [owner] * len(values)
        items.members += [member] * len(values)
    unclear = {*items.owners, *(outer.owners[i] for i in odd)}
    items.empty += dict.fromkeys(owner for owner in outer.owners if owner not in unclear)
    return items


def _values(table: Table, items: _Items) -> tuple[Gathered, _Items]:
    """Bare ids, each once."""
    members = items.members or [None] * len(items.values)
    first: dict[Any, int] = {}
    for index, one in enumerate(zip(items.owners, members, items.values, strict=True)):
        first.setdefault(one, index)
    items = items.chosen(list(first.values()))
    found = Gathered(columns={table.key[-1]: items.values})
    if table.within:
        found.columns[table.key[-2]] = items.members
    return found, items


def _objects(table: Table, items: _Items) -> tuple[Gathered, _Items]:
    own = table.key[-1]
    if not table.position:  # the same member twice: the later one stays
        source = table.column(own).source[0]
        keys = [item.get(source) for item in items.values]
        last = {pair: index for index, pair in enumerate(zip(items.owners, keys, strict=True))}
        items = items.chosen(list(last.values()))
    found = gather(level(table), items.values)
    if table.position:
        found.columns[own] = items.places
    return found, items


def _with_keys(table: Table, parents: Parents, items: _Items, notes: Notes) -> _Items:
    """The values that have a key of their own; the others are set aside."""
    own = table.column(table.key[-1])
    reasons: dict[int, str] = {}
    keys: Sequence[Any] = items.values
    if table.kind == "objects":
        reasons = {
            index: f"it is {kind_of(item)} where an object should be"
            for index, item in enumerate(items.values)
            if type(item) is not dict
        }
        keys = _own_keys(table, items.values, reasons)
    for index in unusable(own, keys):
        reasons.setdefault(index, reason_of(own, keys[index]))
    if not reasons:
        return items
    notes.put_aside(
        [
            OddRow(
                table=table.name,
                key=own.name,
                reason=reason,
                row=items.values[index],
                position=index,
                parent=parents.read_for[items.owners[index]],
            )
            for index, reason in sorted(reasons.items())
        ]
    )
    return items.chosen([index for index in range(len(items.values)) if index not in reasons])


def _own_keys(table: Table, values: Sequence[Any], odd: Collection[int]) -> Sequence[Any]:
    if table.position:
        return []
    source = table.column(table.key[-1]).source[0]
    return [None if index in odd else value.get(source) for index, value in enumerate(values)]
