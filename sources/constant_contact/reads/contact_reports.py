"""Reports of one contact, a request or more each: what it did, what each e-mail came to, its average rates.

Asked for when everything else is read, so that tonight's events are known: see `contact_moves` for who is due, and in
which order. At most `most` contacts a run and report. Activity is read until what is loaded; all of one contact is one
batch, so that a gap can only be where reading stopped, never in the middle.
Source: contract (ContactTrackingActivitiesPage: newest first; `start` and `end` are required, at most 5 years apart).
State: see `state.contact_reports`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.paging import filled
from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import CATALOGUE, endpoint
from sources.constant_contact.catalogue.endpoint import CONTACT_REPORT, KNOWN_UNTIL
from sources.constant_contact.reader import Slice
from sources.constant_contact.reads import contacts
from sources.constant_contact.reads.api_objects import attempt, is_held
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.contact_moves import (
    CONTACTS,
    KEY,
    TIME,
    Due,
    Seen,
    always_has_a_row,
    deleted_among,
    has_contacts,
    never_seen,
    nothing_of,
    planned,
    text_of,
    visited_of,
    with_news,
    with_place,
)
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.feeds import Numbers
from sources.constant_contact.reads.reading import BACKFILL
from sources.constant_contact.rows.values import typed
from sources.constant_contact.state import contact_reports as contact_reports_state
from sources.constant_contact.state import failures
from sources.constant_contact.windows import as_parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange

REPORTS = tuple(name for name, of in CATALOGUE.items() if of.reads == CONTACT_REPORT)
YEARS = 5
"""The longest time that a report may be about."""
Row = dict[str, Any]


def slices(reading: Reading, _: Endpoint) -> None:
    """One for each report, once everything else is read."""
    seen = Seen(reading)
    for name in REPORTS:
        if reading.wants(name):
            read = partial(read_due, reading, endpoint(name), seen)
            reading.reader.add_last(Slice(resource=name, priority=BACKFILL, title=name, read=read))


def estimate(facts: Facts, _: Endpoint) -> Iterator[Line]:
    """The contacts that are due by what is loaded; before a first run as many as the account has, up to the most."""
    for name in REPORTS:
        if name not in facts.wanted or facts.waits(name):
            continue
        of = endpoint(name)
        most = of.most or 0
        if facts.loaded(CONTACTS) or facts.state:
            rows, why = planned(facts.warehouse, facts.state, of, most=most), "that no other did anything"
        else:
            rows, why = min(most, contacts.count(facts, {}) or 0), f"up to {most} a run"
        if rows:
            yield Line(
                resource=name,
                why=f"one request per contact that is due; {why} is assumed",
                rows=rows,
                requests=rows,
            )


def read_due(reading: Reading, of: Endpoint, seen: Seen) -> Iterator[Batch]:
    """The reports of those who are due, one contact after the other."""
    visited = visited_of(reading.state, of)
    gone, found = _chosen(reading, of, seen)
    yield from gone
    if not found and not has_contacts(reading, of):
        return
    for due in found:
        read = partial(read_report, of=of, due=due)
        yield from attempt(reading, _object(of, due.contact_id), read)
        if due.created is not None and not always_has_a_row(of):
            visited = newest, oldest = with_place(visited, due.created)
            change = contact_reports_state.visited(of.resource, newest, oldest)
            yield Batch(resource=of.resource, state=(change,))
        reading.reader.check()


def _chosen(reading: Reading, of: Endpoint, seen: Seen) -> tuple[list[Batch], list[Due]]:
    """What takes back what is noted of contacts that are gone; who is asked for in this run."""
    assert of.most is not None
    failed = failures.failed_ids(reading.state, of.resource)
    gone = {each for each in failed if seen.is_deleted(each)} | deleted_among(reading.warehouse, failed)
    noted = {*failed, *nothing_of(reading.state, of)}
    gone |= {each for each in noted if reading.forgotten.covers({KEY: each})}
    again = [Due(contact_id=each) for each in sorted({*failed, *reading.aside.due(of.resource)} - gone)]
    room = of.most + len(failed) + len(nothing_of(reading.state, of))
    candidates = [
        *with_news(reading, of, seen, most=room),
        *again,
        *never_seen(reading, of, seen, most=room),
    ]
    first: dict[str, Due] = {}
    for due in candidates:
        first.setdefault(due.contact_id, due)
    chosen = [
        due
        for due in first.values()
        if not reading.forgotten.covers({KEY: due.contact_id})
        and not is_held(reading, _object(of, due.contact_id))
    ]
    changes = tuple(
        change
        for each in sorted(gone)
        for change in (
            failures.forgotten(of.resource, each),
            contact_reports_state.nothing_of(of.resource, each, None),
        )
    )
    return ([Batch(resource=of.resource, state=changes)] if changes else []), chosen[: of.most]


def _object(of: Endpoint, contact_id: str) -> ApiObject:
    return ApiObject(
        resource=of.resource,
        object_id=contact_id,
        title=f"contact {contact_id}",
        owner=f"contact {contact_id}",
    )


def read_report(reading: Reading, of: Endpoint, due: Due) -> Iterator[Batch]:
    """One report of one contact."""
    rows, requests, is_whole = _rows(reading, of, due)
    constants = {KEY: due.contact_id, KNOWN_UNTIL: due.latest and text_of(due.latest)}
    nothing = text_of(due.latest) if due.latest is not None and not rows else None
    state: tuple[StateChange, ...] = ()
    if nothing != nothing_of(reading.state, of).get(due.contact_id):
        state = (contact_reports_state.nothing_of(of.resource, due.contact_id, nothing),)
    yield reading.batch(
        of.resource, rows, requests=requests, constants=constants, state=state, whole=is_whole
    )


def _rows(reading: Reading, of: Endpoint, due: Due) -> tuple[list[Row], int, bool]:
    """(its rows, requests, whether they are all that the account has)."""
    slots, extra = {KEY: due.contact_id}, _range(reading, of)
    if of.shape == "object":
        row = reading.client.record(filled(of.path, **slots), dict(of.query) | extra)
        return [row], 1, True
    if "occurrence" in of.table.column_names:
        return _until_known(reading, of, due)
    rows: list[Row] = []
    requests = 0
    for page in reading.pages(of, slots, extra=extra):
        rows += page.rows
        requests += 1
    return rows, requests, True


def _range(reading: Reading, of: Endpoint) -> dict[str, str]:
    """Until tomorrow, as clocks differ."""
    if of.after is None or of.before is None:
        return {}
    end = reading.now.add(days=1)
    return {of.after: as_parameter(end.subtract(years=YEARS).add(days=1)), of.before: as_parameter(end)}


def _until_known(reading: Reading, of: Endpoint, due: Due) -> tuple[list[Row], int, bool]:
    """Newest first, until a page is loaded as it is; to the end where the news is an event that came late."""
    slots = {KEY: due.contact_id}
    rows_loaded = reading.warehouse.where(of.resource, KEY, [due.contact_id])
    known_until = [row[KNOWN_UNTIL] for row in rows_loaded if row.get(KNOWN_UNTIL) is not None]
    to_the_end = reading.options.full_refresh or (due.latest is not None and due.latest in known_until)
    loaded = {
        _key(of, row, int(row[TIME].timestamp() * 1_000_000))
        for row in rows_loaded
        if row.get(TIME) is not None
    }
    numbers = Numbers(of.event_key, same=KEY)
    rows: list[Row] = []
    requests = 0
    for page in reading.pages(of, slots):
        times = _times(page.rows)
        numbered = numbers.number(page.rows, times)
        rows += numbered
        requests += 1
        keys = [_key(of, row, at) for row, at in zip(numbered, times, strict=True)]
        if numbered and loaded.issuperset(keys) and not to_the_end:
            return rows, requests, page.next_link is None
    return rows, requests, True


def _key(of: Endpoint, row: Mapping[str, Any], at: int) -> tuple[str, ...]:
    names = (name for name in of.table.key if name not in {TIME, KEY})
    return (str(at), *(str(row.get(name)) for name in names))


def _times(rows: Sequence[Row]) -> list[int]:
    """Microseconds since 1970, UTC; -1 where there is no time."""
    array, _ = typed("timestamp", [row.get(TIME) for row in rows])
    return [-1 if at is None else at for at in array.cast("int64").to_pylist()]
