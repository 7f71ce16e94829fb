"""Nights that read a part of the account, and later nights that read more of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

FEED = ("email_opens",)


def test_a_feed_alone_follows_campaigns_that_did_not_change(quick: Callable[..., Quick]) -> None:
    """A late open of an old campaign arrives although no campaign is loaded."""
    here = quick(contacts=60, campaigns=5, clock_runs=False)
    here.complete_night(select=FEED)
    _, activity = next(iter(here.sandbox.readable()))
    before = here.values("select count(*) from email_opens")[0]
    here.sandbox.late_open(activity, 3, here.sandbox.stamp - 50)
    here.sandbox.move_clock(timedelta(hours=1))

    here.complete_night(select=FEED)

    assert before + 1 == here.values("select count(*) from email_opens")[0]


@pytest.mark.long
@pytest.mark.parametrize(
    "first",
    [
        FEED,
        ("email_campaigns",),
        pytest.param(("email_campaigns", "email_campaign_activities"), marks=pytest.mark.long),
        ("contacts", "email_clicks"),
    ],
    ids="+".join,
)
def test_a_whole_night_after_a_partial_one_leaves_nothing_out(
    quick: Callable[..., Quick], first: tuple[str, ...]
) -> None:
    """What an earlier run was told to leave out is read as soon as it is wanted."""
    here = quick(contacts=60, campaigns=5)
    here.complete_night(select=first)

    here.complete_night()

    assert [] == here.differences()
