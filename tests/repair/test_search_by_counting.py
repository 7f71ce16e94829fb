"""Contacts that changed without a trace: found by counting halves, whoever they are, and for few requests."""

from __future__ import annotations

import random
from typing import Any

import pytest
from silent_account import PAGE, Account, Looked, Person, changed, people, without

from sources.constant_contact.reads import costs
from sources.constant_contact.repair import search
from sources.constant_contact.repair.findings import ContactFilter, Known

ALL, ACTIVE, DELETED = (ContactFilter(kind=kind) for kind in ("all", "active", "deleted"))
HOLD = ContactFilter(kind="consent", value="temp_hold")
LIST = ContactFilter(kind="list", value="l1")
MANY = people(200)
"""Twenty pages."""


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", PAGE)


@pytest.mark.parametrize("includes_bounds", [True, False])
@pytest.mark.parametrize("number", [0, pytest.param(57, marks=pytest.mark.long), 199])
def test_one_contact_that_left_is_found_wherever_it_is(number: int, includes_bounds: bool) -> None:
    """In far fewer requests than pages, whichever way the filter takes its bounds."""
    gone = f"c{number:04}"
    account = Account(changed(MANY, gone, permission="unsubscribed"), includes_bounds=includes_bounds)
    looked = Looked(account, MANY).compare(ACTIVE)
    assert {gone} == looked.found.differed == looked.written
    assert [gone] == account.asked
    assert account.requests <= 9


@pytest.mark.parametrize("number", [0, 77, 200])
def test_a_contact_that_came_is_found(number: int) -> None:
    """Also one that was created outside of all that are loaded."""
    came = Person(contact_id="new", second=MANY["c0000"].second + number * 60 - 30)
    looked = Looked(Account(MANY | {"new": came}), MANY).compare(ACTIVE)
    assert {"new"} == looked.written
    assert looked.account.requests <= 9


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]
)
def test_all_that_went_the_same_way_are_found(seed: int) -> None:
    """Each range that one of them is in has another count; purged ones answer 404, the others with a new status."""
    chance = random.Random(seed)
    ids = chance.sample(sorted(MANY), chance.randint(1, 6))
    purged = set(ids[::2])
    there = without(MANY, *purged)
    for each in set(ids) - purged:
        there = changed(there, each, deleted=True)
    looked = Looked(Account(there), MANY).compare(ACTIVE)
    assert set(ids) == looked.found.differed
    assert purged == looked.found.gone
    assert set(ids) - purged == looked.written
    assert sorted(ids) == looked.account.asked


def test_a_filter_that_agrees_costs_one_request() -> None:
    looked = Looked(Account(MANY), MANY).compare(ACTIVE)
    assert (1, set()) == (looked.account.requests, looked.written)
    assert {ACTIVE: 200} == looked.found.counts
    assert [1] == [batch.requests for batch in looked.batches]


@pytest.mark.parametrize(
    ("number", "halve_few", "requests"),
    [(5, False, 1), (40, False, 4), (41, False, 1), (40, True, 1), (5, True, 1)],
    ids=["a page", "few pages", "more pages", "few pages that need not be read", "a page anyhow"],
)
def test_a_filter_of_few_pages_is_read_whole(number: int, halve_few: bool, requests: int) -> None:
    """So that changes which cancel out show as well."""
    loaded = people(number)
    there = changed(changed(loaded, "c0000", deleted=True), "c0001", deleted=False)
    there["other"] = Person(contact_id="other", second=loaded["c0001"].second)
    looked = Looked(Account(there), loaded).compare(ACTIVE, halve_few=halve_few)
    read_whole = requests > 1 or number <= PAGE
    assert read_whole is ("other" in looked.written)
    assert requests + len(looked.account.asked) == looked.account.requests


def test_a_full_reading_reads_every_page_and_proves_who_is_not_there() -> None:
    looked = Looked(Account(without(MANY, "c0007")), MANY).compare(ALL, full=True)
    assert (True, True) == (looked.found.all_asked, looked.found.all_read)
    assert {"c0007"} == looked.found.gone == looked.found.differed
    assert set(MANY) - {"c0007"} == looked.found.fresh
    assert (20 + 1, set()) == (looked.account.requests, looked.written)


def test_of_a_list_whoever_left_it_is_only_noted() -> None:
    """Nobody is asked for: the other lists of the contact are none of its matter."""
    there = changed(MANY, "c0042", lists=frozenset({"l2"}))
    looked = Looked(Account(there), MANY).compare(LIST)
    assert {LIST: {"c0042"}} == looked.found.left
    assert ([], set()) == (looked.account.asked, looked.found.gone)


@pytest.mark.parametrize("counts", [True, False])
def test_a_server_that_does_not_count_is_read_whole(counts: bool) -> None:
    """No count is no agreement, and no proof of a count."""
    looked = Looked(Account(without(MANY, "c0042"), counts=counts), MANY).compare(ACTIVE)
    assert {"c0042"} == looked.found.gone
    assert counts is (looked.account.requests < 20)
    assert counts is (ACTIVE in looked.found.counts)


