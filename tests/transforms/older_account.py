"""An account with more than a year behind it, and what follows on paper for the questions that need one.

Days are New York's. The newest event is the send of 15 April 2026. 180 days before is 17 October 2025: 14 days are left
of October, then come 30 + 31 + 31 + 28 + 31 + 15 = 166. 91 days before is 14 January 2026: 17 + 28 + 31 + 15.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from raw_inserts import insert

at = datetime.fromisoformat
TABLES = (
    *("account", "contacts", "custom_fields", "custom_fields__choices", "contacts__custom_fields"),
    *(
        "email_campaigns",
        "email_campaign_activities",
        "email_sends",
        "email_opens",
        "email_clicks",
        "email_bounces",
    ),
    *("email_optouts", "email_links"),
)
"""Raw tables that the account has; the others are not loaded."""

LAST_OF_MARCH_25, FIRST_OF_APRIL_25 = "2025-04-01T03:59:59Z", "2025-04-01T04:00:00Z"
WINTER = "2026-01-14T15:00:00Z"
MARCH_26, APRIL_26 = "2026-03-31T15:00:00Z", "2026-04-15T15:00:00Z"
GMAIL, YAHOO, HARBOR = (
    [f"{letter}{number}" for number in range(1, people + 1)]
    for letter, people in (("g", 10), ("y", 7), ("h", 3))
)
SPRING_READERS = ("gus", "hal", "ida", "jo", "kit", "lou", "oli", "pat", "quin")
SENDS: list[tuple[str, str, str]] = [
    *(("march-25", contact, LAST_OF_MARCH_25) for contact in SPRING_READERS),
    *(("april-25", contact, FIRST_OF_APRIL_25) for contact in ("gus", "hal", "ida", "lou", "quin")),
    ("winter", "mia", WINTER),
    ("winter", "ned", "2026-01-15T15:00:00Z"),
    *(("march-26", contact, MARCH_26) for contact in (*GMAIL, *YAHOO, *HARBOR)),
    *(("april-26", contact, APRIL_26) for contact in GMAIL),
]
"""Mail, contact, time."""
LATE_OPENS = [
    ("march-25", "gus", "2025-05-01T12:00:00Z"),
    ("april-25", "gus", "2025-10-17T18:00:00Z"),
    ("april-25", "hal", "2026-01-14T18:00:00Z"),
    ("march-25", "ida", "2026-01-15T03:00:00Z"),
    ("march-25", "jo", "2026-01-15T12:00:00Z"),
    ("march-25", "kit", "2025-10-17T03:59:59Z"),
    ("march-25", "lou", "2025-08-01T02:00:00Z"),
    ("march-25", "oli", "2025-12-01T12:00:00Z"),
]
"""Mail, contact, time. Ida's, Kit's and Lou's fall on the evening before in New York."""
HOURS = (3600, 7200, 10800, 14400)
SECONDS_TO_OPEN: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(GMAIL, (1800, *HOURS)),
    "g1": (6, 7, 8, 9, 10),
    "g2": (11, *HOURS),
    "g3": (120, *HOURS),
    "g4": (121, *HOURS),
    **dict.fromkeys(YAHOO, tuple(range(3600, 8 * 3600, 3600))),
    **dict.fromkeys(HARBOR, tuple(range(3600, 18 * 3600, 3600))),
}
"""Contact -> seconds from the send of March 2026 to each open."""
SECONDS_TO_CLICK = (("g2", "1", 3700), ("g4", "1", 9000), ("g4", "2", 9002), ("g4", "3", 9005))
"""Contact, link and seconds from that send; g4's three links in five seconds are a scanner's."""
CHOICES = {
    **dict.fromkeys(("h2", "h3", *YAHOO), "[2]"),
    **dict.fromkeys(("h1", *GMAIL), "[1]"),
}
"""Contact -> genre: Crime (1) or Poetry (2)."""
NAMED = ("gus", "hal", "ida", "jo", "kit", "lou", "mia", "ned", "oli", "pat", "quin")


def address(contact: str) -> str:
    domains = {"g": "gmail.com", "y": "yahoo.com", "h": "harbor.example"}
    return f"{contact}@{'tide.example' if contact in NAMED else domains[contact[0]]}"


