"""The filters of /contacts, counts, segments and statistics."""

from __future__ import annotations

from collections import Counter

import pytest
from sandbox_reader import ALL

from sources.constant_contact_sandbox import Switches


def contacts(reader, **params):
    return reader.rows("/contacts", "contacts", limit=500, **params)


def test_filters_combine_with_and(open_sandbox):
    """A row passes only if it passes every filter, and include_count counts the same rows."""
    reader = open_sandbox(contacts=800)
    truth = list(reader.sandbox.truth("contacts"))
    list_id = next(reader.sandbox.truth("contact_lists"))["list_id"]
    after = "2025-06-01T00:00:00+00:00"
    expected = {
        r["contact_id"]
        for r in truth
        if list_id in r.get("list_memberships", [])
        and r["updated_at"] > "2025-06-01T00:00:00Z"
        and r.get("email_address", {}).get("permission_to_send") in ("explicit", "implicit")
        and "deleted_at" not in r
    }
    filters = {"lists": list_id, "status": "active", "updated_after": after}
    assert expected
    assert expected == {r["contact_id"] for r in contacts(reader, **filters)}
    assert (
        len(expected) == reader.json("/contacts", limit=1, include_count="true", **filters)["contacts_count"]
    )


def test_updated_after_includes_the_second_only_when_switched(open_sandbox):
    """A contact changed exactly at the stated second is left out by default, included by switch."""
    for mode, expected in (("exclusive", 0), ("inclusive", 1)):
        reader = open_sandbox(contacts=5, clock_runs=False, switches=Switches(updated_after=mode))
        reader.sandbox.change_contact(2, first_name="Ada")
        assert expected == len(contacts(reader, status="all", updated_after="2026-01-05T03:00:00Z"))


def test_sub_resources_come_only_when_included(open_sandbox):
    """Without include a row has none of the six sub-resources; sms_channel follows its switch."""
    reader = open_sandbox(contacts=300)
    keys = Counter(k for r in contacts(reader, status="all") for k in r)
    assert set() == keys.keys() & set(ALL.split(","))
    assert keys["sms_channel"]
    on_request = open_sandbox(contacts=300, switches=Switches(sms_channel="on_request"))
    assert not Counter(k for r in contacts(on_request, status="all", include=ALL) for k in r)["sms_channel"]
    assert list(on_request.sandbox.truth("contacts")) == contacts(
        on_request, status="all", include=ALL + ",sms_channel"
    )


@pytest.mark.parametrize(
    "status", ["unsubscribed", "temp_hold", "pending_confirmation", "not_set", "deleted"]
)
def test_each_status_selects_its_contacts(open_sandbox, status):
    """A status gives exactly the truth's contacts of that status; deleted ones only under deleted."""
    reader = open_sandbox(contacts=700)

    def status_of(row):
        return "deleted" if "deleted_at" in row else row.get("email_address", {}).get("permission_to_send")

    expected = [r["contact_id"] for r in reader.sandbox.truth("contacts") if status_of(r) == status]
    assert expected
    assert expected == [r["contact_id"] for r in contacts(reader, status=status)]


def test_counts_agree_with_the_contacts(open_sandbox):
    """All counts of contacts, lists and tags are what the truth's rows add up to, also after a week."""
    reader = open_sandbox(contacts=600)
    reader.sandbox.advance(7)
    rows = [r for r in reader.sandbox.truth("contacts") if "deleted_at" not in r]
    permission = Counter(r.get("email_address", {}).get("permission_to_send") for r in rows)
    counts = reader.json("/contacts/counts", include="new_subscriber")
    names = ("explicit", "implicit", "unsubscribed")
    assert (len(rows), *(permission[n] for n in names)) == (counts["total"], *(counts[n] for n in names))
    in_lists = Counter(i for r in rows for i in r.get("list_memberships", []))
    for row in reader.rows("/contact_lists", "lists", status="all", include_membership_count="all"):
        assert in_lists[row["list_id"]] == row["membership_count"]
    with_tags = Counter(i for r in rows for i in r.get("taggings", []))
    for row in reader.rows("/contact_tags", "tags", include_count="true"):
        assert with_tags[row["tag_id"]] == row["contacts_count"]


def test_a_contact_answers_by_id_even_when_deleted(open_sandbox):
    """Every contact of the truth is found by its id; a purged one is not."""
    reader = open_sandbox(contacts=120)
    reader.sandbox.delete_contact(7)
    rows = list(reader.sandbox.truth("contacts"))
    assert rows == [reader.json(f"/contacts/{row['contact_id']}", include=ALL) for row in rows]
    reader.sandbox.purge_contact(7)
    assert 404 == reader.get(f"/contacts/{rows[7]['contact_id']}").status_code
    assert 119 == len(contacts(reader, status="all"))


