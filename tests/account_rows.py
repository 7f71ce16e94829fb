"""The expected side of a comparison: the rows of raw tables, made from the account's own by rules of its own.

Nested objects with `__`, arrays of objects as child tables, other arrays as they are, times as UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from account_tables import (
    ASKED_FOR,
    BRIDGED,
    CHILDREN,
    CHOICES,
    DATES,
    KEYS,
    LANDING_PAGES,
    MOMENTS,
    RENAMED,
    WHOLE,
)

from sources.constant_contact_sandbox.campaigns import contact_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sources.constant_contact_sandbox import Sandbox

Row = dict[str, Any]
LISTS = {"contact_lists": "email", "sms_lists": "sms"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the account says, by raw table."""

    rows: Mapping[str, list[Row]]
    removed: frozenset[str]
    """Ids of removed campaigns and of their activities: the API no longer shows their reports."""
    unread: frozenset[str]
    """Contacts whose reports are not asked for, as they were deleted."""
    touched: frozenset[str]
    """Contacts who had a mail of a removed campaign: their rates move without a sign of it."""


def account(sandbox: Sandbox, without: Collection[str]) -> Tables:
    rows: dict[str, list[Row]] = {name: [] for name in (*KEYS, *LANDING_PAGES, *ASKED_FOR)}
    details = {row["event_id"]: row for row in sandbox.truth("event_details")}
    for name in sandbox.tables():
        if name in without or name == "event_details":
            continue
        for row in sandbox.truth(name):
            row = row | details[row["event_id"]] if name == "events" else row  # noqa: PLW2901
            for table, flat in _flattened(*_as_loaded(name, row)):
                rows[table].append(flat)
    gone = [campaign for campaign in sandbox.campaigns.rows if campaign.status == "Removed"]
    removed = {campaign.campaign_id for campaign in gone}
    removed |= {activity.activity_id for campaign in gone for activity in campaign.activities}
    # The contract: where the address has not changed since the bounce, both addresses are the same.
    addresses = {row["contact_id"]: row.get("email_address__address") for row in rows["contacts"]}
    for bounce in rows["email_bounces"]:
        if address := addresses[bounce["contact_id"]]:
            bounce["current_email_address"] = address
    return Tables(
        rows=rows,
        removed=frozenset(removed),
        unread=frozenset(row["contact_id"] for row in rows["contacts"] if "deleted_at" in row),
        touched=frozenset(
            sandbox.contacts.id_of(contact_of(event))
            for campaign in gone
            for activity in campaign.activities
            for events in activity.events.values()
            for event in events
        ),
    )


def _as_loaded(name: str, row: Row) -> tuple[str, Row]:
    """The lists of both channels are one table, which says whose they are."""
    if name == "event_registrations":
        row = row | {"track_id": row["track_key"]}
    if name in LISTS:
        return "contact_lists", row | {"channel_type": LISTS[name]}
    return name, {RENAMED.get((name, key), key): value for key, value in row.items()}


def _flattened(table: str, row: Row) -> Iterator[tuple[str, Row]]:
    """The row's own table and those of its arrays of things."""
    flat: Row = {}
    owned = {owner for owner, _ in CHILDREN}
    parent = {key: _value(table, key, row[key]) for key in KEYS[table]} if table in owned else {}
    for column, value in _leaves(row, whole={name for owner, name in WHOLE if owner == table}):
        child = CHILDREN.get((table, column))
        if child is not None:
            yield from ((child, parent | one) for one in _children(child, value))
            if child == "contacts__custom_fields":
                yield from ((CHOICES, parent | one) for one in _choices(value))
            if (table, column) in BRIDGED:
                flat[column] = _value(table, column, value)
        elif value is not None and column != "html_content":
            flat[column] = _value(table, column, value)
    yield table, flat


def _choices(fields: Iterable[Row]) -> Iterator[Row]:
    for field in fields:
        for choice in field.get("choice_ids") or ():
            yield {"custom_field_id": field["custom_field_id"], "choice_id": str(choice)}


def _children(child: str, values: Iterable[Any]) -> Iterator[Row]:
    own_key = KEYS[child][-1]
    for position, value in enumerate(values):
        if not isinstance(value, dict):
            yield {own_key: _value(child, own_key, value)}
            continue
        place = {"position": position} if own_key == "position" else {}
        leaves = ((RENAMED.get((child, name), name), each) for name, each in _leaves(value))
        yield place | {name: _value(child, name, each) for name, each in leaves if each is not None}


def _leaves(row: Row, prefix: str = "", *, whole: Collection[str] = ()) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        column = prefix + name.replace(".", "_")
        if isinstance(value, dict) and column not in whole:
            yield from _leaves(value, f"{column}__")
        else:
            yield column, value


def _value(table: str, column: str, value: Any) -> Any:
    """The value with the type that the warehouse must give it, read off its name."""
    leaf = column.rsplit("__", 1)[-1]
    if leaf == "deleted_at" and table in DATES:
        return date.fromisoformat(value[:10])
    if leaf.endswith(("_at", "_time", "_date")) or leaf in MOMENTS:
        return datetime.fromisoformat(value).astimezone(UTC)
    if leaf.endswith("_id"):
        return str(value)  # in the API some are numbers
    return float(value) if column.startswith("percents__") else value
