"""Campaigns that change in ways that no filter shows, and totals that are answered in other ways."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from test_exact_servers import edited, otherwise

from sources.constant_contact_sandbox import Switches
from sources.constant_contact_sandbox.faults import Reply, error

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick
    from test_exact_servers import BODY, Rule

    from sources.constant_contact_sandbox.campaigns import Campaign

__all__ = ["edited", "otherwise"]  # fixtures


def sent(here: Quick) -> list[Campaign]:
    return [one for one in here.sandbox.campaigns.rows if one.reported]


def requests(here: Quick) -> int:
    """Of a night that must come to its end."""
    here.complete_night()
    return here.requests_sent


def test_an_activity_that_is_not_there_keeps_nothing_else_away(
    quick: Callable[..., Quick], otherwise: Callable[[Rule], None]
) -> None:
    """What a campaign refers to and the server does not have is asked for twice, and costs nothing afterwards."""
    here = quick(contacts=40, campaigns=8)
    lost = sent(here)[0].primary.activity_id
    otherwise(
        lambda path, _: error(404, "not_found", "gone") if path == f"/emails/activities/{lost}" else None
    )

    here.night()
    first = [resource for resource, _ in here.left_out]
    here.complete_night()
    third, fourth = requests(here), requests(here)

    assert ["email_campaign_activities"] == first
    told = here.differences()
    assert [] == [line for line in told if not line.startswith("email_campaign_activities")]
    assert here.values(f"select role from email_campaign_activities where campaign_activity_id = '{lost}'")
    assert third == fourth


def test_a_resend_without_a_trace_is_found(quick: Callable[..., Quick]) -> None:
    """A resend that leaves its campaign's updated_at alone is given away by the campaign's totals."""
    here = quick(contacts=60, campaigns=6)
    here.complete_night()
    campaign = next(one for one in sent(here) if len(one.reported) == 1)
    before, sandbox = campaign.updated_at, here.sandbox
    with sandbox.lock:
        sandbox.campaigns.resend(campaign, int(sandbox.stamp) - 3600, int(sandbox.stamp))
        campaign.updated_at = before

    here.complete_night()

    told = here.differences()
    assert [] == [line for line in told if not line.startswith("email_campaigns.updated_at")]


@pytest.mark.long
@pytest.mark.parametrize("ends", ["Done", "Error"])
def test_a_campaign_that_is_under_way_is_looked_at_again(quick: Callable[..., Quick], ends: str) -> None:
    """An end of sending that leaves updated_at alone is seen the next night."""
    here = quick(contacts=40, campaigns=6)
    campaign = sent(here)[0]
    campaign.status = "Executing"
    here.complete_night()
    campaign.status = ends

    here.complete_night()

    assert [] == here.differences()


@pytest.mark.long
def test_a_status_that_changed_silently_is_seen_when_all_is_listed(
    quick: Callable[..., Quick], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A removal without a new updated_at is found once all campaigns are listed again."""
    here = quick(contacts=40, campaigns=6)
    here.complete_night()
    sent(here)[0].status = "Removed"
    monkeypatch.setenv("SOURCES__CONSTANT_CONTACT__FULL_REFRESH_EVERY", "0s")

    here.complete_night()

    assert [] == here.differences()


@pytest.mark.long
def test_totals_that_stand_apart_are_looked_into_once(
    quick: Callable[..., Quick], edited: Callable[[str, Callable[[BODY], object]], None]
) -> None:
    """A campaign's total that is never the sum of its e-mails' costs a look, not a look each night."""
    plain = quick(contacts=40, campaigns=12)
    plain.complete_night()
    quiet = requests(plain)

    def one_more(body: dict[str, Any]) -> None:
        for row in body["results"]:
            row["stats"]["em_opens_all"] += 1

    here = quick(contacts=40, campaigns=12)
    edited("/stats/email_campaigns/", one_more)
    here.complete_night()
    here.complete_night()

    assert quiet == requests(here)


