"""What was learned of failures, totals, and changes without a trace, and how long it counts."""

from __future__ import annotations

import json
from typing import Any

import pendulum
import pytest

from sources.constant_contact.state import failures, totals, traceless
from sources.constant_contact.state.changes import StateChange, apply_changes
from sources.constant_contact.state.failures import (
    MAX_DAYS_OBJECT,
    MAX_DAYS_RESOURCE,
    SLACK_HOURS,
    WHOLE,
    Failure,
    failed_ids,
    failure_of,
    held_ids,
    once_more,
    recent_ids,
)
from sources.constant_contact.state.totals import Learned, TotalsState
from sources.constant_contact.windows import SyncOptions

NOW = pendulum.datetime(2026, 11, 20, 3)
DAY = pendulum.duration(days=1)


def options(**changes: Any) -> SyncOptions:
    return SyncOptions(**({"lookback": DAY, "full_refresh_every": DAY * 30} | changes))


def after(*changes: StateChange) -> dict[str, Any]:
    """What is kept: through JSON, as the load tool does it."""
    state: dict[str, Any] = {}
    apply_changes(state, changes)
    found: dict[str, Any] = json.loads(json.dumps(state))
    return found


def failing(runs: int, version: str = "v1", next_try: pendulum.DateTime = NOW) -> Failure:
    return Failure(runs=runs, version=version, next_try=next_try)


@pytest.mark.parametrize(
    ("runs_before", "days"),
    [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 32), (7, 32), (10, 32), (100, 32), (5_000, 32)],
)
def test_the_distance_doubles_up_to_a_month(runs_before: int, days: int) -> None:
    """Half a day earlier, since a nightly run may begin earlier than the one before."""
    found = once_more(failing(runs_before), "s1", version="v1", now=NOW)
    assert runs_before + 1 == found.runs
    assert NOW.add(days=days).subtract(hours=SLACK_HOURS) == found.next_try
    assert days <= MAX_DAYS_OBJECT


@pytest.mark.parametrize(("runs_before", "days"), [(1, 2), (2, 4), (3, 4), (50, 4)])
def test_a_whole_resource_is_tried_more_often(runs_before: int, days: int) -> None:
    found = once_more(failing(runs_before), WHOLE, version="v1", now=NOW)
    assert NOW.add(days=days).subtract(hours=SLACK_HOURS) == found.next_try
    assert days <= MAX_DAYS_RESOURCE


@pytest.mark.parametrize(
    ("before", "version", "runs", "kept"),
    [
        pytest.param(None, "v1", 1, "v1", id="the first failure"),
        pytest.param(None, "", 1, "", id="of an object without a version"),
        pytest.param(failing(3), "v1", 4, "v1", id="the same version"),
        pytest.param(failing(3), "v2", 1, "v2", id="another version counts anew"),
        pytest.param(failing(3), "", 4, "v1", id="a version that is not known now"),
        pytest.param(failing(3, ""), "", 4, "", id="nor ever"),
        pytest.param(failing(3, ""), "v1", 1, "v1", id="known for the first time"),
    ],
)
def test_failures_are_counted_by_version(before: Failure | None, version: str, runs: int, kept: str) -> None:
    found = once_more(before, "s1", version=version, now=NOW)
    assert (runs, kept) == (found.runs, found.version)
    assert (runs == 1) is (found.next_try == NOW)  # the first failure is tried again in the next run


@pytest.mark.parametrize(
    ("version", "next_try", "due"),
    [
        pytest.param("v1", NOW.add(seconds=1), False, id="not yet"),
        pytest.param("v1", NOW, True, id="now"),
        pytest.param("v1", NOW.subtract(days=9), True, id="long since"),
        pytest.param("v2", NOW.add(days=9), True, id="it has changed"),
        pytest.param("", NOW.add(days=9), False, id="whether it has changed is not known"),
    ],
)
def test_when_an_object_is_asked_for_again(version: str, next_try: pendulum.DateTime, due: bool) -> None:
    failure = failing(2, next_try=next_try)
    assert due is failure.is_due(version, options(), now=NOW)
    assert failure.is_due(version, options(full_refresh=True), now=NOW)


