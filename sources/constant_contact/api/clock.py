"""Time, as the API client sees it: a wall clock in UTC, a monotonic clock, and a way to wait.

Knows: nothing but time. Must not know: requests, limits, tokens.
The wall clock decides on UTC days and token ages; it may jump. The monotonic clock paces requests; it is the
operating system's own and the same for all processes of one machine, so that they can share one schedule.
"""

from __future__ import annotations

import time
from typing import Protocol

import pendulum


class Clock(Protocol):
    def now(self) -> pendulum.DateTime:
        """The wall clock, UTC."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment that all processes of this machine share."""

    def sleep(self, wait_s: float) -> None: ...


class SystemClock:
    """The machine's clocks."""

    __slots__ = ()

    def now(self) -> pendulum.DateTime:
        return pendulum.now("UTC")

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, wait_s: float) -> None:
        time.sleep(max(0.0, wait_s))


SYSTEM_CLOCK = SystemClock()
