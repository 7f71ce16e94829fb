"""Every kind of answer validates against the facts of the provider's contract."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest
from contract.facts import facts
from contract.properties import operations
from property_coverage import properties, values
from sandbox_reader import ALL

from sources.constant_contact_sandbox import Sandbox, Switches
from sources.constant_contact_sandbox.contact_reports import KINDS
from sources.constant_contact_sandbox.landing_pages import FEEDS as PAGE_FEEDS

REPORT = "/reports/email_reports/{campaign_activity_id}"
FEEDS = ["sends", "opens", "unique_opens", "didnotopens", "clicks", "forwards", "optouts", "bounces"]
REGISTRATIONS = "/events/{event_id}/tracks/{track_id}/registrations"
CONTACT = "/reports/contact_reports/{contact_id}"
RANGE = {"start": "2022-06-01T00:00:00-0500", "end": "2026-06-01T00:00:00-0500"}
EXPORT = "/contact_exports/{file_export_id}"
"""The file of an export, which is CSV."""
PATHS = tuple(path for path in operations() if path != EXPORT)
PEOPLE_AND_MAILS = (
    "/account/summary", "/account/summary/physical_address", "/account/emails", "/account/user/privileges",
    "/contacts", "/contacts/counts", "/contacts/{contact_id}", "/contact_lists", "/contact_lists/{list_id}",
    "/contact_tags", "/contact_tags/{tag_id}", "/contact_custom_fields",
    "/contact_custom_fields/{custom_field_id}", "/segments", "/segments/{segment_id}", "/emails",
    "/emails/{campaign_id}", "/emails/activities/{campaign_activity_id}",
    *(f"{REPORT}/tracking/{feed}" for feed in FEEDS), f"{REPORT}/links",
    "/reports/summary_reports/email_campaign_summaries", "/reports/stats/email_campaigns/{campaign_ids}",
    "/reports/stats/email_campaign_activities/{campaign_activity_ids}",
)  # fmt: skip
"""Of these some properties are for accounts that this one is not."""
FULL = [path for path in PATHS if path not in PEOPLE_AND_MAILS]
PARAMS: dict[str, dict[str, Any]] = {
    "/contacts": {"status": "all", "include": ALL, "include_count": "true", "limit": 500},
    "/contacts/{contact_id}": {"include": ALL},
    "/contacts/counts": {"include": "new_subscriber"},
    "/account/summary": {"extra_fields": "physical_address,company_logo"},
    "/contact_lists": {
        "status": "all",
        "include_membership_count": "all",
        "include_count": "true",
        "limit": 4,
    },
    "/contact_tags": {"include_count": "true", "limit": 3},
    "/emails": {"limit": 5},
    "/events": {"limit": 3},
    "/events/{event_id}": {"include": "true"},
    REGISTRATIONS: {"limit": 2},
    "/partner/accounts": {"limit": 10},
    **{
        f"/reports/landing_pages/campaign_details/{{campaign_activity_id}}/{feed}": {"limit": 1}
        for feed in PAGE_FEEDS
    },
    f"{CONTACT}/activity_details": {"tracking_activities_list": ",".join(KINDS), "limit": 2},
    f"{CONTACT}/activity_summary": RANGE,
    f"{CONTACT}/open_and_click_rates": RANGE,
    "/contacts/contact_id_xrefs": {"sequence_ids": "16633001,16633000"},
    "/contact_lists/list_id_xrefs": {"sequence_ids": "2,1"},
    "/emails/campaign_id_xrefs": {"v2_email_campaign_ids": "1100546000000"},
    "/social/profiles": {"include": "accessible"},
    "/reports/summary_reports/sms_campaign_summaries": {"start_at": "2020-01-01T00:00:00Z", "limit": 3},
    "/reports/summary_reports/email_campaign_summaries": {"limit": 3},
    "/emails/activities/{campaign_activity_id}": {
        "include": "physical_address_in_footer,permalink_url,html_content,document_properties"
    },
}


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    return copy.deepcopy(facts())


def addresses(sandbox: Sandbox, path: str, *, at_most: int = 30) -> list[str]:
    """The path with each id that the account has for it, or with the first of them."""
    if "{track_id}" in path:
        return [
            path.format(
                event_id=event.event_id, track_id=event.track_id, registration_id=registration.registration_id
            )
            for event in sandbox.extras.events.listed
            for registration in event.registrations
        ][:at_most]
    if "landing_pages" in path:
        pages = sandbox.extras.landing_pages.pages
        return [path.format(campaign_activity_id=page.activity_id) for page in pages]
    if "{event_id}" in path:
        return [path.format(event_id=event.event_id) for event in sandbox.extras.events.events]
    sources = {
        "contact_id": "contacts",
        "list_id": "contact_lists",
        "tag_id": "contact_tags",
        "custom_field_id": "custom_fields",
        "segment_id": "segments",
        "campaign_id": "email_campaigns",
        "campaign_activity_id": "email_campaign_activity_stats" if "report" in path else "email_previews",
        "automation_flow_id": "automations",
        "activity_id": "bulk_activities",
        "encoded_account_id": "partner_accounts",
        "topic_id": "partner_webhooks",
    }
    for name, table in sources.items():
        if "{" + name + "}" in path:
            key = "id" if table == "automations" else name
            return [path.replace("{" + name + "}", str(row[key])) for row in sandbox.truth(table)][:at_most]
    for name, table in (
        ("campaign_ids", "email_campaign_stats"),
        ("campaign_activity_ids", "email_campaign_activity_stats"),
    ):
        if "{" + name + "}" in path:
            return [path.replace("{" + name + "}", ",".join(row[name[:-1]] for row in sandbox.truth(table)))]
    return [path]


def strict(schema: Any) -> Any:
    """The schema with objects closed where the contract lists properties, so that invented fields are found."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {k: strict(v) for k, v in schema.items() if k not in ("example", "format", "x-example")}
    if closed.get("properties"):
        closed.setdefault("additionalProperties", False)
    return closed