def test_failures_of_a_resource_and_of_its_objects_are_told_apart() -> None:
    """The resource itself is no object."""
    state = after(
        failing(2, next_try=NOW.add(days=3)).kept("segments", "s1"),
        failing(1, next_try=NOW.subtract(hours=SLACK_HOURS)).kept("segments", "s2"),
        failing(1, next_try=NOW.subtract(hours=SLACK_HOURS).add(seconds=1)).kept("segments", "s3"),
        failing(4, "", NOW.add(days=1)).kept("segments", WHOLE),
        failing(9, next_try=NOW.add(days=1)).kept("events", "s4"),
    )
    assert failing(4, "", NOW.add(days=1)) == failure_of(state, "segments")
    assert failing(2, next_try=NOW.add(days=3)) == failure_of(state, "segments", "s1")
    assert failure_of(state, "events") is None
    assert failure_of({}, "segments") is None
    assert {"s1", "s2", "s3"} == failed_ids(state, "segments")
    assert {"s1"} == held_ids(state, "segments", options(), now=NOW)
    assert set() == held_ids(state, "segments", options(full_refresh=True), now=NOW)
    assert {"s1", "s3"} == recent_ids(state, "segments", now=NOW)
    assert set() == failed_ids(state, "contact_lists")


def test_an_object_that_was_read_has_not_failed() -> None:
    kept = failing(2).kept("segments", "s1")
    assert {} == after(kept, failures.forgotten("segments", "s1"))
    assert {"s2"} == failed_ids(
        after(kept, failing(1).kept("segments", "s2"), failures.forgotten("segments", "s1")), "segments"
    )


def test_nothing_is_known_of_totals_at_first() -> None:
    assert TotalsState() == TotalsState.of({})
    assert totals.unreached_total({}, "a1", "email_opens") is None


@pytest.mark.parametrize(
    ("learned", "first_at", "kept"),
    [
        pytest.param(Learned(), None, {}, id="nothing new"),
        pytest.param(Learned(batch_sizes={"stats": 3}), None, {"batch": {"stats": 3}}, id="batch sizes"),
        pytest.param(Learned(refused={"c1": "v"}), None, {"refused": {"c1": "v"}}, id="refusals"),
        pytest.param(
            Learned(no_links={"b", "a"}), None, {"no_links": ["a", "b"]}, id="e-mails without links"
        ),
        pytest.param(Learned(no_stats=["b", "a"]), None, {"no_stats": ["a", "b"]}, id="without totals"),
        pytest.param(Learned(no_stats=()), None, {"no_stats": []}, id="that all have some is knowledge too"),
        pytest.param(Learned(), NOW, {"learned_at": NOW.isoformat()}, id="begun anew"),
        pytest.param(
            Learned(refused={"c1": "v"}),
            NOW,
            {"learned_at": NOW.isoformat(), "refused": {"c1": "v"}},
            id="begun anew with something",
        ),
    ],
)
def test_what_was_learned_is_kept_by_name(
    learned: Learned, first_at: pendulum.DateTime | None, kept: dict[str, Any]
) -> None:
    assert kept == after(*learned.kept(first_at=first_at)).get("totals", {})


def test_knowledge_that_no_longer_counts_is_replaced() -> None:
    """E-mails without links are asked again when their totals move, not because time passes."""
    old = Learned(batch_sizes={"stats": 3}, refused={"c1": "v"}, no_links={"a1"}, no_stats={"a2"}).kept(
        first_at=NOW
    )
    new = Learned(no_stats={"a3"}).kept(first_at=NOW.add(days=30))
    found = TotalsState.of(after(*old, *new))
    assert (
        TotalsState(cached_at=NOW.add(days=30), no_links=frozenset({"a1"}), no_stats=frozenset({"a3"}))
        == found
    )


