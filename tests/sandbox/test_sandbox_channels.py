"""Bulk jobs, automations, social networks and SMS: what is served is the truth, and nights move it."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_reader import START

from sources.constant_contact_sandbox import Sandbox, Switches
from sources.constant_contact_sandbox.switches import ALL_PRIVILEGES, ALL_SCOPES

LONG_AGO = "2020-01-01T00:00:00Z"
READS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "bulk_activities": ("/activities", "activities", {"limit": 2}),
    "automations": ("/automations/workflows", "flow_summaries", {"sort_direction": "ASC"}),
    "social_connections": ("/social/connections", "connections", {}),
    "social_hashtag_groups": ("/social/hashtags/groups", "hashtag_groups", {}),
    "sms_campaign_summaries": (
        "/reports/summary_reports/sms_campaign_summaries",
        "bulk_sms_campaign_summaries",
        {"start_at": LONG_AGO, "limit": 2},
    ),
    "sms_lists": (
        "/contact_lists",
        "lists",
        {"channel_type": "sms", "status": "all", "include_membership_count": "all", "limit": 1},
    ),
}
NEEDS = {
    "/activities": ("contact_data", "contacts:write"),
    "/automations/workflows": ("campaign_data", "customer-journey:read"),
    "/social/profiles": ("campaign_data", "campaign:read"),
    "/social/connections": ("campaign_data", "campaign:read"),
    "/social/hashtags/groups": ("campaign_data", "campaign:read"),
    "/reports/summary_reports/sms_campaign_summaries": ("campaign_data", "ui:campaign:metrics"),
}


MAIL_PARTS = {"email_abtests", "email_send_history", "email_non_opener_resends", "contact_activity"}


def shared(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what only an account that is not bare has in it: A/B mails and segments of mails."""
    return {name: value for name, value in row.items() if name not in ("type_code", "segment_ids")}


