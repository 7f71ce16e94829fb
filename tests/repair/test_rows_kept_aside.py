"""How many rows that were set aside each count of the API may hold beside the loaded ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from raw_tables import RawTables

from sources.constant_contact.repair.set_aside_counts import SetAsideCounts, set_aside_counts


def aside(table: str, row: Any = None, *, read_for: str | None = None, deleted: bool | None = None) -> Any:
    return {
        "table_name": table,
        "row_json": row if isinstance(row, str) else json.dumps(row),
        "read_for": read_for,
        "_deleted": deleted,
    }


def counted(*rows: Any) -> SetAsideCounts:
    numbered = [{**row, "row_key": str(number)} for number, row in enumerate(rows)]
    tables = RawTables(_ctct_set_aside=numbered)
    return set_aside_counts(tables, tables.columns())


def test_a_warehouse_without_the_table_has_none_aside() -> None:
    """As the first versions left it."""
    assert SetAsideCounts() == set_aside_counts(RawTables(), {})
    assert SetAsideCounts() == counted()


def test_events_are_counted_by_feed_and_e_mail() -> None:
    found = counted(
        aside("email_opens", {}, read_for="a1"),
        aside("email_opens", {}, read_for="a1", deleted=False),
        aside("email_opens", {}, read_for="a2"),
        aside("email_clicks", {}, read_for="a1"),
        aside("email_opens", {}, read_for="a1", deleted=True),  # which has a key by now
    )
    events = {
        (feed, mail): found.events[feed, mail]
        for feed in ("email_opens", "email_clicks")
        for mail in ["a1", "a2"]
    }
    assert {
        ("email_opens", "a1"): 2,
        ("email_opens", "a2"): 1,
        ("email_clicks", "a1"): 1,
        ("email_clicks", "a2"): 0,
    } == events
    assert (0, 0) == (found.contacts, found.of_consent("explicit"))


def contact(permission: Any = "explicit", **fields: Any) -> dict[str, Any]:
    return {"email_address": {"permission_to_send": permission}, **fields}


DEEP = "[" * 1_000 + "]" * 1_000
"""As deep as a page may be."""


@pytest.mark.parametrize(
    ("row", "explicit", "implicit"),
    [
        pytest.param(contact(), 1, 0, id="says which"),
        pytest.param(contact("implicit"), 0, 1, id="says another"),
        pytest.param(contact(None), 1, 1, id="says null: it may be any"),
        pytest.param(contact(7), 1, 1, id="says a number"),
        pytest.param({}, 1, 1, id="says nothing"),
        pytest.param({"email_address": "a@b.c"}, 1, 1, id="has a text for an address"),
        pytest.param([1, 2], 1, 1, id="is no object"),
        pytest.param(None, 1, 1, id="is null"),
        pytest.param(f'{{"nested": {DEEP}}}', 1, 1, id="is nested deeper than Python reads"),
    ],
)
def test_a_contact_counts_for_its_permission_or_for_any(row: Any, explicit: int, implicit: int) -> None:
    found = counted(aside("contacts", row), aside("contacts", contact("other"), deleted=True))
    assert (1, explicit, implicit) == (
        found.contacts,
        found.of_consent("explicit"),
        found.of_consent("implicit"),
    )


@pytest.mark.parametrize(
    ("rows", "l1", "l2"),
    [
        pytest.param([aside("contacts", contact(list_memberships=["l1", "l1x"]))], 1, 0, id="on one list"),
        pytest.param([aside("contacts", contact(list_memberships=[]))], 0, 0, id="on none"),
        pytest.param([aside("contacts", contact(list_memberships=None))], 0, 0, id="null says none too"),
        pytest.param([aside("contacts", contact())], 0, 0, id="a contact of which no list is told"),
        pytest.param([aside("contacts", contact(list_memberships="l1"))], 1, 1, id="a text: on any"),
        pytest.param([aside("contacts", {})], 1, 1, id="an empty object: on any"),
        pytest.param([aside("contacts", "3")], 1, 1, id="no object: on any"),
        pytest.param([aside("contacts__list_memberships", {"x": 1})], 1, 1, id="a member without an id"),
        pytest.param([aside("contacts__taggings", {"x": 1})], 0, 0, id="a tagging without one"),
        pytest.param(
            [aside("contacts", contact(list_memberships=["l2"])), aside("contacts__list_memberships", 1)],
            1,
            2,
            id="both kinds add up",
        ),
        pytest.param([aside("contacts", contact(list_memberships=[1, None]))], 0, 0, id="ids of other kinds"),
    ],
)
def test_a_list_may_count_whoever_may_be_on_it(rows: list[Any], l1: int, l2: int) -> None:
    found = counted(*rows)
    assert (l1, l2) == (found.of_group("list", "l1"), found.of_group("list", "l2"))


def test_tags_and_lists_of_the_same_id_are_told_apart() -> None:
    found = counted(aside("contacts", contact(list_memberships=["x"], taggings=["y"])))
    both = [(scope, group, found.of_group(scope, group)) for scope in ("list", "tag") for group in "xy"]
    assert [("list", "x", 1), ("list", "y", 0), ("tag", "x", 0), ("tag", "y", 1)] == both