@pytest.mark.parametrize(
    ("known", "of", "full", "asks"),
    [
        pytest.param(Known(), ACTIVE, False, True, id="nothing was asked"),
        pytest.param(Known(asked=frozenset({ACTIVE})), ACTIVE, False, False, id="the same was"),
        pytest.param(Known(asked=frozenset({ACTIVE})), ACTIVE, True, True, id="all of it is to be read"),
        pytest.param(Known(asked=frozenset({ALL})), ACTIVE, False, True, id="another was"),
        pytest.param(Known(all_asked=True), ACTIVE, False, False, id="every contact was asked for"),
        pytest.param(Known(all_asked=True), ALL, True, False, id="which is not done twice"),
    ],
)
def test_nothing_is_asked_twice_in_a_run(known: Known, of: ContactFilter, full: bool, asks: bool) -> None:
    looked = Looked(Account(MANY), MANY, known).compare(of, full=full)
    assert asks is (looked.account.requests > 0)


def test_the_same_filter_is_asked_once_in_a_stage() -> None:
    looked = Looked(Account(MANY), MANY).compare(ACTIVE).compare(ACTIVE)
    assert 1 == looked.account.requests


SEARCHED = costs.steps(199, 1, PAGE)
"""What a search for one of them may take."""


@pytest.mark.parametrize(
    ("left", "unaffordable", "gone"),
    [(0, [1], set()), (1, [SEARCHED], set()), (SEARCHED, [SEARCHED], set()), (100, [], {"c0100"})],
    ids=["not even a count", "a count", "the search without the count", "all of it"],
)
def test_what_cannot_be_paid_for_is_noted_and_left(
    left: int, unaffordable: list[int], gone: set[str]
) -> None:
    """Nobody is taken for gone who was not asked for."""
    account = Account(without(MANY, "c0100"), budget_left=left)
    looked = Looked(account, MANY).compare(ACTIVE)
    assert (unaffordable, gone) == (looked.found.unaffordable, looked.found.gone)
    assert account.requests <= left


def test_the_search_goes_on_with_the_next_filter() -> None:
    account = Account(people(3), budget_left=0)
    looked = Looked(account, people(3)).compare(ACTIVE).compare(DELETED)
    assert ([1, 1], 0) == (looked.found.unaffordable, account.requests)


def test_contacts_of_one_second_cannot_be_parted() -> None:
    """They are read together, however many they are."""
    loaded = people(50, apart_s=0)
    looked = Looked(Account(without(loaded, "c0031")), loaded).compare(ACTIVE)
    assert {"c0031"} == looked.found.gone
    assert looked.account.requests <= 1 + 5 + 1


@pytest.mark.parametrize(
    ("before", "now", "wanted"),
    [
        pytest.param("explicit", "implicit", {"explicit": -1, "implicit": 1}, id="one way"),
        pytest.param("implicit", "explicit", {"explicit": 1, "implicit": -1}, id="the other"),
    ],
)
@pytest.mark.parametrize("number", [195, 100])
def test_a_change_of_consent_is_found_from_the_newest_on(
    number: int, before: str, now: str, wanted: dict[str, int]
) -> None:
    """No filter tells the two apart; reading ends when what the counts promise is found."""
    moved = f"c{number:04}"
    loaded = changed(MANY, moved, permission=before)
    looked = Looked(Account(changed(loaded, moved, permission=now)), loaded).scan(**wanted)
    assert {moved} == looked.written
    assert not looked.found.scanned  # the oldest ones need not be read
    assert looked.account.requests <= (200 - number) // PAGE + 6


def test_a_scan_that_finds_nothing_has_read_every_active_contact() -> None:
    looked = Looked(Account(MANY), MANY).scan(explicit=1, implicit=0)
    assert looked.found.scanned is True
    assert set(MANY) == looked.found.fresh


def test_a_scan_of_nothing_reads_nothing() -> None:
    looked = Looked(Account(MANY), MANY).scan(explicit=0, implicit=0)
    assert (0, False) == (looked.account.requests, looked.found.scanned)


def test_a_scan_that_is_too_expensive_is_not_begun() -> None:
    looked = Looked(Account(MANY, budget_left=20), MANY).scan(explicit=1, implicit=0)
    assert ([21], 0, None) == (looked.found.unaffordable, looked.account.requests, looked.found.scanned)


def test_a_rare_status_is_read_at_once() -> None:
    """Whoever came into it is read with it; whoever left it is asked for."""
    loaded = changed(MANY, "c0001", permission="temp_hold")
    there: Any = changed(changed(loaded, "c0001", permission="explicit"), "c0002", permission="temp_hold")
    looked = Looked(Account(there), loaded).compare(HOLD)
    assert {"c0001", "c0002"} == looked.written
    assert (["c0001"], 2) == (looked.account.asked, looked.account.requests)
