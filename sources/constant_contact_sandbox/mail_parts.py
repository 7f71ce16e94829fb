"""What hangs on one mail: schedules, send history, resends to non-openers, an A/B test, previews.

Knows no HTTP; times are whole UTC seconds. Source of shapes: contract, EmailSchedule, EmailSendHistory,
ResendToNonOpeners, ABTestData, EmailCampaignActivityPreview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import seeds
from .activity_rows import activity_row, html
from .campaigns import AB_TEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from .campaigns import Activity, Campaign

Row = dict[str, Any]
DELAY_DAYS = 3
_SHOWN = ("campaign_activity_id", "from_email", "from_name", "preheader", "reply_to_email", "subject")


def schedules(campaign: Campaign, activity: Activity) -> list[Row]:
    due = campaign.status == "Scheduled" and activity.role == "primary_email"
    return [{"scheduled_date": seeds.stamp_ms(campaign.scheduled_at)}] if due else []


def send_history(_: Campaign, activity: Activity) -> list[Row]:
    """Oldest first: perhaps a send that failed, the send, and each later one to contacts added since."""
    if not activity.has_reports:
        return []
    later = activity.later_sends
    first = len(activity.events["sends"]) - sum(count for _, count in later)
    runs = [(activity.sent_at, first, 0), *((at, count, 0) for at, count in later)]
    if activity.failed_before:
        runs.insert(0, (activity.sent_at - 3600, 0, 2))  # the account was under review
    return [_send(activity, n, *run) for n, run in enumerate(runs, 1)]


def _send(activity: Activity, send_id: int, at: int, count: int, reason_code: int) -> Row:
    return {
        "send_id": send_id,
        "contact_list_ids": activity.list_ids,
        "segment_ids": activity.segment_ids,
        "count": count,
        "run_date": seeds.stamp_ms(at),
        "send_status": "ERRORED" if reason_code else "COMPLETED",
        "reason_code": reason_code,
    }


def non_opener_resends(campaign: Campaign, activity: Activity) -> list[Row]:
    """At most one: sent, or planned with a mail that is not sent yet."""
    if activity.role != "primary_email":
        return []
    resend = next((a for a in campaign.activities if a.role == "resend"), None)
    days = activity.number >> 5 & 1
    delay = {"delay_days": DELAY_DAYS} if days else {"delay_minutes": DELAY_DAYS * 1440}
    if resend is not None:
        row = {"resend_subject": resend.subject, **delay, "resend_request_id": f"{resend.number % 10**9}"}
        return [row | {"resend_date": seeds.stamp_ms(resend.sent_at), "resend_status": "DONE"}]
    if not activity.plans_resend or campaign.status not in ("Draft", "Scheduled"):
        return []
    row = {"resend_subject": "Did you miss it? " + activity.subject, **delay, "resend_request_id": "DRAFT"}
    if campaign.status == "Scheduled":
        row |= {"resend_request_id": f"{activity.number % 10**9}", "resend_status": "SCHEDULED"}
    return [row]


def abtests(campaign: Campaign, activity: Activity) -> list[Row]:
    """The test of the subject line, or nothing."""
    if campaign.type_code != AB_TEST or activity.role != "primary_email":
        return []
    row: Row = {"alternative_subject": "Or rather: " + activity.subject}
    sizes = {
        "test_size": 5 + activity.number % 46,
        "winner_wait_duration": (6, 12, 24, 48)[activity.number >> 7 & 3],
    }
    return [row | sizes]


def previews(campaign: Campaign, activity: Activity) -> list[Row]:
    """The mail as it would be shown; for every editor, the whole HTML."""
    row = activity_row(campaign, activity, frozenset())
    text = "\n".join((campaign.name, *activity.links))
    bodies = {"preview_html_content": html(campaign, activity), "preview_text_content": text}
    return [{name: row[name] for name in _SHOWN} | bodies]


PARTS: dict[str, Callable[[Campaign, Activity], list[Row]]] = {
    "schedules": schedules,
    "send_history": send_history,
    "non_opener_resends": non_opener_resends,
    "abtest": abtests,
    "previews": previews,
}
"""End of the path below an activity -> the rows of one mail."""


def table_of(part: str) -> str:
    """How `truth` calls all of them: like the end of their path."""
    return "email_abtests" if part == "abtest" else f"email_{part}"
