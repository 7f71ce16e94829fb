"""What the views for the API V1 say of the hand-written account, worked out by hand from raw_account.sql."""

from datetime import datetime
from typing import Any

at = datetime.fromisoformat

OLD_API: dict[str, list[tuple[Any, ...]]] = {
    # contacts?updatedsince=2026-03-02&listtype=do-not-mail, and removed: neither change moved the contact's own time
    "select contact_id, contact_status, updated_at from v1_contacts where list_type = 'do-not-mail'"
    " and updated_at >= timestamp '2026-03-02 00:00:00'": [("cy", "Do Not Mail", at("2026-03-02T16:00:00"))],
    "select contact_id, contact_status, updated_at from v1_contacts where list_type = 'removed'": [
        ("eve", "Removed", at("2026-03-10T10:00:00"))
    ],
    "select contact_id, old_contact_id, contact_status from v1_contacts where coalesce(list_type, 'active') = 'active'"
    " order by 1": [
        ("ada", "11", "Active"),
        ("ben", "12", "Active"),
        ("dee", None, "Active"),
        ("sms", None, None),
    ],
    "select list_id, old_list_id, contact_count from v1_lists order by 1": [
        ("club", None, 1),
        ("news", "1", 3),
    ],
    # lists/1/members, by the old number of the list
    "select contact_id, old_contact_id, email_address, updated_at from v1_list_members where old_list_id = '1'"
    " order by 1": [
        ("ada", "11", "ada@gmail.com", at("2026-01-05T10:00:00")),
        ("ben", "12", "Ben@Gmail.com", at("2026-01-20T10:00:00")),
        ("dee", None, "dee@yahoo.com", at("2026-02-02T11:00:00")),
    ],
    "select campaign_id, old_campaign_id, campaign_status, last_sent_at from v1_campaigns order by 1": [
        ("club", None, "SENT", at("2026-03-09T15:00:00")),
        ("draft", None, "DRAFT", None),
        ("spring", "1100546096289", "SENT", at("2026-03-05T14:00:00")),
    ],
    # campaigns/1100546096289/events/<kind>
    "select event_kind, count(*) as events from v1_campaign_events where old_campaign_id = '1100546096289'"
    " group by event_kind order by 1": [
        ("bounces", 3),
        ("clicks", 6),
        ("forwards", 1),
        ("opens", 4),
        ("opt-outs", 1),
        ("sends", 7),
    ],
    "select contact_id, email_address, bounce_code, occurred_at from v1_campaign_events where event_kind = 'bounces'"
    " and campaign_activity_id = 'spring-2'": [("dee", "dee@yahoo.com", "B", at("2026-03-05T14:00:05"))],
    # contacts/12/events/<kind>
    "select event_kind, campaign_id, occurred_at from v1_contact_events where old_contact_id = '12' order by 3, 1": [
        ("sends", "spring", at("2026-03-02T14:00:00")),
        ("opens", "spring", at("2026-03-03T14:00:00")),
        ("forwards", "spring", at("2026-03-03T14:05:00")),
        ("sends", "club", at("2026-03-09T15:00:00")),
    ],
    "select event_id, event_status, registrant_count, attended_count, no_show_count, starts_at from v1_events"
    " order by 1": [
        ("fair", "ACTIVE", 1, 0, None, at("2026-05-01T14:00:00")),
        ("reading", "COMPLETE", 4, 2, 1, at("2026-03-07T00:00:00")),
        ("talk", "ACTIVE", 2, None, None, at("2026-06-01T14:00:00")),
    ],
    # events/reading/registrants, with guests; r5 was taken back
    "select registration_id, old_contact_id, guest_count, attendance_status, payment_status, total_amount"
    " from v1_registrants where event_id = 'reading' order by 1": [
        ("r1", "11", 1, "ATTENDED", "PAID", 40.5),
        ("r2", "12", 0, "NO_SHOW", "PENDING", 20.0),
        ("r3", None, 0, None, "REFUNDED", 20.0),
        ("r4", None, 0, "ATTENDED", "PAID", 20.0),
    ],
    "select activity_id, activity_kind, activity_status, error_count from v1_activities order by 1": [
        ("job-1", "import", "COMPLETED", 1),
        ("job-2", "list_change", "TIMED_OUT", None),
        ("job-3", "export", "COMPLETED", None),
    ],
    "select email_address, address_status, verified_at from v1_email_addresses order by 1": [
        ("club@harbor.example", "Pending", None),
        ("hi@harbor.example", "Verified", at("2026-01-01T10:00:00")),
    ],
}
"""Query -> rows."""
