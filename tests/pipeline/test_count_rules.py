"""Counts that hold other rows than contacts that are not deleted: the rule is learned on the loaded rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from healed import Healed

from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MORE = 3
"""Requests a night that odd counts may cost after the first."""


@pytest.fixture
def counting(quick: Callable[..., Any]) -> Callable[[str], Healed]:
    """`counting(how)`: an account of five pages whose API counts like that, after its first night."""

    def start(how: str) -> Healed:
        here = Healed(quick(contacts=2_200, campaigns=1, switches=Switches(counts=how)))  # type: ignore[arg-type]
        here.night()
        return here

    return start


def mailable(here: Healed) -> Iterator[int]:
    """On the first list, with no tag."""
    contacts = here.sandbox.contacts
    there = range(20, len(contacts))
    return (i for i in there if contacts.is_mailable(i) and contacts.lists[i] & 1 and not contacts.tags[i])


@pytest.mark.parametrize("how", ["with_deleted", pytest.param("active", marks=pytest.mark.long)])
def test_a_rule_is_learned_in_the_first_night_for_nothing(
    counting: Callable[[str], Healed], how: str
) -> None:
    """All counts are explained without a request, that night and the next."""
    here = counting(how)
    spent = here.spent
    here.night()
    assert (0, 0) == (spent, here.spent)
    assert ([], []) == (here.not_ok(), here.warnings)
    assert {here.quick.state["audit"]["rules"]["total"]} == {how}
    assert [] == here.quick.differences()


@pytest.mark.long
def test_what_leaves_no_trace_is_found_by_counts_that_hold_deleted_contacts(
    counting: Callable[[str], Healed],
) -> None:
    """A silent move and a silent deletion, of which the total says nothing, show in the counts of lists."""
    here = counting("with_deleted")
    chosen = mailable(here)
    here.sandbox.move_between_lists(next(chosen), leave=(0,), join=(7,), bump=False)
    here.sandbox.delete_contact(next(chosen), bump=False)
    here.night()
    assert ([], [], []) == (here.quick.differences(), here.not_ok(), here.warnings)
    here.night()
    assert 0 == here.spent


@pytest.mark.long
@pytest.mark.parametrize("changes", [1, pytest.param(6, marks=pytest.mark.long)])
def test_counts_that_never_move_cost_little_once_that_is_known(
    counting: Callable[[str], Healed], changes: int
) -> None:
    """What is read by its marks is as exact as ever."""
    here = counting("constant")
    spent = []
    for night in range(6):
        chosen = [i for i, _ in zip(mailable(here), range(changes), strict=False)]
        for i in chosen:
            here.sandbox.delete_contact(i, bump=True)
        here.sandbox.create_contact(lists=(night,))
        here.warnings.clear()
        here.night()
        spent.append(here.spent)
        assert ([], [], []) == (here.quick.differences(), here.not_ok(), here.warnings)
    assert max(spent[3:]) <= MORE
