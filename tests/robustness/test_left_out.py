"""One object or one auxiliary resource that always fails: what it costs, and when it is asked for again.

Each line of KINDS is a case of its own: the nights go on the real client, reader and merge, without waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from at_risk import AtRisk

from sources.constant_contact_sandbox import Server, Switches, envelopes, people_endpoints

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ANY = "*"
"""As an object's id in the ledger: the resource as a whole."""
REPORTS = ("sends", "opens", "clicks", "forwards", "optouts", "bounces")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    resource: str
    path: str
    """Of the fault; CAMPAIGN, EMAIL and SEGMENT stand for ids."""
    fault: str = "500_json"
    object_id: str = ANY
    tables: tuple[str, ...] = ()
    """Tables that lack something while it is left out."""

    def __str__(self) -> str:
        return f"{self.resource}-{self.fault}"


def whole(resource: str, path: str, fault: str = "500_json", *more: str) -> Kind:
    return Kind(resource=resource, path=path, fault=fault, tables=(resource, *more))


KINDS = [
    Kind(resource="email_campaigns", path="/emails/CAMPAIGN", object_id="CAMPAIGN", tables=("email_",)),
    Kind(
        resource="email_campaign_activities",
        path="/emails/activities/EMAIL$",
        object_id="EMAIL",
        tables=("email_campaign_activities",),
    ),
    *(
        Kind(
            resource=f"email_{name}",
            path=f"/reports/email_reports/EMAIL/tracking/{name}",
            object_id="EMAIL",
            tables=(f"email_{name}",),
        )
        for name in REPORTS
    ),
    Kind(
        resource="email_opens",
        path="/reports/email_reports/EMAIL/tracking/opens",
        fault="missing_rows_key",
        object_id="EMAIL",
        tables=("email_opens",),
    ),
    Kind(
        resource="email_clicks",
        path="/reports/email_reports/EMAIL/tracking/clicks",
        fault="throttled_object",
        object_id="EMAIL",
        tables=("email_clicks",),
    ),
    Kind(
        resource="email_links",
        path="/reports/email_reports/EMAIL/links",
        object_id="EMAIL",
        tables=("email_links",),
    ),
    Kind(
        resource="email_campaign_stats",
        path="/reports/stats/email_campaigns/*CAMPAIGN",
        object_id="CAMPAIGN",
        tables=("email_",),
    ),
    Kind(
        resource="email_campaign_activity_stats",
        path="/reports/stats/email_campaign_activities/*EMAIL",
        object_id="EMAIL",
        tables=("email_campaign_activity_stats",),
    ),
    Kind(resource="segments", path="/segments/SEGMENT", object_id="SEGMENT", tables=("segments",)),
    whole("contact_tags", "/contact_tags", "html_page"),
    whole("custom_fields", "/contact_custom_fields", "500_json", "custom_fields__choices"),
    whole("segments", "/segments"),
    whole("contact_counts", "/contacts/counts"),
    whole("account", "/account/summary"),
    whole("account_emails", "/account/emails"),
    whole("account_privileges", "/account/user/privileges"),
    whole("email_campaign_summaries", "/reports/summary_reports/email"),
    whole("bulk_activities", "/activities"),
    whole("automations", "/automations/workflows", "500_json", "automation_definitions"),
    whole("social_hashtag_groups", "/social/hashtags"),
    whole("sms_campaign_summaries", "/reports/summary_reports/sms"),
]


def sampled(*plain: int) -> list[Any]:
    """All of them, of which the plain run has these; `-m long` has the others."""
    return [
        pytest.param(kind, id=str(kind), marks=() if number in plain else pytest.mark.long)
        for number, kind in enumerate(KINDS)
    ]


@dataclass(slots=True)
class Struck:
    """An account of which one object fails."""

    here: AtRisk
    kind: Kind
    campaign: Any

    def real(self, text: str) -> str:
        return (
            text.replace("CAMPAIGN", self.campaign.campaign_id)
            .replace("EMAIL", self.campaign.primary.activity_id)
            .replace("SEGMENT", "2")
        )

    @property
    def left_out(self) -> list[tuple[str, str]]:
        return list(self.here.left_out)

    @property
    def expected(self) -> list[tuple[str, str]]:
        return [(self.kind.resource, self.real(self.kind.object_id))]

    def strike(self) -> None:
        self.here.sandbox.set_fault(self.kind.fault, None, path_prefix=self.real(self.kind.path))

    def night(self) -> int:
        """How many requests the fault struck."""
        self.here.sandbox.log.reset()
        self.here.end()
        return sum(1 for one in self.here.sandbox.log if one.fault)


