"""Which contacts are due for a report of their own: those with news first, then those that were never looked at.

A contact has news where an event of it is known that is later than any that was known when its report was read, or
where more of its events are loaded than were then: one that the API showed late is found a run later. What is not
committed yet is seen while the run reads it, as far as there is room: the newest of it, and what falls out is
due in the next run. Deleted contacts are not asked for.
Who has no known event is looked at once, the newest contacts first. Where a report may have nothing of a contact and so
leaves no row, the state holds between which two contacts, in the order of their creation, all have been looked at.

State: see `state.contact_reports`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from heapq import nlargest
from typing import TYPE_CHECKING, Any

from sources.constant_contact.catalogue import FEEDS, LANDING_PAGES
from sources.constant_contact.catalogue.endpoint import KNOWN_EVENTS, KNOWN_UNTIL
from sources.constant_contact.state.contact_reports import ContactReportState, Place

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pyarrow as pa

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.warehouse import Warehouse

EVENTS = (*FEEDS, *LANDING_PAGES)
"""Tables of what contacts do."""
KNOWN = (KNOWN_UNTIL, KNOWN_EVENTS)
CONTACTS = "contacts"
KEY, TIME, CREATED, DELETED_AT = "contact_id", "created_time", "created_at", "deleted_at"
ROOM = 2_000
"""Contacts that a run remembers: more than it asks for."""
ID_START = 13
"""Letters of an id, of 36, which hardly two contacts of one instant share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    contact_id: str
    latest: datetime | None = None
    """Its latest known event."""
    created: Place | None = None
    """Of one that was never looked at."""


