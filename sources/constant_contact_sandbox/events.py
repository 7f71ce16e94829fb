"""Events of the account with their registrations. Knows no HTTP; times are whole UTC seconds.

A deleted event leaves the listing and still answers by id; a purged one is gone. Sales and registrations move
the counts of an event's row, not its time of update; edits move that time, also where the row of the listing does not
show them, and only of events that are to come or under way. Payments move where registering costs something.
Source: contract, EventListingDto, EventDto, PATCH /events/{event_id}, registrations/payment_status.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import people, seeds
from .event_shapes import EVENT
from .registrations import Registration
from .shapes import sample_row
from .small_collections import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .contacts import Contacts
    from .nights import Night

Row = dict[str, Any]
STATUSES = ("ACTIVE", "DRAFT", "COMPLETE", "DELETED", "CANCELLED", "ERROR")
FIRST_EVENTS = (
    ("COMPLETE", -20, 6),
    ("ACTIVE", 6, 7),
    ("ACTIVE", 30, 3),
    ("DRAFT", 60, 0),
    ("CANCELLED", 9, 2),
)
"""(status, days from now to its start, registrations)"""
_SAME = (
    "event_id",
    "title",
    "name",
    "description",
    "event_type",
    "location_type",
    "registration_url",
    "address",
)


@dataclass(slots=True, kw_only=True)
class Event:
    """`ended_at`: when it was cancelled or deleted, 0 before; `price`: of a ticket, 0 = free; `capacity`: tickets at
    most, which only the row by id shows, 0 = as in the sample.
    """

    event_id: str
    key: int
    name: str
    status: str
    created_at: int
    updated_at: int
    starts_at: int
    price: float
    seed: int
    items_sold: int = 0
    capacity: int = 0
    ended_at: int = 0
    registrations: list[Registration] = field(default_factory=list)

    @property
    def ends_at(self) -> int:
        return self.starts_at + 2 * 3600

    @property
    def track_id(self) -> str:
        return f"s{seeds.word(self.seed, 'track', self.key) % 36**6:08x}"

    def row(self) -> Row:
        """The row of /events."""
        detail = self.detail()
        counted = [r for r in self.registrations if r.counts]
        metrics = {
            "registration_count": len(self.registrations),
            "ticket_sold": sum(r.tickets for r in counted),
            "item_sold": self.items_sold,
        }
        return {name: detail[name] for name in _SAME} | {
            "start_time": detail["event_start"],
            "end_time": detail["event_end"],
            "status": self.status,
            "time_zone_type": detail["time_zone_abbreviation"],
            "event_registration_summary_metrics": metrics,
            "create_time": detail["create_time"],
        }

    def detail(self, *, settings: bool = True) -> Row:
        """The row of /events/{id}, with its settings or without."""
        row = sample_row(EVENT, self.seed, "event", self.key, at=self.created_at)
        row |= {
            "event_id": self.event_id,
            "campaign_id": self.event_id,
            "name": self.name,
            "title": f"Harbor Light: {self.name}",
            "status": self.status,
            "event_start": seeds.stamp(self.starts_at),
            "event_end": seeds.stamp(self.ends_at),
            "create_time": seeds.stamp_ms(self.created_at),
            "last_update_time": seeds.stamp_ms(self.updated_at),
            "address": row["address"] | {"country": "United States", "latitude": 43.656, "longitude": -70.25},
        }
        row["default_track"] |= {
            "track_id": self.track_id,
            "registration_end_time": seeds.stamp(self.starts_at),
        }
        row["default_track"]["items"][0]["quantity_sold"] = self.items_sold
        if self.capacity:
            row["default_track"]["overall_ticket_capacity"] = self.capacity
        row["event_metadata"]["paid_event"] = self.price > 0
        if not settings:
            del row["event_settings"]
        return row | self._moments()

    def _moments(self) -> Row:
        moments = {} if self.status == "DRAFT" else {"active_time": seeds.stamp_ms(self.created_at + 600)}
        if self.status in ("CANCELLED", "DELETED"):
            moments[f"{self.status.lower()}_time"] = seeds.stamp_ms(self.ended_at)
        return moments

    def edit(self, at: int, *, name: str | None = None, capacity: int | None = None) -> None:
        """Somebody gives it another name or another number of tickets at most."""
        self.name, self.capacity = name or self.name, capacity or self.capacity
        self.updated_at = at

    def end(self, status: str, at: int) -> None:
        """Cancel or delete it."""
        self.status, self.ended_at, self.updated_at = status, at, at


class Events:
    """`events` in the order of their making; `names` says who registered."""

    def __init__(self, seed: int, now: int, contacts: Contacts, *, bare: bool) -> None:
        self.seed, self.contacts = seed, contacts
        self.events: list[Event] = []
        self._serial = 0
        for status, days, registrations in () if bare else FIRST_EVENTS:
            at = now - (40 - len(self.events)) * DAY_S
            event = self.create(at=at, starts_at=now + days * DAY_S, status=status)
            for k in range(registrations if len(contacts) else 0):  # nobody registers where nobody is
                self.register(event, at=at + (k + 1) * DAY_S)
            if status == "CANCELLED":
                event.end(status, now - DAY_S)
            elif status == "COMPLETE":
                self.check_in(event, event.starts_at)

    def create(self, *, at: int, starts_at: int, status: str = "ACTIVE") -> Event:
        key = self._serial
        self._serial += 1
        number = seeds.word(self.seed, "event", key)
        event = Event(
            event_id=seeds.uuid_of(self.seed, "event", key, "id"),
            key=key,
            name=f"{people.CAMPAIGN_TOPICS[number % len(people.CAMPAIGN_TOPICS)]} {key + 1}",
            status=status,
            created_at=at,
            updated_at=at,
            starts_at=starts_at,
            price=12.5 * (number >> 8 & 3),
            seed=self.seed,
        )
        self.events.append(event)
        return event

    def register(self, event: Event, *, at: int, contact: int | None = None) -> Registration:
        """A contact registers; an item goes with every third registration."""
        k = len(event.registrations)
        number = seeds.word(self.seed, "registration", event.key, k)
        everyone = max(1, len(self.contacts))
        registration = Registration(
            registration_id=seeds.uuid_of(self.seed, "registration", event.key, k, "id"),
            number=number,
            contact=number % everyone if contact is None else contact,
            at=at,
            title=event.name,
            price=event.price,
            tickets=1 + (number >> 30) % 3,
            payment="PAID" if number >> 34 & 3 else "PENDING",
            status="REGISTERED" if number >> 36 & 7 else "PENDING",
        )
        event.registrations.append(registration)
        event.items_sold += k % 3 == 0
        return registration

    @staticmethod
    def check_in(event: Event, at: int) -> int:
        """Two of three who are registered come; how many. Who was let in before keeps that time."""
        came = [
            r
            for k, r in enumerate(r for r in event.registrations if r.counts)
            if k % 3 != 2 and not r.checked_in
        ]
        for k, registration in enumerate(came):
            tickets = registration.tickets if k % 2 == 0 else max(1, registration.tickets - 1)
            registration.checked_in = [at + 60 * n for n in range(tickets)]
        return len(came)

    def find(self, event_id: str) -> Event | None:
        """By id, deleted ones too."""
        return next((e for e in self.events if e.event_id == event_id), None)

    def purge(self, event: Event) -> None:
        """Make it vanish: in no listing, and 404 by id."""
        self.events.remove(event)

    @property
    def listed(self) -> list[Event]:
        return [e for e in self.events if e.status != "DELETED"]

    def tables(self) -> dict[str, Callable[[], Iterable[Row]]]:
        c = self.contacts
        return {
            "events": lambda: (e.row() for e in self.listed),
            "event_details": lambda: (e.detail() for e in self.listed),
            "event_registrations": lambda: (
                {"event_id": e.event_id} | r.row(c, e.track_id) for e, r in self._registrations()
            ),
            "event_registration_details": lambda: (
                {"event_id": e.event_id} | r.detail(c) for e, r in self._registrations()
            ),
        }

    def _registrations(self) -> Iterator[tuple[Event, Registration]]:
        for event in self.listed:
            for registration in event.registrations:
                yield event, registration

    def live(self, night: Night) -> None:
        """New events, edits, registrations, payments and cancellations, check-ins after the end, deletions."""
        if number := night.happens("event_created", 4):
            at = night.moment(number)
            status = "DRAFT" if number >> 8 & 3 == 0 else "ACTIVE"
            self.create(at=at, starts_at=at + (8 + number % 20) * DAY_S, status=status)
        for event in self.listed:
            self._live(event, night)
        if (number := night.happens("event_deleted", 12)) and len(self.listed) > 3:
            self.listed[number % len(self.listed)].end("DELETED", night.moment(number))

    def _live(self, event: Event, night: Night) -> None:
        number = night.roll("event", event.key)
        at = night.moment(number >> 8)
        if event.status == "ACTIVE" and event.ends_at <= night.end:
            event.status, event.updated_at = "COMPLETE", event.ends_at
            night.done["checked_in"] += self.check_in(event, event.starts_at)
        elif event.status == "ACTIVE":
            for k in range(number % 3 if len(self.contacts) else 0):
                self.register(event, at=at + k)
                night.done["registered"] += 1
            self._second_thoughts(event, number, night)
        if event.status in ("ACTIVE", "DRAFT") and number >> 40 & 7 == 0:
            event.edit(at, name=f"{event.name.partition(' (v')[0]} (v{night.number})")
            event.status = "ACTIVE"
            night.done["event_edited"] += 1
        elif event.status in ("ACTIVE", "DRAFT") and number >> 40 & 7 == 1:
            event.edit(at, capacity=100 + number % 900)
            night.done["event_edited"] += 1
        if event.status == "ACTIVE" and number >> 44 & 31 == 0:
            event.end("CANCELLED", at)
            night.done["event_cancelled"] += 1

    @staticmethod
    def _second_thoughts(event: Event, number: int, night: Night) -> None:
        """One registration is paid, or given back; a free one is confirmed, or given back."""
        if event.registrations and number >> 50 & 1:
            registration = event.registrations[(number >> 51) % len(event.registrations)]
            if not event.price:
                night.done["registration_canceled" if registration.counts else "registration_confirmed"] += 1
                registration.status = "CANCELED" if registration.counts else "REGISTERED"
            elif registration.payment == "PENDING":
                registration.payment, registration.status = "PAID", "REGISTERED"
                night.done["registration_paid"] += 1
            elif number >> 60 & 3 == 0:
                registration.payment, registration.status = "REFUNDED", "CANCELED"
                night.done["registration_canceled"] += 1
