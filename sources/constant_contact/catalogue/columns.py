"""Tables and columns as frozen rows, each refusing a bad one the moment it is written down.

Knows: names, types, grain, keys, where in an API row a value lies, how a child table hangs on its parent.
Must not know: HTTP, dlt, Arrow, any particular resource.
Source: contract (definitions) and the naming rules all destinations share: lower case, `__` between levels.
"""

import re
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

Type = Literal["text", "bigint", "double", "bool", "timestamp", "date", "json"]
Kind = Literal["objects", "values"]

TYPES: tuple[Type, ...] = get_args(Type)
DELETED = "_deleted"
RAW_SUFFIX = "__raw"
EXTRA = "_extra"
"""Where the fields of a row are kept together, as JSON, that have no column of their own."""
_NAME = re.compile(r"_?[a-z][a-z0-9]*(_{1,2}[a-z0-9]+)*")
_DESCRIPTION_MAX = 160


class CatalogueError(ValueError):
    """A row of the catalogue contradicts itself; the message names the row and the fix."""


def demand(condition: object, where: str, sentence: str) -> None:
    """Refuse the row `where` with one sentence unless `condition` holds."""
    if not condition:
        raise CatalogueError(f"catalogue, {where}: {sentence}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One typed column.

    `source` is the path in the API row; left empty it is read off the name (`a__b` lies at `a` then `b`).
    `added` marks what the API does not send: the pipeline puts it in, under the same path or as a constant.
    """

    name: str
    type: Type
    description: str
    source: tuple[str, ...] = ()
    added: bool = False

    def __post_init__(self) -> None:
        where = f"column {self.name!r}"
        demand(_NAME.fullmatch(self.name), where, "use lower snake case, with __ between levels.")
        demand(
            not self.name.endswith(RAW_SUFFIX), where, f"the ending {RAW_SUFFIX} is kept for refused values."
        )
        demand(self.type in TYPES, where, f"type {self.type!r} is none of {', '.join(TYPES)}.")
        demand(self.description.strip(), where, "say in a few words what it holds.")
        demand(
            len(self.description) <= _DESCRIPTION_MAX, where, f"describe it in {_DESCRIPTION_MAX} characters."
        )
        if not self.source:
            object.__setattr__(self, "source", tuple(self.name.split("__")))


class ColumnOf(Protocol):
    """Writes a column of one type: name and description first, as a table reads best."""

    def __call__(
        self, name: str, description: str, *, source: tuple[str, ...] = (), added: bool = False
    ) -> Column: ...


def _of(type_: Type) -> ColumnOf:
    def column(name: str, description: str, *, source: tuple[str, ...] = (), added: bool = False) -> Column:
        return Column(name=name, type=type_, description=description, source=source, added=added)

    return column


text, bigint, double, flag = _of("text"), _of("bigint"), _of("double"), _of("bool")
timestamp, date, json = _of("timestamp"), _of("date"), _of("json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table and its grain.

    `newest` names the columns that decide, in this order, which of two rows with the same key is fresher.
    A child table (`parent` set) is filled from the array at the path `from_` of its parent's row. Its key
    begins with the parent's; `position` names a column that holds the 0-based place in the array where
    the API gives no id; `kind="values"` means that the array holds bare ids, which fill the last key column.
    With `within`, its rows are the bare ids in the arrays at that path inside the members of the array at `from_`;
    the last key column but one is the member's id.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    newest: tuple[str, ...] = ()
    parent: str | None = None
    from_: tuple[str, ...] = ()
    kind: Kind = "objects"
    position: str | None = None
    within: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where, names = f"table {self.name!r}", self.column_names
        demand(_NAME.fullmatch(self.name), where, "use lower snake case.")
        demand(self.grain.startswith("one row per "), where, "state the grain as 'one row per ...'.")
        demand(len(set(names)) == len(names), where, "a column name comes twice.")
        demand(self.key, where, "name the key: without one a table cannot be kept in step.")
        for name in (*self.key, *self.newest, *([self.position] if self.position else [])):
            demand(name in names, where, f"{name!r} is named but is not one of its columns.")
        demand(names[: len(self.key)] == self.key, where, "put the key's columns first, in the key's order.")
        if self.parent is None:
            demand(not self.from_ and not self.position, where, "only a child table has from_ and position.")
            own = self.name.startswith("_ctct_")
            demand(own or DELETED not in names, where, f"only a child table has the marker {DELETED}.")
        else:
            demand(self.from_, where, "a child table says which property it comes from.")
            demand(self.name.startswith(f"{self.parent}__"), where, f"name it {self.parent}__<property>.")
            demand(names[-1] == DELETED, where, f"a child table ends with the marker {DELETED}.")
            demand(
                self.kind == "objects" or len(names) == len(self.key) + 1, where, "bare ids have no fields."
            )
            demand(not self.within or self.kind == "values", where, "only bare ids are taken from within.")

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name!r}; it has {', '.join(self.column_names)}.")


def child(
    *,
    parent: str,
    parent_key: Column | tuple[Column, ...],
    property_: str,
    grain: str,
    own_key: Column,
    columns: tuple[Column, ...] = (),
    from_: tuple[str, ...] = (),
    kind: Kind = "objects",
    position: bool = False,
    member_key: Column | None = None,
    within: tuple[str, ...] = (),
) -> Table:
    """A child table: the parent's key, its own key, its fields, and the marker that empties a set.

    member_key, within  of a child of the child from the same array: that one's own key, and where its array is
    """
    marker = flag(DELETED, "set only while loading, on the row that empties a parent's set", added=True)
    parent_keys = parent_key if isinstance(parent_key, tuple) else (parent_key,)
    key = (*parent_keys, *((member_key,) if member_key else ()), own_key)
    return Table(
        name=f"{parent}__{property_}",
        grain=grain,
        key=tuple(column.name for column in key),
        columns=(*key, *columns, marker),
        parent=parent,
        from_=from_ or (property_,),
        kind=kind,
        position=own_key.name if position else None,
        within=within,
    )
