"""Random nights: whatever happened during the day, every table equals the account in the morning.

CI runs a dozen nights; `-m slow` runs 240 different ones and prints how they went (use -s).
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from healed import Healed
from random_life import Day

from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account, Quick


def switches(seed: int) -> Switches:
    """A server of its own kind for each seed."""
    draw = random.Random(f"switches {seed}")
    return Switches(
        stats_keys=draw.choice(("underscores", "dots")),
        cursor=draw.choice(("offset", "position")),
        updated_after=draw.choice(("exclusive", "inclusive")),
        removed_stats=draw.choice(("not_found", "errors")),
        sms_channel=draw.choice(("always", "on_request")),
    )


def live(one: Account | Healed, seed: int, nights: int) -> list[int]:
    """Nights in a row on one account, each held against it; returns the requests of each."""
    night(one)
    assert [] == differences(one), f"seed {seed}, first night"
    spent: list[int] = []
    for number in range(1, nights + 1):
        one.sandbox.advance(0.02)
        day = Day(one.sandbox, f"{seed}/{number}")
        done = day.live(day.random.randrange(1, 9))
        one.sandbox.move_clock(timedelta(hours=1))  # what happens "now" is served a moment later
        if day.random.random() < 0.3:
            one.sandbox.between_pages = _once(one.sandbox, f"{seed}/{number}/pages")
            night(one)  # what moves under a reading is found by the night after
            one.sandbox.between_pages = None
            one.sandbox.move_clock(timedelta(minutes=5))
        before = one.sandbox.log.total
        night(one)
        assert [] == differences(one), f"seed {seed}, night {number}: {', '.join(done)}"
        spent.append(one.sandbox.log.total - before)
    return spent


def night(one: Account | Healed) -> None:
    if isinstance(one, Healed):
        one.night()
    else:
        one.complete_night()


def differences(one: Account | Healed) -> list[str]:
    return one.quick.differences() if isinstance(one, Healed) else one.differences()


def _once(sandbox: Any, seed: str) -> Any:
    """Adds a contact and an open after the first page that has a next one."""
    draw, left = random.Random(seed), [True]

    def change(_path: str, _page: int) -> None:
        if left and draw.random() < 0.5:
            left.clear()
            sandbox.create_contact()
            sent = list(sandbox.readable())
            if sent:
                sandbox.late_open(draw.choice(sent)[1], draw.randrange(20), sandbox.stamp)

    return change


def arguments(seed: int) -> dict[str, Any]:
    return {"contacts": 700, "campaigns": 6, "seed": seed, "clock_runs": False, "switches": switches(seed)}


@pytest.mark.long
def test_random_nights_of_the_whole_way_end_with_every_table_equal(account: Callable[..., Account]) -> None:
    """Three nights of random changes through dlt and DuckDB on disk each end with every row and column equal."""
    live(account(**arguments(0)), 0, 3)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_nights_end_with_every_table_equal(quick: Callable[..., Quick], seed: int) -> None:
    """Four nights of random changes each end with every row and column equal."""
    live(Healed(quick(**arguments(seed))), seed, 4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 124))
def test_many_random_nights_end_with_every_table_equal(quick: Callable[..., Quick], seed: int) -> None:
    """Ten nights on each of 24 accounts end with every row and column equal."""
    spent = live(Healed(quick(**arguments(seed))), seed, 10)
    print(f"seed {seed}: 10 nights equal, requests a night {min(spent)}-{max(spent)}")  # noqa: T201 - wanted figures
