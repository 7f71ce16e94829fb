"""Whole runs that leave something out: how they end, and where it is named."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sources.constant_contact.api import auth
from sources.constant_contact.api.transport import Transport
from sources.constant_contact.catalogue import CATALOGUE, chosen
from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

    from pipelines.constant_contact.events import RunResult

READ = {name: of for name, of in CATALOGUE.items() if name in chosen()}
"""What a night asks for unless somebody says otherwise."""
CAMPAIGN_DATA = {name for name, of in READ.items() if of.scope == "campaign_data"}
METRICS = {name for name, of in READ.items() if of.privilege == "ui:campaign:metrics"}
LISTS = {"contact_lists", "segments"}
OF_OPENS = ("contacts", "contact_counts", "email_campaigns", "email_campaign_activities", "email_opens")
OF_TAGS = ("contacts", "contact_counts", "contact_lists", "contact_tags", "email_campaigns")
"""Nights of these take half the time of nights of all, or less."""
AUTOMATIONS = {"automations", "automation_definitions"}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request is tried as often as ever, but at once."""
    monkeypatch.setattr(Transport, "_backoff_s", lambda *_: 0.0)


def without(*names: str) -> Switches:
    """A user who lacks these privileges."""
    return Switches(privileges=tuple(name for name in Switches().privileges if name not in names))


