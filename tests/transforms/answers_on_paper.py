"""What each analyst question answers on the hand-written account, worked out from raw_account.sql, not from the marts.

The newest event is the send of the club's mail on 9 March; intervals are Wilson's at 95 %, to three digits.
"""

from datetime import date, datetime
from typing import Any

at = datetime.fromisoformat
MARCH = date(2026, 3, 1)
SPRING_SENT, RESENT, CLUB_SENT = (
    at("2026-03-02T14:00:00"),
    at("2026-03-05T14:00:00"),
    at("2026-03-09T15:00:00"),
)
SPRING, RESEND = "5 new titles, Ada?", "Did you see our new titles"

TITLES = "https://Harbor.example/Titles/?utm_source=ctct&utm_campaign=spring#top"


def forecast(month: int) -> tuple[date, int, float, float, float]:
    """The tenth of a month, counted from January 2026. In the 65 days from 5 January to 10 March five came
    and two left, on one day two: a day's growth has the mean 3/65 and the variance (9 - 9/65) / 64 = 9/65.
    """
    then = date(2026 + (month - 1) // 12, (month - 1) % 12 + 1, 10)
    days = (then - date(2026, 3, 10)).days
    expected, margin = 3 + days * 3 / 65, 1.96 * (days * 9 / 65) ** 0.5
    return then, 3, expected, expected - margin, expected + margin


ON_PAPER: dict[str, list[tuple[Any, ...]]] = {
    # Dee's address: full at first (F), then not there (B)
    "addresses_to_clean": [("dee", "dee@yahoo.com", 2, 1, 1.0, at("2026-03-05T14:00:05"))],
    # New York went to summer time on 8 March: the club's 15:00 UTC is 11 o'clock, the others' 14:00 is 9
    "best_hours": [(1, 9, 1, 4, 0.5, 0.5), (1, 11, 1, 2, None, 0.0), (4, 9, 1, 1, 1.0, 0.0)],
    # four deliveries are the most there are
    "best_mails": [("Spring titles", SPRING, SPRING_SENT, 4, 0.5, 0.5, 0.5)],
    "dormant_contacts": [],
    "events_compared": [
        ("Talk", "active", at("2026-06-01T14:00:00"), *(None,) * 6, "USD"),
        ("Fair", "active", at("2026-05-01T14:00:00"), 1, None, None, None, 5.0, 0.0, "USD"),
        ("Reading", "complete", at("2026-03-07T00:00:00"), 3, 0.4, 2 / 3, 1 / 3, 60.5, 20.0, "USD"),
    ],
    "imports_with_errors": [
        (at("2026-03-05T12:00:00"), "list_change", None, "timed_out", *(None,) * 4, "[]"),
        (
            *(at("2026-03-01T02:00:00"), "import", "fair-visitors.csv", "completed", 19, 1, 0, 2),
            '["Row 3: the e-mail address is not valid."]',
        ),
    ],
    # one sign-up in three visitors
    "landing_pages_compared": [("page", 3, 1, 1 / 3, 0.061, 0.792, 1 / 3, None, at("2026-03-03T10:00:00"))],
    # the club has Ada alone, the newsletter Ben and Dee too: six mails, of which one opened by Ada, one by Ben
    "lists_compared": [
        ("Reading club", 1, 1.0, 1.0, 1 / 2, 1 / 2),
        ("Newsletter", 3, 1.0, 2 / 3, 2 / 6, 1 / 6),
    ],
    "machine_share": [],
    # Cy got one mail and left; of the others' six deliveries two were clicked, of four with known opens three opened
    "mail_fatigue": [(MARCH, "1", 1, 0.0, 0.0, 1.0), (MARCH, "2", 4, 3 / 4, 2 / 6, 0.0)],
    "mails_in_trouble": [
        ("Spring titles", RESENT, 2, 1 / 2, 0.0, 0.0),
        ("Spring titles", SPRING_SENT, 5, 1 / 5, 1 / 4, 1 / 4),
    ],
    "mails_sent_again": [
        ("Spring titles", RESEND, "resend_to_non_openers", 2, 0.0, 0, RESENT),
        ("Spring titles", SPRING, "again", 1, 3.5, 0, at("2026-03-02T17:30:00")),
        ("Spring titles", SPRING, "failed", 0, None, 2, at("2026-03-02T13:00:00")),
    ],
    # five deliveries with known opens, seven with known clicks
    "programme_by_month": [(MARCH, 3, 9, 3 / 5, 2 / 7, 1)],
    # nobody was refused (Z); Dee's two mails did not reach her
    "provider_trouble": [
        ("yahoo.com", 3, 1 / 3, 0.0, 0.0, RESENT),
        ("example.org", 2, 1.0, 0.0, 1 / 2, RESENT),
        ("gmail.com", 4, 1.0, 0.0, 1.0, CLUB_SENT),
    ],
    # the spring mail's name is no merge field but text
    "subject_traits": [(False, False, False, 1, 1.0), (True, True, False, 1, 0.5)],
    # two of four opened; the draft went to nobody
    "subjects_tested": [
        ("Spring titles", SPRING, "New on our shelves", 0.2, 6, 4, 0.5, 0.15, 0.85, 0.5),
        ("Summer titles", "Summer", "Sun and books", 0.1, 24, *(None,) * 5),
    ],
    # Ada, Ben and Dee may be mailed, none of them for 90 days yet; Dee's two of six mails bounced
    "sunset": [(days, 0, 3, 3, 3, 1.0, 1.0, 2 / 6, 2 / 6) for days in (90, 180, 270, 365)],
    # the first month has no month before it
    "tier_moves": [(MARCH, "high", 1, 0, 1), (MARCH, "inactive", 2, 0, 2), (MARCH, "medium", 2, 0, 2)],
    # Ada clicked twice, a link scanner before Eve once
    "utm_campaigns": [("spring", "ctct", None, 3, 2)],
    "values_of_fields": [],
    # in New York 02:00 UTC is the evening before
    "what_goes_out_next": [
        (
            *(at("2026-03-09T16:30:00"), date(2026, 3, 9), "resend_to_non_openers"),
            *("Club night", "Club night is over", "scheduled"),
        ),
        (at("2026-04-02T02:00:00"), date(2026, 4, 1), "mail", "Summer titles", "Summer", None),
        (
            *(at("2026-04-04T02:00:00"), date(2026, 4, 3), "resend_to_non_openers"),
            *("Summer titles", "Still time for summer", None),
        ),
    ],
    # Ada moved to New York, where Ben is; Dee and the contact with SMS only have no address, Eve is deleted
    "where_readers_live": [
        ("United States", "NY", 2, 2, 1.0, 2 / 4, 1 / 4),
        ("not known", "not known", 2, 1, 0.0, 0.0, 0.0),
        ("United States", "CT", 1, 0, 0.0, 0.0, 0.0),
    ],
    # January: Ada and Ben. February: Cy, Dee and Eve; Cy and Eve leave in March, when all are mailed and Eve reads.
    # The contact of March has no address
    "cohort_retention": [
        (date(2026, 1, 1), 0, 2, 1.0, None),
        (date(2026, 1, 1), 1, 2, 1.0, None),
        (date(2026, 1, 1), 2, 2, 1.0, 1.0),
        (date(2026, 2, 1), 0, 3, 1.0, None),
        (date(2026, 2, 1), 1, 3, 1 / 3, 1 / 3),
    ],
    "growth_by_month": [
        (date(2026, 1, 1), 2, 0, 0, 2),
        (date(2026, 2, 1), 3, 0, 0, 3),
        (date(2026, 3, 1), 0, 1, 1, -2),
    ],
    # Ada was on both lists when the first sync looked, left the club for a day, and was mailed twice
    "longest_journey": [
        (1, "created", "Contact", None, at("2026-01-05T10:00:00")),
        (2, "opted_in", "Contact", 0, at("2026-01-05T10:00:00")),
        (3, "list_left", "Reading club", 45 * 86400 + 17 * 3600, at("2026-02-20T03:00:00")),
        (4, "list_joined", "Reading club", 86400, at("2026-02-21T03:00:00")),
        (5, "send", SPRING, 9 * 86400 + 11 * 3600, SPRING_SENT),
        (6, "open", SPRING, 4, at("2026-03-02T14:00:04")),
        (7, "open", SPRING, 5396, at("2026-03-02T15:30:00")),
        (8, "click", TITLES, 60, at("2026-03-02T15:31:00")),
        (9, "click", TITLES, 0, at("2026-03-02T15:31:00")),
        (10, "click", "https://harbor.example/club", 60, at("2026-03-02T15:32:00")),
        (11, "send", "Club night", 6 * 86400 + 23 * 3600 + 28 * 60, CLUB_SENT),
    ],
    "size_in_a_year": [forecast(month) for month in range(4, 16)],
    "readers_to_win_back": [],
    "why_people_leave": [("Too many mails", 1, 1.0, 28.0)],
    "most_clicked_pages": [
        ("harbor.example/Titles", 1, 3, 2),
        ("harbor.example/club", 1, 2, 2),
        ("harbor.example/never", 1, 1, 1),
    ],
    "list_overlap": [("Reading club", "Newsletter", 1, 1.0)],
    "members_who_left_lists": [("Newsletter", 2, 18.0), ("Reading club", 1, None)],
    "speed_of_opens": [(3, 1800.0, 69480.0, 1)],
    "engagement_tiers": [("high", 1, 15.0, 7.0), ("medium", 1, 11.0, 6.0), ("inactive", 1, 3.0, None)],
    "days_between_mails": [
        ("one mail so far", 1, None, 0),
        ("3 to 7 days", 2, 3, 0),
        ("7 to 14 days", 2, 7, 0),
    ],
    "this_year_and_last": [],
    "revenue_by_mail": [],
    "segments_compared": [("Most engaged", 1, 2, None, None, None, 0.0, 0.0, CLUB_SENT)],
    "mails_not_wholly_loaded": [
        ("Club night", "Club night", "opens", None, 1, CLUB_SENT),
        ("Club night", "Club night", "unique_opens", None, 1, CLUB_SENT),
    ],
    "sms_beside_mails": [
        (date(2026, 3, 1), "email", 2, 7, 6 / 7, 0.75, 1 / 3, 1 / 6),
        (date(2026, 3, 1), "sms", 1, 4, None, None, 0.4, 0.0),
        (date(2026, 2, 1), "sms", 1, 10, 0.8, 0.75, 0.5, 0.25),
    ],
    "guests_who_stay_away": [("ben@gmail.com", 1, 1, at("2026-03-07T00:00:00"))],
    "automations_running": [("Welcome", date(2026, 1, 11), False, at("2026-01-11T10:00:00"))],
    "profiles_in_trouble": [
        ("INSTAGRAM", "Harbor Pictures", "login_expired", "token expired", "harborpix"),
        ("LINKEDIN", "Harbor Jobs", "not_connected", None, None),
    ],
    "worth_of_resends": [("Spring titles", 0.5, 1.0, 1, 0, 0, 0.5)],
}
"""Question -> its rows."""
