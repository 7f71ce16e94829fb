"""Events: the listing newest first until it is as it was, and by id what changed, in the listing or behind it.

A row of the listing says neither when it was changed nor what the row by id holds. So the digest of it is kept with
the event: where it is another one now, the event is read by its id. An edit that the row does not show (an item, a
promo code, a setting) moves the event to the front of the listing, which is in the order of the last updates, and moves
the `last_update_time` of the row by id. So events that can be edited are read from the front on, until one has the time
that is loaded: all behind it are as they were. So they are where the first one cannot be edited and is as it was.
What moves without an edit (a label once a sale has ended) is read once a week until the event is over.
Listings are read newest first and events loaded oldest first, so that the page that a run did not come to the end of
differs in the next one too. `full_refresh_every` reads the listing to its end.
Source: contract (`sort_by=updated_time`; EventListingDto has no time of change; PATCH /events/{event_id} "only works
for events in DRAFT or ACTIVE status").
State: see `state.events`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass, replace
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
from sources.constant_contact.state.failures import failed_ids
from sources.constant_contact.windows import is_current, week

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pendulum import DateTime

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading

KEY, UPDATED = "event_id", "last_update_time"
OPEN = ("ACTIVE", "DRAFT")
"""States in which an event can be edited."""
NEEDED = (KEY, "status", "event_end", UPDATED, VERSION_READ, "deleted_at")
"""Columns that say whether an event is due."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One that the listing shows."""

    row: Row
    before: Row | None
    """As it is loaded."""
    version: str
    """To be kept with it when it is read."""
    is_due: bool
    """Whether it is read whatever the others say."""
    is_editable: bool

    @property
    def event_id(self) -> str:
        return str(self.row[KEY])


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
        events = _as_loaded(known, facts.tried_again(of.resource), now=facts.now)
        read = _estimated(events, facts.waiting(of.resource))
        last = max((n for n, each in enumerate(events, 1) if is_open(each.row, now=facts.now)), default=1)
        is_whole = not is_current(state.whole_at, facts.options, now=facts.now)
        rows, requests = read, costs.pages(len(known) if is_whole else last, size) + read
        why = "the last edited and those of the week; that no other changed is assumed"
    else:
        body = facts.asked.ask(of.path, dict(of.query)) if not state.is_known else None
        rows = len(known) or _count(of, body)
        requests, why = costs.pages(rows, size) + rows, "the listing, and each of them"
    yield Line(resource=of.resource, why=why, rows=rows, requests=requests)


def _as_loaded(known: Iterable[Row], failed: Collection[str], *, now: DateTime) -> list[Event]:
    """The events as the listing shows them where nothing has changed."""
    newest_first = sorted(known, key=lambda row: str(row.get(UPDATED) or ""), reverse=True)
    versions = {str(row[KEY]): _digest_of(row) for row in newest_first}
    return [as_event(row, row, versions[str(row[KEY])], failed, now=now) for row in newest_first]


def _estimated(events: Sequence[Event], waiting: Collection[str]) -> int:
    asked = {each.event_id for each in events if each.is_due}
    first = next((each.event_id for each in in_front(events) if each.event_id not in waiting), None)
    return len(asked.union(filter(None, [first])) - set(waiting))


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
    for batch in itertools.chain(
        _read_changed(reading, of, _events(reading, of, listing, loaded, since), read),
        _read_to_the_end(reading, of, listing) if reached_end else (),
    ):
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
    missing = {event_id for event_id, row in loaded.items() if is_open(row, now=reading.now)}
    rows: list[Row] = []
    pages = aside = 0
    count: int | None = None
    for page in reading.pages(of):
        rows += page.rows
        pages += 1
        aside += page.set_aside
        count = total_of(of, page.envelope, count)
        missing -= {str(row[KEY]) for row in page.rows}
        is_known = all(_is_loaded(loaded.get(str(row[KEY])), digest(row, since)) for row in page.rows)
        if is_known and not missing and not is_whole and page.next_link is not None:
            return _listing(rows, pages, aside, count), False
    return _listing(rows, pages, aside, count), True


