"""Contacts: read whole once (over several runs if need be), then only what moved.

Three things move without each other: `updated_at` (details), `email_address.opt_out_date` (a silent unsubscribe) and
the bare existence of a row. The window on `updated_after` sees the first, a pass on `optout_after` the second,
the nightly counts, and a reading of everything every `full_refresh_every`, the rest: all at once where that is cheap,
else a share each night (`rolling`). Where so much changes without a trace that searching would cost more than reading
everything, everything is read (`costs.reads_all_contacts`).
Source: contract (/contacts); community threads td-p/422146, m-p/387264 (unsubscribes leave `updated_at` alone).
State: see `state.contacts`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pendulum
import pyarrow.compute as pc

from sources.constant_contact.api.errors import BadRequest, NotFound, ServerBusy
from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import costs, rolling
from sources.constant_contact.reads.contact_by_id import contact_by_id
from sources.constant_contact.reads.decisions import contacts_reading
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.parts import parts
from sources.constant_contact.reads.reading import BACKFILL, CHANGES
from sources.constant_contact.reads.set_aside import MAX_OBJECTS
from sources.constant_contact.reads.unchanged import LoadedDigests
from sources.constant_contact.rows.values import typed
from sources.constant_contact.state import fields as fields_state
from sources.constant_contact.state import traceless
from sources.constant_contact.state.contacts import ContactsState, WholeReading
from sources.constant_contact.windows import (
    advanced,
    as_parameter,
    asked_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    from pendulum import DateTime

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading

CONTACTS = "contacts"
UPDATED, OPTED_OUT = "updated_at", "email_address__opt_out_date"
FEW_CONTACTS = 20_000
LINK_FAILURES = 2
"""Runs that end at a saved link with a failing server before the link is taken to be what fails it."""


def slices(reading: Reading, _: Endpoint) -> None:
    state = ContactsState.of(reading.state)
    how = contacts_reading(
        state,
        reading.options,
        now=reading.now,
        reads_all=state.mark is not None and _reads_all(reading),
        must_read_all=reading.aside.is_due(CONTACTS) and None in _created(reading) and _is_small(reading),
    )
    if how == "all again":
        reading.add(CONTACTS, CHANGES, "contacts", lambda: read_all_again(reading))
    elif how == "whole":
        reading.add(CONTACTS, BACKFILL, "contacts, all of them", lambda: read_whole(reading, state))
    else:
        reading.add(
            CONTACTS, CHANGES, "contacts that changed", lambda: _read_changes_and_share(reading, state)
        )
        if reading.aside.due(CONTACTS):
            reading.add(CONTACTS, BACKFILL, "contacts that were set aside", lambda: read_set_aside(reading))


def estimate(facts: Facts, of: Endpoint) -> list[Line]:
    """One question to count all, or two to count what changed and who opted out."""
    size = of.page_size or 1
    state = ContactsState.of(facts.state)
    reads_all = state.mark is not None and _plans_all(facts, size)
    how = contacts_reading(state, facts.options, now=facts.now, reads_all=reads_all)
    if how == "all again":
        rows = count(facts, {})
        rows = facts.loaded(CONTACTS) if rows is None else rows
        why = "all of them; only what differs is written"
        return [Line(resource=CONTACTS, why=why, rows=rows, requests=costs.pages(rows, size))]
    if how == "whole" or state.mark is None or state.opted_out is None:
        rows = count(facts, {})
        if rows is None:
            rows = facts.loaded(CONTACTS)
        why = "all of them, then what changed meanwhile"
        if state.whole is not None:
            rows = max(0, rows - facts.loaded(CONTACTS))
            why = "the rest of the first read, then what changed"
        return [Line(resource=CONTACTS, why=why, rows=rows, requests=costs.pages(rows, size) + 2)]
    found = []
    for parameter, mark, words in (
        ("updated_after", state.mark, "changed since {}"),
        ("optout_after", state.opted_out, "opted out since {}"),
    ):
        since = asked_from(mark, facts.options.lookback, overlapped=mark in state.overlapped)
        rows = count(facts, {parameter: as_parameter(since)})
        why = words.format(since.format("D MMM HH:mm"))
        found.append(Line(resource=CONTACTS, why=why, rows=rows, requests=costs.pages(rows or 0, size)))
    return [*found, *rolling.estimate(facts)]


def _plans_all(facts: Facts, page_size: int) -> bool:
    return costs.reads_all_contacts(
        facts.options,
        facts.loaded(CONTACTS),
        page_size,
        traceless=traceless.expected(facts.state, facts.now),
        affordable=facts.remaining_today,
    )


def count(facts: Facts, filters: Mapping[str, str]) -> int | None:
    """How many contacts a filter finds; one request. None when the API does not say."""
    of = endpoint(CONTACTS)
    body = facts.asked.ask(of.path, {"status": "all", "include_count": "true", "limit": "1", **filters})
    count = (body or {}).get("contacts_count")
    return count if isinstance(count, int) else None


def _reads_all(reading: Reading) -> bool:
    return costs.reads_all_contacts(
        reading.options,
        reading.warehouse.count(CONTACTS),
        endpoint(CONTACTS).page_size or 1,
        traceless=traceless.expected(reading.state, reading.now),
        affordable=reading.client.budget.remaining_today(),
    )


def _is_small(reading: Reading) -> bool:
    """Whether all contacts may be read only to find again what says neither who it is nor when it was created."""
    counts = [row.get("total") for row in reading.warehouse.rows("contact_counts", ("total",))]
    known = [count for count in counts if isinstance(count, int)]
    return bool(known) and max(known) <= FEW_CONTACTS


def _created(reading: Reading) -> set[DateTime | None]:
    """When those that are set aside were created; None for one that does not say it."""
    found: set[DateTime | None] = set()
    for text in reading.aside.rows_of(CONTACTS):
        row = orjson.loads(text)
        at, _ = typed("timestamp", [row.get("created_at") if isinstance(row, dict) else None])
        found.add(None if at.null_count else pendulum.instance(at[0].as_py()).start_of("second"))
    return found


def read_set_aside(reading: Reading) -> Iterator[Batch]:
    """Contacts without an id by the second of their creation, and those with an item without one by their own id."""
    of = endpoint(CONTACTS)
    second = pendulum.duration(seconds=1)
    times = sorted(at for at in _created(reading) if at is not None) if reading.aside.is_due(CONTACTS) else []
    for at in times[:MAX_OBJECTS]:
        bounds = {"created_after": as_parameter(at - second), "created_before": as_parameter(at + second * 2)}
        for page in reading.pages(of, extra=bounds):
            yield reading.as_batch(CONTACTS, reading.tables(CONTACTS, page.rows), requests=1)
    if times and None not in _created(reading) and len(times) <= MAX_OBJECTS:
        yield reading.as_batch(CONTACTS, read_for="", whole=True)
    for contact_id in reading.aside.due(CONTACTS):
        if contact_id:
            row = contact_by_id(reading, contact_id)
            tables = {} if row is None else reading.tables(CONTACTS, [{**row, "contact_id": contact_id}])
            yield reading.as_batch(CONTACTS, tables, requests=1, read_for=contact_id, whole=True)
            reading.reader.check()


def read_all_again(reading: Reading) -> Iterator[Batch]:
    """Every contact, of which only those that differ from what is loaded are written.

    What changes while the pages are read is seen by the next run, which reads them all too, or asks for changes since
    the greatest `updated_at` seen here. A reading that is cut goes on in the next run like a first one.
    """
    loaded = LoadedDigests(reading.warehouse, endpoint(CONTACTS))
    whole, before = WholeReading(started_at=reading.now), ContactsState.of(reading.state)
    silent = 0
    for batch, so_far in _whole_pages(reading, whole, resumed=False):
        whole = so_far
        tables = loaded.changed(batch.tables)
        silent += _without_a_trace(tables[CONTACTS], before)
        yield replace(batch, tables=tables)
    done = _finished(reading, whole)
    yield replace(done, state=(*done.state, traceless.noted(reading.state, reading.now, silent)))


def _without_a_trace(changed: pa.Table, before: ContactsState) -> int:
    """How many of these contacts no window on `updated_at` or `opt_out_date` would have shown."""
    rows = changed.select([UPDATED, OPTED_OUT]).to_pydict()
    return sum(
        (at is None or before.mark is None or at <= before.mark)
        and (out is None or before.opted_out is None or out <= before.opted_out)
        for at, out in zip(rows[UPDATED], rows[OPTED_OUT], strict=True)
    )


def read_whole(reading: Reading, state: ContactsState) -> Iterator[Batch]:
    """Every contact, part by part, each with the link that goes on from it; then what moved meanwhile."""
    failures = 0 if state.whole is None else state.whole.failures
    under_way = None if state.whole is None or failures >= LINK_FAILURES else replace(state.whole, failures=0)
    whole = under_way or WholeReading(started_at=reading.now)
    try:
        for batch, so_far in _whole_pages(reading, whole, resumed=under_way is not None):
            whole = so_far
            yield batch
    except ServerBusy:
        if whole == under_way:
            yield Batch(resource=CONTACTS, state=(replace(whole, failures=failures + 1).kept(),))
        raise
    except (NotFound, BadRequest):
        if under_way is None:
            raise
        # How long a saved link lives is documented nowhere. One that has died costs a new beginning, no rows.
        whole = WholeReading(started_at=reading.now)
        for batch, so_far in _whole_pages(reading, whole, resumed=False):
            whole = so_far
            yield batch
    if reading.once:
        yield _finished(reading, whole)
        return
    yield reading.as_batch(CONTACTS, whole=True, since=whole.started_at)
    took = pendulum.now("UTC") - reading.now if under_way is None else pendulum.duration()
    yield from read_changes(reading, _marks(whole), lookback_more=took)


def _finished(reading: Reading, whole: WholeReading) -> Batch:
    """The end of a reading of all contacts, with the marks that it leaves."""
    return reading.as_batch(
        CONTACTS,
        state=(
            _marks(whole).kept(),
            fields_state.refused(reading.refused),
        ),
        whole=True,
        since=whole.started_at,
    )


def _marks(whole: WholeReading) -> ContactsState:
    """The mark may be older than the reading's start by as long as its first run took: see `_whole_pages`."""
    started_at = whole.started_at
    return ContactsState(
        mark=advanced(None, whole.horizon, now=started_at) or started_at,
        opted_out=advanced(None, whole.opted_out, now=started_at) or started_at,
        whole_at=started_at,
    )


