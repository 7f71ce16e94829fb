"""Events and registrations: what a night asks for, and that it finds what changed, vanished or failed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Kept, Quick

EVENTS = ("events", "event_registrations", "event_registration_details")
TABLES = (
    *EVENTS,
    *("events__items", "events__promo_codes", "events__media_assets", "events__promotions"),
)
LISTING, DETAIL = "/v3/events", "/v3/events/{id}"


def asked(one: Quick, path: str) -> int:
    return one.sandbox.log.by_path_template[path]


@pytest.fixture
def one(quick: Callable[..., Quick], first_night: dict[str, Kept]) -> Quick:
    """An account of few contacts whose events are loaded."""
    here = quick(contacts=300, campaigns=3)
    here.lives_now = True
    here.begin_with(first_night, select=EVENTS)
    here.sandbox.log.reset()
    return here


@pytest.mark.long
def test_events_are_exact_night_after_night(one: Quick) -> None:
    """Through four weeks in which events come, change, end and go, every table holds what the account shows."""
    for night in range(14):
        assert [] == one.differences(tables=TABLES), f"night {night}"
        one.sandbox.advance(2)
        one.complete_night(select=EVENTS)
    assert [] == one.differences(tables=TABLES)


def test_an_account_without_events_pays_one_request(quick: Callable[..., Quick]) -> None:
    """Where there are none, a night asks once, and the tables are there."""
    one = quick(contacts=300, campaigns=3, bare=True)
    one.complete_night(select=EVENTS)
    one.sandbox.log.reset()
    one.complete_night(select=EVENTS)
    assert 1 == one.requests_sent
    assert [] == one.differences(tables=TABLES)


def test_a_quiet_night_asks_for_nothing_that_cannot_have_moved(one: Quick) -> None:
    """The listing, whose first event is over; registrations of the two events at which something is to be paid."""
    one.complete_night(select=EVENTS)
    assert (1, 0, 2) == (asked(one, LISTING), asked(one, DETAIL), one.requests_sent - 1)


def test_edits_that_the_listing_does_not_show_are_found_from_its_front(one: Quick) -> None:
    """Two events are edited inside: they stand in front, and the one behind them shows that no other was edited."""
    family = one.sandbox.extras.events
    to_come = [event for event in family.events if event.status in ("ACTIVE", "DRAFT")]
    for number, event in enumerate(to_come[:2]):
        event.edit(one.sandbox.stamp + number, capacity=70 + number)
    one.complete_night(select=EVENTS)
    assert 2 == asked(one, DETAIL)
    assert [] == one.differences(tables=TABLES)
    one.sandbox.log.reset()
    one.complete_night(select=EVENTS)
    assert 1 == asked(one, DETAIL)


@pytest.mark.parametrize("commits", [1, 3, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 4))])
def test_edits_are_found_after_a_run_that_died_among_them(one: Quick, commits: int) -> None:
    """Whatever was committed, the next run finds the rest: the front is committed last."""
    family = one.sandbox.extras.events
    for number, event in enumerate(event for event in family.events if event.status in ("ACTIVE", "DRAFT")):
        event.edit(one.sandbox.stamp + number, capacity=70 + number)
    one.night(select=EVENTS, a_commit=1, killed_after=commits)
    one.complete_night(select=EVENTS)
    assert [] == one.differences(tables=TABLES)


def test_an_edited_event_that_fails_is_asked_for_though_the_front_is_as_it_was(one: Quick) -> None:
    """The edit behind the first one is found when the server answers again."""
    first, second = [event for event in one.sandbox.extras.events.events if event.status == "ACTIVE"]
    second.edit(one.sandbox.stamp, capacity=70)
    first.edit(one.sandbox.stamp + 1, capacity=71)
    one.sandbox.set_fault("not_found", None, path_prefix=f"/events/{second.event_id}")
    one.night(select=EVENTS)
    assert {("events", second.event_id)} == set(one.left_out)
    one.sandbox.clear_faults()
    one.complete_night(select=EVENTS)
    assert [] == one.differences(tables=TABLES)


def test_what_is_to_come_is_read_once_a_week_whatever_happens(one: Quick) -> None:
    """In seven days each event that is to come is read by its id once, on a day of its own, and its registrations."""
    family = one.sandbox.extras.events
    free = next(event for event in family.events if event.registrations and not event.price)
    for event in family.events:
        event.starts_at += 20 * 86_400 if event.status == "ACTIVE" else 0
    one.complete_night(select=EVENTS)
    one.sandbox.log.reset()
    for _ in range(7):
        one.sandbox.move_clock(timedelta(days=1))
        one.complete_night(select=EVENTS)
    assert 3 == asked(one, DETAIL)
    assert 1 == asked(one, f"/v3/events/{{id}}/tracks/{free.track_id}/registrations")


def test_registrations_that_cost_nothing_are_read_from_the_day_before(one: Quick) -> None:
    """Before it only what moves a count is found; then, who comes."""
    free = next(
        event for event in one.sandbox.extras.events.events if event.registrations and not event.price
    )
    path = f"/v3/events/{{id}}/tracks/{free.track_id}/registrations"
    free.starts_at = one.sandbox.stamp + 3 * 86_400
    one.complete_night(select=EVENTS)
    for days, registers, read in ((0.2, 0, 0), (0.2, 1, 1), (2.1, 0, 1), (0.1, 0, 1)):
        one.sandbox.move_clock(timedelta(days=days))
        for _ in range(registers):
            one.sandbox.extras.events.register(free, at=one.sandbox.stamp, contact=3)
        one.sandbox.log.reset()
        one.complete_night(select=EVENTS)
        assert read == asked(one, path), f"after {days} days"
    one.sandbox.extras.events.check_in(free, one.sandbox.stamp)
    one.complete_night(select=EVENTS)
    assert [] == one.differences(tables=TABLES)


@pytest.mark.long
def test_an_open_event_behind_the_first_page_is_seen(one: Quick) -> None:
    """Where a hundred others were updated later, a registration for it is found all the same."""
    family, now = one.sandbox.extras.events, one.sandbox.stamp
    for number in range(150):
        event = family.create(at=now - 86_400 * 300, starts_at=now - 86_400 * 200, status="COMPLETE")
        event.updated_at = now + number
    one.complete_night(select=EVENTS)
    to_come = next(event for event in family.events if event.status == "ACTIVE")
    family.register(to_come, at=now, contact=5)
    one.sandbox.log.reset()
    one.complete_night(select=EVENTS)
    assert 2 == asked(one, LISTING)
    assert [] == one.differences(tables=TABLES)


@pytest.mark.long
def test_an_edit_of_what_is_over_is_found(one: Quick) -> None:
    """The listing says that it is another one, so it is read again."""
    family = one.sandbox.extras.events
    over = next(event for event in family.events if event.status == "COMPLETE")
    over.edit(one.sandbox.stamp, name="Renamed")
    one.complete_night(select=EVENTS)
    assert 1 == asked(one, DETAIL)
    assert [] == one.differences(tables=TABLES)


@pytest.mark.long
def test_the_listing_is_read_until_it_is_as_it_was(one: Quick) -> None:
    """Of 250 events the first page is asked for; a full refresh reads all three, and finds what has vanished."""
    family, now = one.sandbox.extras.events, one.sandbox.stamp
    for number in range(250):
        at = now - (400 + number) * 86_400
        family.create(at=at, starts_at=at + 3600, status="COMPLETE")
    one.complete_night(select=EVENTS)
    one.sandbox.log.reset()
    one.complete_night(select=EVENTS)
    assert (1, 0) == (asked(one, LISTING), asked(one, DETAIL))
    gone = family.events[-1]
    family.purge(gone)
    one.complete_night(select=EVENTS, full_refresh=True)
    assert [gone.event_id] == one.values("select event_id from events where deleted_at is not null")
    assert [] == one.differences(tables=TABLES)


@pytest.mark.long
def test_all_are_read_again_once_the_state_has_forgotten_them(one: Quick) -> None:
    """As where a table was emptied: each event is read by its id, and the next night none that is over."""
    one.execute("delete from events__items")
    del one.state["events"]
    one.complete_night(select=EVENTS)
    assert 5 == asked(one, DETAIL)
    assert [] == one.differences(tables=TABLES)
    one.sandbox.log.reset()
    one.complete_night(select=EVENTS)
    assert 0 == asked(one, DETAIL)


def test_a_vanished_event_is_marked_where_json_comes_back_as_what_it_says(
    one: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL gives arrays back, not their text: the marked row still has them."""
    select = one.select

    def parsed(sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        names, rows = select(sql)
        return names, [
            tuple(json.loads(v) if isinstance(v, str) and v.startswith("[") else v for v in row)
            for row in rows
        ]

    monkeypatch.setattr(one, "select", parsed)
    family = one.sandbox.extras.events
    family.purge(family.events[0])
    one.complete_night(select=EVENTS)
    assert 1 == len(one.values("select event_id from events where deleted_at is not null"))
    assert [] == one.differences(tables=TABLES)


@pytest.mark.long
def test_a_vanished_event_is_not_asked_for_registrations(one: Quick) -> None:
    """One that people were registering for is marked, and nothing of it is asked for or named as failed."""
    family = one.sandbox.extras.events
    gone = next(event for event in family.events if event.status == "ACTIVE" and event.registrations)
    family.purge(gone)
    one.complete_night(select=EVENTS)
    assert [gone.event_id] == one.values("select event_id from events where deleted_at is not null")
    assert [] == one.differences(tables=TABLES)


@pytest.mark.parametrize("fault", [pytest.param("500_html", marks=pytest.mark.long), "not_found"])
def test_an_event_that_fails_costs_itself_and_comes_the_next_night(
    fault: str, quick: Callable[..., Quick]
) -> None:
    """The others are loaded with their registrations, the failing one is named, and the next night brings it; also one
    that is deleted between the listing and its own answer.
    """
    one = quick(contacts=300, campaigns=3)
    ill = one.sandbox.extras.events.events[1].event_id
    one.sandbox.set_fault(fault, None, path_prefix=f"/events/{ill}")
    assert one.night(select=EVENTS).error is None
    assert {("events", ill)} == set(one.left_out)
    assert 4 == len(one.values("select event_id from events"))
    one.sandbox.clear_faults()
    one.complete_night(select=EVENTS)
    assert [] == one.differences(tables=TABLES)


@pytest.mark.long
@pytest.mark.parametrize("name", EVENTS[1:])
def test_what_belongs_to_events_can_be_read_alone(quick: Callable[..., Quick], name: str) -> None:
    """Events and registrations are asked for on its behalf, and their tables stay away."""
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=(name,))
    assert [] == one.differences(tables=(name,))
