"""Contact exports: ordered, polled, fetched; the only thing that a client may write."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from sources.constant_contact_sandbox import Switches
from sources.constant_contact_sandbox.switches import ALL_PRIVILEGES, ALL_SCOPES

ORDER = "/activities/contact_exports"


def post(reader: Any, path: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {reader.server.access_token}"}
    return reader.http.post(reader.server.base_url + path, json=body, headers=headers)


def states(reader: Any, activity_id: str, times: int) -> list[str]:
    return [reader.json(f"/activities/{activity_id}")["state"] for _ in range(times)]


def exported(reader: Any, body: dict[str, Any]) -> list[dict[str, str]]:
    """Order an export, poll it to its end, and return the lines of its file."""
    job = post(reader, ORDER, body)
    assert (job.status_code, job.json()["state"]) == (201, "initialized")
    activity_id = job.json()["activity_id"]
    assert states(reader, activity_id, 2) == ["processing", "completed"]
    href = reader.json(f"/activities/{activity_id}")["_links"]["results"]["href"]
    answer = reader.get(href.removeprefix("/v3"))
    assert answer.headers["content-type"] == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_an_export_holds_every_contact_that_is_not_deleted(open_sandbox):
    """Without filters, each contact that is not deleted is a line; a field of ids can be asked for."""
    reader = open_sandbox(contacts=60, campaigns=1)
    rows = exported(reader, {"fields": ["contact_id", "email_address", "first_name"]})
    truth = [row for row in reader.sandbox.truth("contacts") if "deleted_at" not in row]
    assert [row["Contact ID"] for row in rows] == [row["contact_id"] for row in truth]
    addresses = [row.get("email_address", {}).get("address", "") for row in truth]
    assert [row["Email address"] for row in rows] == addresses
    assert len(exported(reader, {})[0]) > 20


def test_filters_choose_contacts(open_sandbox):
    """Lists, status, ids and exclusions choose as their words say."""
    reader = open_sandbox(contacts=60, campaigns=1)
    truth = list(reader.sandbox.truth("contacts"))
    gone = {row["contact_id"] for row in truth if "deleted_at" in row}
    removed = exported(reader, {"status": "removed", "fields": ["contact_id"]})
    assert {row["Contact ID"] for row in removed} == gone != set()
    first = next(reader.sandbox.truth("contact_lists"))["list_id"]
    members = [row["contact_id"] for row in truth if first in row.get("list_memberships", ())]
    chosen = {"list_ids": [first], "exclude": {"contact_ids": members[:1]}, "fields": ["contact_id"]}
    assert [row["Contact ID"] for row in exported(reader, chosen)] == members[1:]


@pytest.mark.parametrize(
    "body",
    [
        {"fields": ["shoe_size"]},
        {"status": "deleted"},
        {"segment_id": 1, "status": "active"},
        {"colour": "red"},
        ["contact_ids"],
    ],
)
def test_wrong_orders_are_refused(open_sandbox, body):
    """An unknown field, word or property, a forbidden pair, and a body that is no object give 400."""
    reader = open_sandbox(contacts=3, campaigns=0)
    assert post(reader, ORDER, body).status_code == 400


@pytest.mark.parametrize("end", ["failed", "timed_out", "cancelled", "never"])
def test_exports_that_do_not_complete(open_sandbox, end):
    """The job ends as the switch says, or never, and has no file."""
    reader = open_sandbox(contacts=3, campaigns=0, switches=Switches(export_ends_as=end))
    activity_id = post(reader, ORDER, {}).json()["activity_id"]
    assert states(reader, activity_id, 3)[-1] == ("processing" if end == "never" else end)
    assert reader.get(f"/contact_exports/{activity_id}").status_code == 404


def test_contact_ids_can_be_unknown_to_exports(open_sandbox):
    """With the switch off, contact_id is refused as a field."""
    reader = open_sandbox(contacts=3, campaigns=0, switches=Switches(export_contact_id=False))
    assert post(reader, ORDER, {"fields": ["contact_id"]}).status_code == 400


def test_an_export_needs_scope_and_privilege_and_nothing_else_is_written(open_sandbox):
    """403 without contact_data or contacts:write; other POSTs stay 405."""
    scopes = tuple(s for s in ALL_SCOPES if s != "contact_data")
    privileges = tuple(p for p in ALL_PRIVILEGES if p != "contacts:write")
    for switches in (Switches(scopes=scopes), Switches(privileges=privileges)):
        reader = open_sandbox(contacts=3, campaigns=0, switches=switches)
        assert post(reader, ORDER, {}).status_code == 403
    assert post(reader, "/contacts", {}).status_code == 405
    assert reader.sandbox.requests_today == 2


def test_an_export_is_seen_among_the_jobs_of_the_account(open_sandbox):
    """It is queued like any other job, and forgotten with its file after ten days."""
    reader = open_sandbox(contacts=3, campaigns=0)
    activity_id = post(reader, ORDER, {}).json()["activity_id"]
    assert activity_id in {row["activity_id"] for row in reader.rows("/activities", "activities")}
    states(reader, activity_id, 2)
    assert reader.get(f"/contact_exports/{activity_id}").status_code == 200
    reader.sandbox.advance(11)
    assert reader.get(f"/contact_exports/{activity_id}").status_code == 404
