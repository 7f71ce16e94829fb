"""Rows of one resource -> Arrow tables: its own and one for each child table.

Knows: the catalogue's declarations. Must not know: HTTP, dlt, windows. Pure: same rows, same tables.

Every batch has every declared column, in the declared order and type; then `<column>__raw` for values that
did not fit; then fields nobody declared, some of them together (see `unknown`). Those are always text: a type
guessed from one page may be contradicted by the next one, and a destination keeps the first guess for ever.
Objects are flattened, arrays are JSON or fill `children`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from sources.constant_contact.catalogue import Endpoint, Table
from sources.constant_contact.rows.children import child_table, keep_odd_sets, parents_of
from sources.constant_contact.rows.keys import STAND_INS, keyed
from sources.constant_contact.rows.report import BadValue, OddRow
from sources.constant_contact.rows.shape import Gathered, at, gather, level, undotted
from sources.constant_contact.rows.typed_table import Notes, table_of
from sources.constant_contact.rows.unknown import Columns
from sources.constant_contact.rows.values import DoesNotFitError, instant

Rows = Sequence[Mapping[str, Any]]
_EPOCH = datetime.fromtimestamp(0, UTC)


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
        if not child.within:  # whose array is that of another child
            keep_odd_sets(table, child, found, notes)
    answer = {table.name: table_of(table, found, len(kept), constants, notes)}
    if not children:
        return answer
    parents = parents_of(table, answer[table.name], constants)
    for child in children:
        unsaid = child.name in without
        answer[child.name] = child_table(child, parents, found.sets[child.from_], notes, unsaid=unsaid)
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
