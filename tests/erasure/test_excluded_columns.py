"""The setting `exclude_columns`: what it names stays null, and what is made from it stays empty."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from account_tables import KEYS

from sources.constant_contact.catalogue import CATALOGUE
from sources.constant_contact.withheld import NEEDED, Excluded

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account, Quick

CHOICES = "contacts__custom_fields.choice_ids"
LISTS = "email_campaign_activities.contact_list_ids"
BRIDGES = {
    CHOICES: "contacts__custom_fields__choices",
    LISTS: "email_campaign_activities__contact_lists",
    "email_campaign_activities.segment_ids": "email_campaign_activities__segments",
    "email_send_history.contact_list_ids": "email_send_history__contact_lists",
    "email_send_history.segment_ids": "email_send_history__segments",
    "account_emails.roles": "account_emails__roles",
    "event_registration_details.answers": "event_registration_details__answers",
    "event_registration_details.tickets": "event_registration_details__tickets",
    "event_registration_details.order_summary__details": "event_registration_details__order_details",
}


def test_every_array_kept_twice_is_excluded_twice() -> None:
    """Whichever column holds the JSON of an array that a table of its own holds too: that table goes with it."""
    columns = [
        f"{table.name}.{column.name}"
        for of in CATALOGUE.values()
        for table in of.tables
        for column in table.columns
        if column.type == "json" and column.name not in NEEDED.get(table.name, ())
    ]
    assert BRIDGES == {name: bridge for name in columns for bridge in Excluded([name]).bridges}


def test_bridges_of_excluded_columns_stay_empty(quick: Callable[..., Quick]) -> None:
    """Night after night: the two columns are null, their tables are empty, everything else is exact."""
    one = quick(contacts=40, campaigns=3)
    one.configure(exclude_columns=json.dumps([CHOICES, LISTS]))
    one.complete_night()
    one.sandbox.advance(1)
    one.complete_night(full_refresh=True)
    wrong = [line for line in one.differences() if not line.startswith((CHOICES, LISTS))]
    assert {BRIDGES[CHOICES], BRIDGES[LISTS]} == {line.split(":")[0] for line in wrong}
    for name in (CHOICES, LISTS):
        table, column = name.split(".")
        assert [0, 0] == [
            *one.values(f"select count({column}) from {table}"),
            *one.values(f"select count(*) from {BRIDGES[name]}"),
        ]


@pytest.mark.long
def test_what_was_loaded_before_is_emptied(account: Callable[..., Account]) -> None:
    """The run after the setting came says what it emptied, and the one after that has nothing to say."""
    one = account(contacts=30, campaigns=1)
    wanted = ("contacts", "custom_fields")
    one.complete_night(select=wanted)
    assert one.values(f"select count(*) from {BRIDGES[CHOICES]}") != [0]
    one.configure(exclude_columns=json.dumps([CHOICES]))
    one.events.clear()
    one.complete_night(select=wanted)
    assert [0] == one.values(f"select count(*) from {BRIDGES[CHOICES]}")
    said = [text for event in one.events if (text := getattr(event, "message", "")).startswith("excluded")]
    assert [f"excluded columns were emptied: {CHOICES}, {BRIDGES[CHOICES]}"] == said
    tables = [name for name in KEYS if name.split("__")[0] in wanted and name != BRIDGES[CHOICES]]
    wrong = [line for line in one.differences(tables=tables) if "nobody expects" not in line]
    assert [] == [line for line in wrong if not line.startswith(CHOICES)]
    one.events.clear()
    one.complete_night(select=wanted)
    assert [] == [event for event in one.events if "excluded" in getattr(event, "message", "")]
