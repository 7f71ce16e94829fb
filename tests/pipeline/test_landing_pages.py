"""Landing pages that the setting names: what a night asks for, and that every row is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from account_tables import LANDING_PAGES

from sources.constant_contact.windows import ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Kept, Quick

WANTED = tuple(LANDING_PAGES)


@pytest.fixture
def one(quick: Callable[..., Quick], first_night: dict[str, Kept]) -> Quick:
    """An account whose two landing pages are named and loaded."""
    here = quick(contacts=300, campaigns=3)
    name_all(here)
    here.begin_with(first_night, select=WANTED)
    here.sandbox.log.reset()
    return here


def name_all(here: Quick) -> int:
    pages = [page.activity_id for page in here.sandbox.extras.landing_pages.pages]
    here.configure(landing_page_ids=json.dumps(pages))
    return len(pages)


@pytest.mark.parametrize("nights", [3, pytest.param(8, marks=pytest.mark.long)])
def test_landing_pages_are_exact_night_after_night(one: Quick, nights: int) -> None:
    """Pages come and are visited; all six tables hold what the account shows, repeats of an opening numbered."""
    family = one.sandbox.extras.landing_pages
    for night in range(nights):
        assert [] == one.differences(tables=WANTED), f"night {night}"
        twice = family.pages[0].events["opens"][-1]
        family.pages[0].events["opens"].append(twice)
        one.sandbox.advance(3)
        name_all(one)
        one.complete_night(select=WANTED, full_refresh=True)
    assert [] == one.differences(tables=WANTED)
    assert max(one.values("select occurrence from landing_page_opens")) > 1


@pytest.mark.long
def test_a_page_that_nobody_opened_costs_one_request(one: Quick) -> None:
    """The other five feeds are asked for only when there are new openings, and then until what is known."""
    one.complete_night(select=WANTED)
    assert 2 == one.requests_sent
    family = one.sandbox.extras.landing_pages
    family.visit(family.pages[1], 2**33 + 1, at=one.sandbox.stamp)
    one.complete_night(select=WANTED)
    assert 1 + 6 == one.requests_sent
    assert [] == one.differences(tables=WANTED)


@pytest.mark.long
@pytest.mark.parametrize("commits", [1, 2, 3])
def test_a_run_that_dies_between_two_feeds_loses_nothing(one: Quick, commits: int) -> None:
    """Openings that are committed do not hide that the feeds after them are still to be read."""
    family = one.sandbox.extras.landing_pages
    for page in family.pages:
        family.visit(page, 2**33 + 2**40 + 1, at=one.sandbox.stamp)
    one.night(select=WANTED, a_commit=1, killed_after=commits)
    one.complete_night(select=WANTED)
    assert [] == one.differences(tables=WANTED)
    one.complete_night(select=WANTED)
    assert 2 == one.requests_sent


def test_pages_nobody_named_cost_nothing(quick: Callable[..., Quick]) -> None:
    """Without ids no request is made, and the tables are empty."""
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=WANTED)
    assert 0 == one.requests_sent


def test_the_setting_turns_the_resources_on(one: Quick) -> None:
    """Who names a page reads its feeds; who names something else is told what."""
    from sources.constant_contact.source import settings  # noqa: PLC0415 - dlt takes two seconds

    assert set(WANTED) <= settings().chosen()
    one.configure(landing_page_ids='["https://example.com/page"]')
    with pytest.raises(ValueError, match=r"landing_page_ids has 'https://example\.com/page', which is no id"):
        settings().options()


def test_an_id_is_read_once() -> None:
    """However it is written."""
    known = "05cf4d60-56ea-4023-bf49-b35e56a9c7b5"
    assert (known,) == ids([known, known.upper() + " "], setting="landing_page_ids")
