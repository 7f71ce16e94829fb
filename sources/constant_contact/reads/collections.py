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

from sources.constant_contact import failures
from sources.constant_contact.api.errors import ApiError, NotFound
from sources.constant_contact.catalogue import Endpoint, endpoint
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.reads.api_objects import (
    asking,
    attempt,
    failed,
    is_held,
    is_of_one_object,
    recovered,
)
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.reading import FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sources.constant_contact.batches import Batch, StateChange
    from sources.constant_contact.reads.reading import Reading

WHOLE = ("account", "account_emails", "account_privileges", "contact_lists", "contact_tags", "custom_fields")
INDISPENSABLE = "contact_lists"
"""Asked for in every run, and where it cannot be listed, the run has failed; any other one is left out."""

PROOFS = 50
"""Rows asked for by id in one run: more than anybody deletes in a day."""

Row = dict[str, Any]


def add_slices(reading: Reading) -> None:
    reads: dict[str, Callable[[Reading], Iterator[Batch]]] = {
        **{name: partial(read_whole, of=endpoint(name)) for name in WHOLE},
        "contact_counts": read_counts,
        "segments": read_segments,
    }
    for name, read in reads.items():
        if reading.wants(name):
            item = ApiObject(resource=name, always=name == INDISPENSABLE)
            reading.add(name, FIRST, name, partial(attempt, reading, item, read))


def read_whole(reading: Reading, of: Endpoint) -> Iterator[Batch]:
    listing = _listed(reading, of)
    if of.resource == "account_privileges":
        reading.privileges.update(str(row.get("privilege_name")) for row in listing.rows)
    yield from complete(reading, of, listing)


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


def complete(
    reading: Reading, of: Endpoint, listing: Listing, *, state: tuple[StateChange, ...] = ()
) -> Iterator[Batch]:
    """A complete reading as one batch, with the rows that have vanished since the last one."""
    gone: list[Row] = []
    rows, requests = listing.rows, listing.requests
    if of.marks_vanished and reading.wants(of.resource):
        gone = vanished(reading, of, rows)
        if gone and not listing.certain:
            gone, found, asked = _proved(reading, of, gone, keyless=listing.set_aside)
            rows, requests = [*rows, *found], requests + asked
    batch = reading.batch(of.resource, rows, requests=requests, state=state, whole=True)
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
        except ApiError as error:
            if not is_of_one_object(reading, of.resource, error):
                raise
            reading = (
                reading.with_few_attempts()
            )  # what could not be asked is not gone; the next run asks again
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
    typed = {
        str(row["segment_id"]): row
        for row in reading.tables("segments", listing.rows)["segments"].to_pylist()
    }
    loaded = {str(row["segment_id"]): row for row in reading.warehouse.rows("segments")}
    rows: list[Row] = []
    state: list[StateChange] = []
    requests = 0
    for row in listing.rows:
        segment_id = str(row["segment_id"])
        before = loaded.get(segment_id)
        known = None if before is None else before.get("segment_criteria")
        item = _segment(row)
        if _is_edited(reading, typed[segment_id], before) and not is_held(reading, item):
            detail, changes = _criteria(reading, of, item)
            rows.append({**row, "segment_criteria": known, **detail})
            state += changes
            requests += 1
            reading.reader.check()
        else:
            rows.append({**row, "segment_criteria": known})
    yield from complete(
        reading,
        of,
        replace(listing, rows=rows, requests=listing.requests + requests),
        state=tuple(state),
    )


def _segment(row: Row) -> ApiObject:
    segment_id = str(row["segment_id"])
    return ApiObject(
        resource="segments",
        object_id=segment_id,
        title=f"segment {str(row.get('name') or '')!r} ({segment_id})",
        version=str(row.get("edited_at") or ""),
    )


def _is_edited(reading: Reading, row: Row, before: Row | None) -> bool:
    """Whether the criteria that are loaded, if any, are not those of now."""
    segment_id = str(row["segment_id"])
    return (
        reading.options.full_refresh
        or before is None
        or before.get("segment_criteria") is None
        or before.get("edited_at") != row["edited_at"]
        or failures.failure_of(reading.state, "segments", segment_id) is not None
    )


def _criteria(reading: Reading, of: Endpoint, item: ApiObject) -> tuple[Row, tuple[StateChange, ...]]:
    """One segment with its rules; without them where the server does not show this one."""
    assert of.detail_path is not None
    try:
        found = asking(reading, item).client.record(of.detail_path.format(segment_id=item.object_id))
    except ApiError as error:
        if not is_of_one_object(reading, of.resource, error):
            raise
        return {}, failed(reading, item, error)
    return found, recovered(reading, item)
