"""Collections without a date filter: small, read whole each run, which is how a vanished row shows.

A row that is missing from a complete reading gets `deleted_at`; a reading that broke off says nothing. A reading of
several pages, or of other rows than the API counts, is not taken for complete: then each missing row is asked for by
its id, and only a 404 says that it is gone; where ids answer after a deletion, a second reading must miss it too.
Source: contract; api_guide/lists_delete, tags_delete (deleted tags and custom fields leave no trace).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.constant_contact.api.errors import ApiError, Conflict, NotFound
from sources.constant_contact.api.paging import filled
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.api_objects import attempt, is_of_one_object
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.reading import FIRST
from sources.constant_contact.rows.shape import at
from sources.constant_contact.rows.values import json_text, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Column, Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange

INDISPENSABLE = "contact_lists"
"""Asked for in every run, and where it cannot be listed, the run has failed; any other one is left out."""
ASKED_ANYWAY = ("account", INDISPENSABLE)
"""However often they failed: the one says whose account it is, without the other a run has failed."""
PROOFS = 50
"""Rows asked for by id in one run: more than anybody deletes in a day."""

Row = dict[str, Any]


def slices(reading: Reading, of: Endpoint) -> None:
    _add(reading, of, read_whole)


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    """The pages that are loaded; one where none is known."""
    if facts.waits(of.resource) and of.resource not in ASKED_ANYWAY:
        return
    rows = facts.loaded(of.resource)
    yield Line(
        resource=of.resource,
        why="read whole, it has no date filter" if rows else "read whole; one page assumed",
        rows=rows or None,
        requests=costs.pages(rows, of.page_size or max(1, rows)) + max(0, len(of.kinds) - 1),
    )


def slices_of_snapshot(reading: Reading, of: Endpoint) -> None:
    _add(reading, of, read_snapshot)


def estimate_of_snapshot(facts: Facts, of: Endpoint) -> Iterator[Line]:
    if not facts.waits(of.resource):
        yield Line(resource=of.resource, why="one row a day", rows=1, requests=1)


def _add(reading: Reading, of: Endpoint, read: Callable[[Reading, Endpoint], Iterator[Batch]]) -> None:
    item = ApiObject(resource=of.resource, always=of.resource == INDISPENSABLE)
    reading.add(of.resource, FIRST, of.resource, lambda: attempt(reading, item, lambda own: read(own, of)))


def read_whole(reading: Reading, of: Endpoint) -> Iterator[Batch]:
    """Every row of a collection; its details follow from them."""
    if not of.kinds:
        yield from _read_listing(reading, of)
        return
    (first, _), *others = of.kinds
    yield from _read_listing(reading, of, kind=first)
    for kind, params in others:
        item = ApiObject(resource=of.resource, object_id=kind, title=f"{of.resource} of {of.kind} {kind}")
        yield from attempt(
            reading, item, partial(_read_listing, of=of, kind=kind, extra=dict(params), whole=False)
        )


def _read_listing(
    reading: Reading,
    of: Endpoint,
    *,
    kind: str | None = None,
    extra: Mapping[str, str] | None = None,
    whole: bool = True,
) -> Iterator[Batch]:
    listing = listed(reading, of, extra=extra)
    constants = {of.kind: kind} if of.kind and kind else None
    for batch in complete(reading, of, listing, constants=constants, whole=whole):
        yield batch
        reading.tell(of.resource, batch.tables, listing.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All rows of a collection, as far as its pages show them."""

    rows: list[Row]
    pages: int
    requests: int
    counted: bool
    """Whether the API counts as many."""
    set_aside: int = 0
    """Rows that came without a usable key: any row that seems to be missing may be one of them."""

    @property
    def certain(self) -> bool:
        """Between two pages rows may slide past the reader, for a link may be a number of rows to leave out."""
        return self.pages == 1 and self.counted and not self.set_aside


def listed(
    reading: Reading,
    of: Endpoint,
    slots: Mapping[str, str] | None = None,
    *,
    extra: Mapping[str, str] | None = None,
) -> Listing:
    """A listing of several pages that the API's own count does not bear out is read once more."""
    try:
        return _listed(reading, of, slots, extra)
    except (NotFound, Conflict):
        if not of.may_be_none:
            raise
        return Listing(rows=[], pages=0, requests=1, counted=True)


def _listed(
    reading: Reading, of: Endpoint, slots: Mapping[str, str] | None, extra: Mapping[str, str] | None
) -> Listing:
    rows: list[Row] = []
    requests = aside = 0
    for _ in range(2):
        here: list[Row] = []
        pages, count, aside = 0, None, 0
        for page in reading.pages(of, slots, extra=extra):
            here += page.rows
            pages += 1
            aside += page.set_aside
            count = total_of(of, page.envelope, count)
        rows += here
        requests += pages
        counted = count is None or len({_key(of, row) for row in here}) + aside == count
        if counted or pages == 1:
            break
    return Listing(rows=rows, pages=pages, requests=requests, counted=counted, set_aside=aside)


def complete(
    reading: Reading,
    of: Endpoint,
    listing: Listing,
    *,
    slots: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
    state: tuple[StateChange, ...] = (),
    whole: bool = True,
) -> Iterator[Batch]:
    """A complete reading as one batch, with the rows that have vanished since the last one.

    Of what belongs to one row of another resource: `slots` of its path, and the columns that all of its rows share.
    `whole`: no other listing brings rows of the resource.
    """
    gone, found, asked = lost(reading, of, listing, slots=slots, constants=constants)
    rows, requests = [*listing.rows, *found], listing.requests + asked
    batch = reading.batch(of.resource, rows, requests=requests, constants=constants, state=state, whole=whole)
    yield with_lost(of, batch, gone)


