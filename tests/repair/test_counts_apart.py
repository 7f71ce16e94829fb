"""Counts that the API keeps apart from its rows: when that is believed, remembered and forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from sources.constant_contact.repair.audit_line import AuditLine
from sources.constant_contact.repair.findings import ContactFilter, Findings, Known
from sources.constant_contact.repair.offsets import offset_changes
from sources.constant_contact.repair.stages import filter_of
from sources.constant_contact.state.changes import changed
from sources.constant_contact.state.counting import UNKNOWN, CountRules, counts_by
from sources.constant_contact.state.offsets import OffsetsState, stands_apart

ALL, DELETED = ContactFilter(kind="all"), ContactFilter(kind="deleted")
LIST = ContactFilter(kind="list", value="l1")


def line(scope: str, source: int, loaded: int, *, scope_id: str = "", ok: bool = False) -> AuditLine:
    return AuditLine(
        table="t", scope=scope, scope_id=scope_id, source_count=source, loaded_count=loaded, ok=ok
    )


def after(
    lines: list[AuditLine], *before: Any, known: Known | None = None, all_read: bool = False
) -> tuple[Any, Any]:
    """(what stands apart, which counts say nothing) after a run with these lines."""
    state = changed({}, before)
    found = changed(state, offset_changes(lines, state, known or Known(), all_read=all_read))
    return OffsetsState.of(found).by_scope, CountRules.of(found).by_count


@pytest.mark.parametrize(
    ("one", "known", "proved"),
    [
        pytest.param(line("total", 9, 7), Known(), False, id="nothing was counted"),
        pytest.param(line("total", 9, 7), Known(counts={ALL: 10, DELETED: 3}), True, id="total"),
        pytest.param(line("total", 9, 7), Known(counts={ALL: 10, DELETED: 2}), False, id="total off"),
        pytest.param(line("total", 9, 7), Known(counts={ALL: 7}), False, id="deleted not counted"),
        pytest.param(line("total", 9, 7), Known(counts={DELETED: 0}), False, id="all not counted"),
        pytest.param(line("total", 9, 7), Known(counts={ALL: 7, DELETED: 0}), True, id="none deleted"),
        pytest.param(line("consent", 9, 7, scope_id="explicit"), Known(scanned=True), True, id="explicit"),
        pytest.param(line("consent", 9, 7, scope_id="implicit"), Known(scanned=True), True, id="implicit"),
        pytest.param(line("consent", 9, 7, scope_id="explicit"), Known(), False, id="not scanned"),
        pytest.param(
            line("consent", 9, 7, scope_id="pending"), Known(scanned=True), False, id="pending by its own"
        ),
        pytest.param(
            line("consent", 9, 7, scope_id="pending"),
            Known(counts={ContactFilter(kind="consent", value="pending_confirmation"): 7}),
            True,
            id="pending",
        ),
        pytest.param(line("list", 9, 7, scope_id="l1"), Known(counts={LIST: 7}), True, id="list"),
        pytest.param(line("list", 9, 7, scope_id="l1"), Known(counts={LIST: 9}), False, id="list off"),
        pytest.param(line("list", 9, 7, scope_id="l2"), Known(counts={LIST: 7}), False, id="another list"),
        pytest.param(line("tag", 9, 7, scope_id="l1"), Known(counts={LIST: 7}), False, id="a tag"),
    ],
)
def test_a_difference_is_believed_where_the_rows_were_counted(
    one: AuditLine, known: Known, proved: bool
) -> None:
    """By the API's own count of what the filter selects, or by a reading of every contact."""
    key = one.scope_id or "all"
    assert ({one.scope: {key: 2}} if proved else {}) == after([one], known=known)[0]
    assert {one.scope: {key: 2}} == after([one], all_read=True)[0]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        pytest.param(line("list", 7, 7, scope_id="l1", ok=True), {}, id="agrees: nothing stands apart"),
        pytest.param(
            line("list", 9, 7, scope_id="l1", ok=True), {"list": {"l1": 5}}, id="explained: it stays"
        ),
        pytest.param(line("list", 9, 7, scope_id="l1"), {"list": {"l1": 5}}, id="not proved: it stays"),
        pytest.param(line("tag", 7, 7, scope_id="l1", ok=True), {"list": {"l1": 5}}, id="a tag of that id"),
        pytest.param(line("campaign", 7, 7, scope_id="l1", ok=True), {"list": {"l1": 5}}, id="a campaign"),
    ],
)
def test_what_stood_apart_is_forgotten_when_it_agrees(one: AuditLine, expected: Any) -> None:
    assert expected == after([one], stands_apart("list", "l1", 5))[0]


