"""Members of each segment: read when the segment is new or was edited, else once a week, at most `most` segments a run.

The account computes a segment when it is asked for, so nothing says beforehand whether its members moved. Each reading
of a segment stays, under the time of its run. It is loaded as a whole or not at all.
Source: contract (/contacts: `segment_id` goes with `limit` only, and is answered with 202 while it is computed).
State: see `state.details`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pendulum
import pyarrow as pa

from sources.constant_contact.catalogue.endpoint import VERSION_READ
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.api_objects import attempt, is_held
from sources.constant_contact.reads.details import Detail, due, object_of, owners_of
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.reading import BACKFILL
from sources.constant_contact.state import details as details_state
from sources.constant_contact.state.details import DetailsState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pendulum import DateTime

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading

KEY, READ_ON = "segment_id", "read_on"
EVERY = pendulum.duration(days=7, hours=-6)
"""A nightly run may begin a little earlier than the one before."""
Row = dict[str, Any]


def slices(reading: Reading, of: Endpoint) -> None:
    """Nothing is asked before the segments are read."""
    reading.when_owners_are_read(of, partial(follow, reading, of))


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    """Segments that are due, with as many pages as their last reading had; a page each where there was none."""
    if facts.waits(of.resource):
        return
    loaded = facts.warehouse.combinations(of.resource, (KEY, READ_ON, VERSION_READ))
    versions = {} if facts.options.full_refresh else current_versions(of, loaded, facts.state, now=facts.now)
    found = due(of, _segments(facts, of), versions, facts.tried_again(of.resource))
    waiting = facts.waiting(of.resource)
    chosen = [each for each in found if each.object_id not in waiting][: of.most]
    sizes = {str(row[KEY]): row["row_count"] for row in sorted(loaded, key=lambda row: row[READ_ON])}
    if chosen:
        yield Line(
            resource=of.resource,
            why="segments that are due; as many members as the last time, or a page, are assumed",
            rows=sum(sizes.get(each.object_id, 0) for each in chosen) or None,
            requests=sum(costs.pages(sizes.get(each.object_id, 0), of.page_size or 1) for each in chosen),
        )


def _segments(facts: Facts, of: Endpoint) -> list[Row]:
    """Those that are loaded; where none is, those that the first page of the listing shows."""
    known = owners_of(of, facts.warehouse)
    if known or facts.state:
        return known
    body = facts.asked.ask("/segments", {"sort_by": "date", "limit": "1000"}) or {}
    return [row for row in body.get("segments", ()) if KEY in row]


def follow(reading: Reading, of: Endpoint, rows: Iterable[Row]) -> None:
    """Slices for the segments that are due now that `rows`, all of them, are read."""
    loaded = reading.warehouse.combinations(of.resource, (KEY, READ_ON, VERSION_READ))
    versions = current_versions(of, loaded, reading.state, now=reading.now)
    found = due(
        of,
        {str(row[KEY]): row for row in [*owners_of(of, reading.warehouse), *rows]}.values(),
        {} if reading.options.full_refresh else versions,
        reading.aside.due(of.resource),
    )
    items = [(each, object_of(of, each)) for each in found]
    for each, item in [(each, item) for each, item in items if not is_held(reading, item)][: of.most]:
        read = partial(read_members, of=of, detail=each)
        reading.add(of.resource, BACKFILL, of.resource, partial(attempt, reading, item, read))


def current_versions(
    of: Endpoint, loaded: Iterable[Row], state: Mapping[str, Any], *, now: DateTime
) -> Mapping[str, Collection[str]]:
    """Segment -> versions whose members were read within the week. Pure, for run and plan."""
    found: dict[str, set[str]] = {}
    for row in loaded:
        if row[READ_ON] + EVERY > now:
            found.setdefault(str(row[KEY]), set()).add(str(row[VERSION_READ]))
    for segment_id, version, read_on in DetailsState.of(state, of.resource).readings():
        if read_on + EVERY > now:
            found.setdefault(segment_id, set()).add(version)
    return found


def read_members(reading: Reading, of: Endpoint, detail: Detail) -> Iterator[Batch]:
    """All members of one segment as one batch, so that a reading is never loaded in part."""
    ids = {KEY: detail.object_id}
    constants = {**ids, READ_ON: reading.now.isoformat(), VERSION_READ: detail.version}
    parts: list[pa.Table] = []
    requests = 0
    for page in reading.pages(of, ids, extra=ids):
        rows = [{name: row.get(name) for name in of.table.key} for row in page.rows]
        parts.append(reading.tables(of.resource, rows, constants)[of.resource])
        requests += 1
    members = pa.concat_tables(parts)
    there = details_state.nothing_of(of.resource, detail.object_id, None)
    nothing = details_state.nothing_at(of.resource, detail.object_id, detail.version, reading.now)
    yield reading.as_batch(
        of.resource,
        {of.resource: members},
        requests=requests,
        state=(there if members.num_rows else nothing,),
        read_for=detail.object_id,
        whole=True,
    )
