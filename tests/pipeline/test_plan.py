"""`ctct plan`: what it predicts from what is loaded and a few answers, and how it reads."""

from __future__ import annotations

import json

from plan_samples import (
    A_DAY,
    NOW,
    OPTIONS,
    QUIET,
    STATE,
    Api,
    Loaded,
    a_campaign,
    listed,
    no_query,
    planned,
    requests_of,
)

from pipelines.constant_contact.planning.plan import plan, to_json
from pipelines.constant_contact.planning.view import totals
from sources.constant_contact.catalogue import read_by
from sources.constant_contact.reads.facts import MOST_REQUESTS
from sources.constant_contact.sql_warehouse import SqlWarehouse
from sources.constant_contact.windows import ContactReading, SyncOptions, duration


def test_a_night_without_change_costs_one_request_per_question() -> None:
    """
    With nothing new the plan is one request per collection, two for contacts, one for campaigns and one for totals.
    """
    made = planned(Api(), Loaded([a_campaign(n) for n in range(3)], segments=2))
    assert requests_of(made) == QUIET


def test_what_is_off_by_default_is_priced_beside() -> None:
    """
    The plan says what a resource that is off would cost; no sum counts it.
    """
    off = frozenset({"bulk_activities", "automations"})
    api = Api()
    made = plan(
        read_by("account") - off - {"automation_definitions"},
        off=off,
        probe=api,
        spent=lambda: len(api.asked),
        warehouse=Loaded([]),
        loaded=Loaded([], automations=2, bulk_activities=501).count,
        state=STATE,
        options=OPTIONS,
        allowance=A_DAY,
        now=NOW,
    )
    assert {"bulk_activities": 2, "automations": 1} == {line.resource: line.requests for line in made.off}
    assert off.isdisjoint(line.resource for line in made.lines)
    told = "opt_in: bulk_activities (2 requests), automations (1 request)."
    assert f"Off by default, and turned on by the setting {told}" in "\n".join(totals(made))
    assert {"bulk_activities", "automations"} == {
        line["resource"] for line in json.loads(to_json(made))["off"]
    }


def test_changed_contacts_cost_their_pages() -> None:
    """
    Contacts that changed since the mark are counted by the API and divided by the page size.
    """
    made = planned(Api(contacts={"updated_after": 1_001, "optout_after": 3}), Loaded([], segments=2))
    assert [(line.rows, line.requests) for line in made.lines if line.resource == "contacts"] == [
        (1_001, 3),
        (3, 1),
    ]


def test_totals_that_differ_become_feeds() -> None:
    """
    A campaign with more opens and clicks than are loaded costs its totals, both feeds and its links.
    """
    made = planned(
        Api(stats={"c1": {"em_opens_all": 25, "em_clicks_all": 1}}),
        Loaded([a_campaign(n) for n in range(3)], segments=2),
    )
    news = {"email_campaign_activity_stats": 1, "email_opens": 1, "email_clicks": 1, "email_links": 1}
    assert requests_of(made) == QUIET | news
    assert next(line.rows for line in made.lines if line.resource == "email_opens") == 5


def test_an_id_leads_a_plan_to_no_other_path() -> None:
    """An id may be any text: in a path it is quoted, as in the run."""
    campaign = a_campaign(1) | {"campaign_id": "c1/../x?y"}
    api = Api()
    planned(api, Loaded([campaign]))
    assert "/reports/stats/email_campaigns/c1%2F..%2Fx%3Fy" in api.asked


def test_totals_that_a_complete_reading_did_not_reach_are_no_news() -> None:
    """
    A total that was settled as unreachable costs nothing until it moves.
    """
    api = Api(stats={"c1": {"em_opens_all": 25}})
    loaded = Loaded([a_campaign(1)], segments=2)
    state = STATE | {"totals": {"settled": {"a1": {"email_opens": 25}}}}
    made = plan(
        read_by("account"),
        probe=api,
        spent=lambda: len(api.asked),
        warehouse=loaded,
        loaded=loaded.count,
        state=state,
        options=OPTIONS,
        allowance=A_DAY,
        now=NOW,
    )
    assert requests_of(made) == QUIET


