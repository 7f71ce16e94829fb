"""The rows of the marts beside mails of the hand-written account, worked out by hand from raw_account.sql."""

from datetime import date, datetime
from typing import Any

at = datetime.fromisoformat

CHANNELS: dict[str, list[tuple[Any, ...]]] = {
    # of the second campaign the API counts more deliveries than sends, and more openings than deliveries
    "select campaign_id, sends, deliveries, unique_opens, unique_clicks, opt_outs, delivery_rate, open_rate,"
    " click_rate, opt_out_rate, last_sent_date from sms_campaigns order by 1": [
        ("text-1", 10, 8, 6, 4, 2, 0.8, 0.75, 0.5, 0.25, date(2026, 2, 28)),  # 10 p. m. in New York
        ("text-2", 4, 5, 6, 2, 0, None, None, 0.4, 0.0, date(2026, 3, 4)),
    ],
    # mails: spring 4 of 5 reached, club 2 of 2; who opened the club's is not loaded
    "select channel, sent_month, campaigns, recipients, deliveries, delivery_rate, open_rate, click_rate,"
    " opt_out_rate from channel_months order by 1, 2": [
        ("email", date(2026, 3, 1), 2, 7, 6, 6 / 7, 3 / 4, 2 / 6, 1 / 6),
        ("sms", date(2026, 2, 1), 1, 10, 8, 0.8, 0.75, 0.5, 0.25),
        ("sms", date(2026, 3, 1), 1, 4, 5, None, None, 0.4, 0.0),
    ],
    # the guest's address is nobody's, but the details of the registration name Eve
    "select registration_id, contact_id, registration_status, payment_status, payment_method, paid_amount,"
    " returned_amount, days_before_event, is_registered, is_attended, is_no_show, is_deleted"
    " from event_registrations order by 1": [
        ("r1", "ada", "registered", "paid", "PAYPAL", 40.5, None, 5, True, True, False, False),
        ("r2", "ben", "registered", "pending", None, None, None, 4, True, False, True, False),
        ("r3", "dee", "canceled", "refunded", None, None, 20.0, 3, False, False, False, False),
        ("r4", "eve", "registered", "paid", "STRIPE", 20.0, None, 3, True, True, False, False),
        ("r5", "ada", "registered", "paid", None, 20.0, None, 2, False, False, False, True),
        ("r6", "ada", "registered", "paid", None, 5.0, None, 54, True, False, None, False),
    ],
    # the fair is to come, of the talk no registration is loaded
    "select event_id, event_status, registrations, registered, canceled, new_contacts, tickets, attended,"
    " no_shows, items_sold, promo_codes_used, reported_registrations, is_wholly_loaded from events order by 1": [
        ("fair", "active", 1, 1, 0, 0, 1, 0, None, None, None, 1, True),
        ("reading", "complete", 4, 3, 1, 1, 4, 2, 1, 3, 1, 4, True),
        ("talk", "active", None, None, None, None, None, None, None, None, None, 2, False),
    ],
    "select event_id, revenue, returned_amount, outstanding_amount, revenue_per_registration, attendance_rate,"
    " no_show_rate, cancellation_rate, sold_share from events order by 1": [
        ("fair", 5.0, 0.0, 0.0, 5.0, None, None, 0.0, None),
        ("reading", 60.5, 20.0, 20.0, 60.5 / 3, 2 / 3, 1 / 3, 0.25, 0.4),
        ("talk", None, None, None, None, None, None, None, None),
    ],
    # Ada and Cy opened it, Ada followed two links, Dee signed up; consents to SMS are not read
    "select landing_page_id, opens, visitors, contacts_opened, contacts_clicked, contacts_added, contacts_updated,"
    " contacts_allowed_sms, click_rate, sign_up_rate, sms_opt_in_rate, first_visited_at from landing_pages": [
        ("page", 3, 3, 2, 1, 1, 0, None, 1 / 3, 1 / 3, None, at("2026-02-02T11:00:00"))
    ],
    # it was set going at 10 p. m. of the day before, in New York
    "select automation_id, automation_status, running_definition, is_running, is_changed_since_start, is_deleted,"
    " running_since_date from automations order by 1": [
        ("cart", "draft", None, False, None, False, None),
        ("gone", "active", None, False, None, True, None),
        ("hello", "active", '{"state":"ACTIVE"}', True, False, False, date(2026, 1, 11)),
    ],
    "select campaign_activity_id, subject_a, subject_b, test_share, winner_wait_hours, sends, deliveries,"
    " open_rate, click_rate, is_sent, winner_due_at from ab_tests order by 1": [
        ("draft-1", "Summer", "Sun and books", 0.1, 24, None, None, None, None, False, None),
        (
            *("spring-1", "5 new titles, Ada?", "New on our shelves", 0.2, 6, 5, 4, 0.5, 0.5, True),
            at("2026-03-02T20:00:00"),
        ),
    ],
    # send 10 comes after send 2
    "select campaign_activity_id, send_id, send_kind, contacts, reason_code, hours_since_first_send, is_wholly_loaded,"
    " sent_date from mail_sends order by 1, sent_at": [
        ("spring-1", "1", "failed", 0, 2, None, True, date(2026, 3, 2)),
        ("spring-1", "2", "first", 4, 0, 0.0, True, date(2026, 3, 2)),
        ("spring-1", "10", "again", 1, 0, 3.5, True, date(2026, 3, 2)),
        ("spring-2", "1", "resend_to_non_openers", 2, 0, 0.0, True, date(2026, 3, 5)),
    ],
    # the club's resend waits from the send that was, the draft's from the one that is scheduled
    "select campaign_activity_id, send_kind, resend_request_id, resend_status, subject, due_at, due_date"
    " from planned_sends order by 1, 2": [
        (
            *("club-1", "resend_to_non_openers", "901", "scheduled", "Club night is over"),
            *(at("2026-03-09T16:30:00"), date(2026, 3, 9)),
        ),
        ("draft-1", "mail", None, None, "Summer", at("2026-04-02T02:00:00"), date(2026, 4, 1)),
        (
            *("draft-1", "resend_to_non_openers", "DRAFT", None, "Still time for summer"),
            *(at("2026-04-04T02:00:00"), date(2026, 4, 3)),
        ),
    ],
    "select profile_id, network, is_token_valid, network_error, trouble, is_ready from social_profiles order by 1": [
        ("s1", "FACEBOOK", True, None, None, True),
        ("s2", "INSTAGRAM", False, "token expired", "login_expired", False),
        ("s3", "LINKEDIN", None, None, "not_connected", False),
    ],
    "select activity_id, job_kind, job_state, completed_share, error_share, persons_not_added, seconds_taken,"
    " is_failed, created_date from bulk_jobs order by 1": [
        ("job-1", "import", "completed", 1.0, 0.05, 2, 150, False, date(2026, 2, 28)),
        ("job-2", "list_change", "timed_out", 0.5, None, None, None, True, date(2026, 3, 5)),
        ("job-3", "export", "completed", 1.0, None, None, 30, False, date(2026, 3, 6)),
    ],
}
"""Query -> its rows."""
