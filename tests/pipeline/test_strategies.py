"""What is declared is read: every endpoint has a strategy, and one run brings rows of each."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from sources.constant_contact.catalogue import CATALOGUE, CatalogueError, Endpoint, chosen
from sources.constant_contact.catalogue.columns import Table, text
from sources.constant_contact.reads import contact_reports, strategies

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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


def test_every_endpoint_of_the_account_brings_rows(
    quick: Callable[..., Quick], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run of everything, off by default or not, leaves no table of a resource empty."""
    monkeypatch.setattr(contact_reports, "endpoint", lambda name: replace(CATALOGUE[name], most=20))
    one = quick(contacts=300, campaigns=12)
    pages = [page.activity_id for page in one.sandbox.extras.landing_pages.pages]
    one.configure(landing_page_ids=json.dumps(pages))
    by_sync = tuple(name for name, of in CATALOGUE.items() if not of.on_command and of.login == "account")
    one.complete_night(select=by_sync)
    empty = [name for name in by_sync if not one.values(f"select count(*) from {name}")[0]]
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


@pytest.mark.long
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
    assert {
        *(name for name, of in CATALOGUE.items() if not of.on_command and of.login == "account"),
        "things",
    } == chosen(["all"])
    with pytest.raises(
        ValueError, match=r"opt_in names 'thing', which is no resource; choose from all, .*things"
    ):
        chosen(["thing"])


def test_the_source_offers_what_is_off_without_selecting_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A pipeline of somebody's own reads it where `with_resources` or `opt_in` names it."""
    from sources.constant_contact import constant_contact  # noqa: PLC0415 - dlt takes two seconds

    monkeypatch.chdir(tmp_path)
    name = "bulk_activities"
    on = chosen()
    off = {**CATALOGUE, name: replace(CATALOGUE[name], opt_in=True)}
    monkeypatch.setattr("sources.constant_contact.catalogue.CATALOGUE", off)
    assert {name} == on - set(constant_contact().selected_resources)
    assert {name} == set(constant_contact().with_resources(name).selected_resources)
    assert on == set(constant_contact(opt_in=[name]).selected_resources)


def test_what_moves_for_weeks_is_asked_for_from_a_month_before(quick: Callable[..., Quick]) -> None:
    """The first night asks for all text messages, later ones for those whose counts may still move."""
    one = quick(contacts=300, campaigns=3)
    days = [campaign.sent_at for campaign in one.sandbox.extras.sms.campaigns]
    one.complete_night(select=["sms_campaign_summaries"])
    assert len(days) == one.values("select count(*) from sms_campaign_summaries")[0]
    read_at = datetime.fromisoformat(one.state["recent"]["sms_campaign_summaries"]["read_at"])
    one.execute("delete from sms_campaign_summaries")
    one.complete_night(select=["sms_campaign_summaries"])
    lately = [at for at in days if at >= (read_at - timedelta(days=30)).timestamp()]
    assert 0 < len(lately) < len(days)
    assert len(lately) == one.values("select count(*) from sms_campaign_summaries")[0]
    one.complete_night(select=["sms_campaign_summaries"], full_refresh=True)
    assert len(days) == one.values("select count(*) from sms_campaign_summaries")[0]
