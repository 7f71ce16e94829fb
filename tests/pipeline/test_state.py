"""The state that one run leaves to the next: what version 0.1.0 wrote goes on, and what is written is read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pendulum

from sources.constant_contact.state import (
    campaigns,
    contact_reports,
    details,
    events,
    failures,
    feeds,
    landing_pages,
    recent,
    totals,
)
from sources.constant_contact.state.campaigns import CampaignsState
from sources.constant_contact.state.changes import StateChange, apply_changes
from sources.constant_contact.state.contact_reports import ContactReportState
from sources.constant_contact.state.contacts import ContactsState, WholeReading
from sources.constant_contact.state.dataset import DatasetState
from sources.constant_contact.state.details import DetailsState
from sources.constant_contact.state.events import EventsState
from sources.constant_contact.state.failures import Failure, failure_of
from sources.constant_contact.state.feeds import FirstReading, first_reading_of
from sources.constant_contact.state.landing_pages import LandingPagesState
from sources.constant_contact.state.recent import RecentState
from sources.constant_contact.state.totals import Learned, TotalsState

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

# written by commit 18d0edd against its sandbox: a first night that was cut, one with a feed under way, one at its end
OLD: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "states_of_0_1_0.json").read_bytes())
WRITTEN_AT = pendulum.datetime(2026, 11, 26, 21, 50)
AT = pendulum.datetime(2026, 11, 20, 3, 4, 5, 678901)


def as_if_of_today(state: Any) -> Any:
    """Its times moved so that it was written just now."""
    if isinstance(state, dict):
        return {name: as_if_of_today(value) for name, value in state.items()}
    if isinstance(state, list):
        return [as_if_of_today(value) for value in state]
    moved = pendulum.now("UTC") - WRITTEN_AT
    return (pendulum.parse(state) + moved).isoformat()


def after(*changes: StateChange) -> dict[str, Any]:
    """What is kept: through JSON, as the load tool does it."""
    state: dict[str, Any] = {}
    apply_changes(state, changes)
    found: dict[str, Any] = json.loads(json.dumps(state))
    return found


def test_a_state_of_version_0_1_0_is_read_as_it_is() -> None:
    """Marks, readings under way, and what was learned; it says neither a version nor an account."""
    under_way, complete = OLD["feed_under_way"], OLD["complete"]
    whole = ContactsState.of(OLD["first_night_cut"]).whole
    assert whole is not None
    assert whole.next_link is not None
    assert whole.next_link.startswith("/v3/contacts?cursor=")
    assert pendulum.datetime(2026, 11, 16, 11, 57, 45) == whole.horizon
    found = ContactsState.of(complete)
    assert pendulum.datetime(2026, 11, 16, 14, 44, 18) == found.mark
    assert {found.mark, found.opted_out} == found.overlapped
    assert found.whole is None
    assert pendulum.datetime(2026, 11, 7, 14, 0, 0, 5000) == CampaignsState.of(complete).mark
    learned = TotalsState.of(under_way)
    assert {"email_campaign_activity_stats": 3} == learned.batch_sizes
    assert 5 == len(learned.links_due)
    activity_id = next(iter(under_way["feeds"]))
    reading = first_reading_of(under_way, activity_id, "email_sends")
    assert reading is not None
    assert 1_791_208_926_000_000 == reading.at
    assert DatasetState() == DatasetState.of(complete)


def test_an_account_goes_on_from_a_state_of_version_0_1_0(quick: Callable[..., Quick]) -> None:
    """Without another reading of all contacts or campaigns."""
    here = quick(contacts=600, campaigns=2)
    here.configure(contact_reading="incremental")
    here.complete_night()
    first = here.requests_sent
    here.state = as_if_of_today(OLD["complete"])
    before = ContactsState.of(here.state), CampaignsState.of(here.state)
    here.complete_night()

    assert [before[0].whole_at, before[1].whole_at] == [
        ContactsState.of(here.state).whole_at,
        CampaignsState.of(here.state).whole_at,
    ]
    assert here.requests_sent < first / 2
    assert [] == here.differences()


def test_what_is_kept_of_contacts_is_read_again() -> None:
    """A reading under way with all that it has seen, and the marks that it leaves."""
    whole = WholeReading(started_at=AT, horizon=AT, opted_out=AT, failures=1).came_to("/v3/contacts?cursor=x")
    assert ContactsState(whole=whole) == ContactsState.of(after(whole.kept()))
    ended = whole.came_to(None)
    assert ContactsState(whole=ended) == ContactsState.of(after(whole.kept(), ended.kept()))
    marks = ContactsState(mark=AT, opted_out=AT.add(days=1), whole_at=AT, overlapped=frozenset({AT}))
    assert marks == ContactsState.of(after(whole.kept(), marks.kept()))


def test_what_is_kept_of_the_others_is_read_again() -> None:
    """Each change by its name, then the section as it is read."""
    state = after(
        campaigns.marked(AT),
        campaigns.listed_whole(AT),
        campaigns.not_found("a1"),
        campaigns.loaded_html(all_of_it=True),
        feeds.came_to("a1", "email_opens", FirstReading(next_link="/x", at=5)),
        totals.read_to_the_end("a1", "email_opens", 7),
        totals.stands_apart("c1", {"email_sends": 2}),
        totals.owes_links("a1"),
        totals.links_not_found("a2"),
        *Learned(no_links={"b", "a"}, refused={"c": "v"}).kept(first_at=AT),
        *recent.read("sms_campaign_summaries", AT, is_whole=True),
        events.began("then"),
        events.listed_whole(AT),
        landing_pages.read_whole("p1", "landing_page_opens", AT),
        details.nothing_at("segment_members", "s1", "v 1", AT),
        contact_reports.visited("contact_activity", (AT, "b"), (AT, "a")),
        contact_reports.nothing_of("contact_activity", "k1", "then"),
        Failure(runs=2, version="v", next_try=AT).kept("segments", "s1"),
    )
    assert CampaignsState(mark=AT, whole_at=AT, lost=frozenset({"a1"}), has_html=True) == CampaignsState.of(
        state
    )
    assert FirstReading(next_link="/x", at=5) == first_reading_of(state, "a1", "email_opens")
    assert TotalsState(
        cached_at=AT,
        refused={"c": "v"},
        links_due=frozenset({"a1"}),
        no_links=frozenset({"a", "b"}),
        lost_links=frozenset({"a2"}),
        offsets={"c1": {"email_sends": 2}},
        unreached={"a1": {"email_opens": 7}},
    ) == TotalsState.of(state)
    assert RecentState(read_at=AT, whole_at=AT) == RecentState.of(state, "sms_campaign_summaries")
    assert EventsState(since="then", whole_at=AT) == EventsState.of(state)
    assert LandingPagesState(whole_at={("p1", "landing_page_opens"): AT}) == LandingPagesState.of(state)
    assert [("s1", "v 1", AT)] == list(DetailsState.of(state, "segment_members").readings())
    assert ContactReportState(newest=(AT, "b"), oldest=(AT, "a"), nothing={"k1": "then"}) == (
        ContactReportState.of(state, "contact_activity")
    )
    assert Failure(runs=2, version="v", next_try=AT) == failure_of(state, "segments", "s1")


def test_nothing_is_left_of_what_is_over() -> None:
    """Each section takes back what it kept."""
    assert {} == after(
        feeds.came_to("a1", "email_opens", FirstReading(next_link="/x", at=5)),
        feeds.ended("a1", "email_opens"),
        totals.owes_links("a1"),
        totals.links_read("a1"),
        totals.read_to_the_end("a1", "email_opens", 7),
        totals.read_to_the_end("a1", "email_opens", None),
        details.nothing_of("event_items", "e1", "v"),
        details.nothing_of("event_items", "e1", None),
        Failure(runs=2, version="v", next_try=AT).kept("segments", "s1"),
        failures.forgotten("segments", "s1"),
    )