@pytest.mark.parametrize(
    ("one", "before", "says_nothing"),
    [
        pytest.param(line("total", 9, 7), None, {"total:"}, id="a total that stands apart"),
        pytest.param(line("consent", 9, 7, scope_id="pending"), None, {"consent:pending"}, id="a consent"),
        pytest.param(line("list", 9, 7, scope_id="l1"), None, set(), id="a list for the first time"),
        pytest.param(line("list", 9, 7, scope_id="l1"), 1, {"list:l1"}, id="a list that moved"),
        pytest.param(line("tag", 9, 7, scope_id="l1"), -3, {"tag:l1"}, id="a tag that moved"),
    ],
)
def test_a_count_that_moves_by_itself_says_nothing(
    one: AuditLine, before: int | None, says_nothing: set[str]
) -> None:
    """The distance is remembered all the same."""
    changes = [stands_apart(one.scope, one.scope_id, before)] if before is not None else []
    apart, rules = after([one], *changes, all_read=True)
    assert dict.fromkeys(says_nothing, UNKNOWN) == rules
    assert {one.scope: {one.scope_id or "all": 2}} == apart


@pytest.mark.parametrize(
    ("anew", "before", "expected"),
    [
        pytest.param(("l1", "l2"), ("l9",), UNKNOWN, id="two more, as one did before"),
        pytest.param(("l1",), ("l9",), None, id="one more"),
        pytest.param(("l1", "l2"), (), None, id="two for the first time"),
    ],
)
def test_where_several_counts_stand_apart_anew_none_of_their_kind_says_anything(
    anew: tuple[str, ...], before: tuple[str, ...], expected: str | None
) -> None:
    changes = [stands_apart("list", each, 1) for each in before]
    lines = [line("list", 9, 7, scope_id=each) for each in anew]
    assert expected == after(lines, *changes, all_read=True)[1].get("list")
    in_tags = [stands_apart("tag", each, 1) for each in before]
    assert after(lines, *in_tags, all_read=True)[1].get("list") is None


def test_a_rule_of_a_kind_stays_while_nothing_stands_apart() -> None:
    assert {"list": "active"} == after([], counts_by("list", "active"), all_read=True)[1]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (line("total", 1, 2), ALL),
        (
            line("consent", 1, 2, scope_id="pending"),
            ContactFilter(kind="consent", value="pending_confirmation"),
        ),
        (line("consent", 1, 2, scope_id="explicit"), ContactFilter(kind="consent", value="explicit")),
        (line("list", 1, 2, scope_id="l1"), LIST),
        (line("tag", 1, 2, scope_id="l1"), ContactFilter(kind="tag", value="l1")),
    ],
)
def test_a_count_is_about_the_contacts_of_a_filter(one: AuditLine, expected: ContactFilter) -> None:
    assert expected == filter_of(one)


def test_what_stages_found_adds_up() -> None:
    """A stage that did not scan leaves it at what the one before it found; one that broke off takes it back."""
    first = Findings(counts={ALL: 5, LIST: 1}, differed={"c1"}, asked={ALL}, requests=3, scanned=True)
    second = Findings(counts={LIST: 2}, differed={"c2"}, asked={LIST}, requests=2, unaffordable=[7, 8])
    known = Known().after(first).after(second)
    assert {ALL: 5, LIST: 2} == known.counts
    assert (frozenset({"c1", "c2"}), frozenset({ALL, LIST})) == (known.differed, known.asked)
    assert (5, (7, 8), True) == (known.requests, known.unaffordable, known.scanned)
    assert not known.after(Findings(scanned=False)).scanned
    assert (False, False) == (known.all_asked, known.all_read)


@pytest.mark.parametrize("what", ["all_asked", "all_read"])
def test_once_every_contact_was_asked_for_that_holds(what: str) -> None:
    known = Known().after(Findings(**{what: True})).after(Findings())  # type: ignore[arg-type]
    assert getattr(known, what)
    assert (True, False) == (known.all_asked or known.all_read, known.all_asked and known.all_read)
