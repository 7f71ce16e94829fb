"""A backfill that is too large for one day's requests: as many days as it needs, none over, no page read twice.

The server's clock is moved from day to day, and the pipeline's with it; the server counts the day strictly.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from at_risk import AtRisk, Hasty
from clocks import ShiftedClock
from pendulum import instance

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pendulum

    from sources.constant_contact_sandbox import Server

pytestmark = pytest.mark.long  # several days of quota


MOST_DAYS = 60
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


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
    """Pages behind a link (not the first of a listing) that were asked for more than once.

    A page asked for again right after the next one is a check, not a reading: equal events stand on both sides of the
    border between the two, or the listing slid.
    """
    by_path: defaultdict[str, list[str]] = defaultdict(list)
    for one in here.sandbox.log:
        by_path[one.path].append(one.query)
    again = []
    for path, asked in by_path.items():
        read = [query for at, query in enumerate(asked) if at < 2 or query != asked[at - 2]]
        again += [
            f"{path}?{page}" for page, times in Counter(read).items() if times > 1 and "cursor=" in page
        ]
    return again


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


class ServersClock(Hasty):
    """The wall clock of the server; waiting passes at once."""

    def __init__(self, here: Days) -> None:
        super().__init__()
        self.here = here

    def now(self) -> pendulum.DateTime:
        return instance(self.here.sandbox.now)


def test_run_across_midnight(
    served: Callable[..., tuple[Server, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run over 00:00 UTC goes on with the new day's requests, and counts each for its own day at least."""
    server, folder = served(
        start="2026-03-02T23:30:00Z", requests_per_day=140, contacts=3000, campaigns=20, max_events=4_000
    )
    here = Days(sandbox=server.sandbox, server=server, monkeypatch=monkeypatch)
    here.configure(requests_per_second=2000, requests_per_day=140)
    here.clock = ServersClock(here)

    def let_time_pass(*_: object) -> None:
        sandbox = server.sandbox
        if sandbox.log.total >= 80 and sandbox.now.hour == 23:
            left = MIDNIGHT - sandbox.now
            sandbox.move_clock(
                max(left - timedelta(seconds=5), timedelta(0)) if sandbox.log.total < 110 else left
            )

    server.sandbox.between_pages = let_time_pass

    assert "equal" == here.end()

    assert [] == here.differences()
    assert 140 < server.sandbox.log.total
    assert 0 == server.sandbox.log.refused_day
    served_on = Counter(f"2026-03-0{2 + (one.at >= MIDNIGHT.timestamp())}" for one in server.sandbox.log)
    with sqlite3.connect(folder / "state" / "requests.sqlite") as ledger:
        counted = dict(ledger.execute("select day, spent from days"))
    assert sorted(served_on) == sorted(counted)
    assert all(counted[day] >= requests for day, requests in served_on.items()), (counted, served_on)


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