@pytest.fixture(scope="module")
def definitions(contract: dict[str, Any]) -> dict[str, Any]:
    return {name: strict(schema) for name, schema in contract["definitions"].items()}


# where the guide and captured payloads are known to go beyond the contract's definitions
BEYOND = {("Tags", "tags_count"): {"type": "integer"}}


# properties of these answers that no account of the sandbox has, and why
WITHOUT_VALUE = {
    (f"{CONTACT}/activity_summary", ("_links", "next", "href")): "no contact got more than 200 mails",
}


def test_what_is_named_here_is_in_the_contract():
    """Each GET of the contract is asked below; a path that is named for a rule of its own is one of them."""
    named = {*PARAMS, *PEOPLE_AND_MAILS, *(path for path, _ in WITHOUT_VALUE)}
    assert named - set(PATHS) == set()
    assert set(operations()) - set(PATHS) == {EXPORT}


def pages(contract: dict[str, Any], path: str) -> list[dict[str, Any]]:
    """Parameters to ask with: as many rows as usual, and where pages have a size one row, which others follow."""
    usual = PARAMS.get(path, {})
    declared = contract["paths"][path]["get"]["parameters"]
    return [usual, usual | {"limit": 1}] if any(one.get("name") == "limit" for one in declared) else [usual]


def visit_by_a_deleted_contact(sandbox: Sandbox, *, times: int = 1) -> None:
    """Contacts with an SMS channel do everything on every landing page, and are deleted."""
    rows = list(sandbox.truth("contacts"))
    full = [k for k, row in enumerate(rows) if {"sms_channel", "first_name", "email_address"} <= row.keys()]
    for i in full[:times]:
        for page in sandbox.extras.landing_pages.pages:
            for kind in page.events:
                page.add(kind, sandbox.nominal, i)
        sandbox.delete_contact(i)


@pytest.mark.parametrize("path", FULL)
def test_every_property_has_a_value_in_some_answer(open_sandbox, contract, path):
    """Over all objects of an account that has lived for weeks, no property of the contract stays empty."""
    reader = open_sandbox(contacts=150, campaigns=30, clock_runs=False)
    reader.sandbox.advance(30)
    reader.sandbox.create_campaign(status="Scheduled")
    visit_by_a_deleted_contact(reader.sandbox)
    responses = contract["paths"][path]["get"]["responses"]
    schema = next(answer for status, answer in responses.items() if str(status)[0] == "2")["schema"]
    found: set[tuple[str, ...]] = set()
    for address in addresses(reader.sandbox, path, at_most=200):
        for parameters in pages(contract, path):
            answer = reader.get(address, **parameters)
            found |= values(answer.json()) if answer.is_success else set()
            if answer.is_success and "next_cursor" in answer.text:
                found |= values(reader.json(address, next=answer.json()["next_cursor"]))
    missing = properties(schema, contract["definitions"]) - found
    assert {(path, one) for one in missing} - WITHOUT_VALUE.keys() == set()


@pytest.mark.parametrize("path", PATHS)
def test_answers_validate_against_the_contract(open_sandbox, contract, definitions, path):
    """All answers of an endpoint fit its schema, with no field that the contract does not have."""
    for (name, field), schema in BEYOND.items():
        definitions[name]["properties"][field] = schema
    reader = open_sandbox(
        contacts=150,
        campaigns=9,
        switches=Switches(end_of_data="empty" if "tracking" in path or "landing" in path else "absent"),
    )
    visit_by_a_deleted_contact(reader.sandbox, times=2)  # so that the first page of a feed has a next one
    responses = contract["paths"][path]["get"]["responses"]
    schema = {
        **strict(next(answer for status, answer in responses.items() if str(status)[0] == "2")["schema"]),
        "definitions": definitions,
    }
    validator = jsonschema.Draft4Validator(schema)
    for address in addresses(reader.sandbox, path):
        answer = reader.get(address, **PARAMS.get(path, {}))
        if path.endswith("/abtest") and answer.status_code in (404, 409):
            continue  # there is no test
        answer = answer.raise_for_status().json()
        assert [f"{list(e.path)}: {e.message[:200]}" for e in validator.iter_errors(answer)] == []
