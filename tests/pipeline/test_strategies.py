"""What is declared is read: every endpoint has a strategy, and one run brings rows of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sources.constant_contact.catalogue import CATALOGUE, CatalogueError, Endpoint, chosen
from sources.constant_contact.catalogue.columns import Table, text
from sources.constant_contact.reads import strategies

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

BESIDE = (
    *("bulk_activities", "automations", "automation_definitions", "sms_campaign_summaries"),
    *("social_profiles", "social_connections", "social_hashtag_groups"),
)


def an_endpoint(**changes: object) -> Endpoint:
    row: dict[str, object] = {
        "path": "/things",
        "table": Table(
            name="things", grain="one row per thing", key=("thing_id",), columns=(text("thing_id", "id"),)
        ),
        "scope": "contact_data",
        "privilege": None,
        "reads": "full",
        "shape": "array",
    }
    return Endpoint(**{**row, **changes})  # type: ignore[arg-type]


def test_every_endpoint_of_the_account_brings_rows(quick: Callable[..., Quick]) -> None:
    """One run of everything, off by default or not, leaves no table of a resource empty."""
    one = quick(contacts=300, campaigns=12)
    one.complete_night()
    empty = [name for name in CATALOGUE if not one.values(f"select count(*) from {name}")[0]]
    assert [] == empty


def test_an_endpoint_that_nobody_reads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A declared way without a strategy is refused by the name of the resource, before anything is read."""
    left = {name: each for name, each in strategies.STRATEGIES.items() if name != "full"}
    monkeypatch.setattr(strategies, "STRATEGIES", left)
    with pytest.raises(CatalogueError, match="endpoint of 'things': no strategy reads 'full'"):
        strategies.collect([an_endpoint()])


def test_every_way_of_reading_is_used() -> None:
    """No strategy is there for nothing."""
    assert set(strategies.STRATEGIES) == {of.reads for of in CATALOGUE.values()}


def test_jobs_automations_networks_and_sms_are_exact_night_after_night(quick: Callable[..., Quick]) -> None:
    """Through four weeks in which they come, change and go, every table holds what the account shows."""
    one = quick(contacts=300, campaigns=3)
    for night in range(14):
        one.complete_night(select=BESIDE)
        assert [] == one.differences(tables=BESIDE), f"night {night}"
        one.sandbox.advance(2)


def test_an_account_without_them_pays_a_request_for_each_question(quick: Callable[..., Quick]) -> None:
    """Where there are no jobs, automations, networks and SMS, a night asks six times, and their tables are there."""
    one = quick(contacts=300, campaigns=3, bare=True)
    one.complete_night(select=BESIDE)
    one.sandbox.log.reset()
    one.complete_night(select=BESIDE)
    assert 6 == one.requests_sent
    assert [] == one.differences(tables=BESIDE)


def test_opt_in_names_what_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resource that is off is read where it is named, or all are; a name that is none is answered with those off."""
    off = an_endpoint(opt_in=True)
    monkeypatch.setattr("sources.constant_contact.catalogue.CATALOGUE", {**CATALOGUE, "things": off})
    assert {"things"} == chosen(["things"]) - chosen()
    assert {*CATALOGUE, "things"} == chosen(["all"])
    with pytest.raises(
        ValueError, match=r"opt_in names 'thing', which is no resource; choose from all, .*things"
    ):
        chosen(["thing"])
