"""A count beside the loaded rows: when there is a line, what makes it right, and which reasons explain a difference."""

from __future__ import annotations

from typing import Any

import pytest

from sources.constant_contact.repair.audit_line import (
    AuditLine,
    compared,
    differences,
    differing,
    source_counts,
)
from sources.constant_contact.repair.explanations import (
    by_erased,
    by_offset,
    by_returned,
    by_rows_set_aside,
    by_unread,
)


def line(
    source: int, loaded: int, *, scope: str = "list", scope_id: str = "l1", table: str = "t"
) -> AuditLine:
    return AuditLine(
        table=table,
        scope=scope,
        scope_id=scope_id,
        source_count=source,
        loaded_count=loaded,
        ok=source == loaded,
    )


@pytest.mark.parametrize(
    ("source", "loaded", "expected"),
    [
        pytest.param(None, 5, [], id="no count is no zero"),
        pytest.param(0, 0, [(0, 0, True)], id="an empty list has a count"),
        pytest.param(0, 1, [(0, 1, False)], id="a count of none"),
        pytest.param(3, 3, [(3, 3, True)], id="as many"),
        pytest.param(3, 4, [(3, 4, False)], id="more loaded"),
        pytest.param("3", 3.0, [(3, 3, True)], id="numbers as a database gives them"),
        pytest.param(2**53 + 1, 2**53, [(2**53 + 1, 2**53, False)], id="beyond what a double tells apart"),
    ],
)
def test_a_count_has_a_line_where_the_api_gives_it(source: Any, loaded: Any, expected: list[Any]) -> None:
    found = compared("contacts", "list", "l1", source, loaded, name="News")
    assert expected == [(each.source_count, each.loaded_count, each.ok) for each in found]


def test_an_explained_line_keeps_its_numbers() -> None:
    """The difference is still to be read; it is no alarm any more."""
    found = line(5, 3).explained("two are set aside")
    assert (5, 3, 2) == (found.source_count, found.loaded_count, found.difference)
    assert (True, "two are set aside") == (found.ok, found.explanation)


LINES = (
    line(5, 3, scope="total", scope_id=""),
    line(4, 4, scope="list", scope_id="l1"),
    line(1, 2, scope="tag", scope_id="t1"),
    line(9, 2, scope="list", scope_id="l2").explained("known"),
)


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [((), ["total", "tag"]), (("tag",), ["tag"]), (("list",), []), (("list", "total"), ["total"])],
)
def test_only_what_nothing_explains_differs(scopes: tuple[str, ...], expected: list[str]) -> None:
    assert expected == [each.scope for each in differing(LINES, *scopes)]


def test_differences_tell_whether_a_search_changed_anything() -> None:
    """The same distance with both counts moved is the same difference; another distance is another."""
    before = differences([line(5, 3)])
    assert before == differences([line(6, 4), line(1, 1, scope_id="l9")])
    others = [
        line(5, 4),
        line(3, 5),
        line(5, 3, scope="tag"),
        line(5, 3, scope_id="l2"),
        line(5, 3, table="u"),
    ]
    assert all(before != differences([other]) for other in others)


def test_the_counts_of_the_account_are_told_apart_by_scope_and_id() -> None:
    """A list and a tag may have the same id; whether a line agrees says nothing about its count."""
    found = source_counts([line(5, 3), line(7, 7, scope="tag"), line(2, 2, scope_id="l2")])
    assert {("list", "l1"): 5, ("tag", "l1"): 7, ("list", "l2"): 2} == found


@pytest.mark.parametrize(
    ("source", "loaded", "aside", "ok"),
    [
        pytest.param(5, 3, 2, True, id="as many as are set aside"),
        pytest.param(4, 3, 2, True, id="some of them are counted"),
        pytest.param(6, 3, 2, False, id="more than are set aside"),
        pytest.param(2, 3, 2, False, id="fewer than loaded: none set aside explains that"),
        pytest.param(4, 3, 0, False, id="none are set aside"),
    ],
)
def test_rows_set_aside_explain_a_count_that_they_reach(
    source: int, loaded: int, aside: int, ok: bool
) -> None:
    assert ok is by_rows_set_aside(line(source, loaded), aside).ok


@pytest.mark.parametrize(
    ("source", "loaded", "offset", "ok"),
    [
        (5, 3, 2, True),
        (3, 5, -2, True),
        (5, 3, -2, False),
        (5, 3, 3, False),
        (5, 3, 0, False),
        (5, 3, None, False),
    ],
)
def test_a_count_may_stand_apart_by_what_it_stood_apart_before(
    source: int, loaded: int, offset: int | None, ok: bool
) -> None:
    assert ok is by_offset(line(source, loaded), offset).ok


@pytest.mark.parametrize(
    ("source", "loaded", "returned", "ok"),
    [(5, 3, 2, True), (4, 3, 2, True), (6, 3, 2, False), (2, 3, 2, False), (4, 3, 0, False)],
)
def test_erased_contacts_that_came_back_are_counted_and_not_loaded(
    source: int, loaded: int, returned: int, ok: bool
) -> None:
    assert ok is by_returned(line(source, loaded), returned).ok


@pytest.mark.parametrize(
    ("source", "loaded", "unread", "ok"),
    [
        pytest.param(3, 5, 2, True, id="two loaded ones may be gone"),
        pytest.param(4, 5, 2, True, id="one of them is"),
        pytest.param(2, 5, 2, False, id="more than could not be read"),
        pytest.param(5, 3, 2, False, id="the account has more: they would have been listed"),
        pytest.param(4, 5, 0, False, id="all could be read"),
    ],
)
def test_contacts_that_could_not_be_read_explain_a_count_below_the_rows(
    source: int, loaded: int, unread: int, ok: bool
) -> None:
    assert ok is by_unread(line(source, loaded), unread).ok


@pytest.mark.parametrize(
    ("source", "loaded", "erased", "ok"),
    [(5, 3, 2, True), (5, 3, 1, False), (5, 3, 3, False), (3, 5, 2, False), (5, 3, 0, False)],
)
def test_erased_events_explain_exactly_their_number(source: int, loaded: int, erased: int, ok: bool) -> None:
    """Each of them was counted when it was erased, so a difference of another size has another reason."""
    assert ok is by_erased(line(source, loaded), erased).ok


@pytest.mark.parametrize("explain", [by_rows_set_aside, by_offset, by_returned, by_unread, by_erased])
def test_a_line_that_agrees_needs_no_explanation(explain: Any) -> None:
    """Whatever the number of rows that might explain a difference."""
    assert all(line(3, 3) == explain(line(3, 3), number) for number in (0, 1, 5))


@pytest.mark.parametrize("explain", [by_rows_set_aside, by_offset, by_returned, by_unread, by_erased])
@pytest.mark.parametrize(("source", "loaded"), [(5, 3), (3, 5)])
def test_the_first_reason_stays(explain: Any, source: int, loaded: int) -> None:
    """A second one would explain the same rows twice."""
    first = line(source, loaded).explained("the first reason")
    assert first == explain(first, source - loaded)
    assert first == explain(first, abs(source - loaded))
