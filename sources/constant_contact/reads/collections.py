"""Collections without a date filter: small, read whole each run, which is how a vanished row shows.

A row that is missing from a complete reading gets `deleted_at`; a reading that broke off says nothing.
Source: contract; api_guide/lists_delete, tags_delete (deleted tags and custom fields leave no trace).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.constant_contact.api.errors import BadRequest
from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import Endpoint, endpoint
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.reads.reading import FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sources.constant_contact.reads.reading import Reading

WHOLE = ("account", "account_emails", "account_privileges", "contact_lists", "contact_tags", "custom_fields")


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
    rows: list[dict[str, Any]] = []
    requests = 0
    for page in reading.pages(of):
        rows += page.rows
        requests += 1
    yield from complete(reading, of, rows, requests)


def complete(reading: Reading, of: Endpoint, rows: list[dict[str, Any]], requests: int) -> Iterator[Batch]:
    """A complete reading as one batch, with the rows that have vanished since the last one."""
    batch = reading.batch(of.resource, rows, requests=requests)
    if of.marks_vanished and reading.wants(of.resource):
        gone = vanished(reading, of, rows)
        if gone:
            present = batch.tables[of.resource]
            lost = pa.Table.from_pylist(gone, schema=_schema(of, gone))
            together = pa.concat_tables([present, lost], promote_options="permissive")
            batch = Batch(
                resource=of.resource, tables={**batch.tables, of.resource: together}, requests=requests
            )
    yield batch


def vanished(reading: Reading, of: Endpoint, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Loaded rows, not yet marked, that the account no longer has; marked with the run's start."""
    key = of.table.key
    present = {tuple(str(row.get(name)) for name in key) for row in rows}
    return [
        {**known, "deleted_at": reading.now}
        for known in reading.warehouse.rows(of.resource)
        if known.get("deleted_at") is None and tuple(str(known[name]) for name in key) not in present
    ]


def _schema(of: Endpoint, rows: Sequence[dict[str, Any]]) -> pa.Schema:
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
            of.resource, page.rows, requests=1, constants={"counted_on": reading.now.date().isoformat()}
        )


def read_segments(reading: Reading) -> Iterator[Batch]:
    """All segments; the criteria of one cost a request, so they are asked for only when it was edited."""
    of = endpoint("segments")
    listed: list[dict[str, Any]] = []
    requests = 0
    for page in reading.pages(of):
        listed += page.rows
        requests += 1
    known = {
        str(row["segment_id"]): row for row in reading.tables("segments", listed)["segments"].to_pylist()
    }
    loaded = {str(row["segment_id"]): row for row in reading.warehouse.rows("segments")}
    rows: list[dict[str, Any]] = []
    for row in listed:
        segment_id = str(row["segment_id"])
        before = loaded.get(segment_id)
        if (
            not reading.options.full_refresh
            and before is not None
            and before.get("segment_criteria") is not None
            and before.get("edited_at") == known[segment_id]["edited_at"]
        ):
            rows.append({**row, "segment_criteria": before["segment_criteria"]})
            continue
        assert of.detail_path is not None
        rows.append({**row, **reading.client.record(of.detail_path.format(segment_id=segment_id))})
        requests += 1
        reading.reader.check()
    yield from complete(reading, of, rows, requests)
