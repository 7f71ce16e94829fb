"""What is declared is read: every endpoint has a strategy, and one run brings rows of each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sources.constant_contact.catalogue import CATALOGUE, CatalogueError, Endpoint, chosen
from sources.constant_contact.catalogue.columns import Table, text
from sources.constant_contact.reads import strategies

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

DEFINITIONS = ("automations", "automation_definitions")
BESIDE = (
    *("bulk_activities", "automations", "automation_definitions", "sms_campaign_summaries"),
    *("social_profiles", "social_connections", "social_hashtag_groups"),
)
DETAIL = "/v3/automations/workflows/{id}"


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


def asked(one: Quick, path: str) -> int:
    """How often the last night asked for paths like this one."""
    return sum(count for template, count in one.sandbox.log.by_path_template.items() if template == path)


def test_a_detail_is_asked_for_again_only_when_it_changed(quick: Callable[..., Quick]) -> None:
    """The first night asks for each; the next for those whose row in the listing says that it changed."""
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=DEFINITIONS)
    automations = one.sandbox.extras.automations
    assert len(automations.rows) == asked(one, DETAIL)
    one.sandbox.log.reset()
    automations.edit(1, name="Edited", at=automations.versions[automations.rows[1]["id"]][1] + 90_000)
    one.complete_night(select=DEFINITIONS)
    assert 1 == asked(one, DETAIL)
    assert [] == one.differences(tables=DEFINITIONS)


def test_a_detail_that_fails_costs_itself_and_comes_the_next_night(quick: Callable[..., Quick]) -> None:
    """The others are loaded, the failing one is named, and the next night brings it."""
    one = quick(contacts=300, campaigns=3)
    ill = one.sandbox.extras.automations.rows[0]["id"]
    one.sandbox.set_fault("500_html", None, path_prefix=f"/automations/workflows/{ill}")
    assert one.night(select=DEFINITIONS).error is None
    assert {("automation_definitions", ill)} == set(one.left_out)
    assert len(one.sandbox.extras.automations.rows) - 1 == len(
        one.values("select id from automation_definitions")
    )
    one.sandbox.clear_faults()
    one.complete_night(select=DEFINITIONS)
    assert [] == one.differences(tables=DEFINITIONS)


def test_details_alone_bring_no_rows_of_what_they_belong_to(quick: Callable[..., Quick]) -> None:
    """The listing is asked for their sake, and its table stays away."""
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=DEFINITIONS[1:])
    assert [] == one.differences(tables=DEFINITIONS[1:])


def test_details_that_are_too_many_come_in_the_next_nights(
    quick: Callable[..., Quick], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night asks for the newest ones, as many as it may; none is asked for twice and none is forgotten."""
    capped = replace(CATALOGUE["automation_definitions"], most=2)
    monkeypatch.setattr(strategies, "CATALOGUE", {**CATALOGUE, capped.resource: capped})
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=DEFINITIONS)
    newest = sorted((row["update_date"], row["id"]) for row in one.sandbox.extras.automations.rows)[-2:]
    assert {id_ for _, id_ in newest} == set(one.values("select id from automation_definitions"))
    one.sandbox.log.reset()
    one.complete_night(select=DEFINITIONS)
    assert 1 == asked(one, DETAIL)
    assert [] == one.differences(tables=DEFINITIONS)


def test_an_answer_that_means_nothing_is_not_asked_for_again(
    quick: Callable[..., Quick], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where 404 says that there is nothing, it is no failure, and the same version is not asked for twice."""
    lenient = replace(CATALOGUE["automation_definitions"], may_be_none=True)
    monkeypatch.setattr(strategies, "CATALOGUE", {**CATALOGUE, lenient.resource: lenient})
    one = quick(contacts=300, campaigns=3)
    none = one.sandbox.extras.automations.rows[0]["id"]
    one.sandbox.set_fault("not_found", None, path_prefix=f"/automations/workflows/{none}")
    one.complete_night(select=DEFINITIONS)
    assert none not in one.values("select id from automation_definitions")
    one.sandbox.log.reset()
    one.complete_night(select=DEFINITIONS)
    assert 0 == asked(one, DETAIL)


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
