"""Registrations for an event: who, how many tickets, what was paid, who came.

Knows no HTTP; times are whole UTC seconds. Source of shapes: contract, RegistrantInformationLiteDto and
DetailedRegistrationDto.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import seeds
from .event_shapes import CHOICES, REGISTRATION_FIELDS

if TYPE_CHECKING:
    from .contacts import Contacts

Row = dict[str, Any]
Names = tuple[str, str, str]
STATUSES = ("PENDING", "REGISTERED", "CANCELED", "EXPIRED", "IN_PROGRESS", "FAILED")
PAYMENTS = ("PENDING", "PAID", "REFUNDED", "CANCELLED", "FAILED", "CHARGED_BACK")
SORTABLE = (
    *("first_name", "last_name", "email_address", "registration_status", "payment_status"),
    *("tickets", "total"),
)


@dataclass(slots=True, kw_only=True)
class Registration:
    """`contact`: position of the contact; `title`: the event's name when it was made; `checked_in`: a time for
    each ticket that was checked in.
    """

    registration_id: str
    number: int
    contact: int
    at: int
    title: str
    price: float
    tickets: int
    status: str = "REGISTERED"
    payment: str = "PAID"
    checked_in: list[int] = field(default_factory=list)

    @property
    def total(self) -> float:
        return self.price * self.tickets

    @property
    def counts(self) -> bool:
        return self.status == "REGISTERED"

    def names(self, contacts: Contacts) -> Names:
        """(address, first name, last name) as they were typed in."""
        address, first, last = contacts.identity(self.contact, self.at)
        return address or f"guest{self.contact}@harborlight.example", first or "Guest", last or "Unknown"

    def _check_in(self) -> Row:
        came, eligible = len(self.checked_in), self.tickets if self.counts else 0
        status = (
            "CHECKED_IN" if came == self.tickets else "PARTIALLY_CHECKED_IN" if came else "NOT_CHECKED_IN"
        )
        return {
            "checkedIn_tickets": came,
            "checkin_status": status,
            "eligible_checkin_tickets": eligible,
            "registration_id": self.registration_id,
            "registration_status": self.status,
        }

    def row(self, contacts: Contacts, track_id: str) -> Row:
        """The row of the listing."""
        address, first, last = self.names(contacts)
        return self._check_in() | {
            "email_address": address,
            "first_name": first,
            "last_name": last,
            "new_contact": bool(self.number >> 9 & 1),
            "payment_status": self.payment,
            "registration_time": seeds.stamp_ms(self.at),
            "tickets": self.tickets,
            "total": self.total,
            "track_key": track_id,
        }

    def detail(self, contacts: Contacts) -> Row:
        """The row by id: only here are contact_id, answers, tickets and the order."""
        names = self.names(contacts)
        return self._check_in() | {
            "contact_id": contacts.id_of(self.contact),
            "registration_date": seeds.stamp_ms(self.at),
            "display_physical_tickets": bool(self.number >> 10 & 1),
            "contact": self._answers(names, self.number),
            "tickets": [self._ticket(names, k) for k in range(self.tickets)],
            "order_summary": self._order(),
        }

    def _answers(self, names: Names, number: int) -> list[Row]:
        values = (*names, CHOICES[number % len(CHOICES)])
        answers: list[Row] = []
        fields = zip(REGISTRATION_FIELDS, values, strict=True)
        for order, ((label, name, kind), value) in enumerate(fields, 1):
            row: Row = {"display_order": order, "field_label": label, "field_name": name, "field_type": kind}
            row["label_key"] = f"registration.field.label.{name.lower()}"
            row["field_value"] = value
            answers.append(row | ({"choices": list(CHOICES)} if kind == "RADIO" else {}))
        return answers

    def _ticket(self, names: Names, k: int) -> Row:
        row: Row = {
            "editable": bool(self.number >> (11 + k) & 1),
            "order_ticket_key": f"{seeds.stir(self.number, k) % 16**6:06x}",
            "price": self.price,
            "ticket_name": "General Admission" if k == 0 else "Guest",
            "fields": self._answers(names, seeds.stir(self.number, k)),
        }
        if k < len(self.checked_in):
            row["checked_in_time"] = seeds.stamp_ms(self.checked_in[k])
        return row

    def _order(self) -> Row:
        items = (("General Admission", self.total, "TICKET"), ("Service fee", self.total / 20, "FEE"))
        details: list[Row] = [
            {
                "amount": f"${amount:,.2f}",
                "amount_unformatted": amount,
                "line_item_type": kind,
                "name": name,
            }
            for name, amount, kind in items
        ]
        return {
            "details": details,
            "number": f"{self.number % 36**9:010x}",
            "title": self.title,
            "payment_method": "PAYPAL" if self.number >> 20 & 1 else "STRIPE",
            "payment_status": self.payment,
            "payment_time": seeds.stamp_ms(self.at + 90),
            "payment_transaction_id": seeds.uuid_text(self.number, self.number ^ 0x9A),
            "tickets_link": f"https://pages.harborlight.example/tickets/{self.number % 16**8:x}",
            "tickets_text": f"Your tickets for {self.title}",
        }
