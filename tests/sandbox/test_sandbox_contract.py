"""Every kind of answer validates against the facts of the provider's contract."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import pytest
from contract.facts import facts
from sandbox_reader import ALL

from sources.constant_contact_sandbox import Sandbox, Switches

REPORT = "/reports/email_reports/{campaign_activity_id}"
FEEDS = ["sends", "opens", "unique_opens", "didnotopens", "clicks", "forwards", "optouts", "bounces"]
PATHS = (
    "/account/summary", "/account/summary/physical_address", "/account/emails", "/account/user/privileges",
    "/contacts", "/contacts/counts", "/contacts/{contact_id}", "/contact_lists", "/contact_lists/{list_id}",
    "/contact_tags", "/contact_tags/{tag_id}", "/contact_custom_fields",
    "/contact_custom_fields/{custom_field_id}", "/segments", "/segments/{segment_id}", "/emails",
    "/emails/{campaign_id}", "/emails/activities/{campaign_activity_id}",
    "/emails/activities/{campaign_activity_id}/schedules",
    "/emails/activities/{campaign_activity_id}/send_history",
    "/emails/activities/{campaign_activity_id}/non_opener_resends",
    *(f"{REPORT}/tracking/{feed}" for feed in FEEDS), f"{REPORT}/links",
    "/reports/summary_reports/email_campaign_summaries", "/reports/stats/email_campaigns/{campaign_ids}",
    "/reports/stats/email_campaign_activities/{campaign_activity_ids}",
)  # fmt: skip
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
    "/reports/summary_reports/email_campaign_summaries": {"limit": 3},
    "/emails/activities/{campaign_activity_id}": {
        "include": "physical_address_in_footer,permalink_url,html_content,document_properties"
    },
}


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    return copy.deepcopy(facts())


def addresses(sandbox: Sandbox, path: str) -> list[str]:
    """The path with each id that the account has for it (a few of them)."""
    sources = {
        "contact_id": "contacts",
        "list_id": "contact_lists",
        "tag_id": "contact_tags",
        "custom_field_id": "custom_fields",
        "segment_id": "segments",
        "campaign_id": "email_campaigns",
        "campaign_activity_id": "email_campaign_activity_stats",
    }
    for name, table in sources.items():
        if "{" + name + "}" in path:
            return [path.replace("{" + name + "}", str(row[name])) for row in sandbox.truth(table)][:30]
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
    if isinstance(closed.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


@pytest.fixture(scope="module")
def definitions(contract: dict[str, Any]) -> dict[str, Any]:
    return {name: strict(schema) for name, schema in contract["definitions"].items()}


# where the guide and captured payloads are known to go beyond the contract's definitions
BEYOND = {("Tags", "tags_count"): {"type": "integer"}}


@pytest.mark.parametrize("path", PATHS)
def test_answers_validate_against_the_contract(open_sandbox, contract, definitions, path):
    """All answers of an endpoint fit its schema, with no field that the contract does not have."""
    for (name, field), schema in BEYOND.items():
        definitions[name]["properties"][field] = schema
    reader = open_sandbox(
        contacts=150, campaigns=9, switches=Switches(end_of_data="absent" if "track" not in path else "empty")
    )
    responses = contract["paths"][path]["get"]["responses"]
    schema = {
        **strict(responses[next(k for k in ("200", 200) if k in responses)]["schema"]),
        "definitions": definitions,
    }
    validator = jsonschema.Draft4Validator(schema)
    for address in addresses(reader.sandbox, path):
        answer = reader.json(address, **PARAMS.get(path, {}))
        assert [f"{list(e.path)}: {e.message[:200]}" for e in validator.iter_errors(answer)] == []
