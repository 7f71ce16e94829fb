"""What is asked for one by one: a request for each row of another resource that is new or has changed.

Each row of the table keeps, in `version_read`, what the row that it belongs to said when it was read; where that says
something else now, the detail is due. So nothing is forgotten: what a run left out, because there were too many or the
server failed, is due in the next one. Of a row with nothing to keep (an empty set), the version is in the state.
State: see `state.details`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.paging import filled
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.catalogue.endpoint import VERSION_READ
from sources.constant_contact.reads.api_objects import attempt, is_held
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.collections import Listing, complete, listed
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.reading import NEWS
from sources.constant_contact.state import details as details_state
from sources.constant_contact.state.details import DetailsState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.warehouse import Warehouse

NAMES = ("name", "title", "label")
"""Columns that may say what a person calls a row."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One that is due."""

    object_id: str
    """The values of its owner's key."""
    version: str
    owner: Row


def slices(reading: Reading, of: Endpoint) -> None:
    """Nothing is asked before the rows that the details belong to are read."""
    reading.when_owners_are_read(of, partial(follow, reading, of))


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    """What is due by what is loaded; of a first run, as many as the first page of the other resource shows."""
    owner = _owner(of)
    if facts.waits(of.resource):
        return
    if facts.state or owner.slots:
        again = facts.tried_again(of.resource)
        found = due(
            of, owners_of(of, facts.warehouse), loaded_versions(of, facts.warehouse, facts.state), again
        )
        waiting = facts.waiting(of.resource)
        rows = sum(each.object_id not in waiting for each in found)
        why = "those that are due; that no other changed is assumed"
    else:
        body = facts.asked.ask(owner.path, dict(owner.query))
        rows = len((body or {}).get(owner.rows_key or "", ()))
        why = f"one request per {owner.thing}"
    if requests := min(rows, of.most or rows):
        yield Line(resource=of.resource, why=why, rows=requests, requests=requests)


def follow(reading: Reading, of: Endpoint, rows: Iterable[Row]) -> None:
    """Slices for what is due now that `rows` of the other resource, typed, are read."""
    owners = {_id(of, row): row for row in [*owners_of(of, reading.warehouse), *rows]}
    versions = {} if reading.options.full_refresh else loaded_versions(of, reading.warehouse, reading.state)
    found = due(of, owners.values(), versions, reading.aside.due(of.resource))
    items = [(each, object_of(of, each)) for each in found]
    for each, item in [(each, item) for each, item in items if not is_held(reading, item)][: of.most]:
        read = partial(read_detail, of=of, detail=each)
        reading.add(of.resource, NEWS, of.resource, partial(attempt, reading, item, read))


def due(
    of: Endpoint, owners: Iterable[Row], versions: Mapping[str, Collection[str]], again: Collection[str] = ()
) -> list[Detail]:
    """The details of `owners` that are not loaded in their version, newest first. Pure, for run and plan."""
    found = [
        Detail(object_id=_id(of, row), version=version_of(of, row), owner=row)
        for row in owners
        if row.get("deleted_at") is None
    ]
    wanted = [
        each
        for each in found
        if each.object_id in again or each.version not in versions.get(each.object_id, ())
    ]
    return sorted(wanted, key=lambda each: each.version, reverse=True)


def version_of(of: Endpoint, row: Row) -> str:
    """What the columns say that move with the detail; times in UTC, so that every destination says the same."""
    return " ".join(_text(row.get(name)) for name in of.version)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return "" if value is None else str(value)


def loaded_versions(
    of: Endpoint, warehouse: Warehouse, state: Mapping[str, Any]
) -> Mapping[str, Collection[str]]:
    """Id -> the versions in which its detail is loaded, or was found to be nothing."""
    found = {
        object_id: {version} for object_id, version in DetailsState.of(state, of.resource).nothing.items()
    }
    for row in warehouse.rows(of.resource, (*_owner(of).table.key, VERSION_READ, "deleted_at")):
        if row.get("deleted_at") is None:
            found.setdefault(_id(of, row), set()).add(str(row.get(VERSION_READ)))
    return found


def read_detail(reading: Reading, of: Endpoint, detail: Detail) -> Iterator[Batch]:
    """One detail, or the set of what belongs to one row."""
    ids = {name: str(detail.owner[name]) for name in _owner(of).table.key}
    first = next(iter(ids.values()))
    slots = {slot: str(detail.owner.get(slot) or first) for slot in of.slots} | ids
    listing = _listing(reading, of, slots)
    names = of.table.column_names
    given = {slot: value for slot, value in slots.items() if slot in names and of.table.column(slot).added}
    constants = given | ids | {VERSION_READ: detail.version}
    nothing = None if reading.forgotten.kept(listing.rows, of.resource) else detail.version
    known = DetailsState.of(reading.state, of.resource).nothing.get(detail.object_id)
    change = details_state.nothing_of(of.resource, detail.object_id, nothing)
    state = (change,) if nothing != known else ()
    yield from complete(reading, of, listing, slots=slots, constants=constants, state=state)


def _listing(reading: Reading, of: Endpoint, slots: Mapping[str, str]) -> Listing:
    if of.shape != "object" or of.may_be_none:
        return listed(reading, of, slots)
    row = reading.client.record(filled(of.path, **slots), dict(of.query))
    return Listing(rows=[row], pages=1, requests=1, counted=True)


def _owner(of: Endpoint) -> Endpoint:
    assert of.detail_of is not None
    return endpoint(of.detail_of)


def owners_of(of: Endpoint, warehouse: Warehouse, more: Iterable[str] = ()) -> list[Row]:
    """Loaded rows that have a detail, as far as it takes to ask for it; `more`: columns besides."""
    owner = _owner(of)
    columns = {*owner.table.key, *of.version, *of.slots, *NAMES, *more, "deleted_at"}
    return warehouse.rows(owner.resource, columns)


def _id(of: Endpoint, row: Row) -> str:
    return "+".join(str(row[name]) for name in _owner(of).table.key)


def object_of(of: Endpoint, detail: Detail) -> ApiObject:
    name = next((detail.owner[name] for name in NAMES if detail.owner.get(name)), None)
    called = f"{name!r} ({detail.object_id})" if name else detail.object_id
    return ApiObject(
        resource=of.resource,
        object_id=detail.object_id,
        title=f"{_owner(of).thing} {called}",
        version=detail.version,
        owner=f"{of.detail_of} {detail.object_id}",
    )
