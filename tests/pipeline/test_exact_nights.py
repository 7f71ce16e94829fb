"""Nights the whole way, through load packages into DuckDB on disk: the warehouse holds the account exactly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from account_tables import KEYS, LANDING_PAGES, OF_A_CONTACT, OPT_IN
from accounts import SCHEMA

from sources.constant_contact.catalogue import CATALOGUE, chosen

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

CHILDREN = [child for name in sorted(chosen()) for child in CATALOGUE[name].children]
OPTIONAL = ("segment_members", "contacts_sms_engagement_history", *OF_A_CONTACT)
"""What `opt_in = ["all"]` turns on and other tests leave out."""


def columns_of_children(here: Account) -> dict[str, list[str]]:
    """Of each child table, without the loader's."""
    rows = here.query(
        "select table_name, column_name from information_schema.columns"
        f" where table_schema = '{SCHEMA}' and column_name <> '_dlt_load_id'"
    )
    return {
        child.name: sorted(row["column_name"] for row in rows if row["table_name"] == child.name)
        for child in CHILDREN
    }


@pytest.mark.long
def test_two_nights_are_exact_and_a_third_changes_nothing(account: Callable[..., Account]) -> None:
    """A first night, and one after a day of changes, hold every row and column; another one changes nothing.

    Child tables have the declared columns and none of their parent's.
    """
    here = account(contacts=60, campaigns=6)

    here.complete_night()
    first, columns = here.differences(), columns_of_children(here)
    here.sandbox.advance(1)
    here.complete_night(full_refresh=True)
    second, before = here.differences(), here.contents()
    here.complete_night()

    assert ([], []) == (first, second)
    assert before == here.contents()
    assert {child.name: sorted(child.column_names) for child in CHILDREN} == columns


@pytest.mark.long
def test_two_nights_of_all_that_can_be_read_are_exact(account: Callable[..., Account]) -> None:
    """What is off by default is exact where it is on, landing pages that are named included."""
    here = account(contacts=50, campaigns=4)
    pages = [page.activity_id for page in here.sandbox.extras.landing_pages.pages]
    here.configure(opt_in='["all"]', landing_page_ids=json.dumps(pages))
    tables = (*KEYS, *LANDING_PAGES, *OPTIONAL)

    here.complete_night()
    first = here.differences(tables=tables)
    here.sandbox.advance(1)
    here.complete_night(full_refresh=True)

    assert ([], []) == (first, here.differences(tables=tables))
    assert ({*OPT_IN, *OPTIONAL} | LANDING_PAGES.keys()) <= set(here.contents())


@pytest.mark.long
def test_limits_of_the_api_are_never_met(account: Callable[..., Account]) -> None:
    """Against the real limit of 4 requests a second no request is refused, and the account is whole."""
    here = account(contacts=30, campaigns=2, requests_per_second=4, requests_per_day=10_000)

    here.complete_night()

    assert 0 == here.sandbox.log.refused_second + here.sandbox.log.refused_day
    assert [] == here.differences()


@pytest.mark.long
def test_capped_run_stops_at_its_cap_and_the_next_goes_on(account: Callable[..., Account]) -> None:
    """`max_requests` is kept to the request, what was read is loaded, and the next run ends in the whole account."""
    here = account(contacts=1200, campaigns=3)

    cut = here.night(max_requests=9)
    sent = here.sandbox.log.total
    here.complete_night()

    assert ("partial", 9, 9) == (cut.status, cut.requests_sent, sent)
    assert [] == here.differences()


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"select": ("contact_lists", "account")}, {"contact_lists", "account"}),
        (
            {"select": ("contact_lists", "custom_fields"), "exclude": ("contact_lists",)},
            {"custom_fields", "custom_fields__choices"},
        ),
    ],
    ids=["select", "exclude"],
)
def test_selection_loads_nothing_else(
    account: Callable[..., Account], request_: dict[str, tuple[str, ...]], expected: set[str]
) -> None:
    """Only selected tables come into being, and they are exact."""
    here = account()

    here.complete_night(**request_)

    assert expected == set(here.contents())
    assert [] == here.differences(tables=expected)
