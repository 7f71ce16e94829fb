"""Landing pages, reports of one contact, segment members and old ids."""

from __future__ import annotations

from typing import Any

import pytest

from sources.constant_contact_sandbox import Switches
from sources.constant_contact_sandbox.contact_reports import KINDS
from sources.constant_contact_sandbox.landing_pages import FEEDS
from sources.constant_contact_sandbox.switches import ALL_PRIVILEGES, ALL_SCOPES

RANGE = {"start": "2022-06-01T00:00:00-0500", "end": "2026-06-01T00:00:00-0500"}
XREFS = {
    "contact_xrefs": ("/contacts/contact_id_xrefs", "sequence_ids", "sequence_id", 500),
    "list_xrefs": ("/contact_lists/list_id_xrefs", "sequence_ids", "sequence_id", 500),
    "campaign_xrefs": ("/emails/campaign_id_xrefs", "v2_email_campaign_ids", "v2_email_campaign_id", 50),
}


@pytest.fixture
def reader(open_sandbox):
    return open_sandbox(contacts=40, campaigns=4, clock_runs=False)


@pytest.mark.parametrize("feed", FEEDS)
def test_landing_page_feeds_are_the_truth_newest_first(reader, feed):
    """Each of the six feeds, page by page, is the truth before and after two weeks; other ids are unknown."""
    for days in (0, 14):
        reader.sandbox.advance(days)
        served: list[dict[str, Any]] = []
        for page in reader.sandbox.extras.landing_pages.pages:
            path = f"/reports/landing_pages/campaign_details/{page.activity_id}/{feed}"
            rows = reader.rows(path, "tracking_activities", limit=2)
            times = [row["created_time"] for row in rows]
            assert times == sorted(times, reverse=True)
            served += rows
        assert served == list(reader.sandbox.truth(FEEDS[feed][2])) != []
    assert reader.get(f"/reports/landing_pages/campaign_details/none/{feed}").status_code == 404


def test_unique_opens_hold_the_latest_of_each_contact(reader):
    """A contact that opens again moves to the front of the unique feed, and comes twice in the other."""
    pages = reader.sandbox.extras.landing_pages
    page = pages.pages[0]
    contact = page.events["opens"][0] >> 8 & 0xFFFFFF
    page.add("opens", reader.sandbox.nominal, contact)
    path = f"/reports/landing_pages/campaign_details/{page.activity_id}"
    unique = reader.rows(f"{path}/p_unique_contact_opens", "tracking_activities")
    every = reader.rows(f"{path}/p_contact_opens", "tracking_activities")
    assert unique[0] == every[0]
    assert len({row["contact_id"] for row in unique}) == len(unique) < len(every)


def test_details_of_all_contacts_are_the_truth(reader):
    """activity_details of each contact, page by page, gives every mail and landing page event, newest first."""
    reader.sandbox.advance(3)
    served: list[dict[str, Any]] = []
    for row in reader.sandbox.truth("contacts"):
        path = f"/reports/contact_reports/{row['contact_id']}/activity_details"
        served += reader.rows(path, "tracking_activities", tracking_activities_list=",".join(KINDS), limit=7)
    assert served == list(reader.sandbox.truth("contact_activity"))
    kinds = {row["tracking_activity_type"] for row in served}
    assert {"em_sends", "em_opens", "p_contact_open", "p_contact_click", "p_contact_add"} <= kinds


def test_details_take_one_of_two_ways_to_name_the_kinds(reader):
    """A list or repeated parameters, not both and not neither; names can be left out."""
    row = next(reader.sandbox.truth("contact_activity"))
    path = f"/reports/contact_reports/{row['contact_id']}/activity_details"
    listed = reader.json(path, tracking_activities_list="em_sends,em_opens")
    repeated = reader.json(path, tracking_activity_type=["em_sends", "em_opens"])
    assert listed["tracking_activities"] == repeated["tracking_activities"] != []
    both = {"tracking_activities_list": "em_sends", "tracking_activity_type": "em_opens"}
    wrong: tuple[dict[str, Any], ...] = ({}, both, {"tracking_activities_list": "em_reads"})
    assert [reader.get(path, **query).status_code for query in wrong] == [400, 400, 400]
    plain = reader.json(path, tracking_activities_list="em_sends", include_campaign_activity_names="false")
    assert "campaign_activity_name" not in plain["tracking_activities"][0]


