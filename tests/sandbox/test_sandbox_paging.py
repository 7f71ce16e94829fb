"""Pages of every collection add up to the truth, whatever the limits, cursors and link spellings."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_reader import ALL

from sources.constant_contact_sandbox import Switches

FEED = "/reports/email_reports/{}/tracking/{}"
LISTS = {"status": "all", "include_membership_count": "all"}
SUMMARIES = "/reports/summary_reports/email_campaign_summaries"
MAXIMA = [("/contacts", 500), ("/contact_lists", 1000), ("/contact_tags", 500), ("/emails", 500)]
TABLES = (
    ("contacts", "/contacts", "contacts", {"status": "all", "include": ALL}, "contact_id"),
    ("contact_lists", "/contact_lists", "lists", LISTS, "list_id"),
    ("contact_tags", "/contact_tags", "tags", {"include_count": "true"}, "tag_id"),
    ("custom_fields", "/contact_custom_fields", "custom_fields", {}, "custom_field_id"),
    ("email_campaign_summaries", SUMMARIES, "bulk_email_campaign_summaries", {}, "campaign_id"),
)  # fmt: skip


@pytest.mark.parametrize("cursor", ["position", "offset"])
@pytest.mark.parametrize("collection", TABLES, ids=[t[0] for t in TABLES])
def test_paging_a_collection_returns_the_truth(open_sandbox, collection, cursor):
    """Every row of a collection arrives once, equal to the truth, in small and in large pages."""
    table, path, key, params, row_id = collection
    reader = open_sandbox(contacts=60, campaigns=12, switches=Switches(cursor=cursor))
    truth = sorted(reader.sandbox.truth(table), key=lambda r: r[row_id])
    for limit in (2, 100):
        rows = reader.rows(path, key, limit=limit, **params)
        assert truth == sorted(rows, key=lambda r: r[row_id])


@pytest.mark.parametrize("end", ["mixed", "empty", "absent", "null", "next_null", "href_null"])
def test_each_spelling_of_the_end_ends_a_read(open_sandbox, end):
    """The last page of a read has no next link, however that is spelt."""
    reader = open_sandbox(contacts=20, switches=Switches(end_of_data=end))
    spelled: dict[str, Any] = {
        "empty": {},
        "null": None,
        "next_null": {"next": None},
        "href_null": {"next": {"href": None}},
        "mixed": {},
        "absent": "absent",
    }
    *_, last = reader.pages("/contacts", limit=7)
    assert spelled[end] == last.get("_links", "absent")


@pytest.mark.parametrize("cursor", ["position", "offset"])
def test_feeds_page_newest_first_and_equal_the_truth(open_sandbox, cursor):
    """All pages of the six feeds of all activities together are the truth's rows, newest first."""
    reader = open_sandbox(contacts=150, campaigns=6, switches=Switches(cursor=cursor))
    for feed in ("sends", "opens", "clicks", "forwards", "optouts", "bounces"):
        found = []
        for stats in reader.sandbox.truth("email_campaign_activity_stats"):
            path = f"/reports/email_reports/{stats['campaign_activity_id']}/tracking/{feed}"
            rows = reader.rows(path, "tracking_activities", limit=37)
            times = [row["created_time"] for row in rows]
            assert sorted(times, reverse=True) == times
            found += rows
        assert list(reader.sandbox.truth(f"email_{feed}")) == found


def test_campaigns_come_newest_first_and_filter_on_updated_at(open_sandbox):
    """/emails is ordered by updated_at and after_date keeps only later ones; detail adds the activities."""
    reader = open_sandbox(contacts=40, campaigns=14)
    rows = reader.rows("/emails", "campaigns", limit=3)
    times = [row["updated_at"] for row in rows]
    assert sorted(times, reverse=True) == times
    middle = times[6]
    assert times[:6] == [r["updated_at"] for r in reader.rows("/emails", "campaigns", after_date=middle)]
    details = [reader.json(f"/emails/{row['campaign_id']}") for row in rows]
    assert {d["campaign_id"]: d for d in details} == {
        c["campaign_id"]: c for c in reader.sandbox.truth("email_campaigns")
    }


