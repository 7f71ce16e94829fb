"""What the row of a campaign says, from the API or as loaded. Pure: for the night and for the plan that predicts it.

Source: contract, EmailCampaign; api_guide/email_campaign_activities_stats_report (which activities have reports).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
import pendulum

from sources.constant_contact.catalogue import FEEDS, REPORTED_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = dict[str, Any]

CAMPAIGNS, ACTIVITIES, SUMMARIES = "email_campaigns", "email_campaign_activities", "email_campaign_summaries"
STATS, ACTIVITY_STATS, LINKS = "email_campaign_stats", "email_campaign_activity_stats", "email_links"
REPORTS = (STATS, ACTIVITY_STATS, LINKS, *FEEDS)
"""What is read of a sent campaign and of its e-mails."""
NEVER_SENT = frozenset({"draft", "scheduled", "removed"})
UNDER_WAY = frozenset({"executing"})
"""Ends without anybody editing the campaign."""


def status_of(row: Mapping[str, Any]) -> str:
    """In lower case; empty where the row has none."""
    return str(row.get("current_status") or "").lower()


def was_sent(row: Mapping[str, Any]) -> bool:
    return status_of(row) not in NEVER_SENT


def moment_of(row: Mapping[str, Any]) -> datetime | None:
    """The time of the last change, of a row of the API (text) or of a loaded one; None where it says none."""
    at = row.get("updated_at")
    try:
        found = pendulum.parse(at) if isinstance(at, str) else at
    except (ValueError, OverflowError):
        return None
    return found if isinstance(found, datetime) else None


def version_of(row: Mapping[str, Any]) -> str:
    """Status and time of the last change in one word, the same from the API and as loaded."""
    at = moment_of(row)
    return status_of(row) if at is None else f"{status_of(row)} {at.timestamp():.0f}"


def references_of(row: Mapping[str, Any] | None) -> list[Row]:
    """The campaign's references to its activities; loaded ones are JSON text or, by some drivers, already parsed."""
    found = None if row is None else _parsed(_references(row))
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def references_fault(row: Mapping[str, Any]) -> str:
    """Why e-mails of the campaign cannot be asked for, whose references name none; empty: each names one."""
    value = _references(row)
    if value is None:
        return ""
    if not isinstance(_parsed(value), list):
        return "its campaign_activities are no list"
    every, named = len(_parsed(value)), len(identified(references_of(row)))
    return (
        f"{every - named} of its {every} campaign_activities name no campaign_activity_id"
        if every > named
        else ""
    )


def _parsed(value: Any) -> Any:
    """None for a text that is no JSON."""
    try:
        return orjson.loads(value) if isinstance(value, str | bytes) else value
    except orjson.JSONDecodeError:
        return None


def _references(row: Mapping[str, Any]) -> Any:
    """The column, or what is kept beside it because no destination takes it as JSON."""
    value = row.get("campaign_activities")
    return row.get("campaign_activities__raw") if value is None else value


def identified(references: Iterable[Row]) -> list[Row]:
    """Those that say which activity they mean; the others stay in the campaign's own column only."""
    return [
        each
        for each in references
        if isinstance(each.get("campaign_activity_id"), str | int) and each["campaign_activity_id"] != ""
    ]


def reported(references: Iterable[Row]) -> tuple[str, ...]:
    """Ids of the activities that have reports, once they are sent."""
    return tuple(
        str(each["campaign_activity_id"])
        for each in identified(references)
        if str(each.get("role", "")).lower() in REPORTED_ROLES
    )


def is_loaded(row: Row, updated_at: object, known: Mapping[str, Any] | None) -> bool:
    """Whether `known`, from the warehouse, is what the list now shows; `updated_at` is the listed time, parsed.

    A loaded campaign without references was loaded without its activities.
    """
    return (
        known is not None
        and "updated_at" in row
        and known.get("updated_at") == updated_at
        and status_of(known) == status_of(row)
        and (_references(known) is not None or status_of(row) == "removed")
    )
