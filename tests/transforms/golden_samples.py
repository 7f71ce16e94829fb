"""How far figures of the hand-written account can be trusted: intervals, and mails that are not wholly loaded.

Worked out by hand from raw_account.sql; ends of 95 % Wilson intervals, in thousandths, by
https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval
"""

from datetime import date
from typing import Any


def ends(*rates: str) -> str:
    """Columns of both ends of rates, in thousandths."""
    columns = (f"{rate}_{end}" for rate in rates for end in ("low", "high"))
    return ", ".join(f"cast(round({column} * 1000) as bigint)" for column in columns)


NOBODY_OF_1, ONE_OF_1 = (0, 793), (207, 1000)
NOBODY_OF_2, ONE_OF_2, TWO_OF_2 = (0, 658), (95, 905), (342, 1000)
NOBODY_OF_3, ONE_OF_3, TWO_OF_3 = (0, 562), (61, 792), (208, 939)
NOBODY_OF_4, ONE_OF_4, TWO_OF_4, THREE_OF_4 = (0, 490), (46, 699), (150, 850), (301, 954)
TWO_OF_5, TWO_OF_6, THREE_OF_6 = (118, 769), (97, 700), (188, 812)
NOT_KNOWN = (None, None)
"""Ends of the interval of so many of so many."""

