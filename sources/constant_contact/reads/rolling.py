"""Contacts read again a share a night, by the time of their creation, so that no night pays for all of them.

Within `full_refresh_every` each contact is read once: what no count and no mark shows is exact after that time. The
share of a night is as large as the time that it has to keep up with. It ends where no loaded contact was created for
some seconds (see `created_range`). Only rows that differ are written; who is missing is asked for by id.
State: see `state.rolling`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pendulum

from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.api_objects import attempt
from sources.constant_contact.reads.collections import with_lost
from sources.constant_contact.reads.contact_by_id import contact_by_id, contact_object
from sources.constant_contact.reads.created_range import GAP_S, CreatedRange
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.parts import parts
from sources.constant_contact.reads.unchanged import LoadedDigests
from sources.constant_contact.state.contacts import ContactsState, all_read_at
from sources.constant_contact.state.rolling import Round

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pendulum import DateTime

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import State, StateChange
    from sources.constant_contact.warehouse import Warehouse
    from sources.constant_contact.windows import SyncOptions

CONTACTS, KEY = "contacts", "contact_id"
PAGE = endpoint(CONTACTS).page_size or 1
PART = PAGE - PAGE // 25
"""Loaded contacts whose range is one page, with room for a few that are not loaded."""
PROOFS = 50
"""Contacts asked for by id in one run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one night reads; seconds since 1970 in its range."""

    created: CreatedRange
    contacts: tuple[str, ...]
    """Loaded ones of the range, by their creation."""
    ends: bool
    """Whether it is the last one of its round."""


def share_of_tonight(warehouse: Warehouse, state: State, options: SyncOptions, now: DateTime) -> Share | None:
    """None where all contacts are few, so that they are read at once when it is time, or where it is too early."""
    whole_at = ContactsState.of(state).whole_at
    if whole_at is None or costs.pages(warehouse.count(CONTACTS), PAGE) <= costs.AUTO_REQUESTS:
        return None
    under_way = Round.since(state, whole_at)
    left_s = (whole_at + options.full_refresh_every - now).total_seconds()
    passed_s = (now - under_way.at).total_seconds()
    rest = warehouse.count_created(under_way.until)
    is_last = passed_s >= left_s  # the next run would come too late
    due = rest if is_last else int(rest * max(0.0, passed_s) / left_s) // PART * PART
    if not due and not is_last:
        return None
    cut, there = _found(warehouse, under_way.until, due, rest)
    before = [contact_id for at, contact_id in there if cut is None or at.timestamp() < cut]
    after = None if under_way.until is None else int(under_way.until.timestamp())
    return Share(created=CreatedRange(after=after, before=cut), contacts=tuple(before), ends=cut is None)


def _found(
    warehouse: Warehouse, until: DateTime | None, due: int, rest: int
) -> tuple[int | None, Sequence[tuple[datetime, str]]]:
    """(where to cut, at least those before it); None and all of the rest where it is the last share or has no gap."""
    most = due
    while most < rest:
        most = min(rest, 2 * most)
        there = warehouse.contacts_created(until, most)
        if (cut := _cut(there, due)) is not None:
            return cut, there
    return None, warehouse.contacts_created(until, rest)


def _cut(there: Sequence[tuple[datetime, str]], due: int) -> int | None:
    """The second nearest to `due` contacts, forwards first, in the middle of a gap; None if there is none."""
    seconds: list[int] = [int(at.timestamp()) for at, _ in there]
    first = min(due, len(there))
    for index in (*range(first, len(there)), *range(first - 1, 0, -1)):
        before = seconds[index - 1]
        if seconds[index] - before >= GAP_S:
            middle: int = before + GAP_S // 2
            return middle
    return None


def estimate(facts: Facts) -> list[Line]:
    share = share_of_tonight(facts.warehouse, facts.state, facts.options, facts.now)
    if share is None or not share.contacts:
        return []
    why = "a share of all, by creation; only what differs is written"
    rows = len(share.contacts)
    return [Line(resource=CONTACTS, why=why, rows=rows, requests=costs.pages(rows, PAGE))]


def read(reading: Reading) -> Iterator[Batch]:
    """The share of tonight; the last batch says that it was read."""
    share = share_of_tonight(reading.warehouse, reading.state, reading.options, reading.now)
    if share is None:
        return
    if share.contacts:
        yield from _read_range(reading, share)
    yield replace(reading.as_batch(CONTACTS), state=_done(reading, share))


def _read_range(reading: Reading, share: Share) -> Iterator[Batch]:
    of = endpoint(CONTACTS)
    loaded = LoadedDigests(reading.warehouse, of, share.contacts)
    seen: set[str] = set()
    for part in parts(reading, of, extra=share.created.parameters):
        seen.update(part.tables[CONTACTS].column(KEY).to_pylist())
        batch = reading.as_batch(CONTACTS, part.tables, requests=part.requests)
        yield replace(batch, tables=loaded.changed(batch.tables))
    missing = [contact_id for contact_id in share.contacts if contact_id not in seen]
    yield from _asked_for(reading, missing)


def _asked_for(reading: Reading, missing: Sequence[str]) -> Iterator[Batch]:
    """Who answers 404 by id is gone; more than `PROOFS` wait for the next round. Who cannot be read is left out."""
    known = {str(row[KEY]): row for row in reading.warehouse.where(CONTACTS, KEY, missing)} if missing else {}
    there = [contact_id for contact_id, row in sorted(known.items()) if row.get("deleted_at") is None]
    for contact_id in there[:PROOFS]:
        yield from attempt(reading, contact_object(contact_id), partial(_asked, known[contact_id]))
        reading.reader.check()


def _asked(known: dict[str, Any], reading: Reading) -> Iterator[Batch]:
    row = contact_by_id(reading, str(known[KEY]))
    tables = reading.tables(CONTACTS, [] if row is None else [row])
    gone = [] if row is not None else [{**known, "deleted_at": reading.now.date()}]
    if gone:
        tables = {CONTACTS: tables[CONTACTS]}  # what belonged to the contact goes as a consequence
    yield with_lost(endpoint(CONTACTS), reading.as_batch(CONTACTS, tables, requests=1), gone)


def _done(reading: Reading, share: Share) -> tuple[StateChange, ...]:
    whole_at = ContactsState.of(reading.state).whole_at
    assert whole_at is not None
    if share.ends:
        return (all_read_at(reading.now), Round(began=reading.now, at=reading.now).kept())
    assert share.created.before is not None
    until = pendulum.from_timestamp(share.created.before)
    return (Round(began=whole_at, at=reading.now, until=until).kept(),)
