"""Events and registrations: cursors, sorting, details, and what nights do to them."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_reader import START

from sources.constant_contact_sandbox import Sandbox, Switches
from sources.constant_contact_sandbox.switches import ALL_PRIVILEGES, ALL_SCOPES


@pytest.fixture
def reader(open_sandbox):
    return open_sandbox(contacts=60, campaigns=1, clock_runs=False)


def every_record(reader: Any, path: str, **query: Any) -> list[dict[str, Any]]:
    """All pages; the cursor of a page goes back as `next`, alone."""
    page = reader.json(path, **query)
    rows = list(page["records"])
    while cursor := page.get("next_cursor"):
        page = reader.json(path, next=cursor)
        rows += page["records"]
    assert page["total_records"] == len(rows)
    return rows


def tracks(reader: Any) -> list[tuple[str, str]]:
    """(event_id, path of its registrations) of each event, by its default track."""
    events = reader.sandbox.truth("event_details")
    return [
        (
            row["event_id"],
            f"/events/{row['event_id']}/tracks/{row['default_track']['track_id']}/registrations",
        )
        for row in events
    ]


@pytest.mark.parametrize("days", [0, 40])
def test_events_and_registrations_are_the_truth(reader, days):
    """Listings by cursor and details by id give every row of the truth, at first and after weeks."""
    reader.sandbox.advance(days)
    truth = {name: list(reader.sandbox.truth(name)) for name in reader.sandbox.extras.events.tables()}
    events = every_record(reader, "/events", limit=2)
    assert events == truth["events"]
    assert [reader.json(f"/events/{e['event_id']}", include="true") for e in events] == truth["event_details"]
    listed, details = [], []
    for event_id, path in tracks(reader):
        for row in every_record(reader, path, page_size=2):
            listed.append({"event_id": event_id} | row)
            details.append({"event_id": event_id} | reader.json(f"{path}/{row['registration_id']}"))
    assert listed == truth["event_registrations"] != []
    assert details == truth["event_registration_details"]


def test_newest_changes_first(reader):
    """sort_by=updated_time with DESC puts the event that was edited last first, on pages of any size."""
    family = reader.sandbox.extras.events
    family.events[1].updated_at = reader.sandbox.nominal
    for limit in (1, 2, 100):
        rows = every_record(reader, "/events", sort_by="updated_time", sort_order="DESC", limit=limit)
        assert rows[0]["event_id"] == family.events[1].event_id
        updates = [family.find(row["event_id"]).updated_at for row in rows]
        assert updates == sorted(updates, reverse=True)


def test_prev_leads_back(reader):
    """The previous page's cursor gives the page before, and both at once are a bad request."""
    first = reader.json("/events", limit=2)
    second = reader.json("/events", next=first["next_cursor"])
    back = reader.json("/events", prev=second["prev_cursor"])
    assert back["records"] == first["records"]
    both = {"next": first["next_cursor"], "prev": second["prev_cursor"]}
    assert reader.get("/events", **both).status_code == 400
    assert reader.get(second["_links"]["prev"]["href"].removeprefix("/v3")).json() == back


def test_filters_and_bad_requests(reader):
    """Status, payment and text choose; sizes that disagree, unknown words and too long pages are refused."""
    active = every_record(reader, "/events", event_status="ACTIVE")
    assert {row["status"] for row in active} == {"ACTIVE"}
    _, path = tracks(reader)[1]
    paid = every_record(reader, path, payment_status="PAID")
    assert {row["payment_status"] for row in paid} == {"PAID"}
    row = paid[0]
    assert row in every_record(reader, path, search_text=row["email_address"])
    totals = [r["total"] for r in every_record(reader, path, sort_by="total", sort_order="DESC")]
    assert totals == sorted(totals, reverse=True)
    for query in ({"limit": 2, "page_size": 3}, {"sort_by": "age"}, {"page_size": 101}):
        assert reader.get(path, **query).status_code == 400
    assert reader.get("/events", event_status="CANCELED").status_code == 400