def test_summaries_and_rates_agree_with_the_details(reader):
    """Counts by mail and average rates are those of the details; both need a range of at most five years."""
    summaries, rates = [], []
    for row in reader.sandbox.truth("contacts"):
        path = f"/reports/contact_reports/{row['contact_id']}"
        summary = reader.json(f"{path}/activity_summary", **RANGE)
        summaries += [{"contact_id": row["contact_id"]} | one for one in summary["campaign_activities"]]
        rates.append(reader.json(f"{path}/open_and_click_rates", **RANGE))
        mails = summary["campaign_activities"]
        opened = sum(1 for one in mails if one["em_opens"])
        assert rates[-1]["average_open_rate"] == round(opened / max(1, len(mails)), 4)
    assert summaries == list(reader.sandbox.truth("contact_activity_summary"))
    assert rates == list(reader.sandbox.truth("contact_rates"))
    sent = [r for r in reader.sandbox.truth("contact_activity") if r["tracking_activity_type"] == "em_sends"]
    assert sum(row["em_sends"] for row in summaries) == len(sent)
    too_long = RANGE | {"start": "2010-01-01T00:00:00Z"}
    for part in ("activity_summary", "open_and_click_rates"):
        assert [reader.get(f"{path}/{part}", **query).status_code for query in ({}, too_long)] == [400, 400]


def test_members_of_segments_are_the_truth_after_the_wait(open_sandbox):
    """The first answer is 202, then the members come in pages."""
    reader = open_sandbox(contacts=200, campaigns=1)
    members = list(reader.sandbox.truth("segment_members"))
    for row in reader.sandbox.truth("segments"):
        query = {"segment_id": row["segment_id"], "limit": 9}
        assert reader.get("/contacts", **query).status_code == 202
        served = [one["contact_id"] for one in reader.rows("/contacts", "contacts", **query)]
        assert served == [m["contact_id"] for m in members if m["segment_id"] == row["segment_id"]]
    assert len(members) > 0


@pytest.mark.parametrize("table", XREFS)
def test_old_ids_lead_to_new_ones(open_sandbox, table):
    """Known old ids are answered in ascending order, others left out; too many or none are refused."""
    reader = open_sandbox(contacts=30, campaigns=5)
    path, parameter, key, most = XREFS[table]
    truth = list(reader.sandbox.truth(table))
    ids = [row[key] for row in truth]
    assert reader.json(path, **{parameter: ",".join([*reversed(ids), "999"])}) == {"xrefs": truth}
    too_many = ",".join(str(n) for n in range(most + 1))
    assert [reader.get(path, **{parameter: text}).status_code for text in (too_many, "")] == [400, 400]


@pytest.mark.parametrize("part", ["activity_details", "activity_summary", "open_and_click_rates"])
def test_scope_and_privilege_are_required(open_sandbox, part):
    """Reports of a contact need contact_data and ui:campaign:metrics."""
    scopes = tuple(s for s in ALL_SCOPES if s != "contact_data")
    privileges = tuple(p for p in ALL_PRIVILEGES if p != "ui:campaign:metrics")
    for switches in (Switches(scopes=scopes), Switches(privileges=privileges)):
        reader = open_sandbox(contacts=3, campaigns=0, switches=switches)
        contact_id = next(reader.sandbox.truth("contacts"))["contact_id"]
        assert reader.get(f"/reports/contact_reports/{contact_id}/{part}", **RANGE).status_code == 403
