"""The small collections of the account: lists, tags, custom fields, segments, and the account's own facts.

Rows are kept as the dicts that the API serves. Knows no contact. Source: contract, ContactList, Tag,
CustomField, SegmentDetail, Customer, AccountEmails.
"""

from __future__ import annotations

from typing import Any

import orjson

from . import people, seeds

DAY_S = 86400
Row = dict[str, Any]


def first_lists(seed: int, now: int) -> list[Row]:
    rows = []
    for k, (name, description, _share) in enumerate(people.LIST_NAMES):
        created = now - (1100 - 37 * k) * DAY_S
        row: Row = {"list_id": seeds.uuid_of(seed, "list", k), "name": name, "description": description}
        rows.append(
            row
            | {
                "favorite": k < 2,
                "created_at": seeds.stamp(created),
                "updated_at": seeds.stamp(created + k * DAY_S),
            }
        )
    return rows


def first_tags(seed: int, now: int) -> list[Row]:
    rows = []
    for k, name in enumerate(people.TAG_NAMES):
        at = seeds.stamp_ms(now - (700 - 61 * k) * DAY_S)
        rows.append(
            {
                "tag_id": seeds.uuid_of(seed, "tag", k),
                "name": name,
                "created_at": at,
                "updated_at": at,
                "tag_source": "Contact",
            }
        )
    return rows


class CustomFields:
    """The custom fields and what a contact of the sample account holds in them."""

    def __init__(self, seed: int, now: int) -> None:
        self.seed = seed
        self.rows: list[Row] = []
        at = seeds.stamp(now - 600 * DAY_S)
        self.add("Vehicle or pet", "string", at)
        self.add("Member since", "date", at, metadata={"display_format": "MM/DD/YYYY"})
        self.add(
            "Lifetime spend",
            "number",
            at,
            metadata={"decimal_places": 2, "allow_negative": False, "integer": False},
        )
        self.add("Favourite season", "single_select", at, choices=("Spring", "Summer", "Fall 🍂", "Winter"))
        self.add(
            "Interests",
            "multi_select",
            at,
            choices=("Workshops", "Recipes", "Offers", "Volunteering", "Kids & family"),
        )
        self._first = [row["custom_field_id"] for row in self.rows]
        self._live = set(self._first)

    def add(
        self, label: str, kind: str, at: str, *, metadata: Row | None = None, choices: tuple[str, ...] = ()
    ) -> Row:
        k = len(self.rows)
        field_id = seeds.uuid_of(self.seed, "custom_field", label, k)
        row: Row = {
            "custom_field_id": field_id,
            "label": label,
            "name": label.replace(" ", "_"),
            "type": kind,
            "version": 2,
        }
        if metadata or choices:
            row["metadata"] = metadata or {"display_type": "radio" if kind == "single_select" else "checkbox"}
        if choices:
            row["choices"] = [
                {
                    "custom_field_id": field_id,
                    "choice_id": 100 * (k + 1) + n,
                    "choice_label": text,
                    "display_order": n,
                    "created_at": at,
                    "updated_at": at,
                }
                for n, text in enumerate(choices, 1)
            ]
        row |= {"created_at": at, "updated_at": at}
        self.rows.append(row)
        self._live = {r["custom_field_id"] for r in self.rows}
        return row

    def remove(self, k: int) -> None:
        self._live.discard(self.rows.pop(k)["custom_field_id"])

    def is_live(self, custom_field_id: str) -> bool:
        return custom_field_id in self._live

    def values_for(self, g: int) -> list[Row]:
        """The values of a contact with the random number `g`, without those of removed fields."""
        if g & 3 == 0:
            return []
        text, since, spend, season, interests = self._first
        values: list[Row] = []
        if g & 12:
            values.append(
                {
                    "custom_field_id": text,
                    "value": ("Tesla S 2017", "Golden retriever", "Subaru Outback", "2 cats")[g >> 4 & 3],
                }
            )
        if g & 48:
            values.append(
                {
                    "custom_field_id": since,
                    "value": f"{1 + (g >> 6) % 12:02d}/{1 + (g >> 10) % 28:02d}/{2012 + (g >> 15) % 13}",
                }
            )
        if g & 192:
            values.append({"custom_field_id": spend, "value": f"{(g >> 20) % 400000 / 100:.2f}"})
        if g & 768:
            values.append({"custom_field_id": season, "choice_ids": [str(401 + (g >> 40) % 4)]})
        if g & 3072:
            values.append(
                {
                    "custom_field_id": interests,
                    "choice_ids": [str(501 + n) for n in range(5) if g >> (44 + n) & 1 or n == (g >> 50) % 5],
                }
            )
        if len(self._live) < len(self.rows) or any(f not in self._live for f in self._first):
            values = [v for v in values if v["custom_field_id"] in self._live]
        return values


