"""`ctct plan`: what it predicts from what is loaded and a few answers, and how it reads."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pendulum
import pytest
from rich.console import Console

from pipelines.constant_contact.planning import cost
from pipelines.constant_contact.planning.plan import Allowance, Plan, plan, to_json
from pipelines.constant_contact.planning.probe import remember, take_remembered
from pipelines.constant_contact.planning.view import render, totals
from pipelines.constant_contact.request import SyncRequest
from sources.constant_contact.campaign_rows import references_of, version_of
from sources.constant_contact.catalogue import read_by
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.facts import MOST_REQUESTS
from sources.constant_contact.sql_warehouse import SqlWarehouse
from sources.constant_contact.windows import ContactReading, SyncOptions, duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOW = pendulum.datetime(2026, 11, 21, 2)
YESTERDAY = NOW.subtract(days=1)
OPTIONS = SyncOptions(lookback=pendulum.duration(hours=1), full_refresh_every=pendulum.duration(days=30))
A_DAY = Allowance(per_second=4, per_day=10_000, remaining_today=10_000)
STATE = {
    "contacts": {name: YESTERDAY.isoformat() for name in ("mark", "opted_out", "whole_at")},
    "campaigns": {"mark": YESTERDAY.isoformat()},
}
FEED_STATS = ("em_sends", "em_opens_all", "em_clicks_all", "em_forwards", "em_optouts", "em_bounces")

Row = dict[str, Any]


def a_campaign(number: int, *, at: pendulum.DateTime = YESTERDAY, status: str = "Done") -> Row:
    """As it is loaded: one activity with reports, one without."""
    roles = {"primary_email": f"a{number}", "permalink": f"p{number}"}
    references = [{"role": role, "campaign_activity_id": each} for role, each in roles.items()]
    return {
        "campaign_id": f"c{number}",
        "created_at": at.subtract(days=number),
        "updated_at": at,
        "current_status": status,
        "campaign_activities": json.dumps(references),
    }


def listed(row: Row) -> Row:
    """The same as the API lists it."""
    return {
        **{name: value for name, value in row.items() if name != "campaign_activities"},
        "created_at": row["created_at"].isoformat(),
        "updated_at": row["updated_at"].isoformat(),
    }


def no_query(sql: str) -> Any:
    raise AssertionError(f"nothing is loaded, so nothing should be asked: {sql}")


class Loaded(SqlWarehouse):
    """A warehouse of some campaigns with 100 sends and 20 opens each, and the numbers of rows given."""

    def __init__(self, campaigns: list[Row], **counts: int) -> None:
        super().__init__(no_query, str, {})
        self.campaigns = campaigns
        self.counts = counts

    without: tuple[str, ...] = ()
    """Tables that are empty all the same."""

    def rows(self, table: str, columns: Any = None) -> list[Row]:
        if table in self.without:
            return []
        if table == "email_campaigns":
            return self.campaigns
        versions = {
            "email_campaign_activities": lambda _: "",
            "email_send_history": lambda _: "100",
            "email_previews": version_of,
            "email_non_opener_resends": lambda row: f"{version_of(row)} 2 {NOW.date()}",
        }
        if table not in versions:
            return []
        return [
            {"campaign_activity_id": each["campaign_activity_id"], "version_read": versions[table](row)}
            for row in self.campaigns
            for each in references_of(row)
        ]

    def event_counts(self, table: str) -> Mapping[str, int]:
        loaded = {"email_sends": 100, "email_opens": 20}.get(table)
        numbers = [row["campaign_id"].removeprefix("c") for row in self.campaigns]
        return {} if loaded is None else {f"a{number}": loaded for number in numbers}

    def count(self, table: str) -> int:
        return self.counts.get(table, 0)


@dataclass
class Api:
    """Answers as the account would, and remembers what it was asked."""

    contacts: Mapping[str, int] = field(default_factory=dict)
    """Filter -> contacts it finds; "" for all."""
    campaigns: list[Row] = field(default_factory=list)
    stats: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """campaign id -> totals that are not 100 sends and 20 opens."""
    refuses: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def __call__(self, path: str, params: Mapping[str, str]) -> Any:
        self.asked.append(path)
        if path.startswith(self.refuses or ("-",)):
            return None
        if path == "/contacts":
            name = next((name for name in params if name.endswith("_after")), "")
            return {"contacts": [], "contacts_count": self.contacts.get(name, 0)}
        if path == "/emails":
            return {"campaigns": self.campaigns if "before_date" not in params else []}
        if path == "/segments":
            return {"segments": [{"segment_id": 1}, {"segment_id": 2}]}
        ids = path.rsplit("/", 1)[1].split(",")
        usual = dict.fromkeys(FEED_STATS, 0) | {"em_sends": 100, "em_opens_all": 20}
        return {"results": [{"campaign_id": i, "stats": {**usual, **self.stats.get(i, {})}} for i in ids]}


def planned(api: Api, loaded: Loaded | None = None, *, allowance: Allowance = A_DAY, **request: Any) -> Plan:
    warehouse = loaded or Loaded([])
    return plan(
        SyncRequest(**request).wanted(read_by("account")),
        probe=api,
        spent=lambda: len(api.asked),
        warehouse=warehouse,
        loaded=warehouse.count,
        state=STATE if loaded else {},
        options=OPTIONS,
        allowance=allowance,
        now=NOW,
    )


def requests_of(made: Plan) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in made.lines:
        found[line.resource] = found.get(line.resource, 0) + line.requests
    return {name: count for name, count in found.items() if count}


QUIET = {
    **dict.fromkeys(
        (
            "account",
            "account_emails",
            "account_privileges",
            "contact_counts",
            "contact_tags",
            "custom_fields",
            "segments",
            "bulk_activities",
            "automations",
            "social_profiles",
            "social_connections",
            "social_hashtag_groups",
            "sms_campaign_summaries",
            "events",
        ),
        1,
    ),
    "contact_lists": 2,
    "contacts": 2,
    "email_campaigns": 1,
    "email_campaign_summaries": 1,
    "email_campaign_stats": 1,
}


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


def test_a_selection_leaves_the_rest_out() -> None:
    """
    Only what is selected is asked about and planned.
    """
    api = Api()
    made = planned(api, Loaded([a_campaign(1)]), select=("contact_lists",))
    assert (requests_of(made), api.asked) == ({"contact_lists": 2}, [])


def test_refused_questions_leave_a_plan() -> None:
    """
    A plan survives answers it may not have; what it cannot know it does not count.
    """
    made = planned(Api(refuses=("/reports", "/contacts")), Loaded([a_campaign(1)], segments=2))
    assert requests_of(made) == QUIET


def test_a_backfill_says_how_many_days_it_takes() -> None:
    """
    What today's rest does not cover is spread over the days that follow.
    """
    allowance = Allowance(per_second=4, per_day=1_000, remaining_today=100)
    made = planned(Api(contacts={"": 1_000_000}), allowance=allowance, select=("contacts",))
    assert (made.requests, made.days) == (2_002, 3)
    assert "It takes 3 days" in "\n".join(totals(made))


@pytest.mark.parametrize(
    ("total", "loaded", "expected"),
    [
        pytest.param(10, 10, 0, id="nothing-new"),
        pytest.param(400, 390, 1, id="one-page-feed"),
        pytest.param(5_000, 4_990, 1, id="news-on-the-first-page"),
        pytest.param(5_000, 4_500, 2, id="a-full-page-of-news"),
        pytest.param(5_000, 0, 10, id="first-read"),
        pytest.param(5_000, 5_001, 10, id="more-loaded-than-there"),
    ],
)
def test_a_feed_costs_the_pages_with_news_and_one_known_row(total: int, loaded: int, expected: int) -> None:
    """
    A feed is read until a page holds a known row, or to its end when nothing is known.
    """
    assert costs.feed_pages(total, loaded, 500) == expected


def test_the_error_of_an_estimate_is_signed() -> None:
    """
    Foretelling too much is above 0; without a plan or without spending there is no error.
    """
    assert [cost.error(110, 100), cost.error(90, 100), cost.error(None, 5), cost.error(5, 0)] == [
        pytest.approx(0.1),
        pytest.approx(-0.1),
        None,
        None,
    ]


def test_an_estimate_is_taken_once_on_its_day_for_its_resources(tmp_path: Path) -> None:
    """
    A run finds the plan of the same UTC day and selection, and the next run does not find it again.
    """
    made = planned(Api(), Loaded([a_campaign(1)], segments=2))
    wanted, path = frozenset({"contacts"}), tmp_path / "work" / "plan.json"
    remember(made, wanted, path)
    assert take_remembered(wanted, path, now=NOW.add(hours=3)) == made.requests
    assert take_remembered(wanted, path, now=NOW.add(hours=3)) is None
    remember(made, wanted, path)
    assert take_remembered(wanted, path, now=NOW.add(days=1)) is None
    remember(made, wanted, path)
    assert take_remembered(frozenset({"segments"}), path, now=NOW) is None


def test_the_json_holds_every_line_and_the_totals() -> None:
    """
    The JSON is one object whose resources add up to its requests.
    """
    made = planned(Api(contacts={"updated_after": 700}), Loaded([a_campaign(1)], segments=2))
    found = json.loads(to_json(made))
    assert sum(line["requests"] for line in found["resources"]) == found["requests"] == made.requests
    assert (found["days"], found["requests_spent"], found["seconds"]) == (
        1,
        made.requests_spent,
        round(made.seconds, 1),
    )


def test_the_plan_fits_a_terminal_of_80_columns() -> None:
    """
    Drawn at 80 columns no line is wider, and no resource name is cut.
    """
    made = planned(
        Api(contacts={"": 1_000_000}, campaigns=[listed(a_campaign(n)) for n in range(40)]),
        allowance=Allowance(per_second=4, per_day=10_000, remaining_today=0),
    )
    stream = io.StringIO()
    Console(file=stream, width=80).print(render(made))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert {line.resource for line in made.lines} <= {line.split(" ")[0] for line in lines if line}