@pytest.mark.long
def test_links_that_are_not_found_are_asked_for_twice(
    quick: Callable[..., Quick], otherwise: Callable[[Rule], None]
) -> None:
    """An e-mail without links may answer 404 for them: after the second time it is not asked any more."""
    here = quick(contacts=40, campaigns=8)
    otherwise(lambda path, _: error(404, "not_found", "none") if path.endswith("/links") else None)

    asked = []
    for _ in range(4):
        here.sandbox.log.reset()
        here.night()
        asked.append(sum(request.path.endswith("/links") for request in here.sandbox.log))

    mails = len(here.values("select distinct campaign_activity_id from email_campaign_activity_stats"))
    assert (2 * mails, 0) == (sum(asked), asked[-1])


@pytest.mark.long
def test_an_answer_of_errors_alone_has_no_rows(
    quick: Callable[..., Quick], edited: Callable[[str, Callable[[BODY], object]], None]
) -> None:
    """A bulk answer may leave its rows out where every id is an error."""
    here = quick(contacts=40, campaigns=6, switches=Switches(removed_stats="errors"))

    def only_errors(body: dict[str, Any]) -> None:
        body["errors"] = [{"error_key": "not_found", "error_message": "x"}]
        del body["results"]

    edited("/stats/email_campaign_activities/", only_errors)

    here.complete_night()

    told = here.differences()
    assert [] == [line for line in told if not line.startswith("email_campaign_activity_stats")]


@pytest.mark.long
def test_an_address_that_is_too_long_is_halved(
    quick: Callable[..., Quick], otherwise: Callable[[Rule], None]
) -> None:
    """A server that refuses long addresses gets shorter ones, and is remembered for it."""
    here = quick(contacts=40, campaigns=30)
    otherwise(lambda path, _: Reply(status=414) if "/stats/" in path and len(path) > 300 else None)

    here.complete_night()
    found = here.differences()
    here.sandbox.log.reset()
    here.complete_night()

    assert [] == found
    assert 0 == here.sandbox.log.by_status[414]


@pytest.mark.long
@pytest.mark.parametrize(("limit", "learned"), [(4, 4), (7, 7), (1, 1)])
def test_the_largest_batch_that_works_is_learned(
    quick: Callable[..., Quick], limit: int, learned: int
) -> None:
    """A smaller limit than the documented one is found out once, for campaigns and for e-mails."""
    here = quick(
        contacts=30,
        campaigns=40,
        switches=Switches(stats_max_campaigns=limit, stats_max_activities=limit),
    )

    here.complete_night()

    batch = here.state["totals"]["batch"]
    assert all(learned / 2 < size <= learned for size in batch.values()), batch
    assert {"email_campaign_stats", "email_campaign_activity_stats"} == set(batch)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param("nothing here", "its campaign_activities are no list", marks=pytest.mark.long),
        ([{"role": "primary_email"}], "1 of its 1 campaign_activities name no campaign_activity_id"),
    ],
)
def test_a_campaign_that_does_not_say_which_its_e_mails_are_is_named_and_asked_again(
    quick: Callable[..., Quick], edited: Callable[..., None], broken: Any, reason: str
) -> None:
    """Its row stays as it came, its e-mails and events are said to be missing, and once they are named they come."""
    here = quick(contacts=40, campaigns=6)
    here.lives_now = True
    path = f"/emails/{(campaign := sent(here)[0]).campaign_id}"
    still = [True]
    edited(path, lambda body: body.update(campaign_activities=broken) if still[0] else None)

    for days, asked in ((0, 1), (0, 1), (1, 0), (1, 1), (2, 0)):
        here.sandbox.move_clock(timedelta(days=days))
        here.sandbox.log.reset()
        here.night()
        [(name, left)] = here.left_out.items()
        assert ("email_campaigns", campaign.campaign_id) == name
        assert asked == sum(one.path == f"/v3{path}" for one in here.sandbox.log)
        assert not asked or reason in left.reason
    assert [] == here.values(
        f"select 1 from email_sends where campaign_activity_id = '{campaign.primary.activity_id}'"
    )

    still[0] = False
    here.sandbox.move_clock(timedelta(days=2))
    here.complete_night()
    assert [] == here.differences()
