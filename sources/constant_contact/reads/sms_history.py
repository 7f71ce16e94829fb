"""What each contact's SMS channel went through: one request per contact whose channel or consents are others than when
its history was read, those with the latest consent first, at most `most` in a run.

Asked for when all contacts of the run are read. What tells that it has moved is a digest of the channel and its
consents, as they are loaded or as this run has just read them.
Source: contract, definition SmsEngagementHistory.
State: see `state.details`; the version of a channel is its digest.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2s
from typing import TYPE_CHECKING, Any

from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue.endpoint import VERSION_READ
from sources.constant_contact.reader import Slice
from sources.constant_contact.reads import contacts
from sources.constant_contact.reads.api_objects import attempt, is_held
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.collections import listed
from sources.constant_contact.reads.contact_moves import CONTACTS, DELETED_AT, KEY, has_contacts
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.reading import BACKFILL
from sources.constant_contact.state import details as details_state
from sources.constant_contact.state import failures
from sources.constant_contact.state.details import DetailsState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    import pyarrow as pa

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange
    from sources.constant_contact.warehouse import Warehouse

CONSENTS = "contacts__sms_channel_consents"
CHANNEL_ID = "sms_channel__sms_channel_id"
CHANNEL = (CHANNEL_ID, "sms_channel__sms_address", "sms_channel__update_source")
CONSENT = ("position", "sms_consent_permission", "consent_type", "opt_in_date", "opt_out_date")
DATES = ("opt_in_date", "opt_out_date")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A contact's SMS channel as it is now."""

    contact_id: str
    version: str
    latest: str
    """When the last consent was given or withdrawn; empty where none was."""


class Seen:
    """The channels of the contacts that this run has read, None for those without or deleted. Threads share it."""

    def __init__(self, reading: Reading) -> None:
        self._lock = threading.Lock()
        self.channels: dict[str, Channel | None] = {}
        reading.watchers.setdefault(CONTACTS, []).append(self._see)

    def _see(self, tables: Mapping[str, pa.Table]) -> None:
        wanted = [name for name in (KEY, DELETED_AT, *CHANNEL) if name in tables[CONTACTS].column_names]
        rows = tables[CONTACTS].select(wanted).to_pylist()
        consents = tables[CONSENTS].to_pylist() if CONSENTS in tables else []
        there = channels_of((row for row in rows if row.get(DELETED_AT) is None), consents)
        with self._lock:
            for row in rows:
                if row[KEY] in there or row[KEY] in self.channels or row.get(DELETED_AT) is not None:
                    self.channels[row[KEY]] = there.get(row[KEY])


def slices(reading: Reading, of: Endpoint) -> None:
    read = partial(read_due, reading, of, Seen(reading))
    reading.reader.add_last(Slice(resource=of.resource, priority=BACKFILL, title=of.resource, read=read))


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    """Who is due by what is loaded; before a first run as many as the account has contacts, up to the most."""
    if facts.waits(of.resource):
        return
    most = of.most or 0
    if facts.loaded(CONTACTS) or facts.state:
        found = due(of, loaded_channels(facts.warehouse), facts.warehouse, facts.state)
        waiting = facts.waiting(of.resource)
        rows = min(most, sum(each.contact_id not in waiting for each in found))
        why = "that no other channel moved is assumed"
    else:
        rows, why = min(most, contacts.count(facts, {}) or 0), f"up to {most} a run"
    if rows:
        why = f"one request per contact whose SMS channel moved; {why}"
        yield Line(resource=of.resource, why=why, rows=rows, requests=rows)


def channels_of(rows: Iterable[Row], consents: Iterable[Row]) -> dict[str, Channel]:
    """Contact -> its channel, of contacts that have one. Pure, for rows as read or as loaded."""
    by_contact: dict[str, list[Row]] = defaultdict(list)
    for consent in consents:
        if not consent.get("_deleted"):
            by_contact[str(consent[KEY])].append(consent)
    found = {}
    for row in rows:
        if row.get(CHANNEL_ID):
            theirs = sorted(by_contact[str(row[KEY])], key=lambda consent: consent["position"])
            found[str(row[KEY])] = _channel(row, theirs)
    return found


