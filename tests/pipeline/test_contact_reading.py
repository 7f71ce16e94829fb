"""Setting `contact_reading`: all contacts each run where that is cheap, written only where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def contacts_asked(one: Any) -> int:
    return sum(request.path.endswith("/contacts") for request in one.sandbox.log)


def test_a_small_account_is_exact_the_next_morning_whatever_no_count_shows(quick: Callable[..., Any]) -> None:
    """Two contacts swap their fates without a trace in `updated_at` or in any count: the reading of all sees both."""
    one = quick(contacts=700)
    one.configure(contact_reading="auto")
    one.complete_night()
    one.sandbox.change_contact(3, bump=False, first_name="Zoë")
    gone, back = 10, 11
    one.sandbox.delete_contact(back, bump=False)
    one.complete_night()
    one.sandbox.delete_contact(gone, bump=False)
    one.sandbox.revive_contact(back, bump=False)
    one.sandbox.log.reset()
    one.complete_night()
    assert [] == one.differences()
    assert 2 == contacts_asked(one)


@pytest.mark.long
def test_only_contacts_that_differ_are_written(account: Callable[..., Any]) -> None:
    """One changed contact of many: its row and its sets are loaded, no others, and a quiet night loads none."""
    one = account(contacts=600)
    one.configure(contact_reading="full")
    one.complete_night()
    one.sandbox.change_contact(3, first_name="Zoë")
    assert 1 == one.complete_night().rows["contacts"]
    assert [] == one.differences()
    assert 0 == one.complete_night().rows.get("contacts", 0)


@pytest.mark.parametrize(("setting", "pages"), [("incremental", 2), ("full", 2), ("auto", 2)])
def test_the_setting_chooses_what_is_asked(quick: Callable[..., Any], setting: str, pages: int) -> None:
    """Two windows of changes, or two pages of everything."""
    one = quick(contacts=700)
    one.configure(contact_reading=setting)
    one.complete_night()
    one.sandbox.log.reset()
    one.complete_night()
    assert pages == contacts_asked(one)
    filtered = [request.query for request in one.sandbox.log if "updated_after" in str(request.query)]
    assert (setting == "incremental") == bool(filtered)


def test_a_reading_that_was_cut_goes_on_where_it_stopped(quick: Callable[..., Any]) -> None:
    """A cap in the middle of the pages: the next run asks for the rest and for what changed meanwhile."""
    one = quick(contacts=2200)
    one.configure(contact_reading="full")
    one.complete_night()
    one.sandbox.change_contact(2000, bump=False, first_name="Zoë")
    one.night(select=("contacts",), max_requests=3)
    one.sandbox.change_contact(5, first_name="Ada")
    one.complete_night()
    one.complete_night()
    assert [] == one.differences()
