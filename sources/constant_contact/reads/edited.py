"""Collections of which a part lies in the rows by their ids: all of it each run, the details of what was edited.

A detail costs a request, so it is asked for only where the row is new, was edited, or has none loaded.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.api.paging import filled
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.api_objects import (
    asking,
    attempt,
    failed,
    is_held,
    is_of_one_object,
    recovered,
)
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.collections import complete, listed
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.reading import FIRST
from sources.constant_contact.state import failures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue.endpoint import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange

Row = dict[str, Any]


def slices(reading: Reading, of: Endpoint) -> None:
    item = ApiObject(resource=of.resource)
    reading.add(of.resource, FIRST, of.resource, partial(attempt, reading, item, partial(read_edited, of=of)))


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    if facts.waits(of.resource):
        return
    rows, size = facts.loaded(of.resource), of.page_size or 1
    if rows and not facts.options.full_refresh:
        requests = costs.pages(rows, size) + len(facts.tried_again(of.resource))
        why = "read whole; none edited is assumed"
    else:
        body = facts.asked.ask(of.path, dict(of.query))
        rows = len(body.get(of.rows_key or "", ())) if body else 0
        requests, why = costs.pages(rows, size) + rows, "read whole, and the details of each"
    yield Line(resource=of.resource, why=why, rows=rows, requests=requests)


def read_edited(reading: Reading, of: Endpoint) -> Iterator[Batch]:
    """All rows; those that were edited with their details, the others with the details that are loaded."""
    listing = listed(reading, of)
    name, key = of.resource, of.table.key[0]
    typed = {str(row[key]): row for row in reading.tables(name, listing.rows)[name].to_pylist()}
    loaded = {str(row[key]): row for row in reading.warehouse.rows(name)}
    rows: list[Row] = []
    state: list[StateChange] = []
    requests = 0
    for row in listing.rows:
        before = loaded.get(str(row[key])) or {}
        known = {column: before.get(column) for column in of.detail_columns}
        item = _object(of, row)
        if _is_edited(reading, of, typed[str(row[key])], before) and not is_held(reading, item):
            detail, changes = _detail(reading, of, item)
            rows.append({**row, **known, **detail})
            state += changes
            requests += 1
            reading.reader.check()
        else:
            rows.append({**row, **known})
    found = replace(listing, rows=rows, requests=listing.requests + requests)
    for batch in complete(reading, of, found, state=tuple(state)):
        yield batch
        reading.tell(of.resource, batch.tables, found.rows)


def _object(of: Endpoint, row: Row) -> ApiObject:
    object_id = str(row[of.table.key[0]])
    return ApiObject(
        resource=of.resource,
        object_id=object_id,
        title=f"{of.thing} {str(row.get('name') or '')!r} ({object_id})",
        version=str(row.get(of.edited or "") or ""),
    )


def _is_edited(reading: Reading, of: Endpoint, row: Row, before: Row) -> bool:
    """Whether the details that are loaded, if any, are not those of now."""
    return (
        reading.options.full_refresh
        or any(before.get(column) is None for column in of.detail_columns)
        or before.get(of.edited or "") != row[of.edited or ""]
        or failures.failure_of(reading.state, of.resource, str(row[of.table.key[0]])) is not None
    )


def _detail(reading: Reading, of: Endpoint, item: ApiObject) -> tuple[Row, tuple[StateChange, ...]]:
    """One row by its id; nothing where the server does not show this one."""
    assert of.detail_path is not None
    path = filled(of.detail_path, **{of.table.key[0]: item.object_id})
    try:
        found = asking(reading, item).client.record(path)
    except ApiError as error:
        if not is_of_one_object(reading, of.resource, error):
            raise
        return {}, failed(reading, item, error)
    return found, recovered(reading, item)
