"""Registrations for events: who registered, and what each of them answered, bought and paid.

Source: contract, definitions RegistrantInformationLiteDto and DetailedRegistrationDto. Answers for a single ticket stay
JSON.
"""

from sources.constant_contact.catalogue.account import VANISHED
from sources.constant_contact.catalogue.columns import (
    Column,
    Table,
    bigint,
    child,
    double,
    flag,
    json,
    text,
    timestamp,
)
from sources.constant_contact.catalogue.endpoint import Endpoint, version_read
from sources.constant_contact.catalogue.events import COUNTS

_REGISTRATION = text("registration_id", "id of the registration")
_EVENT = text("event_id", "id of the event", added=True)
_TRACK_ID = text("track_id", "id of the track that the registration belongs to", added=True)
_STATUS = text("registration_status", "status of the registration, such as REGISTERED or CANCELED")
_CHECK_IN = (
    text("checkin_status", "whether the tickets were checked in: all of them, some, none"),
    bigint("checked_in_tickets", "tickets that were checked in", source=("checkedIn_tickets",)),
    bigint("eligible_checkin_tickets", "tickets that can be checked in"),
)

EVENT_REGISTRATIONS = Endpoint(
    path="/events/{event_id}/tracks/{track_id}/registrations",
    rows_key="records",
    page_size=100,
    paged=True,
    scope="campaign_data",
    privilege="campaign:read",
    reads="registrations",
    needs=("events",),
    detail_of="events",
    version=("status", *COUNTS),
    soft_deletes=True,
    table=Table(
        name="event_registrations",
        grain="one row per event and registration",
        key=("event_id", "registration_id"),
        columns=(
            _EVENT,
            _REGISTRATION,
            _TRACK_ID,
            text("track_key", "key of the track, as the listing says it"),
            timestamp("registration_time", "when it was made, UTC"),
            _STATUS,
            text("payment_status", "status of the payment, such as PAID or REFUNDED"),
            text("email_address", "address of who registered, as it was typed in"),
            text("first_name", "first name of who registered"),
            text("last_name", "last name of who registered"),
            flag("new_contact", "whether the registration made a new contact"),
            bigint("tickets", "tickets of the registration"),
            double("total", "what it costs in all"),
            *_CHECK_IN,
            version_read("event", "status and counts, with the number of the week,"),
            timestamp("deleted_at", VANISHED, added=True),
        ),
    ),
)

_POSITION = bigint("position", "0-based place in the API's list, which gives no id", added=True)


def _of_registration(
    property_: str, grain: str, from_: tuple[str, ...], columns: tuple[Column, ...]
) -> Table:
    return child(
        parent="event_registration_details",
        parent_key=(_EVENT, _REGISTRATION),
        property_=property_,
        from_=from_,
        grain=f"one row per event, registration and {grain}",
        own_key=_POSITION,
        position=True,
        columns=columns,
    )


_ANSWERS = _of_registration(
    "answers",
    "answer of the form",
    ("contact",),
    (
        text("field_name", "name of the question"),
        text("field_label", "the question as people see it"),
        text("field_type", "kind of question, such as TEXT or RADIO"),
        text("field_value", "the answer"),
        text("label_key", "the provider's key of the question"),
        bigint("display_order", "place of the question in the form"),
        json("choices", "answers to choose from: JSON array of texts"),
    ),
)
_TICKETS = _of_registration(
    "tickets",
    "ticket",
    ("tickets",),
    (
        text("order_ticket_key", "key of the ticket within the order"),
        text("ticket_name", "name of the ticket"),
        double("price", "what it costs"),
        timestamp("checked_in_time", "when it was checked in, UTC; null before"),
        flag("editable", "whether it can be changed"),
        json("fields", "answers for this ticket, such as a guest's name: JSON array of field and value"),
    ),
)
_ORDER_DETAILS = _of_registration(
    "order_details",
    "line of the order",
    ("order_summary", "details"),
    (
        text("name", "what it is for"),
        text("line_item_type", "kind of line, such as TICKET or FEE"),
        text("amount", "amount as it is shown, with its currency"),
        double("amount_unformatted", "amount as a number"),
    ),
)

EVENT_REGISTRATION_DETAILS = Endpoint(
    path="/events/{event_id}/tracks/{track_id}/registrations/{registration_id}",
    shape="object",
    scope="campaign_data",
    privilege="campaign:read",
    reads="detail",
    needs=("event_registrations",),
    opt_in=True,
    detail_of="event_registrations",
    version=(
        "registration_time",  # first, so that the newest registrations come first
        "registration_status",
        "payment_status",
        "checkin_status",
        "checked_in_tickets",
        "eligible_checkin_tickets",
        "tickets",
        "total",
        "email_address",
        "first_name",
        "last_name",
    ),
    most=500,
    children=(_ANSWERS, _TICKETS, _ORDER_DETAILS),
    table=Table(
        name="event_registration_details",
        grain="one row per event and registration, with answers, tickets and order",
        key=("event_id", "registration_id"),
        columns=(
            _EVENT,
            _REGISTRATION,
            text("contact_id", "the contact who registered"),
            timestamp("registration_date", "when it was made, UTC"),
            _STATUS,
            *_CHECK_IN,
            flag("display_physical_tickets", "whether tickets to be printed are shown"),
            json("answers", "answers of the form: JSON array of field and value", source=("contact",)),
            json("tickets", "tickets with the answers for each: JSON array of objects"),
            json("order_summary__details", "lines of the order: JSON array of name, amount and kind"),
            text("order_summary__number", "number of the order"),
            text("order_summary__title", "title of the order"),
            text("order_summary__payment_method", "how it was paid, such as PAYPAL"),
            text("order_summary__payment_status", "status of the payment, such as PAID"),
            timestamp("order_summary__payment_time", "when it was paid, UTC"),
            text("order_summary__payment_transaction_id", "number of the payment where it was paid"),
            text("order_summary__tickets_link", "address of the tickets"),
            text("order_summary__tickets_text", "text of the link to the tickets"),
            version_read("registration", "what the listing says"),
        ),
    ),
)

ENDPOINTS = (EVENT_REGISTRATIONS, EVENT_REGISTRATION_DETAILS)
