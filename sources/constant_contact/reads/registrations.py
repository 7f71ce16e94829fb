"""Registrations for events: each event's own listing, while something may move in it.

It is read when the event's status or counts are others than when it was read last, and besides in each run while
something can move that no count shows: check-ins, of an event that is on, from the day before it begins; payments,
where registering costs something; both to a week after its end. Until then it is read once a week whatever happens. An
event for which nobody has registered costs nothing. One slice asks for all of them, so that who follows registrations
hears of them once.
Source: contract, check_in/tickets ("the event must be in `ACTIVE` or `COMPLETE` status") and
registrations/payment_status ("free registrations without a payment method are silently excluded").
State and versions: see `details`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from sources.constant_contact.windows import week

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pendulum import DateTime

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.warehouse import Warehouse
    from sources.constant_contact.windows import SyncOptions

BEFORE = pendulum.duration(days=1)
"""How long before an event begins people are checked in."""
AFTER = pendulum.duration(days=7)
"""How long after the end of an event payments and check-ins may move."""
ON = ("ACTIVE", "COMPLETE")
"""States of an event in which tickets can be checked in."""
TRACK, START, END, PAID = (
    "default_track__track_id",
    "event_start",
    "event_end",
    "event_metadata__paid_event",
)
NEEDED = (TRACK, START, END, PAID)
"""Columns of an event beside its version."""
WEEK = " week "
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What is loaded of registrations."""

    versions: Mapping[str, Collection[str]]
    """Event -> the versions in which its registrations are loaded."""
    with_payments: Collection[str]
    """Events with a registration that costs something, or may."""


def slices(reading: Reading, of: Endpoint) -> None:
    """Nothing is asked before the events are read."""
    reading.when_owners_are_read(of, partial(follow, reading, of))


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    """By the events that are loaded; where none is, each one that the listing shows with a registration."""
    if facts.waits(of.resource):
        return
    events = endpoint(of.detail_of or "")
    owners = owners_of(of, facts.warehouse, NEEDED)
    if not owners and not EventsState.of(facts.state).is_known:
        owners = _listed(facts, events)
    known = loaded(of, facts.warehouse, facts.state, facts.options)
    found = to_read(of, owners, known, facts.tried_again(of.resource), now=facts.now)
    waiting = facts.waiting(of.resource)
    chosen = [each for each in found if each.object_id not in waiting]
    if chosen:
        size, count = of.page_size or 1, of.version[1]
        yield Line(
            resource=of.resource,
            why="events whose counts moved, and where others may; that no other moved is assumed",
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
    before = owners_of(of, reading.warehouse, NEEDED)
    owners = {str(row["event_id"]): row for row in [*before, *rows]}
    known = loaded(of, reading.warehouse, reading.state, reading.options)
    found = to_read(of, owners.values(), known, reading.aside.due(of.resource), now=reading.now)
    reading.add(of.resource, NEWS, of.resource, partial(_read, reading, of, found))


def loaded(of: Endpoint, warehouse: Warehouse, state: Mapping[str, Any], options: SyncOptions) -> Loaded:
    """A full refresh goes by nothing that is loaded."""
    if options.full_refresh:
        return Loaded(versions={}, with_payments=())
    rows = warehouse.rows(of.resource, ("event_id", "total"))
    return Loaded(
        versions=loaded_versions(of, warehouse, state),
        with_payments={str(row["event_id"]) for row in rows if row.get("total") != 0},
    )


def to_read(
    of: Endpoint, owners: Iterable[Row], known: Loaded, again: Collection[str] = (), *, now: DateTime
) -> list[Detail]:
    """The events whose registrations are to be read. Pure, for run and plan."""
    begun = due(of, (row for row in owners if _has_begun(of, row, known.versions)), {})
    return [
        replace(each, version=_with_week(each, now=now))
        for each in begun
        if each.object_id in again or _is_due(each, known, now=now)
    ]


def _is_due(each: Detail, known: Loaded, *, now: DateTime) -> bool:
    there = known.versions.get(each.object_id, ())
    if not _is_young(each.owner, now=now):
        return each.version not in {_without_week(version) for version in there}
    return _with_week(each, now=now) not in there or _may_move(each, known, now=now)


def _may_move(each: Detail, known: Loaded, *, now: DateTime) -> bool:
    """Whether something can move, of an event that is not long over, of which its row says nothing."""
    costs_something = each.owner.get(PAID) is not False or each.object_id in known.with_payments
    return costs_something or _can_check_in(each.owner, now=now)


def _with_week(each: Detail, *, now: DateTime) -> str:
    return f"{each.version}{WEEK}{week(each.object_id, now=now)}"


def _without_week(version: str) -> str:
    return version.partition(WEEK)[0]


def _has_begun(of: Endpoint, row: Row, versions: Mapping[str, Collection[str]]) -> bool:
    """Whether somebody has registered, and the track is known."""
    counted = any(row.get(name) for name in of.version[1:])
    return row.get(TRACK) is not None and (counted or str(row["event_id"]) in versions)


def _can_check_in(row: Row, *, now: DateTime) -> bool:
    start = row.get(START)
    return row.get("status") in ON and (not isinstance(start, datetime) or start - BEFORE <= now)


def _is_young(row: Row, *, now: DateTime) -> bool:
    """Whether it is not yet over for so long that nothing moves any more."""
    end = row.get(END)
    return not isinstance(end, datetime) or end + AFTER >= now


def _read(reading: Reading, of: Endpoint, found: Iterable[Detail]) -> Iterator[Batch]:
    tables: list[pa.Table] = []
    rows: list[Row] = []
    one = _one if reading.wants(of.resource) else partial(_for_others, into=rows)
    for each in found:
        item = object_of(of, replace(each, version=_without_week(each.version)))
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
