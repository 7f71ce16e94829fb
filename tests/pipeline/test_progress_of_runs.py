"""What a real run tells of its own end: usual requests of earlier runs, pieces ahead, what today allows."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from pipelines.constant_contact.display.tally import Tally
from pipelines.constant_contact.events import PageRead, RunStarted

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

pytestmark = pytest.mark.long


def started(account: Account) -> RunStarted:
    return [event for event in account.events if isinstance(event, RunStarted)][-1]


def test_a_run_knows_what_runs_usually_take(account: Callable[..., Account]) -> None:
    """The first has nothing to go by but what lies ahead; the next ones have the runs before them."""
    here = account(contacts=30, campaigns=3)
    first = here.complete_night()
    assert started(here).usual_requests is None
    assert started(here).allowed_today == 10_000_000
    ahead = [event.pieces_ahead for event in here.events if isinstance(event, PageRead)]
    assert max(ahead) > 0

    here.complete_night()

    assert started(here).usual_requests == first.requests_sent


def test_another_choice_is_no_usual_run(account: Callable[..., Account]) -> None:
    """A run of some resources is not measured by runs of all of them."""
    here = account(contacts=30, campaigns=0)
    here.complete_night()

    here.complete_night(select=("contacts",))

    assert started(here).usual_requests is None


def test_the_count_never_goes_past_its_total(account: Callable[..., Account]) -> None:
    """At each event what was sent is at most what is expected."""
    here = account(contacts=30, campaigns=3)
    here.complete_night()
    ticks = itertools.count()
    tally = Tally(clock=lambda: float(next(ticks)))
    for event in here.events:
        tally.take(event)
        assert tally.requests_sent <= tally.expected()[0]