def test_a_deleted_event_leaves_the_listing_and_a_purged_one_is_gone(reader):
    """Deleted: listed only as DELETED, readable by id; purged: 404, its registrations too."""
    family = reader.sandbox.extras.events
    deleted, purged = family.events[0], family.events[1]
    path = f"/events/{purged.event_id}/tracks/{purged.track_id}/registrations"
    deleted.end("DELETED", reader.sandbox.nominal)
    family.purge(purged)
    listed = {row["event_id"] for row in every_record(reader, "/events")}
    assert listed.isdisjoint({deleted.event_id, purged.event_id})
    assert [r["event_id"] for r in every_record(reader, "/events", event_status="DELETED")] == [
        deleted.event_id
    ]
    assert reader.json(f"/events/{deleted.event_id}")["deleted_time"] == START.replace("Z", ".000Z")
    assert [reader.get(one).status_code for one in (f"/events/{purged.event_id}", path)] == [404, 404]


def test_settings_come_only_when_asked_for(reader):
    """include=true adds event_settings."""
    path = f"/events/{reader.sandbox.extras.events.events[0].event_id}"
    assert "event_settings" not in reader.json(path)
    assert "event_settings" in reader.json(path, include="true")


def test_the_contact_of_a_registration_is_only_in_its_detail(reader):
    """contact_id names a contact of the account; the listing has none."""
    ids = {row["contact_id"] for row in reader.sandbox.truth("contacts")}
    assert all("contact_id" not in row for row in reader.sandbox.truth("event_registrations"))
    assert {row["contact_id"] for row in reader.sandbox.truth("event_registration_details")} <= ids


def test_sales_move_the_counts_and_check_ins_come_after_the_end(reader):
    """A registration moves the row's counts but not its update; the night after the end, guests are checked in."""
    family = reader.sandbox.extras.events
    event = family.events[1]
    before, updated = event.row(), event.updated_at
    family.register(event, at=reader.sandbox.nominal, contact=3).status = "REGISTERED"
    metrics = event.row()["event_registration_summary_metrics"]
    assert metrics["registration_count"] == (
        before["event_registration_summary_metrics"]["registration_count"] + 1
    )
    assert event.updated_at == updated
    assert {
        r["checkin_status"] for r in (r.row(reader.sandbox.contacts, "") for r in event.registrations)
    } == {"NOT_CHECKED_IN"}
    for _ in range(8):
        reader.sandbox.advance(1)
    rows = [r.row(reader.sandbox.contacts, "") for r in event.registrations]
    assert event.status == "COMPLETE"
    assert "CHECKED_IN" in {row["checkin_status"] for row in rows}


def test_a_cursor_loop_leads_back_to_the_page(reader):
    """The fault strikes the cursor as well as the link, from the second page on."""
    cursor = reader.json("/events", limit=1)["next_cursor"]
    reader.sandbox.set_fault("cursor_loop", path_prefix="/events")
    page = reader.json("/events", next=cursor)
    assert page["next_cursor"] == cursor
    assert reader.json("/events", next=cursor)["next_cursor"] != cursor


@pytest.mark.parametrize("path", ["/events", "/events/{}", "/events/{}/tracks/{}/registrations"])
def test_scope_and_privilege_are_required(open_sandbox, path):
    """Without campaign_data, and without campaign:read, the answer is 403."""
    scopes = tuple(s for s in ALL_SCOPES if s != "campaign_data")
    privileges = tuple(p for p in ALL_PRIVILEGES if p != "campaign:read")
    for switches in (Switches(scopes=scopes), Switches(privileges=privileges)):
        reader = open_sandbox(contacts=9, campaigns=0, switches=switches)
        event = reader.sandbox.extras.events.events[0]
        assert reader.get(path.format(event.event_id, event.track_id)).status_code == 403


def test_nights_bring_every_kind_of_change():
    """Over 90 nights events are created, edited, cancelled, deleted, sold, paid, given back and attended."""
    sandbox = Sandbox(contacts=20, campaigns=0, start=START)
    done: set[str] = set()
    for _ in range(90):
        done |= {kind for kind, count in sandbox.advance(1).items() if count}
    expected = """event_created event_edited event_cancelled event_deleted registered registration_paid
        registration_canceled checked_in"""
    assert set(expected.split()) - done == set()