SAMPLES: dict[str, list[tuple[Any, ...]]] = {
    # the one mail that is not wholly loaded is the club's, to Ada and Ben
    "select contact_id, mails_not_wholly_loaded from contacts order by 1": [
        ("ada", 1),
        ("ben", 1),
        ("cy", 0),
        ("dee", 0),
        ("eve", 0),
        ("sms", None),
    ],
    f"select email_domain, mails_not_wholly_loaded, {ends('bounce_rate', 'open_rate', 'click_rate')}"
    " from domains order by 1": [
        ("example.org", 0, *NOBODY_OF_2, *ONE_OF_2, *ONE_OF_2),
        ("gmail.com", 1, *NOBODY_OF_4, *TWO_OF_2, *ONE_OF_4),
        ("yahoo.com", 0, *TWO_OF_3, *NOBODY_OF_1, *NOBODY_OF_1),
    ],
    f"select email_domain, sent_week, mails_not_wholly_loaded, {ends('bounce_rate', 'open_rate')}"
    " from domain_weeks order by 1, 2": [
        ("example.org", date(2026, 3, 2), 0, *NOBODY_OF_2, *ONE_OF_2),
        ("gmail.com", date(2026, 3, 2), 0, *NOBODY_OF_2, *TWO_OF_2),
        ("gmail.com", date(2026, 3, 9), 1, *NOBODY_OF_2, *NOT_KNOWN),
        ("yahoo.com", date(2026, 3, 2), 0, *TWO_OF_3, *NOBODY_OF_1),
    ],
    f"select local_weekday, local_hour, mails_not_wholly_loaded, {ends('open_rate', 'click_rate')}"
    " from send_times order by 1, 2": [
        (1, 9, 0, *TWO_OF_4, *TWO_OF_4),
        (1, 11, 1, *NOT_KNOWN, *NOBODY_OF_2),
        (4, 9, 0, *ONE_OF_1, *NOBODY_OF_1),
    ],
    # whoever opened or clicked did so in the spring mails
    "select local_weekday, local_hour, mails_not_wholly_loaded from open_times order by 1, 2": [
        (1, 9, 0),
        (1, 10, 0),
        (2, 9, 0),
        (4, 9, 0),
    ],
    # Ada's and Ben's mail of the club
    f"select mails_in_month, sends_not_wholly_loaded, {ends('open_rate', 'click_rate')}"
    " from send_frequency order by 1": [
        ("1", 0, *NOBODY_OF_1, *NOBODY_OF_1),
        ("2", 2, *THREE_OF_4, *TWO_OF_6),
    ],
    "select list_id, mails_not_wholly_loaded from list_performance order by 1": [
        ("club", 1),
        ("news", 0),
        ("old", None),
    ],
    "select segment_id, mails_not_wholly_loaded from segments": [("7", 1)],
    f"select list_id, sends_not_wholly_loaded, {ends('member_open_rate', 'member_click_rate')}"
    " from lists order by 1": [
        ("club", 1, *ONE_OF_2, *ONE_OF_2),
        ("news", 2, *TWO_OF_6, 30, 564),
        ("old", None, *NOT_KNOWN, *NOT_KNOWN),
    ],
    f"select tag_id, sends_not_wholly_loaded, {ends('lifetime_open_rate', 'lifetime_click_rate')} from tags": [
        ("vip", 1, *ONE_OF_3, *ONE_OF_3),
    ],
    f"select field_value, sends_not_wholly_loaded, {ends('lifetime_open_rate', 'lifetime_click_rate')}"
    " from custom_field_values order by 1": [
        ("Crime", 1, *ONE_OF_2, *ONE_OF_2),
        ("Harbor Street", 0, *NOBODY_OF_2, *NOBODY_OF_2),
        ("Poetry", 1, *ONE_OF_2, *NOBODY_OF_2),
    ],
    f"select state, sends_not_wholly_loaded, {ends('lifetime_open_rate', 'lifetime_click_rate')}"
    " from regions order by 1": [
        ("CT", 0, *NOBODY_OF_1, *NOBODY_OF_1),
        ("NY", 2, *TWO_OF_4, *ONE_OF_4),
        ("not known", 0, *NOBODY_OF_2, *NOBODY_OF_2),
    ],
    f"select create_source, opt_in_source, sends_not_wholly_loaded, {ends('lifetime_open_rate', 'lifetime_click_rate')}"
    " from acquisition_sources order by 1, 2": [
        ("Account", "Account", 1, *ONE_OF_4, *NOBODY_OF_4),
        ("Contact", "Contact", 1, *TWO_OF_5, *TWO_OF_5),
        ("Contact", "not known", None, *NOT_KNOWN, *NOT_KNOWN),
    ],
    "select contact_id, mails_not_wholly_loaded from repeat_bouncers": [("dee", 0)],
    "select inactive_days, mails_not_wholly_loaded from sunset_policies order by 1": [
        (days, 1) for days in (90, 180, 270, 365)
    ],
    "select sent_month, mails_not_wholly_loaded, mails_not_wholly_loaded_year_before from year_over_year": [
        (date(2026, 3, 1), 1, None),
    ],
    "select channel, campaigns_not_wholly_loaded from channel_months order by 1, sent_month": [
        ("email", 1),
        ("sms", None),
        ("sms", None),
    ],
    f"select campaign_id, {ends('open_rate', 'click_rate')} from campaigns order by 1": [
        ("club", *NOT_KNOWN, *NOBODY_OF_2),
        ("draft", *NOT_KNOWN, *NOT_KNOWN),
        ("spring", *THREE_OF_4, *TWO_OF_4),
    ],
    f"select campaign_activity_id, {ends('open_rate', 'click_rate')} from subject_lines order by 1": [
        ("club-1", *NOT_KNOWN, *NOBODY_OF_2),
        ("spring-1", *TWO_OF_4, *TWO_OF_4),
        ("spring-2", *ONE_OF_1, *NOBODY_OF_1),
    ],
    f"select campaign_activity_id, {ends('primary_open_rate', 'resend_open_rate')} from resend_uplift": [
        ("spring-2", *TWO_OF_4, *ONE_OF_1),
    ],
    f"select url_id, {ends('click_rate')} from links order by 1": [
        ("11", *TWO_OF_4),
        ("12", *TWO_OF_4),
        ("13", *ONE_OF_4),
    ],
    f"select within_hours, {ends('open_rate', 'click_rate')} from engagement_decay"
    " where campaign_activity_id = 'spring-1' order by 1": [
        (1, *ONE_OF_4, *ONE_OF_4),
        (24, *TWO_OF_4, *TWO_OF_4),
        (72, *TWO_OF_4, *TWO_OF_4),
        (168, *TWO_OF_4, *TWO_OF_4),
    ],
    f"select campaign_activity_id, {ends('click_rate')} from ab_tests order by 1": [
        ("draft-1", *NOT_KNOWN),
        ("spring-1", *TWO_OF_4),
    ],
    # text-1: 6 of 8; text-2: more openings than deliveries
    f"select campaign_id, {ends('open_rate')} from sms_campaigns order by 1": [
        ("text-1", 409, 929),
        ("text-2", *NOT_KNOWN),
    ],
    f"select landing_page_id, {ends('click_rate')} from landing_pages": [("page", *ONE_OF_3)],
}
"""Query -> its rows."""