@pytest.mark.parametrize(("age", "current"), [(DAY * 30, False), (DAY * 29, True)])
def test_what_was_learned_of_totals_counts_for_a_month(age: pendulum.Duration, current: bool) -> None:
    assert current is TotalsState(cached_at=NOW - age).is_current(options(), now=NOW)
    assert not TotalsState().is_current(options(), now=NOW)


def test_totals_that_a_reading_did_not_reach_are_kept_by_feed() -> None:
    """And forgotten together; a total of zero is one."""
    kept = (
        totals.read_to_the_end("a1", "email_opens", 7),
        totals.read_to_the_end("a1", "email_clicks", 0),
        totals.read_to_the_end("a2", "email_opens", 9),
        totals.read_to_the_end("a2", "email_opens", None),
    )
    state = after(*kept)
    assert [7, 0, None, None] == [
        totals.unreached_total(state, activity_id, feed)
        for activity_id, feed in (
            ("a1", "email_opens"), ("a1", "email_clicks"), ("a2", "email_opens"), ("a3", "email_opens")
        )
    ]  # fmt: skip
    assert {} == after(*kept, totals.offsets_forgotten())


def test_links_and_offsets_are_kept_and_taken_back() -> None:
    kept = (totals.owes_links("a1"), totals.links_not_found("a2"), totals.stands_apart("c1", {"sends": -1}))
    found = TotalsState.of(after(*kept))
    assert ({"a1"}, {"a2"}, {"c1": {"sends": -1}}) == (found.links_due, found.lost_links, found.offsets)
    back = (totals.links_read("a1"), totals.links_found_missing("a2"), totals.stands_apart("c1", {}))
    assert {} == after(*kept, *back)


def test_totals_of_0_1_0_may_say_null() -> None:
    """Lists and objects that were written as null are empty."""
    nulls = dict.fromkeys(("batch", "refused", "no_links", "no_stats"))
    assert TotalsState() == TotalsState.of({"totals": nulls})


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        pytest.param({}, 0.0, id="nothing known"),
        pytest.param({0: 6}, 6.0, id="today only"),
        pytest.param({1: 6}, 6.0, id="yesterday"),
        pytest.param({1: 4, 0: 2}, 6.0, id="since yesterday"),
        pytest.param({4: 6, 2: 2}, 2.0, id="days without any count as well"),
        pytest.param({7: 7}, 1.0, id="a week ago"),
        pytest.param({8: 700, 7: 7}, 1.0, id="what is older has no say"),
        pytest.param({8: 700}, 0.0, id="and nothing else is known"),
        pytest.param({3: 0}, 0.0, id="all were read and none had changed"),
    ],
)
def test_changes_without_a_trace_are_expected_as_in_the_last_week(
    days_ago: dict[int, int], expected: float
) -> None:
    known = {NOW.subtract(days=days).to_date_string(): found for days, found in days_ago.items()}
    assert expected == traceless.expected({"traceless": known}, NOW)


def test_changes_without_a_trace_are_noted_by_day() -> None:
    """Added to what was found today; what is older than a week goes."""
    state: dict[str, Any] = {}
    for at, found in ((NOW.subtract(days=8), 5), (NOW.subtract(days=7), 4), (NOW, 2), (NOW.add(hours=20), 1)):
        apply_changes(state, [traceless.noted(state, at, found)])
    assert {"traceless": {"2026-11-13": 4, "2026-11-20": 3}} == state


def test_the_day_of_a_change_is_that_of_utc() -> None:
    """The first second of a day belongs to it."""
    midnight = pendulum.datetime(2026, 11, 21)
    state: dict[str, Any] = {}
    for at in (midnight.subtract(seconds=1), midnight):
        apply_changes(state, [traceless.noted(state, at, 1)])
    assert {"2026-11-20": 1, "2026-11-21": 1} == state["traceless"]