def test_a_campaign_that_went_out_costs_detail_activities_and_feeds() -> None:
    """
    A draft that was sent costs its detail, its two activities, and the feeds that its totals name.
    """
    known = [a_campaign(1, status="Draft")]
    made = planned(
        Api(
            campaigns=[listed(a_campaign(1, at=NOW))],
            stats={"c1": {"em_sends": 1_200, "em_opens_all": 20, "em_bounces": 4}},
        ),
        Loaded(known, segments=2),
        exclude=("email_sends",),
    )
    costs = requests_of(made)
    assert (costs["email_campaigns"], costs["email_campaign_activities"]) == (2, 2)
    assert (costs["email_bounces"], "email_sends" in costs) == (1, False)


def test_campaigns_that_the_list_does_not_show_are_planned_too() -> None:
    """
    One under way is read each run, and all of those whose e-mails are not loaded.
    """
    under_way = [a_campaign(1), a_campaign(2, status="Executing")]
    assert 1 + 1 == requests_of(planned(Api(), Loaded(under_way, segments=2)))["email_campaigns"]
    lost = Loaded(under_way, segments=2)
    lost.without = ("email_campaign_activities",)
    assert 1 + 2 == requests_of(planned(Api(), lost))["email_campaigns"]


def test_campaigns_beyond_what_may_be_asked_are_taken_to_be_like_the_oldest_asked() -> None:
    """
    Of 3,000 campaigns the plan asks about what ten requests allow, and says how many it assumed.
    """
    campaigns = [a_campaign(n) for n in range(3_000)]
    moved = {row["campaign_id"]: {"em_opens_all": 21} for row in campaigns[::30]}
    made = planned(Api(stats=moved), Loaded(campaigns, segments=2))
    why = {line.resource: line.why for line in made.lines}["email_campaign_stats"]
    assert requests_of(made)["email_opens"] == 100
    assert why.endswith("; 1,050 asked now, the rest is assumed alike")


def test_a_plan_asks_at_most_ten_questions() -> None:
    """
    However large the account, a plan stops at ten requests.
    """
    api = Api(campaigns=[listed(a_campaign(n)) for n in range(500)])
    assert planned(api).requests_spent == len(api.asked) <= MOST_REQUESTS
    api = Api()
    assert planned(api, Loaded([a_campaign(n) for n in range(5_000)])).requests_spent == MOST_REQUESTS


def test_a_first_night_counts_the_whole_account() -> None:
    """
    With nothing loaded the plan holds all contacts, details, criteria, and 1.1 e-mails with feeds per campaign.
    """
    made = planned(Api(contacts={"": 100_000}, campaigns=[listed(a_campaign(n)) for n in range(40)]))
    costs = requests_of(made)
    assert made.first
    assert (costs["contacts"], costs["email_campaigns"], costs["segments"]) == (202, 41, 3)
    assert (costs["email_sends"], costs["email_opens"], costs["email_links"]) == (44, 44, 44)


def test_a_contacts_reading_that_is_due_reads_all_of_them() -> None:
    """
    When the last whole reading is older than full_refresh_every, all contacts are in the plan.
    """
    assert {"contacts": 7} == contacts_planned(contact_reading="incremental", full_refresh_every="20h")


def test_a_small_account_is_planned_as_all_of_it() -> None:
    """
    Up to 20 requests all contacts are read each run, unless the setting says otherwise; larger ones by their changes.
    """
    assert {"contacts": 5} == contacts_planned()
    assert {"contacts": 5} == contacts_planned(contact_reading="full")
    assert {"contacts": 2} == contacts_planned(contact_reading="incremental")
    assert {"contacts": 2} == contacts_planned(loaded=10_001)


def contacts_planned(
    *, contact_reading: ContactReading = "auto", full_refresh_every: str = "30d", loaded: int = 2_500
) -> dict[str, int]:
    """Requests for contacts in a plan of an account with 2,500 of them, none changed."""
    api = Api(contacts={"": 2_500})
    made = plan(
        frozenset({"contacts"}),
        probe=api,
        spent=lambda: len(api.asked),
        warehouse=SqlWarehouse(no_query, str, {}),
        loaded=lambda _: loaded,
        state=STATE,
        options=SyncOptions(
            lookback=OPTIONS.lookback,
            full_refresh_every=duration(full_refresh_every, setting="full_refresh_every"),
            contact_reading=contact_reading,
        ),
        allowance=A_DAY,
        now=NOW,
    )
    return requests_of(made)
