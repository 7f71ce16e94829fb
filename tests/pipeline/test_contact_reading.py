"""Setting `contact_reading`: all contacts each run where that is cheap, written only where they differ."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pendulum
import pytest
from healed import Healed

from sources.constant_contact.reads import costs
from sources.constant_contact.state import traceless
from sources.constant_contact.windows import SyncOptions

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


@pytest.mark.long
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


@pytest.fixture
def day_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """`day_later(one)`: a day has passed for the account and for us."""
    real, days = pendulum.now, [0]
    monkeypatch.setattr(pendulum, "now", lambda tz=None: real(tz).add(days=days[0]))

    def move(one: Any) -> None:
        days[0] += 1
        one.sandbox.move_clock(timedelta(days=1))

    return move


@pytest.mark.long
def test_larger_accounts_are_read_a_share_a_night(
    quick: Callable[..., Any], day_later: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What neither marks nor counts show is found within `full_refresh_every`, and no night reads all."""
    monkeypatch.setattr(costs, "AUTO_REQUESTS", 1)
    one = quick(contacts=2_400, campaigns=1)
    one.configure(contact_reading="auto", full_refresh_every="5d")
    one.complete_night()
    for i in range(0, 2_400, 150):
        one.sandbox.change_contact(i, bump=False, first_name="Zoë")
    asked = []
    for _ in range(5):
        day_later(one)
        one.sandbox.log.reset()
        one.complete_night()
        asked.append(contacts_asked(one))
    assert [] == one.differences()
    assert max(asked) <= 2 + 2
    assert 2 * 5 + 5 <= sum(asked) <= 2 * 5 + 7


@pytest.mark.long
def test_a_share_that_was_not_committed_is_read_again(
    quick: Callable[..., Any], day_later: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round goes on where the last committed share ended, and begins anew after a reading of everything."""
    monkeypatch.setattr(costs, "AUTO_REQUESTS", 1)
    one = quick(contacts=2_400, campaigns=1)
    one.configure(full_refresh_every="5d")
    one.complete_night()
    for i in range(0, 2_400, 150):
        one.sandbox.change_contact(i, bump=False, first_name="Zoë")
    for _ in range(5):
        day_later(one)
        one.night(a_commit=1, killed_after=9)
        one.complete_night()
    assert [] == one.differences()


def read_in_two_shares(quick: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, int]:
    """An account that is read by a share a night, and the contact that is purged after the first night."""
    monkeypatch.setattr(costs, "AUTO_REQUESTS", 1)
    one = quick(contacts=1_200, campaigns=1)
    one.configure(full_refresh_every="2d")
    one.complete_night()
    gone = next(i for i in range(1_200) if one.sandbox.contacts.is_mailable(i))
    one.sandbox.purge_contact(gone)
    return one, gone


@pytest.mark.long
def test_a_share_marks_who_is_gone_for_good(
    quick: Callable[..., Any], day_later: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is loaded and missing in the share is asked for by id; only a 404 marks the contact."""
    one, gone = read_in_two_shares(quick, monkeypatch)
    for _ in range(2):
        day_later(one)
        one.complete_night()
    marked = one.values("select contact_id from contacts where deleted_at >= current_date - 1")
    assert one.sandbox.contacts.id_of(gone) in marked


@pytest.mark.long
def test_what_a_search_would_cost_more_is_read_whole(
    quick: Callable[..., Any], day_later: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many changes without a trace: all contacts are read, once; the next night reads them at once and asks no more."""
    monkeypatch.setattr(costs, "AUTO_REQUESTS", 1)
    here = Healed(quick(contacts=2_900, campaigns=1))
    here.quick.configure(contact_reading="auto")
    here.night()
    for night in range(2):
        for i in range(20 + night, 400, 40):
            here.sandbox.move_between_lists(i, leave=(0,), join=(3,), bump=False)
        day_later(here)
        here.sandbox.log.reset()
        here.night()
        assert [] == here.quick.differences()
        assert (2 + 6, 6)[night] == contacts_asked(here)
        assert (0 < here.spent <= costs.COUNTED_AGAIN + 6) is (night == 0)


OPTIONS = SyncOptions(
    lookback=pendulum.duration(hours=1), full_refresh_every=pendulum.duration(days=30), contact_reading="auto"
)


@pytest.mark.parametrize(
    ("contacts", "silent", "affordable", "whole"),
    [
        (0, 0, 9_000, False),
        (10_000, 0, 9_000, True),
        (10_000, 0, 19, False),
        (20_000, 0, 9_000, False),
        (20_000, 2, 9_000, False),
        (20_000, 35, 9_000, True),
        (20_000, 35, 60, False),
        (200_000, 5, 9_000, False),
        (200_000, 300, 9_000, True),
    ],
)
def test_all_are_read_where_that_costs_less_than_searching(
    contacts: int, silent: float, affordable: int, whole: bool
) -> None:
    """Never where the day has no room for it."""
    read = costs.reads_all_contacts(OPTIONS, contacts, 500, traceless=silent, affordable=affordable)
    assert whole == read


def test_the_search_is_expected_to_find_what_it_found_in_the_last_days() -> None:
    """A mean over the days since the first one that is remembered, a week at most."""
    state: dict[str, Any] = {}
    day = pendulum.datetime(2026, 11, 1, 3)
    for number, found in enumerate((30, 10, 20)):
        change = traceless.noted(state, day.add(days=number), found)
        state[change.path[0]] = change.value
    assert 0 == traceless.expected({}, day)
    assert 20 == traceless.expected(state, day.add(days=3))
    assert 10 == traceless.expected(state, day.add(days=6))
    assert 0 == traceless.expected(state, day.add(days=10))


@pytest.mark.long
def test_a_contact_that_cannot_be_asked_for_costs_its_share_nothing_else(
    quick: Callable[..., Any], day_later: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays as it is loaded, and is left out by its name; every other contact of the share is as it should be."""
    one, gone = read_in_two_shares(quick, monkeypatch)
    one.sandbox.change_contact(gone + 1, bump=False, first_name="Zoë")
    contact_id = one.sandbox.contacts.id_of(gone)
    one.sandbox.set_fault("500_json", None, path_prefix=f"/contacts/{contact_id}")
    left_out = set()
    for _ in range(2):
        day_later(one)
        outcome = one.night()
        assert outcome.error is None
        left_out |= set(one.left_out)
    assert {("contacts", contact_id)} == left_out
    assert ["Zoë"] == one.values("select distinct first_name from contacts where first_name = 'Zoë'")
