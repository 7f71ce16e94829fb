"""What a run commits together: how large a group is, what of it is loaded, and which batch's rows stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipelines.constant_contact.sync.ending import (
    rows_by_table,
    rows_counted,
    value_warnings,
    with_all_tables,
)
from pipelines.constant_contact.sync.groups import (
    FEWEST_NEW_ROWS,
    FEWEST_ROWS,
    FIRST_ROWS,
    HELD_S,
    Groups,
    most_is_of,
)
from sources.constant_contact.batches import Batch, Group
from sources.constant_contact.memory import SIZES
from sources.constant_contact.rows import BadValue
from sources.constant_contact.state.changes import StateChange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NORMAL = SIZES["normal"]
LISTS = "contacts__list_memberships"


def rows(number: int = 1) -> pa.Table:
    return pa.table({"contact_id": pa.nulls(number, pa.string())})


def batch(requests: int = 1, number: int = 0, **more: Any) -> Batch:
    tables = {"contacts": rows(number)} if number else {}
    return Batch(resource="contacts", tables=tables, requests=requests, **more)


def sizes(groups: Groups, batches: Sequence[Batch]) -> list[tuple[int, int]]:
    return [(group.requests, group.rows) for group in groups.of(batches, lambda _: None)]


@pytest.mark.parametrize(
    ("requests_per_commit", "expected"),
    [
        pytest.param(1, [1] * 6, id="each by itself"),
        pytest.param(2, [1] * 6, id="half of two"),
        pytest.param(4, [2, 2, 2], id="half of four"),
        pytest.param(10, [5, 1], id="half of ten"),
        pytest.param(1_000, [6], id="all of them"),
    ],
)
def test_a_group_ends_at_half_of_what_a_crash_may_cost(requests_per_commit: int, expected: list[int]) -> None:
    """The other half is read ahead meanwhile."""
    found = sizes(Groups(requests_per_commit, NORMAL), [batch() for _ in range(6)])
    assert expected == [requests for requests, _ in found]


def test_a_large_batch_may_not_lead_a_group_beyond_its_half() -> None:
    """Pages of a large collection come several at once: an eighth of the bound, at most what memory allows."""
    for requests_per_commit, at_once in ((400, 20), (80, 10), (8, 1)):
        batches = [batch(at_once) for _ in range(20)]
        found = sizes(Groups(requests_per_commit, NORMAL), batches)
        assert max(requests for requests, _ in found) <= requests_per_commit // 2


@pytest.mark.parametrize(
    ("number", "expected"),
    [(FIRST_ROWS - 1, [FIRST_ROWS]), (FIRST_ROWS, [FIRST_ROWS, 1]), (FIRST_ROWS + 1, [FIRST_ROWS + 1, 1])],
)
def test_a_group_ends_at_so_many_rows(number: int, expected: list[int]) -> None:
    """A batch is never cut, so the last one may lead beyond the bound."""
    found = sizes(Groups(10_000, NORMAL), [batch(1, number), batch(1, 1)])
    assert expected == [count for _, count in found]


@pytest.mark.parametrize(
    ("loaded", "held_s", "new", "expected"),
    [
        pytest.param(100_000, HELD_S, False, 100_000, id="just as long as it may"),
        pytest.param(100_000, HELD_S / 2, False, 200_000, id="a quick machine"),
        pytest.param(200_000, HELD_S * 2, False, 100_000, id="a slow one"),
        pytest.param(100_000, HELD_S * 100, False, FEWEST_ROWS, id="however slow it is"),
        pytest.param(100_000, HELD_S * 100, True, FEWEST_NEW_ROWS, id="but while tables are filled"),
        pytest.param(100_000, 0.0, False, 1_000_000, id="no time at all: what memory allows"),
        pytest.param(FEWEST_ROWS - 1, HELD_S * 100, False, FIRST_ROWS, id="a small group says nothing"),
        pytest.param(FEWEST_ROWS, HELD_S * 100, False, FEWEST_ROWS, id="the smallest that says something"),
    ],
)
def test_the_next_group_is_as_large_as_the_last_one_allows(
    loaded: int, held_s: float, new: bool, expected: int
) -> None:
    groups = Groups(10_000_000, NORMAL)
    groups.took(loaded, held_s, new=new)
    below, on = expected - 1, expected
    assert [expected] == [count for _, count in sizes(groups, [batch(1, below), batch(1, 1)])]
    assert [on, 1] == [count for _, count in sizes(groups, [batch(1, on), batch(1, 1)])]


def test_a_machine_with_little_memory_never_holds_more() -> None:
    groups = Groups(10_000_000, SIZES["small"])
    groups.took(1_000_000, 0.1, new=True)
    most = SIZES["small"].rows_per_commit
    assert [most, 1] == [count for _, count in sizes(groups, [batch(1, most), batch(1, 1)])]


def test_every_batch_is_seen_once_and_in_its_order() -> None:
    """Nothing is committed of which nobody was told; without a batch there is no group."""
    seen: list[Batch] = []
    batches = [batch(), batch(0), batch()]
    groups = [*Groups(2, NORMAL).of(batches, seen.append)]
    assert batches == seen == [one for group in groups for one in group.batches]
    assert [] == [*Groups(2, NORMAL).of([], seen.append)]


def tables_of(*batches: Batch) -> dict[str, Any]:
    found = Group(batches=list(batches)).tables()
    return {name: {one: rows.to_pylist() for one, rows in tables.items()} for name, tables in found.items()}


def contact(contact_id: str, name: str, *lists: str) -> Batch:
    own = pa.table({"contact_id": [contact_id], "first_name": [name]})
    members = pa.table(
        {
            "contact_id": pa.array([contact_id] * len(lists), pa.string()),
            "list_id": pa.array(lists, pa.string()),
        }
    )
    return Batch(resource="contacts", tables={"contacts": own, LISTS: members})


def test_a_contact_that_was_read_twice_keeps_the_row_and_the_sets_of_its_last_reading() -> None:
    """Never a mixture of both: a list that it left between the two stays left."""
    found = tables_of(
        contact("c1", "old", "l1", "l2"), contact("c2", "other", "l1"), contact("c1", "new", "l3")
    )
    names = {row["contact_id"]: row["first_name"] for row in found["contacts"]["contacts"]}
    assert {"c1": "new", "c2": "other"} == names
    members = {(row["contact_id"], row["list_id"]) for row in found["contacts"][LISTS]}
    assert {("c1", "l3"), ("c2", "l1")} == members


def test_a_contact_whose_last_reading_shows_no_set_keeps_none() -> None:
    found = tables_of(contact("c1", "old", "l1"), contact("c1", "new"))
    assert [] == found["contacts"][LISTS]


def test_different_contacts_are_put_together() -> None:
    """Columns that only one batch has are null in the rows of the other."""
    later = Batch(
        resource="contacts", tables={"contacts": pa.table({"contact_id": ["c2"], "colour": ["blue"]})}
    )
    found = tables_of(contact("c1", "Zoë", "l1"), later)
    assert [
        {"contact_id": "c1", "first_name": "Zoë", "colour": None},
        {"contact_id": "c2", "first_name": None, "colour": "blue"},
    ] == found["contacts"]["contacts"]


def test_batches_without_rows_bring_their_state_all_the_same() -> None:
    first, second = (StateChange(path=("a",), value=value) for value in (1, 2))
    group = Group(batches=[batch(state=(first,)), batch(3, state=(second,))])
    assert ({}, (first, second), 4, 0) == (group.tables(), group.state, group.requests, group.rows)
    group.add(contact("c1", "Zoë", "l1", "l2"))
    assert 3 == group.rows
    group.let_go()
    assert ({}, (first, second), 0) == (group.tables(), group.state, group.rows)


@pytest.mark.parametrize(
    ("new", "expected"),
    [(["a"], False), (["b"], True), (["a", "b"], True), ([], False), (["c"], False)],
)
def test_most_is_more_than_half_of_the_rows(new: list[str], expected: bool) -> None:
    tables = {"a": {"a": rows(2)}, "b": {"b": rows(2), "b__x": rows(3)}, "c": {}}
    assert expected is most_is_of(tables, new)


def test_exactly_half_is_not_most() -> None:
    assert not most_is_of({"a": {"a": rows(2)}, "b": {"b": rows(2)}}, ["a"])
    assert not most_is_of({}, [])


@pytest.mark.parametrize(
    ("marks", "expected"),
    [([], 0), ([None, None], 2), ([True], 0), ([True, None, False], 2)],
    ids=["none", "rows", "a mark that empties a set", "both"],
)
def test_a_mark_that_only_empties_a_set_is_no_row(marks: list[bool | None], expected: int) -> None:
    assert expected == rows_counted(pa.table({"_deleted": pa.array(marks, pa.bool_())}))


def test_rows_are_counted_by_table_without_our_own() -> None:
    found = {
        "contacts": {"contacts": rows(2), LISTS: pa.table({"_deleted": pa.array([True], pa.bool_())})},
        "_own": {"_ctct_set_aside": rows(5)},
    }
    assert {"contacts": 2} == rows_by_table(found)


def bad(column: str, count: int, table: str = "contacts") -> BadValue:
    return BadValue(table=table, column=column, raw_column=f"{column}__raw", sample="str 'x'", count=count)


def test_values_that_do_not_fit_are_one_sentence_a_column() -> None:
    """However many batches they came in; none shows a value."""
    found = value_warnings([bad("a", 1), bad("b", 2), bad("a", 3), bad("a", 1, "events")])
    assert [
        "4 value(s) of contacts.a do not fit its type; kept in a__raw",
        "2 value(s) of contacts.b do not fit its type; kept in b__raw",
        "1 value(s) of events.a do not fit its type; kept in a__raw",
    ] == found
    assert [] == value_warnings([])


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        pytest.param({}, {"a": {"a", "a__x"}, "b": {"b"}}, id="nothing is there yet"),
        pytest.param({"b": {"contact_id"}}, {"a": {"a", "a__x"}}, id="one is there"),
        pytest.param({"b": {"contact_id", "more"}}, {"a": {"a", "a__x"}}, id="with a column more"),
        pytest.param({"b": {"other"}}, {"a": {"a", "a__x"}, "b": {"b"}}, id="without one of its columns"),
        pytest.param({name: {"contact_id"} for name in ("a", "a__x", "b")}, {"a": {"a"}}, id="all are there"),
    ],
)
def test_the_first_load_brings_every_table_that_is_not_there(
    there: Mapping[str, set[str]], expected: Mapping[str, set[str]]
) -> None:
    """What was read is loaded in any case, and none of it is replaced by an empty table."""
    empty = {"a": {"a": rows(0), "a__x": rows(0)}, "b": {"b": rows(0)}}
    found = with_all_tables({"a": {"a": rows(3)}}, empty, lambda name: there.get(name, ()))
    assert expected == {name: set(tables) for name, tables in found.items()}
    assert 3 == found["a"]["a"].num_rows
