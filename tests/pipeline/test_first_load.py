"""What a first load may add without a merge, and what it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.first_load import ENOUGH, FirstLoad
from sources.constant_contact.rows import to_arrow
from sources.constant_contact.sql_warehouse import SqlWarehouse, nothing_loaded

if TYPE_CHECKING:
    from collections.abc import Callable

CONTACTS = endpoint("contacts")


def contacts(*numbers: int) -> Any:
    return to_arrow(CONTACTS, [{"contact_id": f"c{number}"} for number in numbers])


def holding(rows: int) -> SqlWarehouse:
    """A warehouse whose table of contacts is there."""
    return SqlWarehouse(lambda _sql: (["count"], [(rows,)]), str, {"contacts": ["contact_id"]})


def test_rows_of_a_table_that_was_not_there_are_new_until_a_key_comes_again() -> None:
    """A contact that is read twice in a run is merged, and counts as known afterwards."""
    first = FirstLoad(nothing_loaded(), ())
    groups = [contacts(1, 2), contacts(3), contacts(4, 2), contacts(4), contacts(5)]
    assert [True, True, False, False, True] == [first.only_new(CONTACTS, each) for each in groups]


def test_rows_of_a_table_with_rows_are_not_new() -> None:
    """Whatever was loaded before may have any key."""
    many = contacts(*range(ENOUGH))
    assert not FirstLoad(holding(1), ("contacts",)).only_new(CONTACTS, many)
    assert FirstLoad(holding(0), ("contacts",)).only_new(CONTACTS, many)


def test_a_table_that_only_the_destination_knows_has_rows() -> None:
    """Without its state the load tool says that nothing is loaded."""
    assert not FirstLoad(nothing_loaded(), ("contacts",)).only_new(CONTACTS, contacts(*range(ENOUGH)))


def test_few_rows_are_not_worth_the_question() -> None:
    """A table that is there is not asked about for some rows."""
    assert not FirstLoad(holding(0), ("contacts",)).only_new(CONTACTS, contacts(1))


def test_children_without_their_parents_are_not_new() -> None:
    """Sets that are replaced for contacts which nobody read again."""
    alone = {name: rows for name, rows in contacts(1).items() if name != "contacts"}
    assert not FirstLoad(nothing_loaded(), ()).only_new(CONTACTS, alone)


def test_an_event_is_known_by_its_whole_key() -> None:
    """Two openings of one contact are two events."""
    of = endpoint("email_opens")

    def opened(at: str) -> Any:
        row = {"contact_id": "c", "created_time": at, "occurrence": 1}
        return to_arrow(of, [row], constants={"campaign_activity_id": "a"})

    first = FirstLoad(nothing_loaded(), ())
    times = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-01T01:00:00+01:00"]
    assert [True, True, False] == [first.only_new(of, opened(at)) for at in times]


@pytest.mark.long
def test_a_first_night_in_several_groups_is_exact(account: Callable[..., Any]) -> None:
    """Groups that are added one after the other, and a night that merges into what they left."""
    one = account(contacts=1_300)
    one.configure(requests_per_commit=2)
    tables = [each.name for each in CONTACTS.tables]
    one.complete_night(select=("contacts",))
    assert [] == one.differences(tables=tables)
    one.sandbox.change_contact(3, first_name="Zoë")
    one.sandbox.move_between_lists(4, leave=tuple(range(12)))
    one.complete_night(select=("contacts",), full_refresh=True)
    assert [] == one.differences(tables=tables)