def later(seconds: int) -> str:
    return (datetime(2026, 3, 31, 15, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()


def people() -> Iterator[str]:
    """Everybody joined in 2025; Oli and g10 left, Pat was deleted."""
    for contact in (*NAMED, *GMAIL, *YAHOO, *HARBOR):
        yield insert(
            "contacts",
            contact_id=contact,
            first_name=contact.title(),
            last_name="Tide",
            email_address__address=address(contact),
            email_address__permission_to_send="unsubscribed" if contact in ("oli", "g10") else "explicit",
            email_address__opt_in_date="2025-01-05T10:00:00Z",
            created_at="2025-01-05T10:00:00Z",
            deleted_at="2026-02-01" if contact == "pat" else None,
        )


def fields() -> Iterator[str]:
    yield insert("custom_fields", custom_field_id="genre", label="Genre", type="single_select")
    yield insert("custom_fields", custom_field_id="shop", label="Nearest shop", type="string")
    for choice, label in (("1", "Crime"), ("2", "Poetry")):
        yield insert("custom_fields__choices", custom_field_id="genre", choice_id=choice, choice_label=label)
    for contact, chosen in CHOICES.items():
        yield insert(
            "contacts__custom_fields", contact_id=contact, custom_field_id="genre", choice_ids=chosen
        )
    for contact in NAMED:
        yield insert(
            "contacts__custom_fields", contact_id=contact, custom_field_id="shop", value="Harbor Street"
        )


def mails() -> Iterator[str]:
    for mail in dict.fromkeys(mail for mail, _, _ in SENDS):
        yield insert("email_campaigns", campaign_id=mail, name=mail, current_status="Done")
        yield insert(
            "email_campaign_activities",
            campaign_activity_id=mail,
            campaign_id=mail,
            role="primary_email",
            current_status="DONE",
            subject=mail,
        )


def event(feed: str, mail: str, contact: str, time: str, **extra: object) -> str:
    return insert(
        f"email_{feed}",
        campaign_activity_id=mail,
        contact_id=contact,
        email_address=address(contact),
        created_time=time,
        occurrence=1,
        **extra,
    )


def events() -> Iterator[str]:
    for send in SENDS:
        yield event("sends", *send)
    for late in LATE_OPENS:
        yield event("opens", *late)
    for contact, openings in SECONDS_TO_OPEN.items():
        for seconds in openings:
            yield event("opens", "march-26", contact, later(seconds))
    for contact, link, seconds in SECONDS_TO_CLICK:
        yield event("clicks", "march-26", contact, later(seconds), url_id=link)
    yield event("clicks", "march-25", "gus", "2025-05-01T12:01:00Z", url_id="9")
    yield event("bounces", "march-25", "pat", "2025-04-01T04:00:05Z", bounce_code="B")
    yield event("optouts", "march-25", "oli", "2025-12-01T12:01:00Z")
    yield event("optouts", "april-26", "g10", "2026-04-15T16:00:00Z")


def rows() -> Iterator[str]:
    yield insert("account", encoded_account_id="older", time_zone_id="America/New_York")
    for part in (people(), fields(), mails(), events()):
        yield from part


ON_PAPER: dict[str, list[tuple[Any, ...]]] = {
    # Never: Mia, mailed 91 days ago (1 mail), and Quin (2). Ned, mailed 90 days ago, is new, Pat deleted. Lou (2
    # mails) was last seen on 31 July, Kit (1) on 16 October, 181 days ago; Gus, a day later, is not dormant yet
    "dormant_contacts": [
        (None, 2, 1 + 2),
        (date(2025, 7, 1), 1, 2),
        (date(2025, 10, 1), 1, 1),
    ],
    # harbor.example: 3 x 17 opens. gmail.com: 10 x 5, fifty and no more; a program's are g1's five (within 10 s),
    # g2's first (11 s) and g3's (120 s), not g4's (121 s), and g4's three clicks. Of its 20 deliveries 10 were
    # opened, 9 by people, 2 clicked, 1 by a person. yahoo.com has 7 x 7 = 49 opens, one too few
    "machine_share": [
        ("harbor.example", 51, 0, 0, 0, 3 / 3, 3 / 3, 0 / 3, 0 / 3),
        ("gmail.com", 50, 5 + 1 + 1, 1 + 3, 3, 10 / 20, 9 / 20, 2 / 20, 1 / 20),
    ],
    # Crime: g1 to g10 with two mails each and h1 with one, each read one; g2 and g4 clicked, g10 left. Poetry:
    # nine, one too few. Harbor Street: eleven less Pat, who is deleted: ten and no more. Their mails: 2 (Gus) + 2
    # (Hal) + 2 (Ida) + 1 (Jo) + 1 (Kit) + 2 (Lou) + 1 (Mia) + 1 (Ned) + 1 (Oli) + 2 (Quin) = 15, read 2 by Gus
    # and 1 each by Hal, Ida, Jo, Kit, Lou and Oli; Gus clicked once. Jo alone was here within 90 days; Oli left
    "values_of_fields": [
        ("Genre", "Crime", 11, 11 / 11, 11 / 21, 2 / 21, 1 / 11),
        ("Nearest shop", "Harbor Street", 10, 1 / 10, 8 / 15, 1 / 15, 1 / 10),
    ],
    # In New York the first mail left on 31 March, a second before midnight, the second on 1 April. March 2025:
    # nine sends, Pat's bounced, six of eight opened (Gus, Ida, Jo, Kit, Lou, Oli), one clicked, one left. April
    # 2025: five, two opened. March 2026: twenty, all opened, two clicked. April 2026: ten, none opened, one left.
    # January has no year before
    "this_year_and_last": [
        (date(2026, 3, 1), 20, 9, 1.0, 1 - 6 / 8, 2 / 20, 2 / 20 - 1 / 8, 0 - 1 / 8),
        (date(2026, 4, 1), 10, 5, 0.0, 0 - 2 / 5, 0.0, 0.0, 1 / 10 - 0),
    ],
    # Gus, 180 days ago, read both of his mails, Hal and Ida, 91 days ago, one of two. Jo, 90 days ago, is active,
    # Kit, 181 days ago, dormant; Oli left
    "readers_to_win_back": [
        ("gus", "gus@tide.example", "Gus", "Tide", 2 / 2, at("2025-10-17T18:00:00"), 180),
        ("hal", "hal@tide.example", "Hal", "Tide", 1 / 2, at("2026-01-14T18:00:00"), 91),
        ("ida", "ida@tide.example", "Ida", "Tide", 1 / 2, at("2026-01-15T03:00:00"), 91),
    ],
}
"""Question -> its rows."""
