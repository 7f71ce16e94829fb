"""Events: the listing newest first until it is as it was, and by id what changed in it or is still to come.

A row of the listing says neither when it was changed nor what the row by id holds. So the digest of it is kept with
the event: where it is another one now, the event is read by its id, and so it is each run until it is over, for what
is sold with it moves without a trace. Listings are read newest first and events oldest first, so that the page that a
run did not come to the end of differs in the next one too. `full_refresh_every` reads the listing to its end.
Source: contract (`sort_by=updated_time`; EventListingDto has no time of change).
State: see `state.events`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.constant_contact.api.paging import filled
from sources.constant_contact.catalogue.endpoint import VERSION_READ
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.api_objects import attempt
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.collections import Listing, lost, total_of, with_lost
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.reading import FIRST
from sources.constant_contact.state import events as events_state
from sources.constant_contact.state.events import EventsState
from sources.constant_contact.windows import is_current

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pendulum import DateTime

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading

KEY = "event_id"
OPEN = ("ACTIVE", "DRAFT")
"""States in which an event is still to come or under way."""
NEEDED = (KEY, "status", "event_end", VERSION_READ, "deleted_at")
"""Columns that say whether an event is due."""

Row = dict[str, Any]


def slices(reading: Reading, of: Endpoint) -> None:
    item = ApiObject(resource=of.resource)
    reading.add(of.resource, FIRST, of.resource, partial(attempt, reading, item, partial(read_events, of=of)))


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    if facts.waits(of.resource):
        return
    known = [row for row in facts.warehouse.rows(of.resource, NEEDED) if row.get("deleted_at") is None]
    size = of.page_size or 1
    state = EventsState.of(facts.state)
    if known and state.since is not None and not facts.options.full_refresh:
        is_whole = not is_current(state.whole_at, facts.options, now=facts.now)
        due = sum(is_open(row, now=facts.now) for row in known)
        rows, requests = due, (costs.pages(len(known), size) if is_whole else 1) + due
        why = "those that are not over; that no other changed is assumed"
    else:
        body = facts.asked.ask(of.path, dict(of.query)) if not state.is_known else None
        rows = len(known) or _count(of, body)
        requests, why = costs.pages(rows, size) + rows, "the listing, and each of them"
    yield Line(resource=of.resource, why=why, rows=rows, requests=requests)


def _count(of: Endpoint, body: Mapping[str, Any] | None) -> int:
    total = (body or {}).get("total_records")
    return total if isinstance(total, int) else len((body or {}).get(of.rows_key or "", ()))


def read_events(reading: Reading, of: Endpoint) -> Iterator[Batch]:
    """A batch for each event that is due; the last one marks what has vanished, where the listing shows it."""
    loaded = {str(row[KEY]): row for row in reading.warehouse.rows(of.resource, NEEDED)}
    since = _since(reading)
    listing, reached_end = _listed(reading, of, loaded, since)
    tables: list[pa.Table] = []
    read: list[Row] = []
    yield reading.as_batch(of.resource, requests=listing.requests, state=(events_state.began(since),))
    for row in reversed(listing.rows):
        before = loaded.get(str(row[KEY]))
        version = digest(row, since)
        if _is_due(reading, before, version):
            item = _object(of, row, version)
            one = partial(_read_one, of=of, row=row, version=version, read=read)
            for batch in attempt(reading, item, one):
                tables += [batch.tables[of.resource]] if of.resource in batch.tables else []
                yield batch
    for batch in _read_to_the_end(reading, of, listing) if reached_end else ():
        tables += [batch.tables[of.resource]] if of.resource in batch.tables else []
        yield batch
    together = {of.resource: pa.concat_tables(tables, promote_options="permissive")} if tables else {}
    if not reading.wants(of.resource):
        together = {}
    reading.tell(of.resource, together, read)


def _since(reading: Reading) -> str:
    return EventsState.of(reading.state).since or reading.now.isoformat()


def _listed(reading: Reading, of: Endpoint, loaded: Mapping[str, Row], since: str) -> tuple[Listing, bool]:
    """Rows of the listing, newest first, and whether all of them were read."""
    is_whole = not is_current(EventsState.of(reading.state).whole_at, reading.options, now=reading.now)
    rows: list[Row] = []
    pages = aside = 0
    count: int | None = None
    for page in reading.pages(of):
        rows += page.rows
        pages += 1
        aside += page.set_aside
        count = total_of(of, page.envelope, count)
        is_known = all(_is_loaded(loaded.get(str(row[KEY])), digest(row, since)) for row in page.rows)
        if is_known and not is_whole and page.next_link is not None:
            return _listing(rows, pages, aside, count), False
    return _listing(rows, pages, aside, count), True


def _listing(rows: list[Row], pages: int, aside: int, count: int | None) -> Listing:
    once = {str(row[KEY]): row for row in rows}
    counted = count is None or len(once) + aside == count
    return Listing(rows=[*once.values()], pages=pages, requests=pages, counted=counted, set_aside=aside)


def _read_to_the_end(reading: Reading, of: Endpoint, listing: Listing) -> Iterator[Batch]:
    """What has vanished; the rows that are there have been loaded, or are as they were."""
    change = events_state.listed_whole(reading.now)
    gone, _, asked = lost(reading, of, listing)
    batch = reading.batch(
        of.resource, [], requests=asked, state=(change,), whole=reading.options.full_refresh
    )
    yield with_lost(of, batch, gone)


def _read_one(reading: Reading, of: Endpoint, row: Row, version: str, read: list[Row]) -> Iterator[Batch]:
    """One event, with what the listing says of it and what the row by its id says."""
    assert of.detail_path is not None
    detail = reading.client.record(filled(of.detail_path, event_id=row[KEY]), dict(of.detail_params))
    merged = {**row, **detail, KEY: row[KEY]}
    read.append(merged)
    yield reading.batch(of.resource, [merged], requests=1, constants={VERSION_READ: version})
    reading.reader.check()


def _is_due(reading: Reading, before: Row | None, version: str) -> bool:
    if before is None or reading.options.full_refresh or not _is_loaded(before, version):
        return True
    return is_open(before, now=reading.now)


def _is_loaded(before: Row | None, version: str) -> bool:
    return before is not None and before.get("deleted_at") is None and before.get(VERSION_READ) == version


def is_open(row: Mapping[str, Any], *, now: DateTime) -> bool:
    """Whether a loaded event is still to come or under way. Pure, for run and plan."""
    end = row.get("event_end")
    return row.get("status") in OPEN and (not isinstance(end, datetime) or end >= now)


def digest(row: Mapping[str, Any], since: str) -> str:
    """Of a row of the listing, the same whatever the order of its properties."""
    return hashlib.sha256(json.dumps([since, row], sort_keys=True).encode()).hexdigest()[:32]


def _object(of: Endpoint, row: Row, version: str) -> ApiObject:
    return ApiObject(
        resource=of.resource,
        object_id=str(row[KEY]),
        title=f"event {str(row.get('name') or '')!r} ({row[KEY]})",
        version=version,
    )
