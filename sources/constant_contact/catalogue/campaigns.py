"""E-mail campaigns and their activities: the single e-mails that are sent.

Source: contract, definitions EmailCampaign and EmailCampaignActivity;
api_guide/email_campaigns_collection, api_guide/email_campaign_activities_stats_report.
"""

from sources.constant_contact.catalogue.columns import Table, bigint, child, json, text, timestamp
from sources.constant_contact.catalogue.endpoint import Endpoint

REPORTED_ROLES = ("primary_email", "resend")
"""Roles of activities that have tracking reports, and only once sent."""

EMAIL_CAMPAIGNS = Endpoint(
    path="/emails",
    rows_key="campaigns",
    page_size=500,
    paged=True,
    scope="campaign_data",
    privilege="campaign:read",
    reads="campaigns",
    after="after_date",
    before="before_date",
    changed="updated_at",
    detail_path="/emails/{campaign_id}",
    table=Table(
        name="email_campaigns",
        grain="one row per campaign, removed ones included",
        key=("campaign_id",),
        newest=("updated_at",),
        columns=(
            text("campaign_id", "id of the campaign"),
            text("name", "unique name of the campaign, not shown to recipients"),
            text("type", "kind of e-mail, such as NEWSLETTER"),
            bigint("type_code", "kind of e-mail as a number"),
            text(
                "current_status",
                "status: Draft, Scheduled, Executing, Done, Error or Removed; compare case-blind",
            ),
            timestamp("created_at", "when it was created, UTC"),
            timestamp("updated_at", "when it was last changed, UTC"),
            json(
                "campaign_activities",
                "JSON array of its activities' ids, roles and documents; only in the detail",
            ),
        ),
    ),
)

_ACTIVITY_ID = text("campaign_activity_id", "id of the activity")
_BRIDGES = tuple(
    child(
        parent="email_campaign_activities",
        parent_key=_ACTIVITY_ID,
        property_=name,
        grain=f"one row per campaign activity and {what} it is sent to",
        own_key=text(key, f"id of the {what}"),
        from_=(property_,),
        kind="values",
    )
    for name, what, key, property_ in (
        ("contact_lists", "list", "list_id", "contact_list_ids"),
        ("segments", "segment", "segment_id", "segment_ids"),
    )
)

EMAIL_CAMPAIGN_ACTIVITIES = Endpoint(
    path="/emails/activities/{campaign_activity_id}",
    # html_content can be megabytes an e-mail and no mart reads it: asked for where the setting of that name says so
    params=(("include", "physical_address_in_footer,permalink_url,document_properties"),),
    shape="object",
    scope="campaign_data",
    privilege="campaign:read",
    reads="per_activity",
    needs=("email_campaigns",),
    children=_BRIDGES,
    table=Table(
        name="email_campaign_activities",
        grain="one row per campaign activity",
        key=("campaign_activity_id",),
        columns=(
            _ACTIVITY_ID,
            text("campaign_id", "campaign it belongs to"),
            text("role", "role in the campaign: primary_email, permalink or resend"),
            text(
                "current_status",
                "status: DRAFT, SCHEDULED, EXECUTING, DONE, ERROR or REMOVED; compare case-blind",
            ),
            json("contact_list_ids", "JSON array of the lists it is sent to"),
            json("segment_ids", "JSON array of the segments it is sent to"),
            bigint("format_type", "editor: 1 and 5 custom code, 2 to 4 generations of the provider's editor"),
            text("from_email", "sender's address"),
            text("from_name", "sender's name"),
            text("reply_to_email", "address for replies"),
            text("subject", "subject line"),
            text("preheader", "preview line shown after the subject"),
            text("html_content", "the e-mail's HTML; asked for only on request, as it is large"),
            text("permalink_url", "public web page of the e-mail"),
            text("document_id", "id of the editor's document; also in the campaign's reference"),
            *(
                text(f"physical_address_in_footer__{name}", f"postal address in the footer: {what}")
                for name, what in (
                    ("organization_name", "organisation"),
                    ("address_line1", "line 1"),
                    ("address_line2", "line 2"),
                    ("address_line3", "line 3"),
                    ("address_optional", "further line"),
                    ("city", "city"),
                    ("state_code", "state code in the US"),
                    ("state_name", "state name"),
                    ("state_non_us_name", "state or province outside the US"),
                    ("postal_code", "post code"),
                    ("country_code", "ISO 3166 country"),
                    ("country_name", "country"),
                )
            ),
            *(
                text(f"document_properties__{name}", what)
                for name, what in (
                    ("style_content", "legacy custom code: style sheet"),
                    ("letter_format", "legacy custom code: HTML or XHTML"),
                    ("greeting_salutation", "greeting before the name"),
                    ("greeting_name_type", "which name the greeting uses, F, L, B or N"),
                    ("greeting_secondary", "greeting when the name is unknown"),
                    ("subscribe_link_enabled", "true or false as text: subscribe link shown"),
                    ("subscribe_link_name", "text of the subscribe link"),
                    ("text_content", "plain text version"),
                    ("permission_reminder_enabled", "true or false as text: reminder of permission shown"),
                    ("permission_reminder", "text of the reminder of permission"),
                    ("view_as_webpage_enabled", "true or false as text: link to the web version shown"),
                    ("view_as_webpage_text", "text before the link to the web version"),
                    ("view_as_webpage_link_name", "text of the link to the web version"),
                    ("forward_email_link_enabled", "true or false as text: forward link shown"),
                    ("forward_email_link_name", "text of the forward link"),
                )
            ),
        ),
    ),
)

ENDPOINTS = (EMAIL_CAMPAIGNS, EMAIL_CAMPAIGN_ACTIVITIES)
