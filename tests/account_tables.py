"""What of an account's raw tables cannot be told from their rows: keys, child tables, what stays after it vanished.

Written down by hand, but for keys and marks, which are in `published.json`; nothing of the pipeline is used, so that
an error in its declarations cannot hide itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from published import published

if TYPE_CHECKING:
    from collections.abc import Mapping

FEEDS = ("email_sends", "email_opens", "email_clicks", "email_forwards", "email_optouts", "email_bounces")
ASKED_FOR_NAMES = (
    "segment_members",
    "contact_export",
    "contact_xrefs",
    "list_xrefs",
    "campaign_xrefs",
    "contact_activity",
    "contact_activity_summary",
    "contact_rates",
    "contacts_sms_engagement_history",
    "partner_accounts",
    "partner_plans",
    "partner_webhooks",
)
OF_THE_READING = ("occurrence", "counted_on", "read_on", "last_refresh_time")
"""Columns of keys that say when or as which one a row was read; the account's own rows have no such thing."""


def _keys(*names: str) -> Mapping[str, tuple[str, ...]]:
    """By table the columns that tell rows of the account apart."""
    return {name: tuple(part for part in TABLES[name].key if part not in OF_THE_READING) for name in names}


TABLES = published()
LANDING_PAGES = _keys(*(name for name in TABLES if name.startswith("landing_page_")))
"""Of the pages that the setting `landing_page_ids` names, so compared only where a test says so."""
ASKED_FOR = _keys(*ASKED_FOR_NAMES)
"""Not in each run (a request per segment or contact, by a command, a partner's): compared where a test says so."""
KEYS = _keys(*(name for name in TABLES if name not in LANDING_PAGES | ASKED_FOR))
OF_A_CONTACT = ("contact_activity", "contact_activity_summary", "contact_rates")
"""Reports of single contacts."""
REPEATED = (*FEEDS, "landing_page_opens", "contact_activity")
OPT_IN = {name for name in KEYS if TABLES[name].opt_in}
"""Tables that are there only where the setting `opt_in` names them."""
CHILDREN = {
    ("contacts", "custom_fields"): "contacts__custom_fields",
    ("contacts", "list_memberships"): "contacts__list_memberships",
    ("contacts", "taggings"): "contacts__taggings",
    ("contacts", "phone_numbers"): "contacts__phone_numbers",
    ("contacts", "street_addresses"): "contacts__street_addresses",
    ("contacts", "notes"): "contacts__notes",
    ("contacts", "sms_channel__sms_channel_consents"): "contacts__sms_channel_consents",
    ("custom_fields", "choices"): "custom_fields__choices",
    ("events", "default_track__items"): "events__items",
    ("events", "default_track__promo_codes"): "events__promo_codes",
    ("events", "default_track__media_assets"): "events__media_assets",
    ("events", "event_promotions"): "events__promotions",
    ("email_campaign_activities", "contact_list_ids"): "email_campaign_activities__contact_lists",
    ("email_campaign_activities", "segment_ids"): "email_campaign_activities__segments",
    ("email_send_history", "contact_list_ids"): "email_send_history__contact_lists",
    ("email_send_history", "segment_ids"): "email_send_history__segments",
    ("account_emails", "roles"): "account_emails__roles",
    ("event_registration_details", "answers"): "event_registration_details__answers",
    ("event_registration_details", "tickets"): "event_registration_details__tickets",
    ("event_registration_details", "order_summary__details"): "event_registration_details__order_details",
}
CHOICES = "contacts__custom_fields__choices"
"""Of the arrays inside the array of a contact's fields."""
BRIDGED = {
    ("email_campaign_activities", "contact_list_ids"),
    ("email_campaign_activities", "segment_ids"),
    ("email_send_history", "contact_list_ids"),
    ("email_send_history", "segment_ids"),
    ("account_emails", "roles"),
    ("event_registration_details", "answers"),
    ("event_registration_details", "tickets"),
    ("event_registration_details", "order_summary__details"),
}
"""Arrays that have a table of their own and stay in a column besides."""
HISTORIES = {"email_campaign_stats": "campaign_id", "email_campaign_activity_stats": "campaign_activity_id"}
VERSIONS = {f"{name}_history" for name in KEYS}
"""Earlier rows of tables, which only the pipeline keeps."""
SHOWS_DELETED = {"contact_lists"}
"""Of these the account itself still has the rows that were deleted."""
MARKED = {name for name, one in TABLES.items() if one.soft_deletes} - SHOWS_DELETED
"""Tables whose rows vanish from the account without a trace and are marked with deleted_at."""
DATES = {"contacts", "custom_fields__choices", *FEEDS, *LANDING_PAGES}
"""Tables whose deleted_at is a day, not an instant."""
MOMENTS = {"event_start", "event_end", "start_on"}
WHOLE = {
    ("automation_definitions", "active_definition"),
    ("automation_definitions", "draft_definition"),
    ("social_profiles", "settings"),
}
"""Objects that stay JSON: of unknown depth, or of unknown names."""
RENAMED = {
    ("event_registrations", "checkedIn_tickets"): "checked_in_tickets",
    ("event_registration_details", "checkedIn_tickets"): "checked_in_tickets",
    ("event_registration_details", "contact"): "answers",
    ("events__promotions", "default"): "is_default",
}
"""Properties whose column has another name."""
OWNERS = {
    "account_emails": "email_id",
    "automations": "id",
    "custom_fields": "custom_field_id",
    "events": "event_id",
    "segments": "segment_id",
}
OWNED = {
    "account_emails": {"account_emails__roles"},
    "automations": {"automation_definitions"},
    "custom_fields": {"custom_fields__choices"},
    "events": {name for name in KEYS if name.startswith("event") and name != "events"},
    "segments": {"segment_members"},
}
"""Tables whose rows stay as they were where what they belong to has vanished."""
