"""Automations: which there are, and what each of them does.

Source: contract, definitions AutomationFlowSummaryDto and AutomationCampaign. A definition has tasks inside tasks and
rules inside rules, so each is kept whole, as JSON.
"""

from sources.constant_contact.catalogue.account import VANISHED
from sources.constant_contact.catalogue.columns import Table, flag, json, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint, version_read

_ID = text("id", "id of the automation")
_NAME = text("name", "name of the automation")
_DESCRIPTION = text("description", "the author's description of the automation")
_STATUS = text("status", "status as the provider shows it, such as ACTIVE or DRAFT")
_TAGS = json("structured_tags", "what it is for: JSON array of key, value and display_value")

AUTOMATIONS = Endpoint(
    path="/automations/workflows",
    rows_key="flow_summaries",
    scope="campaign_data",
    privilege="customer-journey:read",
    quiet=True,
    reads="full",
    soft_deletes=True,
    table=Table(
        name="automations",
        grain="one row per automation",
        key=("id",),
        newest=("update_date",),
        columns=(
            _ID,
            _NAME,
            _DESCRIPTION,
            _STATUS,
            text("active_state", "state of the definition that runs"),
            text("draft_state", "state of the definition that is being written"),
            _TAGS,
            text("template_id", "template that it was made from"),
            text("created_by_id", "user who made it"),
            text("promoted_by_id", "user who last set it going"),
            timestamp("created_date", "when it was made, UTC"),
            timestamp("promoted_date", "when it was last set going, UTC"),
            timestamp("update_date", "when it was last changed, UTC"),
            timestamp("deleted_at", VANISHED, added=True),
        ),
    ),
)

AUTOMATION_DEFINITIONS = Endpoint(
    path="/automations/workflows/{automation_flow_id}",
    shape="object",
    scope="campaign_data",
    privilege="customer-journey:read",
    quiet=True,
    reads="detail",
    needs=("automations",),
    detail_of="automations",
    version=("update_date",),
    table=Table(
        name="automation_definitions",
        grain="one row per automation, as it was last changed",
        key=("id",),
        columns=(
            _ID,
            _NAME,
            _DESCRIPTION,
            _STATUS,
            flag("name_explicitly_set", "whether somebody gave it its name"),
            _TAGS,
            json(
                "active_definition", "what runs: JSON of state, trigger and workflow; null where nothing does"
            ),
            json("draft_definition", "what is being written: JSON of state, trigger and workflow"),
            version_read("automation", "update_date"),
        ),
    ),
)

ENDPOINTS = (AUTOMATIONS, AUTOMATION_DEFINITIONS)
