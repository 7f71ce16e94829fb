"""Which fields that nobody declared have a column of their own: at most `MAX_COLUMNS` a table, over its whole life.

A field keeps the column it got first, whatever other fields come later, so that two of them never share one. What
comes after the last column is kept together, as one JSON object a row, in the column `_extra`.
Knows: the names that are there. Must not know: Arrow, dlt, where the names are remembered.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sources.constant_contact.catalogue import Table, table
from sources.constant_contact.catalogue.columns import DELETED, EXTRA, RAW_SUFFIX
from sources.constant_contact.rows.names import Path, in_order, is_free, other_name, plain_name

MAX_COLUMNS = 200
"""3,000 new fields in a row once made 3,000 columns and a file of 1.3 GB."""


class Columns:
    """The columns of undeclared fields, by table."""

    def __init__(
        self,
        known: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
        existing: Mapping[str, Collection[str]] | None = None,
        *,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        """`known`: table -> column -> the path of its field, as `columns_of` gave it; `existing`: the columns of
        tables in the destination, some of which an earlier version may have made without a note; `lock`: what threads
        that share it take turns by.
        """
        self._paths: dict[str, dict[Path, str]] = defaultdict(dict)
        self._names: dict[str, set[str]] = defaultdict(set)
        self._free: dict[str, set[str]] = defaultdict(set)
        """Columns that are there already and belong to no field yet."""
        for name, columns in (known or {}).items():
            self._paths[name] = {tuple(path): column for column, path in columns.items()}
            self._names[name] = set(columns)
        for name, there in (existing or {}).items():
            self._free[name] = set(there) - self._names[name] - _not_of_fields(name)
        self._lock = lock or nullcontext()

    def assign(self, of: Table, paths: Iterable[Path]) -> dict[Path, str | None]:
        """The column of each path; None: it has none, and goes to `_extra`."""
        taken = {name for column in of.column_names for name in (column, f"{column}{RAW_SUFFIX}")}
        with self._lock:
            return {path: self._column(of.name, path, taken) for path in in_order(paths)}

    def columns_of(self, name: str) -> Mapping[str, list[str]]:
        """Column -> path of its field, to be remembered."""
        with self._lock:
            return {column: list(path) for path, column in self._paths[name].items()}

    def _column(self, name: str, path: Path, taken: Collection[str]) -> str | None:
        paths, names, free = self._paths[name], self._names[name], self._free[name]
        if path in paths:
            return paths[path]
        plain = plain_name(path)
        column = plain if plain not in names and is_free(plain, taken) else other_name(path)
        if column in names or (column not in free and len(names) + len(free) >= MAX_COLUMNS):
            return None
        free.discard(column)
        names.add(column)
        paths[path] = column
        return column


def _not_of_fields(name: str) -> set[str]:
    """Columns that no undeclared field made. Earlier versions gave child tables their parent's columns too."""
    of = table(name)
    declared = {*of.column_names, *(table(of.parent).column_names if of.parent else ())}
    return {*declared, *(f"{column}{RAW_SUFFIX}" for column in declared), DELETED, EXTRA}
