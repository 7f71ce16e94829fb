"""What a read hands on: rows as Arrow tables, and the state that goes with them.

A batch is the unit of consistency: its state says no more than its rows (and those handed on before) prove.
A group is what one load package commits: batches in the order they came, a row per key.
Must not know: HTTP, dlt, which endpoint does what.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.constant_contact.catalogue import Table, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sources.constant_contact.state.changes import StateChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    resource: str
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    state: tuple[StateChange, ...] = ()
    requests: int = 0
    """Requests spent to get it, retries not included."""

    @property
    def rows(self) -> int:
        """Rows of the resource's own table, children not counted."""
        own = self.tables.get(self.resource)
        return 0 if own is None else own.num_rows


@dataclass(slots=True)
class Group:
    """Batches that are committed together."""

    batches: list[Batch] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        self.batches.append(batch)

    @property
    def requests(self) -> int:
        return sum(batch.requests for batch in self.batches)

    @property
    def rows(self) -> int:
        """Of all tables, children included."""
        return sum(rows.num_rows for batch in self.batches for rows in batch.tables.values())

    @property
    def state(self) -> tuple[StateChange, ...]:
        return tuple(change for batch in self.batches for change in batch.state)

    def let_go(self) -> None:
        """Of all rows, once they are in other hands; requests and state stay."""
        self.batches = [replace(batch, tables={}) for batch in self.batches]

    def tables(self) -> dict[str, dict[str, pa.Table]]:
        """Resource -> table -> rows, each key once: the row that was read last stands.

        Children stay with their parent's row: a contact that was read twice keeps the sets of its last reading,
        never a mixture.
        """
        by_resource: dict[str, list[Mapping[str, pa.Table]]] = defaultdict(list)
        for batch in self.batches:
            if batch.tables:
                by_resource[batch.resource].append(batch.tables)
        return {resource: dict(_last_stands(found)) for resource, found in by_resource.items()}


def _last_stands(found: Sequence[Mapping[str, pa.Table]]) -> Iterator[tuple[str, pa.Table]]:
    if len(found) == 1:
        yield from found[0].items()
    elif _nothing_twice(found):
        for name in dict.fromkeys(name for tables in found for name in tables):
            parts = [tables[name] for tables in found if name in tables]
            yield name, pa.concat_tables(parts, promote_options="permissive")
    else:
        yield from _the_last_of_each(found)


def _nothing_twice(found: Sequence[Mapping[str, pa.Table]]) -> bool:
    """Whether no row has the key of another batch. Only told where children came with their parents."""
    owners = {name: _owner(table(name)) for tables in found for name in tables}
    if any(owners[name][0] not in tables for tables in found for name in tables):
        return False
    for owner, key in set(owners.values()):
        rows = pa.concat_tables([tables[owner].select(key) for tables in found if owner in tables])
        if rows.group_by(key, use_threads=False).aggregate([]).num_rows < rows.num_rows:
            return False
    return True


def _the_last_of_each(found: Sequence[Mapping[str, pa.Table]]) -> Iterator[tuple[str, pa.Table]]:
    kept: dict[str, list[pa.Table]] = defaultdict(list)
    seen: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for tables in reversed(found):
        fresh: dict[str, set[tuple[Any, ...]]] = {}
        for name, rows in tables.items():
            # A set of children is replaced as a whole, so what counts as one is the parent's key.
            owner, key = _owner(table(name))
            keys = list(zip(*(rows.column(column).to_pylist() for column in key), strict=True))
            old = seen[owner]
            if old and not old.isdisjoint(keys):
                rows = rows.filter(pa.array([one not in old for one in keys], pa.bool_()))  # noqa: PLW2901
            fresh.setdefault(owner, set()).update(keys)
            kept[name].append(rows)
        for owner, keys_of_owner in fresh.items():
            seen[owner] |= keys_of_owner
    for name, parts in kept.items():
        yield name, pa.concat_tables(reversed(parts), promote_options="permissive")


def _owner(of: Table) -> tuple[str, tuple[str, ...]]:
    if of.parent is None:
        return of.name, of.key
    return of.parent, table(of.parent).key