def test_a_tie_across_a_page_border_is_neither_lost_nor_repeated(open_sandbox):
    """Equal events, more than fit on a page, are all served although rows come in between two pages."""
    reader = open_sandbox(contacts=50, campaigns=1)
    activity = reader.sandbox.campaigns.rows[0].primary
    reader.sandbox.add_event(activity, "opens", 3, at=activity.sent_at + 50, times=7)
    reader.sandbox.between_pages = lambda *_: reader.sandbox.add_event(activity, "opens", 4)
    before = len(activity.events["opens"])
    rows = reader.rows(
        f"/reports/email_reports/{activity.activity_id}/tracking/opens", "tracking_activities", limit=3
    )
    assert before == len(rows)


def test_offset_cursors_repeat_rows_when_others_come_in_between_pages(open_sandbox):
    """With offset cursors a new event after page one pushes a row over the border."""
    reader = open_sandbox(contacts=50, campaigns=1, switches=Switches(cursor="offset"))
    activity = reader.sandbox.campaigns.rows[0].primary
    before = len(activity.events["sends"])
    reader.sandbox.between_pages = lambda _, page: (
        page == 1 and reader.sandbox.add_event(activity, "sends", 1)
    )
    rows = reader.rows(
        f"/reports/email_reports/{activity.activity_id}/tracking/sends", "tracking_activities", limit=5
    )
    assert before + 1 == len(rows)
    assert rows[4] == rows[5]


def test_unique_opens_and_didnotopens_follow_from_the_events(open_sandbox):
    """unique_opens has each opener's latest open; didnotopens the sends without open or bounce."""
    reader = open_sandbox(contacts=200, campaigns=1)
    base = f"/reports/email_reports/{reader.sandbox.campaigns.rows[0].primary.activity_id}/tracking/"

    def feed(name: str) -> list[dict[str, Any]]:
        return reader.rows(base + name, "tracking_activities")

    latest: dict[str, str] = {}
    for row in reversed(feed("opens")):
        latest[row["contact_id"]] = row["created_time"]
    assert latest == {r["contact_id"]: r["created_time"] for r in feed("unique_opens")}
    rest = (
        {r["contact_id"] for r in feed("sends")} - latest.keys() - {r["contact_id"] for r in feed("bounces")}
    )
    assert rest == {r["contact_id"] for r in feed("didnotopens")}


def test_tags_link_is_on_an_internal_path_by_default(open_sandbox):
    """The next link of tags does not begin with /v3/ unless switched."""
    reader = open_sandbox()
    href = reader.json("/contact_tags", limit=1)["_links"]["next"]["href"]
    assert href.startswith("/contacts-service/v3/accounts/")
    public = open_sandbox(switches=Switches(tags_link="public"))
    assert public.json("/contact_tags", limit=1)["_links"]["next"]["href"].startswith(
        "/v3/contact_tags?cursor="
    )


@pytest.mark.parametrize(("path", "most"), MAXIMA)
def test_a_limit_above_the_maximum_is_refused_or_cut(open_sandbox, path, most):
    """One row above the maximum page size gives 400 by default and is cut with the switch."""
    assert (400, 200) == (
        open_sandbox().get(path, limit=most + 1).status_code,
        open_sandbox(switches=Switches(over_limit="clamp")).get(path, limit=most + 1).status_code,
    )


def test_a_broken_cursor_or_date_is_a_bad_request(open_sandbox):
    """What cannot be read is a 400 with an array, not a first page."""
    reader = open_sandbox()
    for params in (
        {"cursor": "%%%"},
        {"cursor": "bm9wZQ=="},
        {"updated_after": "yesterday"},
        {"status": "gone"},
    ):
        answer = reader.get("/contacts", **params)
        assert (400, "http.status.bad_request") == (answer.status_code, answer.json()[0]["error_key"])


def test_unknown_parameters_are_ignored_or_refused(open_sandbox):
    """A parameter that the contract does not name passes by default, and gives 400 with the switch."""
    strict = open_sandbox(switches=Switches(unknown_parameters="refuse"))
    assert [200, 400, 200] == [
        open_sandbox().get("/contacts", sort="x").status_code,
        strict.get("/contacts", sort="x").status_code,
        strict.get("/contacts", limit=5).status_code,
    ]