def every_row(reader: Any, path: str, key: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    """All pages; a next link is followed as it stands."""
    page = reader.get(path, **query).raise_for_status().json()
    rows = list(page[key])
    while href := ((page.get("_links") or {}).get("next") or {}).get("href"):
        page = reader.get(href.removeprefix("/v3")).raise_for_status().json()
        rows += page[key]
    return rows


@pytest.mark.parametrize("table", READS)
def test_what_is_served_is_the_truth_on_the_first_day_and_after_weeks(open_sandbox, table):
    """Paging to the end gives every row of the truth, before and after 30 nights of life."""
    reader = open_sandbox(contacts=40, campaigns=2, clock_runs=False)
    for days in (0, 30):
        reader.sandbox.advance(days)
        served = every_row(reader, *READS[table])
        truth = list(reader.sandbox.truth(table))
        assert len(truth) > 0
        assert sorted(map(repr, served)) == sorted(map(repr, truth))


def test_definitions_and_profiles_are_the_truth(open_sandbox):
    """Each automation answers by id with its definition, an unknown one with 404; profiles are an array."""
    reader = open_sandbox(contacts=5, campaigns=1)
    rows = list(reader.sandbox.truth("automations"))
    served = [reader.json(f"/automations/workflows/{row['id']}") for row in rows]
    assert served == list(reader.sandbox.truth("automation_definitions"))
    assert reader.get("/automations/workflows/none").status_code == 404
    assert reader.json("/social/profiles", include="accessible") == list(
        reader.sandbox.truth("social_profiles")
    )
    assert "accessible" not in reader.json("/social/profiles")[0]
    assert reader.get("/automations/workflows").status_code == 209


@pytest.mark.parametrize("path", NEEDS)
def test_scope_and_privilege_are_required(open_sandbox, path):
    """A token without the scope, and a user without the privilege, get 403."""
    scope, privilege = NEEDS[path]
    scopes = tuple(s for s in ALL_SCOPES if s != scope)
    privileges = tuple(p for p in ALL_PRIVILEGES if p != privilege)
    for switches in (Switches(scopes=scopes), Switches(privileges=privileges)):
        reader = open_sandbox(contacts=3, campaigns=0, switches=switches)
        assert reader.get(path, start_at=LONG_AGO).status_code == 403


def test_bulk_jobs_are_remembered_for_ten_days_and_filtered_by_state(open_sandbox):
    """A job is shown for ten days; `state` keeps one state, and an unknown one is a bad request."""
    reader = open_sandbox(contacts=3, campaigns=0, clock_runs=False)
    job = reader.sandbox.extras.bulk_jobs.add(at=reader.sandbox.nominal - 7200, ends_as="failed")
    failed = reader.rows("/activities", "activities", state="failed")
    assert job.activity_id in {row["activity_id"] for row in failed}
    assert {row["state"] for row in failed} == {"failed"}
    assert failed[0]["activity_errors"] != []
    reader.sandbox.advance(10)
    assert job.activity_id not in {row["activity_id"] for row in reader.rows("/activities", "activities")}
    assert reader.get("/activities", state="time_out").status_code == 400


def test_hashtag_groups_come_in_pages_of_five(open_sandbox):
    """A page tells its number, its size and all totals, and links to the next one; the last has no link."""
    reader = open_sandbox(contacts=3, campaigns=0)
    first = reader.json("/social/hashtags/groups")
    assert first["page"] == {"page": 0, "size": 5, "total_elements": 7, "total_pages": 2}
    last = reader.json("/social/hashtags/groups", page=1)
    assert (len(first["hashtag_groups"]), len(last["hashtag_groups"]), "_links" in last) == (5, 2, False)
    assert reader.get("/social/hashtags/groups", limit=6).status_code == 400


def test_sms_summaries_need_a_start_and_keep_a_range(open_sandbox):
    """start_at is required; campaigns of the range come last sent first, with percentages of the page."""
    reader = open_sandbox(contacts=3, campaigns=0)
    path = "/reports/summary_reports/sms_campaign_summaries"
    assert reader.get(path).status_code == 400
    everything = reader.rows(path, "bulk_sms_campaign_summaries", start_at=LONG_AGO)
    sent = [row["last_sent_date"] for row in everything]
    assert sent == sorted(sent, reverse=True)
    ranged = reader.rows(path, "bulk_sms_campaign_summaries", start_at=sent[2], end_at=sent[1])
    assert [row["last_sent_date"] for row in ranged] == sent[1:3]


def test_sms_lists_stand_apart_from_email_lists(open_sandbox):
    """Without channel_type the e-mail lists come, with sms the others; either answers by id."""
    reader = open_sandbox(contacts=60, campaigns=0)
    email = reader.rows("/contact_lists", "lists")
    sms = reader.rows("/contact_lists", "lists", channel_type="sms")
    assert email == reader.rows("/contact_lists", "lists", channel_type="email")
    assert {row["list_id"] for row in email}.isdisjoint({row["list_id"] for row in sms})
    assert reader.json(f"/contact_lists/{sms[0]['list_id']}") == sms[0]
    assert reader.get("/contact_lists", channel_type="fax").status_code == 400


def test_sms_history_of_each_contact_is_the_truth(open_sandbox):
    """A contact with an SMS channel has its consents and opt-outs there, another one an empty array."""
    reader = open_sandbox(contacts=80, campaigns=0)
    contacts = list(reader.sandbox.truth("contacts"))
    served = [reader.json(f"/contacts/sms_engagement_history/{row['contact_id']}") for row in contacts]
    assert [row for rows in served for row in rows] == list(
        reader.sandbox.truth("contacts_sms_engagement_history")
    )
    assert [bool(rows) for rows in served] == ["sms_channel" in row for row in contacts]


def test_links_that_nobody_clicked_come_only_when_asked_for(open_sandbox):
    """no_clicks is false unless given, as the contract says."""
    reader = open_sandbox(contacts=12, campaigns=3)
    hidden = 0
    for stats in reader.sandbox.truth("email_campaign_activity_stats"):
        path = f"/reports/email_reports/{stats['campaign_activity_id']}/links"
        clicked = reader.json(path)["link_click_counts"]
        every = reader.json(path, no_clicks="true")["link_click_counts"]
        assert clicked == [row for row in every if row["unique_clicks"]]
        hidden += len(every) - len(clicked)
    assert hidden > 0


def test_html_comes_only_for_custom_code_and_only_when_asked_for(open_sandbox):
    """include=html_content gives the HTML of format_type 5 and of no other."""
    reader = open_sandbox(contacts=12, campaigns=9)
    kinds = set()
    for row in reader.sandbox.truth("email_campaign_activities"):
        path = f"/emails/activities/{row['campaign_activity_id']}"
        assert "html_content" not in reader.json(path)
        asked = reader.json(path, include="html_content")
        assert ("html_content" in asked) == (row["format_type"] == 5)
        kinds.add(row["format_type"] == 5)
    assert kinds == {True, False}


def test_a_bare_account_has_the_same_people_and_mails_and_nothing_else():
    """With `bare`, contacts and mails are the same rows, before and after nights, and the rest is empty."""
    bare, full = (Sandbox(contacts=50, start=START, clock_runs=False, bare=bare) for bare in (True, False))
    extras = set(full.extras.tables(lambda: 0))
    for days in (0, 20):
        bare.advance(days)
        full.advance(days)
        for table in set(full.tables()) - extras - MAIL_PARTS:
            assert [shared(row) for row in bare.truth(table)] == [shared(row) for row in full.truth(table)], (
                table
            )
        assert list(bare.truth("email_abtests")) == []
        assert [table for table in extras if list(bare.truth(table))] == []
        assert [table for table in extras if not list(full.truth(table))] == []


@pytest.mark.parametrize("fault", ["missing_rows_key", "null_rows", "new_fields", "duplicate_row"])
def test_faults_strike_the_new_collections(open_sandbox, fault):
    """A fault of pages changes each of them, the one that is answered with 209 too, and then no more."""
    reader = open_sandbox(contacts=40, campaigns=1, clock_runs=False)
    for table, (path, key, query) in READS.items():
        plain = reader.get(path, **query).json()
        reader.sandbox.set_fault(fault, path_prefix=path)
        struck = reader.get(path, **query).json()
        assert struck.get(key) != plain[key], table
        assert reader.get(path, **query).json() == plain


def test_nights_bring_every_kind_of_change():
    """Sixty nights create, edit and delete in each family."""
    sandbox = Sandbox(contacts=20, campaigns=1, start=START)
    done: set[str] = set()
    for _ in range(60):
        done |= {kind for kind, count in sandbox.advance(1).items() if count}
    expected = """job_created automation_created automation_edited automation_deleted hashtags_created
        hashtags_edited hashtags_deleted connection_moved sms_sent sms_clicked sms_list_created sms_list_edited
        sms_list_deleted"""
    assert set(expected.split()) - done == set()
