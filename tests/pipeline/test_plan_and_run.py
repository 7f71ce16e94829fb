"""A plan and the run after it go by the same rules: on accounts that live at random, one is what the other spends."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from planned import planned
from random_life import Day

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

UNREAD = ("campaign_created", "campaign_sent")
"""Changes after which a plan assumes how many e-mails a campaign has, and how much happened to them."""
ERROR_EACH = 3
"""Requests that a plan may be wrong by for each of those; everything else it knows."""
FEW, MORE = range(1), range(1, 12)


@pytest.mark.parametrize("seed", [*FEW, *(pytest.param(seed, marks=pytest.mark.long) for seed in MORE)])
def test_a_plan_is_what_the_next_run_spends(quick: Callable[..., Quick], seed: int) -> None:
    """To the request, but for campaigns that were never read: their e-mails are assumed."""
    chance = random.Random(f"plan and run {seed}")
    most = 300 if seed in FEW else 1_500
    here = quick(
        contacts=chance.randrange(50, most), campaigns=chance.randrange(2, 12), seed=seed, max_events=most
    )
    here.complete_night()
    for night in range(1 if seed in FEW else 3):
        here.sandbox.move_clock(timedelta(days=1))
        lived = Day(here.sandbox, f"plan and run {seed} {night}").live(chance.randrange(2, 8))
        made = planned(here)
        here.complete_night()
        assumed = ERROR_EACH * sum(lived.count(each) for each in UNREAD)
        assert abs(made.requests - here.requests_sent) <= assumed, (night, lived, made.lines)
