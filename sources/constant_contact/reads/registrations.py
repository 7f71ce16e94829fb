"""Registrations for events: each event's own listing, while something may move in it.

It is read when the event's status or counts are others than when it was read last, and in each run from its first
registration to a week after its end, for payments and check-ins move no count. An event for which nobody has
registered costs nothing. One slice asks for all of them, so that who follows registrations hears of them once.
State and versions: see `details`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pendulum
import pyarrow as pa

from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.api_objects import attempt, is_held
from sources.constant_contact.reads.collections import listed
from sources.constant_contact.reads.details import (
    Detail,
    due,
    loaded_versions,
    object_of,
    owners_of,
    read_detail,
)
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.reading import NEWS
from sources.constant_contact.rows.shape import at
from sources.constant_contact.state.events import EventsState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pendulum import DateTime

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading

AFTER = pendulum.duration(days=7)
"""How long after the end of an event payments and check-ins may move."""
TRACK, END = "default_track__track_id", "event_end"
Row = dict[str, Any]


def slices(reading: Reading, of: Endpoint) -> None:
    """Nothing is asked before the events are read."""
    reading.when_owners_are_read(of, partial(follow, reading, of))


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    """By the events that are loaded; where none is, each one that the listing shows with a registration."""
    if facts.waits(of.resource):
        return
    events = endpoint(of.detail_of or "")
    owners = owners_of(of, facts.warehouse, (TRACK, END))
    if not owners and not EventsState.of(facts.state).is_known:
        owners = _listed(facts, events)
    versions = {} if facts.options.full_refresh else loaded_versions(of, facts.warehouse, facts.state)
    found = to_read(of, owners, versions, facts.tried_again(of.resource), now=facts.now)
    waiting = facts.waiting(of.resource)
    chosen = [each for each in found if each.object_id not in waiting]
    if chosen:
        size, count = of.page_size or 1, of.version[1]
        yield Line(
            resource=of.resource,
            why="events whose counts moved, and those that are on; that no other moved is assumed",
            rows=sum(each.owner.get(count) or 0 for each in chosen),
            requests=sum(costs.pages(each.owner.get(count) or 0, size) for each in chosen),
        )


def _listed(facts: Facts, events: Endpoint) -> list[Row]:
    body = facts.asked.ask(events.path, dict(events.query)) or {}
    counts = {column.name: column.source for column in events.table.columns}
    return [
        {
            **row,
            **{name: at(row, source) for name, source in counts.items() if len(source) == 2},  # noqa: PLR2004
            TRACK: "",
        }
        for row in body.get(events.rows_key or "", ())
    ]


def follow(reading: Reading, of: Endpoint, rows: Iterable[Row]) -> None:
    """One slice for what is due now that `rows` of events, typed, are read."""
    loaded = owners_of(of, reading.warehouse, (TRACK, END))
    owners = {str(row["event_id"]): row for row in [*loaded, *rows]}
    versions = {} if reading.options.full_refresh else loaded_versions(of, reading.warehouse, reading.state)
    again = reading.aside.due(of.resource)
    found = to_read(of, owners.values(), versions, again, now=reading.now)
    reading.add(of.resource, NEWS, of.resource, partial(_read, reading, of, found))


def to_read(
    of: Endpoint,
    owners: Iterable[Row],
    versions: Mapping[str, Collection[str]],
    again: Collection[str] = (),
    *,
    now: DateTime,
) -> list[Detail]:
    """The events whose registrations are to be read. Pure, for run and plan."""
    begun = {str(row["event_id"]): row for row in owners if _has_begun(of, row, versions)}
    current = {event_id for event_id, row in begun.items() if _is_on(row, now=now)}
    return due(of, begun.values(), versions, current.union(again))


def _has_begun(of: Endpoint, row: Row, versions: Mapping[str, Collection[str]]) -> bool:
    """Whether somebody has registered, and the track is known."""
    counted = any(row.get(name) for name in of.version[1:])
    return row.get(TRACK) is not None and (counted or str(row["event_id"]) in versions)


def _is_on(row: Row, *, now: DateTime) -> bool:
    end = row.get(END)
    return not isinstance(end, datetime) or end + AFTER >= now


def _read(reading: Reading, of: Endpoint, found: Iterable[Detail]) -> Iterator[Batch]:
    tables: list[pa.Table] = []
    rows: list[Row] = []
    one = _one if reading.wants(of.resource) else partial(_for_others, into=rows)
    for each in found:
        item = object_of(of, each)
        if is_held(reading, item):
            continue
        for batch in attempt(reading, item, partial(one, of=of, detail=each)):
            tables += [batch.tables[of.resource]] if of.resource in batch.tables else []
            yield batch
        reading.reader.check()
    together = {of.resource: pa.concat_tables(tables, promote_options="permissive")} if tables else {}
    reading.tell(of.resource, together, rows)


def _one(reading: Reading, of: Endpoint, detail: Detail) -> Iterator[Batch]:
    owner = {**detail.owner, "track_id": detail.owner[TRACK]}
    yield from read_detail(reading, of, replace(detail, owner=owner))


def _for_others(reading: Reading, of: Endpoint, detail: Detail, into: list[Row]) -> Iterator[Batch]:
    """Only who follows registrations wants these."""
    given = {"event_id": detail.object_id, "track_id": str(detail.owner[TRACK])}
    listing = listed(reading, of, given)
    into += [{**row, **given} for row in listing.rows]
    yield reading.as_batch(of.resource, requests=listing.requests)