def _channel(row: Row, consents: list[Row]) -> Channel:
    said = [[_text(row.get(name)) for name in CHANNEL]]
    said += [[_text(consent.get(name)) for name in CONSENT] for consent in consents]
    return Channel(
        contact_id=str(row[KEY]),
        version=blake2s(repr(said).encode(errors="backslashreplace"), digest_size=12).hexdigest(),
        latest=max((_text(consent.get(name)) for consent in consents for name in DATES), default=""),
    )


def _text(value: Any) -> str:
    """Times in UTC, so that every destination says the same."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return "" if value is None else str(value)


def loaded_channels(warehouse: Warehouse) -> dict[str, Channel]:
    rows = warehouse.having(CONTACTS, CHANNEL_ID, (KEY, DELETED_AT, *CHANNEL))
    there = [row for row in rows if row.get(DELETED_AT) is None]
    return channels_of(there, warehouse.rows(CONSENTS, (KEY, *CONSENT)) if there else ())


def due(
    of: Endpoint,
    channels: Mapping[str, Channel | None],
    warehouse: Warehouse,
    state: Mapping[str, Any],
    again: Collection[str] = (),
) -> list[Channel]:
    """Those whose history is not loaded as of their channel's version, the latest consent first. For run and plan."""
    read: dict[str, set[str]] = {}
    for row in warehouse.combinations(of.resource, (KEY, VERSION_READ)):
        read.setdefault(str(row[KEY]), set()).add(str(row[VERSION_READ]))
    nothing = DetailsState.of(state, of.resource).nothing
    found = [
        each
        for each in channels.values()
        if each is not None
        and (
            each.contact_id in again
            or (
                each.version not in read.get(each.contact_id, ())
                and nothing.get(each.contact_id) != each.version
            )
        )
    ]
    return sorted(found, key=lambda each: (each.latest, each.contact_id), reverse=True)


def _left_behind(reading: Reading, of: Endpoint) -> tuple[StateChange, ...]:
    """What the state still notes of erased contacts."""
    noted = {
        *failures.failed_ids(reading.state, of.resource),
        *DetailsState.of(reading.state, of.resource).nothing,
    }
    erased = sorted(each for each in noted if reading.forgotten.covers({KEY: each}))
    return tuple(
        change
        for each in erased
        for change in (
            failures.forgotten(of.resource, each),
            details_state.nothing_of(of.resource, each, None),
        )
    )


def read_due(reading: Reading, of: Endpoint, seen: Seen) -> Iterator[Batch]:
    if changes := _left_behind(reading, of):
        yield Batch(resource=of.resource, state=changes)
    channels = {**loaded_channels(reading.warehouse), **seen.channels}
    again = {*reading.aside.due(of.resource), *(channels if reading.options.full_refresh else ())}
    found = due(of, channels, reading.warehouse, reading.state, again)
    if not found and not has_contacts(reading, of):
        return
    items = [
        (each, _object(of, each)) for each in found if not reading.forgotten.covers({KEY: each.contact_id})
    ]
    for each, item in [(each, item) for each, item in items if not is_held(reading, item)][: of.most]:
        yield from attempt(reading, item, partial(read_history, of=of, channel=each))
        reading.reader.check()


def _object(of: Endpoint, channel: Channel) -> ApiObject:
    name = f"contact {channel.contact_id}"
    return ApiObject(
        resource=of.resource, object_id=channel.contact_id, title=name, version=channel.version, owner=name
    )


def read_history(reading: Reading, of: Endpoint, channel: Channel) -> Iterator[Batch]:
    """The history of one contact's channel."""
    listing = listed(reading, of, {KEY: channel.contact_id})
    known = DetailsState.of(reading.state, of.resource).nothing.get(channel.contact_id)
    nothing = None if listing.rows else channel.version
    change = details_state.nothing_of(of.resource, channel.contact_id, nothing)
    yield reading.batch(
        of.resource,
        listing.rows,
        requests=listing.requests,
        constants={KEY: channel.contact_id, VERSION_READ: channel.version},
        state=(change,) if nothing != known else (),
        whole=True,
    )
