"""Rows of one level -> lists of values, one per declared column, and everything that nobody declared.

Works column by column over plain dicts, since building one dict per row costs several times as much.
Must not know: Arrow, types.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType, NoneType
from typing import Any

from sources.constant_contact.catalogue import Table
from sources.constant_contact.catalogue.columns import DELETED

Path = tuple[str, ...]
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_DEPTH_MAX = 6
_NAVIGATION = "_links"
"""Of an answer, not of the record in it: one record answered by itself may carry it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of objects: fields that are columns, objects below, arrays that are child tables."""

    path: Path
    leaves: tuple[tuple[str, str], ...]
    below: tuple[tuple[str, "Level"], ...]
    sets: tuple[str, ...]
    known: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Gathered:
    """Values by column name, arrays by path, and undeclared values by path and row.

    Of columns and arrays: lists of them, or the same as one Arrow array.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    sets: dict[Path, Any] = field(default_factory=dict)
    unknown: dict[Path, dict[int, Any]] = field(default_factory=dict)


@lru_cache(maxsize=256)
def level(table: Table, children: tuple[Table, ...] = (), path: Path = ()) -> Level:
    """The level at `path` of a table's rows, with all levels below it."""
    depth = len(path)
    ours = (DELETED, table.position)  # not of the API: a field of that name would be another thing
    here = [(c.source, c.name) for c in table.columns if c.source[:depth] == path and c.name not in ours]
    arrays = [c.from_ for c in children if c.from_[:depth] == path]
    leaves = tuple((source[depth], name) for source, name in here if len(source) == depth + 1)
    sets = tuple(dict.fromkeys(source[depth] for source in arrays if len(source) == depth + 1))
    deeper = [source[depth] for source, _ in here if len(source) > depth + 1]
    deeper += [source[depth] for source in arrays if len(source) > depth + 1]
    below = tuple((key, level(table, children, (*path, key))) for key in dict.fromkeys(deeper))
    known = frozenset((*(key for key, _ in leaves), *(key for key, _ in below), *sets, _NAVIGATION))
    return Level(path=path, leaves=leaves, below=below, sets=sets, known=known)


def gather(shape: Level, rows: Sequence[Mapping[str, Any]], into: Gathered | None = None) -> Gathered:
    """Read `rows` (all of them objects) along `shape`; an absent field is None."""
    found = into if into is not None else Gathered()
    for key, name in shape.leaves:
        found.columns[name] = [row.get(key) for row in rows]
    for key in shape.sets:
        found.sets[*shape.path, key] = [row.get(key) for row in rows]
    known = shape.known
    for index in [index for index, row in enumerate(rows) if not row.keys() <= known]:
        for key in rows[index].keys() - known:
            _note(found, (*shape.path, key), index, rows[index][key])
    for key, below in shape.below:
        objects = [row.get(key) for row in rows]
        if not {dict}.issuperset(map(type, objects)):
            for index, value in enumerate(objects):
                if type(value) not in (dict, NoneType):
                    _note(found, below.path, index, value)
            objects = [value if type(value) is dict else _NOTHING for value in objects]
        gather(below, objects, found)  # type: ignore[arg-type]  # only objects are left
    return found


def at(row: Mapping[str, Any], path: Path) -> Any:
    """The value at `path`, None where any part of it is missing."""
    value: Any = row
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def undotted(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows whose objects spell `em_opens.all.mobile` as `em_opens_all_mobile`.

    Where both spellings come with different values, the underscored one counts and the other stays as it is.
    """
    return [
        {key: _undotted(value) if type(value) is dict else value for key, value in row.items()}
        for row in rows
    ]


def _undotted(stats: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in stats.items() if "." not in key}
    for key in stats.keys() - plain.keys():
        name = key.replace(".", "_")
        if plain.setdefault(name, stats[key]) != stats[key]:
            plain[key] = stats[key]
    return plain


def _note(found: Gathered, path: Path, index: int, value: Any) -> None:
    """Objects are flattened, so that a new one becomes columns like a declared one; deep ones stay whole."""
    if type(value) is dict and value and len(path) < _DEPTH_MAX:
        for key, inner in value.items():
            _note(found, (*path, key), index, inner)
    elif value is not None:
        found.unknown.setdefault(path, {})[index] = value