def _whole_pages(
    reading: Reading, whole: WholeReading, *, resumed: bool
) -> Iterator[tuple[Batch, WholeReading]]:
    """Some pages at a time, with the state that they leave behind.

    `horizon` is the greatest `updated_at` seen in the run in which the reading began. Whatever changes after that
    run has a later one, by the server's own clock, so it is where the catch-up must start.
    """
    of = endpoint(CONTACTS)
    if whole.ended:
        return
    if not resumed:
        reading.refused.clear()  # tried anew now and then
    for part in parts(reading, of, start=whole.next_link):
        tables = part.tables
        if not resumed:
            whole = replace(
                whole,
                horizon=_max(whole.horizon, _greatest(tables[CONTACTS], UPDATED)),
                opted_out=_max(whole.opted_out, _greatest(tables[CONTACTS], OPTED_OUT)),
            )
        whole = whole.came_to(part.next_link)
        yield reading.as_batch(CONTACTS, tables, requests=part.requests, state=(whole.kept(),)), whole


def _read_changes_and_share(reading: Reading, state: ContactsState) -> Iterator[Batch]:
    """One after the other: of a contact that both bring the later reading stands."""
    yield from read_changes(reading, state)
    if not reading.once:
        yield from rolling.read(reading)


def read_changes(
    reading: Reading, state: ContactsState, lookback_more: pendulum.Duration | None = None
) -> Iterator[Batch]:
    """What changed and who opted out since the marks; the last batch moves them."""
    lookback = max(reading.options.lookback, lookback_more or pendulum.duration())
    mark, opted_out = state.mark, state.opted_out
    assert mark is not None
    assert opted_out is not None
    seen: DateTime | None = mark
    seen_out: DateTime | None = opted_out
    done = ContactsState.of(reading.state).overlapped if not lookback_more else frozenset()
    for parameter, since in (("updated_after", mark), ("optout_after", opted_out)):
        asked = as_parameter(asked_from(since, lookback, overlapped=since in done))
        for part in parts(reading, endpoint(CONTACTS), extra={parameter: asked}):
            tables = part.tables
            seen = _max(seen, _greatest(tables[CONTACTS], UPDATED))
            seen_out = _max(seen_out, _greatest(tables[CONTACTS], OPTED_OUT))
            yield reading.as_batch(CONTACTS, tables, requests=part.requests)
    moved = ContactsState(
        mark=advanced(mark, seen, now=reading.now),
        opted_out=advanced(opted_out, seen_out, now=reading.now),
        whole_at=state.whole_at,
        overlapped=frozenset(at for at in (mark, opted_out) if at + lookback <= reading.now),
    )
    yield Batch(
        resource=CONTACTS,
        state=(
            moved.kept(),
            fields_state.refused(reading.refused),
        ),
    )


def _greatest(table: Any, column: str) -> DateTime | None:
    if column not in table.column_names or table.num_rows == 0:
        return None
    found = pc.max(table.column(column)).as_py()
    return None if found is None else pendulum.instance(found).in_timezone("UTC")


def _max(known: DateTime | None, seen: DateTime | None) -> DateTime | None:
    both = [at for at in (known, seen) if at is not None]
    return max(both, default=None)
