"""Members of segments: which ones a night asks for, that each reading is whole, and what a lost segment costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

MEMBERS = ("segment_members",)
BOTH = ("segments", *MEMBERS)
PATH = "/v3/contacts"


def asked(one: Quick) -> int:
    return one.sandbox.log.by_path_template[PATH]


def a_week_passes(one: Quick) -> None:
    one.execute("update segment_members set read_on = read_on - interval 7 day")


@pytest.fixture
def one(quick: Callable[..., Quick]) -> Quick:
    """An account whose segments are loaded with their members."""
    here = quick(contacts=700, campaigns=2, switches=Switches(segment_pending_reads=0))
    here.complete_night(select=BOTH)
    here.sandbox.log.reset()
    return here


def test_members_are_exact_and_a_quiet_night_costs_nothing(one: Quick) -> None:
    """Every member of each segment is there; the next night asks for none, as nothing was edited."""
    assert [] == one.differences(tables=BOTH)
    one.complete_night(select=BOTH)
    assert 0 == asked(one)


def test_members_are_read_again_once_a_week_and_the_last_reading_stays(one: Quick) -> None:
    """After a week each segment is read again; what it held before is still there, under its own time."""
    before = one.values("select count(*) from segment_members")[0]
    a_week_passes(one)
    one.sandbox.advance(3)
    one.complete_night(select=BOTH)
    assert [] == one.differences(tables=BOTH)
    assert 2 == one.values("select count(distinct read_on) from segment_members")[0]
    assert one.values("select count(*) from segment_members")[0] > before


@pytest.mark.long
def test_an_edited_segment_is_read_at_once(one: Quick) -> None:
    """The day on which it was edited moves, and of all segments this one is asked for."""
    edited = one.sandbox.segments[0]
    edited["edited_at"] = one.sandbox.contacts.row(0)["updated_at"]
    one.complete_night(select=BOTH)
    read = one.values("select segment_id from segment_members group by 1 having count(distinct read_on) = 2")
    assert [str(edited["segment_id"])] == read
    assert [] == one.differences(tables=BOTH)


@pytest.mark.long
def test_segments_are_read_for_their_members_sake(quick: Callable[..., Quick]) -> None:
    """Chosen alone, the members come without the table of segments."""
    one = quick(contacts=60, campaigns=2, switches=Switches(segment_pending_reads=0))
    one.complete_night(select=MEMBERS)
    assert [] == one.differences(tables=MEMBERS)


@pytest.mark.long
def test_an_empty_segment_is_asked_for_once(one: Quick) -> None:
    """There is no row to say that it was read, so the state says it."""
    one.execute("delete from segment_members")
    for i in range(len(one.sandbox.contacts)):
        one.sandbox.delete_contact(i)
    one.complete_night(select=BOTH)
    assert [] == one.differences(tables=BOTH)
    one.sandbox.log.reset()
    one.complete_night(select=BOTH)
    assert 0 == asked(one)


@pytest.mark.long
def test_a_segment_deleted_between_listing_and_members_costs_itself(quick: Callable[..., Quick]) -> None:
    """It is named, the others are loaded, and nothing of it is half there; the next night does not ask for it."""
    one = quick(contacts=60, campaigns=2, switches=Switches(segment_pending_reads=0))
    one.sandbox.set_fault("not_found", 1, path_prefix=PATH.removeprefix("/v3"))
    assert one.night(select=BOTH).error is None
    ((resource, ill),) = one.left_out
    assert ("segment_members", []) == (
        resource,
        one.values(f"select 1 from segment_members where segment_id = '{ill}'"),
    )
    gone = next(k for k, row in enumerate(one.sandbox.segments) if str(row["segment_id"]) == ill)
    one.sandbox.delete_segment(gone)
    one.complete_night(select=BOTH)
    assert [] == one.differences(tables=BOTH)
