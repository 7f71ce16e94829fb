"""A change of the state: a path and a value; nothing is left of what was taken back."""

from __future__ import annotations

import copy
from typing import Any

import pendulum
import pytest

from sources.constant_contact.state.changes import StateChange, apply_changes, changed, text_of, time_of

AT = pendulum.datetime(2026, 11, 20, 3, 4, 5, 678901)


def change(*path: str, value: Any = None) -> StateChange:
    return StateChange(path=path, value=value)


@pytest.mark.parametrize(
    ("before", "made", "after"),
    [
        pytest.param({}, [], {}, id="nothing"),
        pytest.param({}, [change("a", value=1)], {"a": 1}, id="an entry"),
        pytest.param({}, [change("a", "b", "c", value=1)], {"a": {"b": {"c": 1}}}, id="with its parents"),
        pytest.param(
            {"a": {"b": 1}}, [change("a", "c", value=2)], {"a": {"b": 1, "c": 2}}, id="beside another"
        ),
        pytest.param({"a": 1}, [change("a", value=2)], {"a": 2}, id="instead of another"),
        pytest.param({"a": {"b": 1}}, [change("a", "b")], {}, id="removed, with the parent that is empty"),
        pytest.param({"a": {"b": {"c": 1}}}, [change("a", "b", "c")], {}, id="with all parents"),
        pytest.param(
            {"a": {"b": {"c": 1}, "d": 2}}, [change("a", "b", "c")], {"a": {"d": 2}}, id="but not with others"
        ),
        pytest.param({"a": {"b": 1}}, [change("a")], {}, id="a whole section"),
        pytest.param({"a": 1}, [change("b")], {"a": 1}, id="what is not there"),
        pytest.param({"a": 1}, [change("b", "c", "d")], {"a": 1}, id="nor its parents"),
        pytest.param({}, [change("a", value=False)], {"a": False}, id="false is a value"),
        pytest.param({}, [change("a", value=0)], {"a": 0}, id="so is zero"),
        pytest.param({}, [change("a", value="")], {"a": ""}, id="and an empty text"),
        pytest.param({}, [change("a", value={})], {"a": {}}, id="and an empty object"),
        pytest.param(
            {}, [change("a", value=1), change("a", value=2), change("b", value=3)], {"a": 2, "b": 3}, id="in order"
        ),
        pytest.param({}, [change("a", "b", value=1), change("a")], {}, id="made and taken back"),
        pytest.param({}, [change("ü", "日本", value="é")], {"ü": {"日本": "é"}}, id="any letters"),
    ],
)  # fmt: skip
def test_changes_are_made_in_order(
    before: dict[str, Any], made: list[StateChange], after: dict[str, Any]
) -> None:
    """In place, or in a copy that leaves the state as it was."""
    kept = copy.deepcopy(before)
    assert after == changed(before, made)
    assert kept == before
    apply_changes(before, made)
    assert after == before


def test_a_change_is_not_the_value_that_somebody_still_holds() -> None:
    """What is changed afterwards, there or here, does not change the other."""
    value = {"a": [1]}
    state: dict[str, Any] = {}
    apply_changes(state, [change("x", value=value)])
    value["a"].append(2)
    assert {"x": {"a": [1]}} == state
    state["x"]["a"].append(3)
    assert {"a": [1, 2]} == value


def test_a_copy_with_changes_shares_nothing() -> None:
    state = {"x": {"a": [1]}}
    changed(state, [])["x"]["a"].append(2)
    assert {"x": {"a": [1]}} == state


def test_a_time_is_kept_to_the_microsecond() -> None:
    """In UTC, whatever zone it came in."""
    assert AT == time_of(text_of(AT))
    assert AT == time_of(text_of(AT.in_timezone("Asia/Kolkata")))
    assert pendulum.datetime(2026, 11, 20) == time_of("2026-11-20")
    found = time_of("2026-11-20T01:00:00+05:30")
    assert found is not None
    assert "2026-11-19T19:30:00+00:00" == found.isoformat()


def test_no_time_is_none() -> None:
    assert time_of(None) is None
    assert text_of(None) is None


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30"])
def test_a_time_that_is_none_says_where_it_stands(text: str) -> None:
    """A state that somebody edited."""
    with pytest.raises(ValueError, match=f"a time in the state is {text!r}"):
        time_of(text)
