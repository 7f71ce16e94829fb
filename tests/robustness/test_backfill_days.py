"""A backfill that is too large for one day's requests: as many days as it needs, none over, no page read twice.

The server's clock is moved from day to day, and the pipeline's with it; the server counts the day strictly.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from at_risk import AtRisk

from sources.constant_contact.api.clock import ShiftedClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sources.constant_contact_sandbox import Server

pytestmark = pytest.mark.long  # several days of quota


MOST_DAYS = 60


class Days(AtRisk):
    """An account that is read a day's requests at a time."""

    def day(self, number: int) -> tuple[str, int]:
        """(how the day's run ended, requests that the server counted on it)."""
        sandbox = self.sandbox
        if number:
            today = sandbox.now.replace(hour=0, minute=0, second=0)
            sandbox.tokens.access.clear()  # the day's token ends while its run lasts otherwise
            sandbox.move_clock(today - sandbox.now + timedelta(days=1, minutes=15))
        self.clock = ShiftedClock(sandbox.epoch - time.time())
        before = sandbox.log.total
        return self.end(a_commit=50), sandbox.log.total - before


def backfill(
    served: Callable[..., tuple[Server, Path]],
    monkeypatch: pytest.MonkeyPatch,
    *,
    a_day: int,
    **account: Any,
) -> tuple[Days, list[int]]:
    """The account once it is loaded, and the requests of each day that it took."""
    server, _ = served(start="2026-03-02T01:00:00Z", requests_per_day=a_day, **account)
    here = Days(sandbox=server.sandbox, server=server, monkeypatch=monkeypatch)
    here.configure(requests_per_second=2000, requests_per_day=a_day)
    spent = []
    for number in range(MOST_DAYS):
        ended, requests = here.day(number)
        spent.append(requests)
        if ended == "equal":
            return here, spent
        assert "QuotaSpent" == ended
    raise AssertionError(f"not done after {MOST_DAYS} days: {spent}")


def read_again(here: Days) -> list[str]:
    """Pages behind a link (not the first of a listing) that were asked for more than once."""
    asked = Counter(f"{one.path}?{one.query}" for one in here.sandbox.log if "cursor=" in one.query)
    return [page for page, times in asked.items() if times > 1]


def holds(here: Days, spent: list[int], a_day: int) -> None:
    assert 0 == here.sandbox.log.refused_day
    assert [a_day] * (len(spent) - 1) == spent[:-1]
    assert [] == read_again(here)
    assert [] == here.differences()


def test_backfill_of_several_days(
    served: Callable[..., tuple[Server, Path]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """3,000 contacts and 20 campaigns at 60 requests a day: every day but the last is used up, and none exceeded."""
    here, spent = backfill(served, monkeypatch, a_day=60, contacts=3000, campaigns=20, max_events=4_000)

    with capsys.disabled():
        print(f"\nbackfill: {len(spent)} days, {spent}")  # noqa: T201 - figures to report
    assert math.ceil(sum(spent) / 60) == len(spent)
    holds(here, spent, 60)


@pytest.mark.slow
def test_backfill_of_a_large_account(
    served: Callable[..., tuple[Server, Path]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """200,000 contacts and 300 campaigns at 500 requests a day."""
    here, spent = backfill(
        served, monkeypatch, a_day=500, contacts=200_000, campaigns=300, max_events=600_000
    )

    with capsys.disabled():
        print(f"\nbackfill: {len(spent)} days, {spent}")  # noqa: T201 - figures to report
    assert math.ceil(sum(spent) / 500) == len(spent)
    holds(here, spent, 500)
