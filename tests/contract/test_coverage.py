"""The coverage report: what it says is true, and every omission has a reason."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sandbox.sandbox_reader import Reader

from tests.contract.properties import operations, properties
from tests.coverage_report import (
    BEGIN,
    BY_COMMAND,
    COVERED,
    END,
    LEFT_OUT,
    NO_PLACE,
    in_row,
    readers,
    report,
    summary,
    totals,
    written_into,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

LEAST_SHARE = 0.99
BY_PATH = {one.path: one for one in report()}


def test_each_operation_is_read_or_has_a_reason():
    """All are in the report: read by a setting, covered by another, or named with the reason."""
    assert list(BY_PATH) == list(operations())
    assert [one.path for one in report() if not (one.by or one.why)] == []


def test_nothing_is_left_out_that_is_read():
    """The tables of omissions name operations of the contract, and none that a resource reads."""
    named = [*COVERED, *BY_COMMAND, *LEFT_OUT]
    assert [path for path in named if path not in operations()] == []
    assert [path for path in (*COVERED, *BY_COMMAND) if path in readers()] == []


def test_99_of_100_properties_of_what_is_read_have_a_place():
    """And each of the others has a reason, which is still needed."""
    count = totals(report())
    assert count.placed >= LEAST_SHARE * count.of_what_is_read
    without = {(one.by, path): why for one in report() if one.by for path, why in one.without.items()}
    assert [at for at, why in without.items() if not why] == []
    assert [
        reason
        for reason in NO_PLACE
        if not any((by, path[: len(reason[1])]) == reason for by, path in without)
    ] == []


@pytest.mark.parametrize("path", COVERED)
def test_what_is_covered_has_no_property_of_its_own(path):
    """Each property of the operation, with the same type, is in the rows of the one that covers it."""
    other = COVERED[path]
    there = {
        row[len(other.prefix) :]: (each.type, each.format)
        for each in properties(other.path)
        if (row := in_row(other.path, each.path))[: len(other.prefix)] == other.prefix
    }
    own = {in_row(path, each.path): (each.type, each.format) for each in properties(path)}
    assert {at: kind for at, kind in own.items() if there.get(at) != kind} == {}
    assert BY_PATH[path].without == {} or other.path in LEFT_OUT


def test_the_derived_feeds_say_what_is_loaded(quick: Callable[..., Quick]):
    """Unique openings are each contact's latest one; who did not open is who got it, without opening or bounce."""
    one = quick(contacts=200, campaigns=4)
    one.complete_night(select=["email_sends", "email_opens", "email_bounces"])
    pairs = "select campaign_activity_id, contact_id"
    latest = one.query(f"{pairs}, max(created_time) as at from email_opens group by all")
    unread = one.query(
        f"{pairs} from email_sends except {pairs} from email_opens except {pairs} from email_bounces"
    )
    reader = Reader(one.sandbox, one.server)
    asked = {feed: [] for feed in ("unique_opens", "didnotopens")}
    with reader.http:
        for mail in one.values("select distinct campaign_activity_id from email_sends"):
            for feed, rows in asked.items():
                path = f"/reports/email_reports/{mail}/tracking/{feed}"
                rows += [(mail, row) for row in reader.rows(path, "tracking_activities", limit=500)]
    assert len(latest) > 0
    assert len(unread) > 0
    assert {(row["campaign_activity_id"], row["contact_id"], row["at"]) for row in latest} == {
        (mail, row["contact_id"], datetime.fromisoformat(row["created_time"]))
        for mail, row in asked["unique_opens"]
    }
    assert {tuple(row.values()) for row in unread} == {
        (mail, row["contact_id"]) for mail, row in asked["didnotopens"]
    }


def test_the_totals_are_written_between_their_markers():
    """What stood there is replaced, all else stays; a text without markers is refused."""
    once = written_into(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert f"before\n{BEGIN}\n{summary()}{END}\nafter\n" == once
    assert once == written_into(once)
    with pytest.raises(ValueError, match="no place for the coverage"):
        written_into("# Title\n")
