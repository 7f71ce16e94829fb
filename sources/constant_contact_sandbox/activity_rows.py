"""One mail as /emails/activities/{id} shows it. Knows no HTTP. Source of the shape: contract, EmailCampaignActivity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .campaigns import document_id
from .small_collections import ADDRESS

if TYPE_CHECKING:
    from .campaigns import Activity, Campaign

Row = dict[str, Any]
ACTIVITY_INCLUDES = frozenset(
    {"physical_address_in_footer", "permalink_url", "html_content", "document_properties"}
)


def activity_row(campaign: Campaign, activity: Activity, include: frozenset[str] = ACTIVITY_INCLUDES) -> Row:
    """The row of /emails/activities/{id}."""
    row: Row = {
        "campaign_activity_id": activity.activity_id,
        "campaign_id": campaign.campaign_id,
        "role": activity.role,
        "contact_list_ids": activity.list_ids,
        "segment_ids": activity.segment_ids,
        "current_status": "DONE" if activity.sent_at else campaign.status.upper(),
        "format_type": 5 if campaign.type_code == 26 else 3 + activity.number % 2,
        "from_email": "news@harborlight.example",
        "from_name": "Harbor Light Bakery",
        "reply_to_email": "jo.lindqvist@harborlight.example",
        "subject": activity.subject,
        "preheader": "Fresh from the oven: " + campaign.name,
    }
    if campaign.type_code != 26:
        row["document_id"] = document_id(activity)
    return row | {name: part for name, part in _activity_parts(campaign, activity).items() if name in include}


def html(campaign: Campaign, activity: Activity) -> str:
    links = "".join(f'<p><a href="{link}">more</a></p>' for link in activity.links)
    return f"<html><body>[[trackingImage]]<h1>{campaign.name}</h1>{links}</body></html>"


def _activity_parts(campaign: Campaign, activity: Activity) -> Row:
    """What an activity shows only when asked."""
    organization = {"organization_name": "Harbor Light Bakery & Workshop", "country_name": "United States"}
    parts: Row = {
        "permalink_url": f"https://conta.example/{activity.number:x}",
        "physical_address_in_footer": ADDRESS | organization,
    }
    if campaign.type_code == 26:  # format_type 5, the only one whose HTML an activity shows
        parts["html_content"] = html(campaign, activity)
        parts["document_properties"] = {
            "style_content": ".gold{color:#c90}",
            "letter_format": "XHTML",
            "subscribe_link_enabled": "true",
            "text_content": f"<Text>{campaign.name}</Text>",
            "view_as_webpage_enabled": "false",
        }
    return parts
