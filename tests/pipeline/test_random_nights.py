"""Random nights: whatever happened during the day, every table equals the account in the morning.

CI runs a dozen nights; `-m slow` runs 240 different ones and prints how they went (use -s).
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from random_life import Day

from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

Start = "Callable[..., Account]"


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


def live(account: Callable[..., Account], seed: int, nights: int) -> list[int]:
    """Nights in a row on one account; returns the requests of each."""
    one = account(contacts=700, campaigns=6, seed=seed, clock_runs=False, switches=switches(seed))
    one.complete_night()
    assert [] == one.differences(), f"seed {seed}, first night"
    spent: list[int] = []
    for night in range(1, nights + 1):
        one.sandbox.advance(0.02)
        day = Day(one.sandbox, f"{seed}/{night}")
        done = day.live(day.random.randrange(1, 9))
        one.sandbox.move_clock(timedelta(hours=1))  # what happens "now" is served a moment later
        if day.random.random() < 0.3:
            one.sandbox.between_pages = _once(one.sandbox, f"{seed}/{night}/pages")
        result = one.complete_night()
        moved = one.sandbox.between_pages is not None
        one.sandbox.between_pages = None
        if moved:  # what moved under the reading may need the night after
            one.complete_night()
        assert [] == one.differences(), f"seed {seed}, night {night}: {', '.join(done)}"
        spent.append(result.requests_sent)
    return spent


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


@pytest.mark.parametrize("seed", range(3))
def test_random_nights_end_with_every_table_equal_to_the_account(account: Any, seed: int) -> None:
    """Four nights of random changes each end with every row and column equal."""
    live(account, seed, 4)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 124))
def test_many_random_nights_end_with_every_table_equal_to_the_account(account: Any, seed: int) -> None:
    """Ten nights on each of 24 accounts end with every row and column equal."""
    spent = live(account, seed, 10)
    print(f"seed {seed}: 10 nights equal, requests a night {min(spent)}-{max(spent)}")  # noqa: T201 - the figures are wanted