def named_in(result: RunResult) -> dict[str, int]:
    """Resource -> how many warnings name it."""
    told = [re.split(" (?:is|are) left out", warning) for warning in result.warnings]
    return dict(Counter(name for one in told if len(one) == 2 for name in one[0].split(", ")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    switches: Switches
    missing: str
    resources: set[str]

    def __str__(self) -> str:
        return self.missing.replace(" ", "-")


LACKS = [
    Lack(
        switches=Switches(scopes=("account_read", "contact_data")),
        missing="the scope campaign_data",
        resources=CAMPAIGN_DATA,
    ),
    Lack(
        switches=Switches(scopes=("contact_data", "campaign_data")),
        missing="the scope account_read",
        resources={"account", "account_emails"},
    ),
    Lack(
        switches=Switches(scopes=("account_read", "campaign_data")),
        missing="the scope contact_data",
        resources={name for name, of in READ.items() if of.scope == "contact_data"},
    ),
    Lack(
        switches=without("ui:campaign:metrics"),
        missing="the privilege ui:campaign:metrics",
        resources=METRICS,
    ),
    Lack(
        switches=without("campaign:read"),
        missing="the privilege campaign:read",
        resources=CAMPAIGN_DATA - {"email_campaign_summaries", "sms_campaign_summaries", *AUTOMATIONS},
    ),
    Lack(
        switches=without("contacts:lists:read"),
        missing="the privilege contacts:lists:read",
        resources=LISTS,
    ),
    Lack(
        switches=without("contacts:write"),
        missing="the privilege contacts:write",
        resources={"bulk_activities"},
    ),
    Lack(
        switches=without("customer-journey:read"),
        missing="the privilege customer-journey:read",
        resources=AUTOMATIONS,
    ),
]


@pytest.mark.long
@pytest.mark.parametrize(
    ("lack", "opaque"),
    [
        pytest.param(lack, opaque, id=f"{lack}-{'opaque-token' if opaque else ''}")
        for opaque in (False, True)
        for lack in LACKS
    ],
)
def test_what_a_refusal_leaves_out_is_named_with_what_is_missing(
    lack: Lack, opaque: bool, account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every resource once, under the scope or privilege that is really missing, whether or not the token says it."""
    if opaque:
        monkeypatch.setattr(auth, "token_scopes", lambda _: None)
    one = account(contacts=20, campaigns=3, switches=lack.switches)

    result = one.night()

    assert ("complete", "") == (result.status, result.stopped_reason)
    told = [warning for warning in result.warnings if f"for lack of {lack.missing}:" in warning]
    assert 1 == len(told), result.warnings
    assert dict.fromkeys(lack.resources, 1) == named_in(result)
    assert "privilege" not in told[0] or "scope" not in lack.missing
    assert list(result.warnings) == json.loads(one.values("select warnings from _ctct_runs")[0])


def strike(one: Account, fault: str, path: str) -> Any:
    """Returns the campaign that EMAIL and CAMPAIGN in the path stand for."""
    campaign = next(each for each in one.sandbox.campaigns.rows if each.reported)
    one.sandbox.add_event(campaign.primary, "opens", 0, at=one.sandbox.stamp - 60)
    path = path.replace("EMAIL", campaign.primary.activity_id).replace("CAMPAIGN", campaign.campaign_id)
    one.sandbox.set_fault(fault, None, path_prefix=path)
    return campaign


@pytest.mark.parametrize(
    ("fault", "path", "resource"),
    [
        pytest.param(
            "500_json",
            "/reports/email_reports/EMAIL/tracking/opens",
            "email_opens",
            marks=pytest.mark.long,
        ),
        pytest.param("500_json", "/emails/CAMPAIGN", "email_campaigns", marks=pytest.mark.long),
        pytest.param(
            "500_html",
            "/reports/stats/email_campaigns/*CAMPAIGN",
            "email_campaign_stats",
            marks=pytest.mark.long,
        ),
        ("html_page", "/contact_tags", "contact_tags"),
        pytest.param("500_json", "/contact_custom_fields", "custom_fields", marks=pytest.mark.long),
        pytest.param(
            "500_json", "/reports/summary_reports/email", "email_campaign_summaries", marks=pytest.mark.long
        ),
        pytest.param("500_json", "/contacts/counts", "contact_counts", marks=pytest.mark.long),
        pytest.param("500_json", "/account/emails", "account_emails", marks=pytest.mark.long),
    ],
)
def test_what_fails_is_left_out_of_a_complete_run(
    fault: str, path: str, resource: str, account: Callable[..., Account]
) -> None:
    """Exit 0, one warning that names it (an e-mail or campaign by its name and id), the audit without an alarm."""
    one = account(contacts=40, campaigns=6)
    select = {"email_opens": OF_OPENS, "contact_tags": OF_TAGS}.get(resource, ())
    one.complete_night(select=select)
    one.sandbox.advance(days=2)
    campaign = strike(one, fault, path)

    results = [one.complete_night(select=select, full_refresh=again) for again in (True, False, False)]

    for result in results:
        told = [warning for warning in result.warnings if f"{resource} is left out" in warning]
        assert 1 == len(told) == len(result.warnings), result.warnings
        assert [] == [line for line in result.audit if not line.ok]
        if "EMAIL" in path:
            assert f"{campaign.name!r} (campaign activity {campaign.primary.activity_id})" in told[0]
        if "CAMPAIGN" in path:
            assert f"campaign {campaign.name!r} ({campaign.campaign_id})" in told[0]
    recorded = one.values("select warnings from _ctct_runs order by started_at desc limit 1")
    assert list(results[-1].warnings) == json.loads(recorded[0])


@pytest.mark.long
def test_lists_that_cannot_be_listed_fail_the_run_and_keep_nothing_else_away(
    account: Callable[..., Account],
) -> None:
    """The rest is loaded, the reason says which one it was, and no list is taken to be gone."""
    one = account(contacts=40, campaigns=0)
    read = ("contacts", "contact_counts", "contact_lists", "custom_fields")
    one.complete_night(select=read)
    one.sandbox.change_contact(1, first_name="Another")
    one.sandbox.set_fault("500_json", None, path_prefix="/contact_lists")

    result = one.night(select=read)

    assert "failed" == result.status
    assert result.stopped_reason.startswith("contact_lists could not be listed")
    assert [0] == one.values("select count(*) from contact_lists where deleted_at is not null")
    assert [] == [line for line in one.differences() if line.startswith("contacts:")]


@pytest.mark.long
def test_many_objects_that_fail_make_a_failed_run(account: Callable[..., Account]) -> None:
    """More than five, and more than one in ten: what was read is loaded, and the reason counts them."""
    one = account(contacts=40, campaigns=24)
    for number, each in enumerate(one.sandbox.campaigns.rows):
        if number % 3:
            one.sandbox.set_fault("500_json", None, path_prefix=f"/emails/{each.campaign_id}")

    result = one.night(select=("contacts", "email_campaigns"))

    assert "failed" == result.status
    assert "objects could not be read" in result.stopped_reason or "after the other" in result.stopped_reason
    assert [40] == one.values("select count(*) from contacts")
    assert one.values("select count(*) from email_campaigns")[0] > 0


@pytest.mark.long
def test_a_server_that_fails_over_everything_is_one_sentence(account: Callable[..., Account]) -> None:
    """Nothing is blamed but the server, nothing is noted against any object, and the next run is complete."""
    one = account(contacts=40, campaigns=3)
    one.complete_night()
    one.sandbox.set_fault("503_html", None)
    result = one.night()
    one.sandbox.clear_faults()

    assert "failed" == result.status
    assert "answered 503" in result.stopped_reason
    assert [] == [warning for warning in result.warnings if "left out" in warning]
    assert one.complete_night().warnings == ()
    assert [] == one.differences()


@pytest.mark.long
def test_excluded_summaries_are_not_asked_for(account: Callable[..., Account]) -> None:
    """A resource that fails and is excluded costs nothing and says nothing."""
    one = account(contacts=40, campaigns=6)
    one.sandbox.set_fault("500_json", None, path_prefix="/reports/summary_reports/email")

    result = one.complete_night(exclude=("email_campaign_summaries",))

    assert () == result.warnings
    assert [] == [each for each in one.sandbox.log if each.fault]
    assert one.values("select count(*) from email_sends")[0] > 0