def _events(
    reading: Reading, of: Endpoint, listing: Listing, loaded: Mapping[str, Row], since: str
) -> list[Event]:
    failed = failed_ids(reading.state, of.resource)
    events = [
        as_event(row, loaded.get(str(row[KEY])), digest(row, since), failed, now=reading.now)
        for row in listing.rows
    ]
    full = reading.options.full_refresh
    return [replace(each, is_due=True) for each in events] if full else events


def as_event(row: Row, before: Row | None, listed: str, failed: Collection[str], *, now: DateTime) -> Event:
    """`listed`: the digest of its row; `failed`: ids of those that could not be read. Pure, for run and plan."""
    event_id = str(row[KEY])
    version = f"{listed} {week(event_id, now=now)}"
    if before is None or not _is_loaded(before, listed) or event_id in failed:
        return Event(row=row, before=before, version=version, is_due=True, is_editable=True)
    is_old = is_open(before, now=now) and before.get(VERSION_READ) != version
    return Event(
        row=row, before=before, version=version, is_due=is_old, is_editable=before.get("status") in OPEN
    )


def in_front(events: Sequence[Event]) -> list[Event]:
    """Of events in the order of their last updates those that may have been edited: the ones before the first that
    cannot be. Pure, for run and plan.
    """
    front = [*itertools.takewhile(lambda each: each.is_due or each.is_editable, events)]
    while front and front[-1].is_due:  # read anyway, and behind it is nothing to be learned of
        front.pop()
    return front


def _read_changed(
    reading: Reading, of: Endpoint, events: Sequence[Event], read: list[Row]
) -> Iterator[Batch]:
    """What is due, oldest first: a run that breaks off finds in the next one that the front has changed."""
    front: list[list[Batch]] = []
    asked = 0
    for event in in_front(events):
        front.append(list(_read_one(reading, of, event, read)))
        asked += 1
        if _is_as_loaded(event, of, front[-1]):
            break
    for event in reversed(events[asked:]):
        if event.is_due:
            yield from _read_one(reading, of, event, read)
    yield from itertools.chain.from_iterable(reversed(front))


def _is_as_loaded(event: Event, of: Endpoint, batches: Iterable[Batch]) -> bool:
    """Whether nobody edited it since it was loaded."""
    before = None if event.before is None else event.before.get(UPDATED)
    tables = [batch.tables[of.resource] for batch in batches if of.resource in batch.tables]
    times = [at for table in tables for at in table.column(UPDATED).to_pylist()]
    return before is not None and times == [before]


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


def _read_one(reading: Reading, of: Endpoint, event: Event, read: list[Row]) -> Iterator[Batch]:
    one = partial(_read_by_id, of=of, event=event, read=read)
    yield from attempt(reading, _object(of, event.row, event.version.split()[0]), one)


def _read_by_id(reading: Reading, of: Endpoint, event: Event, read: list[Row]) -> Iterator[Batch]:
    """One event, with what the listing says of it and what the row by its id says."""
    assert of.detail_path is not None
    detail = reading.client.record(filled(of.detail_path, event_id=event.event_id), dict(of.detail_params))
    merged = {**event.row, **detail, KEY: event.row[KEY]}
    read.append(merged)
    yield reading.batch(of.resource, [merged], requests=1, constants={VERSION_READ: event.version})
    reading.reader.check()


def _is_loaded(before: Row | None, version: str) -> bool:
    return before is not None and before.get("deleted_at") is None and _digest_of(before) == version


def _digest_of(row: Mapping[str, Any]) -> str:
    """Of a loaded event, as it was listed when it was read."""
    return str(row.get(VERSION_READ) or "").partition(" ")[0]


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