def first_segments(seed: int, now: int) -> list[Row]:
    """Segments; the criteria only look the part, `matching` has the invented rule."""
    specs = (
        ("Most engaged", "engagement"),
        ("Clicked in the last 90 days", "click"),
        ("Did not open the last 5 campaigns", "no_open"),
        ("Birthday this month 🎂", "birthday"),
    )
    rows = []
    for k, (name, kind) in enumerate(specs, 1):
        rule = {"source": "tracking", "field": kind, "op": "eq", "value": True, "param": {"days": 30 * k}}
        criteria = {"version": "1.0.0", "criteria": {"type": "and", "group": [rule]}}
        at = now - (300 - 40 * k) * DAY_S - seeds.word(seed, "segment", k) % DAY_S
        rows.append(
            {
                "name": name,
                "segment_criteria": orjson.dumps(criteria).decode(),
                "segment_id": k,
                "created_at": seeds.stamp_ms(at),
                "edited_at": seeds.stamp_ms(at + k * DAY_S),
            }
        )
    return rows


ADDRESS: Row = {
    "address_line1": "12 Wharf Street",
    "address_line2": "Unit 3",
    "city": "Portland",
    "state_code": "ME",
    "postal_code": "04101",
    "country_code": "US",
}
LOGO: Row = {
    "url": "https://files.constantcontact.example/logo.png",
    "external_url": "https://www.harborlight.example/logo.png",
    "internal_id": "ACCOUNT.IMAGE.5",
}


TIME_ZONES = (
    "America/St_Johns",
    "America/Chicago",
    "US/Pacific",
    "US/Eastern",
    "Europe/London",
    "Europe/Berlin",
)
"""Where the account's mornings, 14 to 16 o'clock UTC, are hours in which people send."""


def account_summary(seed: int) -> Row:
    return {
        "contact_email": "jo.lindqvist@harborlight.example",
        "contact_phone": "2075550142",
        "country_code": "US",
        "encoded_account_id": f"p{seeds.word(seed, 'account'):013x}"[:14],
        "first_name": "Jo",
        "last_name": "Lindqvist",
        "organization_name": "Harbor Light Bakery & Workshop",
        "organization_phone": "207-555-0142",
        "state_code": "ME",
        "time_zone_id": TIME_ZONES[seeds.word(seed, "time_zone") % len(TIME_ZONES)],
        "website": "https://www.harborlight.example",
    }


def account_emails(now: int) -> list[Row]:
    at = seeds.stamp_ms(now - 1200 * DAY_S)
    return [
        {
            "email_address": "jo.lindqvist@harborlight.example",
            "email_id": 1,
            "confirm_status": "CONFIRMED",
            "confirm_time": at,
            "confirm_source_type": "SITE_OWNER",
            "roles": ["CONTACT", "BILLING", "REPLY_TO"],
            "pending_roles": [],
        },
        {
            "email_address": "news@harborlight.example",
            "email_id": 2,
            "confirm_status": "CONFIRMED",
            "confirm_time": at,
            "confirm_source_type": "SITE_OWNER",
            "roles": ["REPLY_TO", "JOURNALING"],
            "pending_roles": [],
        },
        {
            "email_address": "events@harborlight.example",
            "email_id": 3,
            "confirm_status": "UNCONFIRMED",
            "roles": [],
            "pending_roles": ["OTHER"],
        },
    ]


def account_privileges(granted: tuple[str, ...]) -> list[Row]:
    return [{"privilege_id": 30 + k, "privilege_name": name} for k, name in enumerate(granted)]
