"""Collections without a date filter: small, read whole each run, which is how a vanished row shows.

A row that is missing from a complete reading gets `deleted_at`; a reading that broke off says nothing. A reading of
several pages, or of other rows than the API counts, is not taken for complete: then each missing row is asked for by
its id, and only a 404 says that it is gone; where ids answer after a deletion, a second reading must miss it too.
Source: contract; api_guide/lists_delete, tags_delete (deleted tags and custom fields leave no trace).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.constant_contact.api.errors import BadRequest, NotFound, StillPreparing
from sources.constant_contact.catalogue import Endpoint, endpoint
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.reads.reading import FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.reads.reading import Reading

WHOLE = ("account", "account_emails", "account_privileges", "contact_lists", "contact_tags", "custom_fields")

PROOFS = 50
"""Rows asked for by id in one run: more than anybody deletes in a day."""

Row = dict[str, Any]


def add_slices(reading: Reading) -> None:
    reads: dict[str, Callable[[], Iterator[Batch]]] = {
        **{name: partial(read_whole, reading, endpoint(name)) for name in WHOLE},
        "contact_counts": partial(read_counts, reading),
        "segments": partial(read_segments, reading),
    }
    for name, read in reads.items():
        if reading.wants(name):
            reading.add(name, FIRST, name, partial(_or_without, reading, name, read))


def _or_without(reading: Reading, name: str, read: Callable[[], Iterator[Batch]]) -> Iterator[Batch]:
    """One small collection that the server refuses to list must not keep the contacts away; all of them must."""
    try:
        yield from read()
    except BadRequest as error:
        reading.unasked.add(name)
        if reading.wanted <= reading.unasked:
            raise
        reading.reader.skip(name, str(error))


def read_whole(reading: Reading, of: Endpoint) -> Iterator[Batch]:
    yield from complete(reading, of, _listed(reading, of))


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


def _listed(reading: Reading, of: Endpoint) -> Listing:
    """A listing of several pages that the API's own count does not bear out is read once more."""
    rows: list[Row] = []
    requests = aside = 0
    for _ in range(2):
        here: list[Row] = []
        pages, count, aside = 0, None, 0
        for page in reading.pages(of):
            here += page.rows
            pages += 1
            aside += page.set_aside
            count = page.envelope.get(f"{of.rows_key}_count", count)
        rows += here
        requests += pages
        counted = count is None or len({_key(of, row) for row in here}) + aside == count
        if counted or pages == 1:
            break
    return Listing(rows=rows, pages=pages, requests=requests, counted=counted, set_aside=aside)


def complete(reading: Reading, of: Endpoint, listing: Listing) -> Iterator[Batch]:
    """A complete reading as one batch, with the rows that have vanished since the last one."""
    gone: list[Row] = []
    rows, requests = listing.rows, listing.requests
    if of.marks_vanished and reading.wants(of.resource):
        gone = vanished(reading, of, rows)
        if gone and not listing.certain:
            gone, found, asked = _proved(reading, of, gone, keyless=listing.set_aside)
            rows, requests = [*rows, *found], requests + asked
    batch = reading.batch(of.resource, rows, requests=requests, whole=True)
    if gone:
        present = batch.tables[of.resource]
        lost = pa.Table.from_pylist(gone, schema=_schema(of, gone))
        together = pa.concat_tables([present, lost], promote_options="permissive")
        batch = replace(batch, tables={**batch.tables, of.resource: together})
    yield batch


def _proved(
    reading: Reading, of: Endpoint, missing: Sequence[Row], *, keyless: int
) -> tuple[list[Row], list[Row], int]:
    """(what is gone, rows that are there after all, requests). More than `PROOFS` wait for the next run."""
    if of.proof_path is None:
        if keyless:  # another reading shows no more of them
            return [], [], 0
        again = _listed(reading, of)
        there = {_key(of, row) for row in again.rows}
        return [row for row in missing if _key(of, row) not in there], again.rows, again.requests
    gone: list[Row] = []
    found: list[Row] = []
    for row in missing[:PROOFS]:
        try:
            found.append(reading.client.record(of.proof_path.format(**row), dict(of.proof_params)))
        except NotFound:
            gone.append(row)
        reading.reader.check()
    return gone, found, len(gone) + len(found)


def _key(of: Endpoint, row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name)) for name in of.table.key)


def vanished(reading: Reading, of: Endpoint, rows: Sequence[Row]) -> list[Row]:
    """Loaded rows, not yet marked, that the account no longer has; marked with the run's start."""
    present = {_key(of, row) for row in rows}
    return [
        {**known, "deleted_at": reading.now}
        for known in reading.warehouse.rows(of.resource)
        if known.get("deleted_at") is None and _key(of, known) not in present
    ]


def _schema(of: Endpoint, rows: Sequence[Row]) -> pa.Schema:
    """Declared types for declared columns; columns that drifted in keep what the destination makes of them."""
    declared = arrow_schema(of.table)
    names = set(declared.names)
    others = pa.Table.from_pylist([{k: v for k, v in row.items() if k not in names} for row in rows]).schema
    return pa.schema([*declared, *others])


def read_counts(reading: Reading) -> Iterator[Batch]:
    """How many contacts there are by consent; the day is the run's, in UTC."""
    of = endpoint("contact_counts")
    for page in reading.pages(of):
        yield reading.batch(
            of.resource,
            page.rows,
            requests=1,
            constants={"counted_on": reading.now.date().isoformat()},
            whole=True,
        )


def read_segments(reading: Reading) -> Iterator[Batch]:
    """All segments; the criteria of one cost a request, so they are asked for only when it was edited."""
    of = endpoint("segments")
    listing = _listed(reading, of)
    known = {
        str(row["segment_id"]): row
        for row in reading.tables("segments", listing.rows)["segments"].to_pylist()
    }
    loaded = {str(row["segment_id"]): row for row in reading.warehouse.rows("segments")}
    rows: list[Row] = []
    requests = 0
    for row in listing.rows:
        segment_id = str(row["segment_id"])
        before = loaded.get(segment_id)
        if before is not None and before.get("edited_at") != known[segment_id]["edited_at"]:
            before = None
        criteria = None if before is None else before.get("segment_criteria")
        if reading.options.full_refresh or criteria is None:
            rows.append({**row, "segment_criteria": criteria, **_criteria(reading, of, segment_id)})
            requests += 1
            reading.reader.check()
        else:
            rows.append({**row, "segment_criteria": criteria})
    yield from complete(reading, of, replace(listing, rows=rows, requests=listing.requests + requests))


def _criteria(reading: Reading, of: Endpoint, segment_id: str) -> Row:
    """One segment with its rules; without them where the server does not show this one."""
    assert of.detail_path is not None
    try:
        return reading.client.record(of.detail_path.format(segment_id=segment_id))
    except (NotFound, StillPreparing, BadRequest) as error:
        reading.reader.skip(f"the criteria of segment {segment_id}", str(error))
        return {}