def test_a_segment_is_pending_first_and_stands_alone(open_sandbox):
    """Segment reads answer 202 as often as switched, then rows; another filter beside it is refused."""
    reader = open_sandbox(contacts=200, switches=Switches(segment_pending_reads=2))
    codes = [reader.get("/contacts", segment_id=1).status_code for _ in range(4)]
    assert [202, 202, 200, 200] == codes
    assert 400 == reader.get("/contacts", segment_id=1, status="all").status_code


@pytest.mark.parametrize("keys", ["underscores", "dots"])
def test_totals_agree_with_the_feeds(open_sandbox, keys):
    """Unique and total counts and device splits are what the rows add up to, in either spelling."""
    reader = open_sandbox(contacts=300, campaigns=4, switches=Switches(stats_keys=keys))
    reader.sandbox.advance(2)
    opens = list(reader.sandbox.truth("email_opens"))
    bounces = list(reader.sandbox.truth("email_bounces"))
    separator = "_" if keys == "underscores" else "."
    for row in reader.sandbox.truth("email_campaign_activity_stats"):
        aid = row["campaign_activity_id"]
        assert [row] == reader.json(f"/reports/stats/email_campaign_activities/{aid}")["results"]
        mine = [r for r in opens if r["campaign_activity_id"] == aid]
        stats = row["stats"]
        assert len(mine) == stats[f"em_opens{separator}all"]
        assert len({r["contact_id"] for r in mine}) == stats["em_opens"]
        assert (
            sum(r["device_type"] == "mobile" for r in mine)
            == stats[f"em_opens{separator}all{separator}mobile"]
        )
        assert sum(r["campaign_activity_id"] == aid for r in bounces) == stats["em_bounces"]
        assert max(0, stats["em_sends"] - stats["em_opens"] - stats["em_bounces"]) == stats["em_not_opened"]


def test_one_bad_id_spoils_a_campaign_stats_call(open_sandbox):
    """A removed or poisoned campaign gives 404 for the whole call, or an entry in errors by switch."""
    reader = open_sandbox(contacts=40, campaigns=14)
    good = [r["campaign_id"] for r in reader.sandbox.truth("email_campaign_stats")]
    removed = next(
        r["campaign_id"] for r in reader.sandbox.truth("email_campaigns") if r["current_status"] == "Removed"
    )
    base = "/reports/stats/email_campaigns/"
    assert [200, 404] == [reader.get(base + ",".join(ids)).status_code for ids in (good, [*good, removed])]
    lenient = open_sandbox(contacts=40, campaigns=14, switches=Switches(removed_stats="errors"))
    answer = lenient.json(base + ",".join([*good, removed]))
    assert (len(good), 1) == (len(answer["results"]), len(answer["errors"]))
    poisoned = open_sandbox(contacts=40, campaigns=14, switches=Switches(poison_ids=frozenset(good[:1])))
    assert [404, 200] == [poisoned.get(base + ",".join(ids)).status_code for ids in (good, good[1:])]


def test_lagging_totals_say_when_they_were_counted(open_sandbox):
    """With a lag, totals leave out the newest events and last_refresh_time is older than those."""
    reader = open_sandbox(contacts=100, campaigns=2, switches=Switches(stats_lag_s=3600))
    activity = reader.sandbox.campaigns.rows[0].primary
    before = next(reader.sandbox.truth("email_campaign_activity_stats"))
    reader.sandbox.add_event(activity, "opens", 5)
    newest = next(reader.sandbox.truth("email_opens"))
    after = next(reader.sandbox.truth("email_campaign_activity_stats"))
    assert before["stats"] == after["stats"]
    assert after["last_refresh_time"] < newest["created_time"]


def test_missing_scope_or_privilege_is_forbidden(open_sandbox):
    """Without the scope or the privilege an endpoint answers 403; the privileges list always answers."""
    switches = Switches(privileges=("contacts:read",), scopes=("contact_data", "campaign_data"))
    reader = open_sandbox(switches=switches)
    paths = ("/contacts", "/contact_lists", "/emails", "/account/summary", "/account/user/privileges")
    assert [200, 403, 403, 403, 200] == [reader.get(path).status_code for path in paths]
    assert "access_denied" == reader.get("/emails").json()["error_key"]
