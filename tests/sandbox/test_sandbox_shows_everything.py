"""The account that the demo makes has an example of whatever a mart tells apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sources.constant_contact_sandbox import Sandbox
from sources.constant_contact_sandbox.small_collections import TIME_ZONES

if TYPE_CHECKING:
    from collections.abc import Iterable

START = "2026-01-05T03:00:00Z"


@pytest.fixture(scope="module")
def demo() -> Sandbox:
    """As `ctct demo` makes it, on a fixed day."""
    return Sandbox(contacts=2000, campaigns=24, seed=7, start=START, clock_runs=False)


def pairs(rows: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    """(mail, person) of events."""
    return {(row["campaign_activity_id"], row["contact_id"]) for row in rows}


def test_some_people_whose_mail_bounced_open_it(demo: Sandbox) -> None:
    """Few of them: the others never see it."""
    bounced = pairs(demo.truth("email_bounces"))
    both = bounced & pairs(demo.truth("email_opens"))
    assert 0 < len(both) < len(bounced) / 4


def test_mails_went_to_segments_and_one_went_out_twice(demo: Sandbox) -> None:
    """Mails with a segment were sent, subjects were tested, and some mails were sent in several goes."""
    mails = {row["campaign_activity_id"]: row for row in demo.truth("email_campaign_activities")}
    sent = {mail for mail, _ in pairs(demo.truth("email_sends"))}
    assert any(mails[mail].get("segment_ids") for mail in sent)
    assert sent & {row["campaign_activity_id"] for row in demo.truth("email_abtests")}
    sends = [row["campaign_activity_id"] for row in demo.truth("email_send_history")]
    assert len(sends) > len(set(sends))


def test_scanners_follow_several_links(demo: Sandbox) -> None:
    """Programs click as no reader does."""
    clicks: dict[tuple[str, str], set[str]] = {}
    for row in demo.truth("email_clicks"):
        clicks.setdefault((row["campaign_activity_id"], row["contact_id"]), set()).add(row["url_id"])
    assert max(map(len, clicks.values())) >= 3


@pytest.mark.parametrize(
    "table",
    [
        *("sms_lists", "sms_campaign_summaries", "events", "event_registrations", "landing_page_adds"),
        *("automations", "social_profiles", "social_connections", "bulk_activities", "segments"),
    ],
)
def test_each_channel_has_rows(demo: Sandbox, table: str) -> None:
    """No mart of the demo is empty for want of rows."""
    assert any(True for _ in demo.truth(table))


def test_accounts_live_in_several_time_zones() -> None:
    """By seed; the default one on the east coast."""
    zones = {seed: Sandbox(contacts=0, campaigns=0, seed=seed).account["time_zone_id"] for seed in range(30)}
    assert zones[7] == "US/Eastern"
    assert set(zones.values()) == set(TIME_ZONES)