@pytest.fixture
def struck(
    served: Callable[..., tuple[Server, Path]], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Kind], Struck]:
    def start(kind: Kind) -> Struck:
        server, _ = served(contacts=80, campaigns=8, switches=Switches())
        here = AtRisk(sandbox=server.sandbox, server=server, monkeypatch=monkeypatch)
        here.configure(requests_per_second=2000, requests_per_day=1_000_000)
        sandbox = here.sandbox
        campaign = next(one for one in sandbox.campaigns.rows if one.reported)
        for name in REPORTS:
            if not campaign.primary.events[name]:
                sandbox.add_event(campaign.primary, name, 0, at=sandbox.stamp - 3600)
        case = Struck(here, kind, campaign)
        case.strike()
        return case

    return start


@pytest.mark.parametrize("kind", sampled(0))
def test_it_costs_only_itself(kind: Kind, struck: Callable[[Kind], Struck]) -> None:
    """The night goes to its end; whatever is missing is of the object, and it is noted under its own name."""
    case = struck(kind)

    assert "skipped" == case.here.end()

    assert case.expected == case.left_out
    missing = {line.split(":")[0].split()[0] for line in case.here.differences()}
    assert [] == [table for table in missing if not table.startswith(kind.tables)]


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_it_is_tried_again_at_growing_distances(kind: Kind, struck: Callable[[Kind], Struck]) -> None:
    """In the next run, soon given up; then not before two days have passed, and not before four after that."""
    case = struck(kind)

    spent = []
    for day in (0, 1, 2, 3, 4, 5, 6, 7):
        case.here.days_later = day
        spent.append(case.night())
        assert case.expected == case.left_out

    assert spent[0] >= 1
    assert [True, False, True, False, False, False, True] == [bool(one) for one in spent[1:]]
    assert max(spent[1:]) <= 2


@pytest.mark.parametrize("kind", sampled(11))
def test_it_is_forgotten_when_it_can_be_read(kind: Kind, struck: Callable[[Kind], Struck]) -> None:
    """The night after the server has recovered holds the account, and nothing of the failure stays in the state."""
    case = struck(kind)
    case.night()
    case.here.sandbox.clear_faults()

    assert "equal" == case.here.end()

    assert [] == case.here.differences()
    assert "failures" not in case.here.state


@pytest.mark.long
def test_a_changed_campaign_is_tried_at_once(struck: Callable[[Kind], Struck]) -> None:
    """A failure belongs to the campaign as it was: edited, its feed is asked for without waiting."""
    case = struck(KINDS[3])
    for _ in range(2):
        case.night()
    assert 0 == case.night()
    number = case.here.sandbox.campaigns.rows.index(case.campaign)
    case.here.sandbox.edit_campaign(number, name="Another name")

    assert case.night() > 0
    case.here.sandbox.clear_faults()
    assert "equal" == case.here.end()
    assert [] == case.here.differences()


@pytest.mark.long
def test_a_list_that_cannot_be_asked_for_is_not_gone(
    struck: Callable[[Kind], Struck], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that a reading in pages misses stays until its own id answers 404; a 500 says nothing."""
    case = struck(KINDS[3])
    here = case.here
    here.sandbox.clear_faults()
    here.end()
    lists = here.sandbox.truth("contact_lists")
    missed = next(iter(lists))["list_id"]
    own = envelopes.page_of

    def page_of(query: Any, rows: Any, sandbox: Any, spec: Any, path: str) -> Any:
        if spec[1] != "contact_lists":
            return own(query, rows, sandbox, spec, path)
        small = {} if "cursor" in query else {"limit": "2"}
        return own(query | small, [row for row in rows if row["list_id"] != missed], sandbox, spec, path)

    monkeypatch.setattr(people_endpoints, "page_of", page_of)
    here.sandbox.set_fault("500_json", None, path_prefix=f"/contact_lists/{missed}")

    assert here.end() in {"equal", "skipped"}

    assert [0] == here.values("select count(*) from contact_lists where deleted_at is not null")
