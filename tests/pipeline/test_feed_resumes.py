"""A first reading of a long feed that is cut goes on where it stopped: no page behind a link is asked for twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick


@pytest.mark.long
@pytest.mark.parametrize(
    "new",
    [pytest.param(0, id="nothing new", marks=pytest.mark.long), pytest.param(3, id="three more came on top")],
)
def test_a_long_feed_goes_on_from_its_link(quick: Callable[..., Quick], new: int) -> None:
    """Opens over many instants, cut in the middle: the next run asks for the top and the unread pages only."""
    here = quick(contacts=40, campaigns=1, clock_runs=False)
    _, activity = next(iter(here.sandbox.readable()))
    now = here.sandbox.stamp
    for minute in range(400):  # too long for what one run can have left over, however its threads take turns
        here.sandbox.add_event(activity, "opens", minute % 30, at=now - 90_000 - 60 * minute, times=20)
    here.sandbox.move_clock(timedelta(hours=1))
    spent = _until_half_read(here)
    for second in range(new):
        here.sandbox.late_open(activity, second, here.sandbox.stamp - 60 - second)
    here.complete_night()

    assert [] == here.differences()
    asked = Counter(f"{one.path}?{one.query}" for one in here.sandbox.log if "cursor=" in one.query)
    assert [] == [page for page, times in asked.items() if times > 1 and "/opens" in page]
    assert spent > 0


def _until_half_read(here: Quick) -> int:
    """Runs cut by a cap that grows, until some opens are loaded and some are not; returns how many are."""
    for cap in range(12, 60):
        here.night(max_requests=cap, a_commit=1)
        loaded = int(here.values("select count(*) from email_opens")[0])
        if loaded >= 1000:
            assert here.state["feeds"]
            return loaded
    raise AssertionError("never in the middle of the feed")
