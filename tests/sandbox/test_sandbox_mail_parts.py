"""What hangs on one mail: schedules, send history, resends, A/B tests, previews."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from sources.constant_contact_sandbox.mail_parts import PARTS, table_of


@pytest.fixture
def reader(open_sandbox):
    return open_sandbox(contacts=60, campaigns=30, clock_runs=False)


@pytest.mark.parametrize("part", PARTS)
def test_the_parts_of_all_mails_are_the_truth(reader, part):
    """Reading the part of every activity gives every row of the truth; no A/B test is 404, or 409."""
    served: list[dict[str, Any]] = []
    for activity in reader.sandbox.truth("email_campaign_activities"):
        activity_id = activity["campaign_activity_id"]
        answer = reader.get(f"/emails/activities/{activity_id}/{part}")
        if part == "abtest" and answer.status_code in (404, 409):
            assert answer.json()[0]["error_key"]
            continue
        body = answer.raise_for_status().json()
        rows = body if isinstance(body, list) else [body]
        served += [{"campaign_activity_id": activity_id} | row for row in rows]
    assert served == list(reader.sandbox.truth(table_of(part)))
    assert len(served) > 0


def test_ab_mails_are_of_type_57(reader):
    """Exactly the primary mails of campaigns with type_code 57 have a test."""
    tested = {row["campaign_activity_id"] for row in reader.sandbox.truth("email_abtests")}
    primary = {
        part["campaign_activity_id"]
        for row in reader.sandbox.truth("email_campaigns")
        if row["type_code"] == 57 and row["current_status"] != "Removed"
        for part in row["campaign_activities"]
        if part["role"] == "primary_email"
    }
    assert tested == primary != set()


def test_a_mail_sent_again_has_another_send_and_more_recipients(reader):
    """Contacts added to its lists since get it; its sends and its history grow, nobody gets it twice."""
    sandbox = reader.sandbox
    k = next(k for k, c in enumerate(sandbox.campaigns.rows) if c.reported)
    activity = sandbox.campaigns.rows[k].primary
    bit = sandbox.contacts.list_ids.index(activity.list_ids[0])
    new = [sandbox.create_contact(lists=(bit,)) for _ in range(3)]
    sandbox.advance(1)
    before = reader.json(f"/emails/activities/{activity.activity_id}/send_history")
    reached = sandbox.send_again(k)
    after = reader.json(f"/emails/activities/{activity.activity_id}/send_history")
    assert after[:-1] == before
    assert after[-1]["count"] == reached >= len(new)
    assert [row["send_id"] for row in after] == list(range(1, len(after) + 1))
    sends = Counter(
        row["contact_id"]
        for row in sandbox.truth("email_sends")
        if row["campaign_activity_id"] == activity.activity_id
    )
    assert set(sends.values()) == {1}
    assert sum(sends.values()) == sum(row["count"] for row in after)


def test_the_kinds_of_history_and_resends_occur(reader):
    """Failed sends, sent, planned and drafted resends, both units of the delay, mails to segments."""
    history = list(reader.sandbox.truth("email_send_history"))
    resends = list(reader.sandbox.truth("email_non_opener_resends"))
    mails = list(reader.sandbox.truth("email_campaign_activities"))
    assert {row["send_status"] for row in history} == {"COMPLETED", "ERRORED"}
    assert {row.get("resend_status") for row in resends} == {"DONE", None, "SCHEDULED"}
    assert {"delay_days" in row for row in resends} == {True, False}
    assert all(row["resend_request_id"] == "DRAFT" for row in resends if "resend_status" not in row)
    assert any(row["segment_ids"] for row in mails)


def test_schedules_are_empty_unless_scheduled(reader):
    """Only mails of scheduled campaigns have a date."""
    scheduled = {row["campaign_activity_id"] for row in reader.sandbox.truth("email_schedules")}
    states = {
        row["campaign_activity_id"]: row["current_status"]
        for row in reader.sandbox.truth("email_campaign_activities")
    }
    assert {states[one] for one in scheduled} == {"SCHEDULED"}
