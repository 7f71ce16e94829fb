"""Accounts of unusual shapes, cut runs and refused ids come to the exact account all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from some_contacts import live

from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick


DAY_S = 86_400


@pytest.mark.parametrize(
    ("contacts", "campaigns"),
    [(0, 0), pytest.param(1, 0, marks=pytest.mark.long), (0, 3), pytest.param(40, 1, marks=pytest.mark.long)],
)
def test_tiny_accounts_are_exact(quick: Callable[..., Quick], contacts: int, campaigns: int) -> None:
    """Accounts with next to nothing load, and load again."""
    here = quick(contacts=contacts, campaigns=campaigns)

    found = []
    for _ in range(2):
        here.complete_night()
        found.append(here.differences())

    assert [[], []] == found


def test_account_of_drafts_is_exact(quick: Callable[..., Quick]) -> None:
    """Campaigns that were never sent have e-mails and no reports."""
    here = quick(contacts=10, campaigns=0)
    for _ in range(3):
        here.sandbox.create_campaign()

    here.complete_night()

    assert [] == here.differences()
    assert (3, 0) == (
        len(here.query("select * from email_campaigns")),
        len(here.query("select * from email_sends")),
    )


def test_repeated_events_are_rows_of_their_own(quick: Callable[..., Quick]) -> None:
    """Three openings in one second are three rows, two clicks on each of two links are four."""
    here = quick(contacts=50, campaigns=1)
    activity = here.sandbox.campaigns.rows[0].primary
    at, contact = activity.sent_at + 5 * DAY_S, live(here.sandbox)
    before = len(here.sandbox.campaigns.rows[0].primary.events["opens"])
    here.sandbox.add_event(activity, "opens", contact, at=at, times=3)
    for link in (0, 1):
        here.sandbox.add_event(activity, "clicks", contact, at=at, detail=link * 16, times=2)

    here.complete_night()

    when = "created_time = (select max(created_time) from email_opens)"
    assert [] == here.differences()
    assert before + 3 == len(here.query("select * from email_opens"))
    assert [1, 2, 3] == here.values(f"select occurrence from email_opens where {when} order by 1")
    assert [1, 1, 2, 2] == here.values(f"select occurrence from email_clicks where {when} order by 1")


@pytest.mark.parametrize("cursor", ["position", pytest.param("offset", marks=pytest.mark.long)])
def test_ties_across_page_borders_are_exact(quick: Callable[..., Quick], cursor: str) -> None:
    """Equal events that fall on both sides of a page border are all loaded, once each, and so are later ones."""
    here = quick(contacts=50, campaigns=1, switches=Switches(cursor=cursor))
    activity, contact = here.sandbox.campaigns.rows[0].primary, live(here.sandbox)
    at = activity.sent_at + 5 * DAY_S
    here.sandbox.add_event(activity, "opens", contact, at=at, times=700)
    here.sandbox.add_event(activity, "opens", contact + 1, at=at, times=700)

    here.complete_night()
    first = here.differences()
    here.sandbox.add_event(activity, "opens", contact, at=at, times=3)
    here.sandbox.add_event(activity, "opens", contact, at=at + 60, times=499)
    here.complete_night()

    assert ([], []) == (first, here.differences())


@pytest.mark.long
@pytest.mark.parametrize("cursor", ["position", pytest.param("offset", marks=pytest.mark.long)])
def test_rows_that_come_between_pages(quick: Callable[..., Quick], cursor: str) -> None:
    """Events and contacts that come and go between two pages are there after the next night at the latest."""
    here = quick(contacts=1300, campaigns=1, switches=Switches(cursor=cursor, bump_deletes=True))
    sandbox, activity = here.sandbox, here.sandbox.campaigns.rows[0].primary
    sandbox.add_event(activity, "opens", live(sandbox), at=activity.sent_at + DAY_S, times=1200)

    def meanwhile(path: str, page: int) -> None:
        if page > 3:
            return
        if path.endswith("/opens"):
            sandbox.add_event(activity, "opens", live(sandbox), at=int(sandbox.epoch) - 60 + page, times=2)
        if path == "/contacts":
            sandbox.create_contact()
            sandbox.change_contact(1200, first_name=f"Page {page}")
            sandbox.delete_contact(live(sandbox))

    sandbox.between_pages = meanwhile
    here.complete_night()
    sandbox.between_pages = None
    here.complete_night()

    assert [] == here.differences()


@pytest.mark.parametrize("cap", [*(pytest.param(cap, marks=pytest.mark.long) for cap in (1, 2, 3)), 7])
def test_capped_runs_come_to_the_same_end(quick: Callable[..., Quick], cap: int) -> None:
    """Runs that are cut after a few requests go on where they stopped, and end in the same tables."""
    here = quick(contacts=1600, campaigns=1)
    activity = here.sandbox.campaigns.rows[0].primary
    here.sandbox.add_event(activity, "opens", live(here.sandbox), at=activity.sent_at + DAY_S, times=1700)

    here.nights(
        select=("contacts", "contact_lists", "contact_tags", "custom_fields"),
        max_requests=cap + 5,
        a_commit=1,
    )
    here.nights(max_requests=cap + 34, a_commit=cap)

    assert [] == here.differences()


@pytest.mark.long
@pytest.mark.parametrize("commits", range(1, 8))
def test_killed_run_comes_to_the_same_end(quick: Callable[..., Quick], commits: int) -> None:
    """A run that dies between two commits loses only what it had not committed."""
    here = quick(contacts=1600, campaigns=2)
    activity = here.sandbox.campaigns.rows[0].primary
    here.sandbox.add_event(activity, "opens", live(here.sandbox), at=activity.sent_at + DAY_S, times=1700)

    here.night(a_commit=3, killed_after=commits)
    here.complete_night()

    assert [] == here.differences()


@pytest.mark.long
def test_poisoned_ids_spoil_only_themselves(quick: Callable[..., Quick]) -> None:
    """A campaign whose totals are refused does not keep the others from being loaded."""
    here = quick(contacts=60, campaigns=8)
    poisoned = next(one for one in here.sandbox.campaigns.rows if one.reported)
    switches = here.sandbox.switches
    object.__setattr__(switches, "poison_ids", frozenset({poisoned.campaign_id}))

    here.complete_night()

    told = here.differences()
    assert {"email_campaign_stats"} <= {line.split(":")[0].split(".")[0] for line in told}
    assert all(poisoned.campaign_id in line or poisoned.primary.activity_id in line for line in told), told


@pytest.mark.long
def test_permalinks_have_no_reports_and_none_are_asked_for(quick: Callable[..., Quick]) -> None:
    """A permalink activity is loaded like the others; no total, feed or link is asked for under its id."""
    here = quick(contacts=60, campaigns=12)

    here.complete_night()

    permalinks = here.values(
        "select campaign_activity_id from email_campaign_activities where role = 'permalink'"
    )
    assert [] == here.differences()
    assert permalinks
    reports = [one.path for one in here.sandbox.log if "/reports/" in one.path]
    assert [] == [path for path in reports if any(activity in path for activity in permalinks)]


@pytest.mark.long
@pytest.mark.parametrize("removed", ["not_found", pytest.param("errors", marks=pytest.mark.long)])
def test_removed_campaign_in_a_batch_spoils_only_itself(quick: Callable[..., Quick], removed: str) -> None:
    """A campaign that is removed after it was listed is in a batch of totals: the others are loaded all the same."""
    here = quick(contacts=60, campaigns=12, switches=Switches(removed_stats=removed))
    sandbox = here.sandbox
    reported = [k for k, one in enumerate(sandbox.campaigns.rows) if one.reported]
    victim, other = (sandbox.campaigns.rows[k] for k in reported[:2])

    def meanwhile(path: str, _: int) -> None:
        if path == "/reports/summary_reports/email_campaign_summaries" and victim.reported:
            sandbox.remove_campaign(reported[0])

    here.complete_night()
    sandbox.log.reset()
    sandbox.add_event(other.primary, "opens", live(sandbox), at=sandbox.stamp - 60, times=2)
    sandbox.between_pages = meanwhile
    here.night()
    opens = here.values(
        f"select 1 from email_opens where campaign_activity_id = '{other.primary.activity_id}'"
    )
    asked = [one.path for one in sandbox.log if "/stats/email_campaigns/" in one.path]
    sandbox.between_pages = None
    here.complete_night()

    assert any(victim.campaign_id in path and "," in path for path in asked)
    assert len(other.primary.events["opens"]) == len(opens)
    assert [] == here.differences()


@pytest.mark.long
def test_totals_that_a_server_refuses_for_a_night_are_asked_for_again(quick: Callable[..., Quick]) -> None:
    """A server that refuses all totals for a night is named, for few requests, and believed for that night only."""
    here = quick(contacts=60, campaigns=90)
    here.sandbox.set_fault("not_acceptable", None, path_prefix="/reports/stats")
    outcome = here.night()
    asked = sum("/reports/stats" in one.path for one in here.sandbox.log)
    here.sandbox.clear_faults()

    here.complete_night()

    assert ["email_campaign_stats"] == [one.resource for one in outcome.skipped]
    assert asked <= 20
    assert [] == here.differences()


@pytest.mark.long
def test_bad_ids_are_tried_anew_after_a_while(
    quick: Callable[..., Quick], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A campaign whose totals were refused in two nights is left alone then, and asked for again after a time."""
    here = quick(contacts=60, campaigns=8)
    poisoned = next(one for one in here.sandbox.campaigns.rows if one.reported)
    object.__setattr__(here.sandbox.switches, "poison_ids", frozenset({poisoned.campaign_id}))
    here.complete_night()
    here.complete_night()
    object.__setattr__(here.sandbox.switches, "poison_ids", frozenset())
    here.sandbox.log.reset()
    here.complete_night()
    left_alone = not any(poisoned.campaign_id in one.path for one in here.sandbox.log)

    monkeypatch.setenv("SOURCES__CONSTANT_CONTACT__FULL_REFRESH_EVERY", "0s")
    here.complete_night()

    assert left_alone
    assert [] == here.differences()