def lost(
    reading: Reading,
    of: Endpoint,
    listing: Listing,
    *,
    slots: Mapping[str, str] | None = None,
    constants: Mapping[str, str] | None = None,
) -> tuple[list[Row], list[Row], int]:
    """(loaded rows that a complete reading no longer has, marked; rows that are there after all; requests)."""
    if not of.soft_deletes or not reading.wants(of.resource):
        return [], [], 0
    gone = vanished(reading, of, listing.rows, constants or {})
    if not gone or listing.certain:
        return gone, [], 0
    return _proved(reading, of, gone, slots, keyless=listing.set_aside)


def with_lost(of: Endpoint, batch: Batch, gone: list[Row]) -> Batch:
    """The batch with marked rows beside its own."""
    if not gone:
        return batch
    gone = [_with_texts(of, row) for row in gone]
    marked = pa.Table.from_pylist(gone, schema=_schema(of, gone))
    together = pa.concat_tables([batch.tables[of.resource], marked], promote_options="permissive")
    return replace(batch, tables={**batch.tables, of.resource: together})


def _proved(
    reading: Reading,
    of: Endpoint,
    missing: Sequence[Row],
    slots: Mapping[str, str] | None,
    *,
    keyless: int,
) -> tuple[list[Row], list[Row], int]:
    """(what is gone, rows that are there after all, requests). More than `PROOFS` wait for the next run."""
    if of.lookup_path is None:
        if keyless:  # another reading shows no more of them
            return [], [], 0
        again = listed(reading, of, slots)
        there = {_key(of, {**(slots or {}), **row}) for row in again.rows}
        return [row for row in missing if _key(of, row) not in there], again.rows, again.requests
    gone: list[Row] = []
    found: list[Row] = []
    for row in missing[:PROOFS]:
        try:
            found.append(reading.client.record(filled(of.lookup_path, **row), dict(of.lookup_params)))
        except NotFound:
            gone.append(row)
        except ApiError as error:
            if not is_of_one_object(reading, of.resource, error):
                raise
            reading = (
                reading.with_few_attempts()
            )  # what could not be asked is not gone; the next run asks again
        reading.reader.check()
    return gone, found, len(gone) + len(found)


def _with_texts(of: Endpoint, row: Row) -> Row:
    """A loaded row with JSON as text, which some destinations give back as what it says."""
    read = {
        column.name: json_text(row[column.name])
        for column in of.table.columns
        if column.type == "json" and isinstance(row.get(column.name), dict | list)
    }
    return {**row, **read}


def total_of(of: Endpoint, envelope: Row, before: int | None) -> int | None:
    """How many rows the API counts, in whichever way it says so; `before`: what an earlier page said."""
    page = envelope.get("page")
    named = envelope.get(f"{of.rows_key}_count", envelope.get("total_records"))
    count = page.get("total_elements") if isinstance(page, dict) else named
    return count if isinstance(count, int) else before


def _key(of: Endpoint, row: Row) -> tuple[str, ...]:
    """Of a row of the API, where a part may lie deeper, or of a loaded one."""
    columns = (of.table.column(name) for name in of.table.key)
    return tuple(
        _text(column, row[column.name] if column.name in row else at(row, column.source))
        for column in columns
    )


def _text(column: Column, value: object) -> str:
    """The same for a time as the API writes it and for the loaded one."""
    if column.type != "timestamp" or value is None:
        return str(value)
    moments, _ = typed("timestamp", [value.isoformat() if isinstance(value, datetime) else value])
    return str(moments.cast(pa.int64())[0].as_py())


def vanished(reading: Reading, of: Endpoint, rows: Sequence[Row], constants: Mapping[str, str]) -> list[Row]:
    """Loaded rows, not yet marked, that the account no longer has; marked with the run's start."""
    present = {_key(of, {**row, **constants}) for row in rows}
    shared = [(name, constants[name]) for name in of.table.key if name in constants]
    loaded = (
        reading.warehouse.where(of.resource, shared[0][0], [shared[0][1]])
        if shared
        else reading.warehouse.rows(of.resource)
    )
    return [
        {**known, "deleted_at": reading.now}
        for known in loaded
        if all(str(known.get(name)) == value for name, value in shared)
        and _is_of_kind(of, known, constants)
        and known.get("deleted_at") is None
        and _key(of, known) not in present
    ]


def _is_of_kind(of: Endpoint, known: Row, constants: Mapping[str, str]) -> bool:
    """Rows that were loaded before there were kinds are of the first one."""
    return of.kind is None or (known.get(of.kind) or of.kinds[0][0]) == constants.get(of.kind)


def _schema(of: Endpoint, rows: Sequence[Row]) -> pa.Schema:
    """Declared types for declared columns; columns that drifted in keep what the destination makes of them."""
    declared = arrow_schema(of.table)
    names = set(declared.names)
    others = pa.Table.from_pylist([{k: v for k, v in row.items() if k not in names} for row in rows]).schema
    return pa.schema([*declared, *others])


def read_snapshot(reading: Reading, of: Endpoint) -> Iterator[Batch]:
    """The account as it is; the day, which is the first part of the key, is the run's, in UTC."""
    for page in reading.pages(of):
        yield reading.batch(
            of.resource,
            page.rows,
            requests=1,
            constants={of.table.key[0]: reading.now.date().isoformat()},
            whole=True,
        )