class Newest:
    """The keys with the greatest values, as many as there is room for."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._values: dict[str, datetime] = {}
        self.is_all = True
        """Whether none fell out."""

    def note(self, key: str, value: datetime) -> None:
        known = self._values.get(key)
        self._values[key] = value if known is None else max(known, value)
        if len(self._values) > 2 * self._room:
            self._values = dict(nlargest(self._room, self._values.items(), key=lambda pair: pair[1]))
            self.is_all = False

    def items(self) -> list[tuple[str, datetime]]:
        return list(self._values.items())


class Seen:
    """What a run has seen of contacts so far, committed or not. Threads share it."""

    def __init__(self, reading: Reading) -> None:
        self._lock = threading.Lock()
        self.events, self.created = Newest(), Newest()
        self._deleted: set[int] = set()
        """A number for each, as there may be many."""
        for name in EVENTS:
            reading.watchers.setdefault(name, []).append(partial(self._see_events, name))
        reading.watchers.setdefault(CONTACTS, []).append(self._see_contacts)

    def is_deleted(self, contact_id: str) -> bool:
        return hash(contact_id) in self._deleted

    def _see_events(self, name: str, tables: Mapping[str, pa.Table]) -> None:
        latest = tables[name].select([KEY, TIME]).group_by(KEY, use_threads=False).aggregate([(TIME, "max")])
        with self._lock:
            for row in latest.to_pylist():
                if row[f"{TIME}_max"] is not None:
                    self.events.note(row[KEY], row[f"{TIME}_max"])

    def _see_contacts(self, tables: Mapping[str, pa.Table]) -> None:
        with self._lock:
            for row in tables[CONTACTS].select([KEY, CREATED, DELETED_AT]).to_pylist():
                if row[DELETED_AT] is not None:
                    self._deleted.add(hash(row[KEY]))
                elif row[CREATED] is not None:
                    self.created.note(row[KEY], row[CREATED])


def with_news(reading: Reading, of: Endpoint, seen: Seen, *, most: int) -> list[Due]:
    """Contacts with an event that is later than those that were known when they were read, the latest first."""
    warehouse, again = reading.warehouse, reading.options.full_refresh
    latest = dict(warehouse.contacts_with_news(EVENTS, "" if again else of.resource, *KNOWN, most))
    here = seen.events.items()
    known = {} if again else warehouse.greatest(of.resource, KEY, KNOWN_UNTIL, [key for key, _ in here])
    for contact_id, at in here:
        if known.get(contact_id) is None or at > known[contact_id]:
            latest[contact_id] = max(at, latest.get(contact_id, at))
    nothing = nothing_of(reading.state, of)
    found = [
        Due(contact_id=contact_id, latest=at)
        for contact_id, at in latest.items()
        if nothing.get(contact_id) != text_of(at) and not seen.is_deleted(contact_id)
    ]
    return sorted(found, key=lambda due: (due.latest, due.contact_id), reverse=True)


def never_seen(reading: Reading, of: Endpoint, seen: Seen, *, most: int) -> list[Due]:
    """Contacts without a known event that were never looked at: first those that came since, then ever older ones."""
    newest, oldest = visited_of(reading.state, of)
    warehouse = reading.warehouse
    places = {
        *(warehouse.contacts_without(of.resource, EVENTS, after=newest, most=most) if newest else ()),
        *warehouse.contacts_without(of.resource, EVENTS, before=oldest, most=most),
    }
    if seen.created.is_all or newest is None:
        busy = {contact_id for contact_id, _ in seen.events.items()}
        here = {contact_id: at for contact_id, at in seen.created.items() if contact_id not in busy}
        known = {*warehouse.greatest(of.resource, KEY, KNOWN_UNTIL, here), *nothing_of(reading.state, of)}
        places |= {(at, contact_id) for contact_id, at in here.items() if contact_id not in known}
    there = [place for place in places if not seen.is_deleted(place[1])]
    later = sorted(place for place in there if newest is not None and place > newest)
    earlier = sorted((place for place in there if oldest is None or place < oldest), reverse=True)
    return [Due(contact_id=place[1], created=place) for place in (*later, *earlier)]


def planned(warehouse: Warehouse, state: Mapping[str, Any], of: Endpoint, *, most: int) -> int:
    """How many are due by what is loaded, at most `most`."""
    nothing = nothing_of(state, of)
    news = warehouse.contacts_with_news(EVENTS, of.resource, *KNOWN, most + len(nothing))
    newest, oldest = visited_of(state, of)
    found = {contact_id for contact_id, at in news if nothing.get(contact_id) != text_of(at)}
    later = warehouse.contacts_without(of.resource, EVENTS, after=newest, most=most) if newest else ()
    earlier = warehouse.contacts_without(of.resource, EVENTS, before=oldest, most=most)
    found |= {contact_id for _, contact_id in (*later, *earlier)}
    return min(most, len(found))


def visited_of(state: Mapping[str, Any], of: Endpoint) -> tuple[Place | None, Place | None]:
    """(newest, oldest) of those between which all have been looked at."""
    if always_has_a_row(of):
        return None, None
    visited = ContactReportState.of(state, of.resource)
    return visited.newest, visited.oldest


def always_has_a_row(of: Endpoint) -> bool:
    return of.shape == "object"


def with_place(visited: tuple[Place | None, Place | None], place: Place) -> tuple[Place, Place]:
    """(newest, oldest) once another one was looked at: the beginnings of ids, so that the state names nobody."""
    at, start = place[0], place[1][:ID_START]
    newest, oldest = visited
    after, before = (at, f"{start}z"), (at, start)  # next to the id on either side of it
    return max(newest or after, after), min(oldest or before, before)


def nothing_of(state: Mapping[str, Any], of: Endpoint) -> Mapping[str, str]:
    return ContactReportState.of(state, of.resource).nothing


def text_of(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def deleted_among(warehouse: Warehouse, contact_ids: Collection[str]) -> set[str]:
    """Those that are loaded as deleted."""
    marked = warehouse.greatest(CONTACTS, KEY, DELETED_AT, contact_ids)
    return {contact_id for contact_id, at in marked.items() if at is not None}


def has_contacts(reading: Reading, of: Endpoint) -> bool:
    """Whether there is anybody to ask for; where not, it is said what to do."""
    if reading.wants(CONTACTS) or reading.warehouse.count(CONTACTS):
        return True
    reading.reader.skip(of.resource, f"no contacts are loaded to ask for; read {CONTACTS} too")
    return False
