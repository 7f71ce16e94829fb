"""Time, as the API client sees it: a wall clock in UTC, a monotonic clock, and a way to wait.

Knows: nothing but time. Must not know: requests, limits, tokens.
The wall clock decides on UTC days and token ages; it may jump. The monotonic clock paces requests; it is the
operating system's own and the same for all processes of one machine, so that they can share one schedule.
"""

from __future__ import annotations

import threading
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


class ManualClock:
    """A clock that moves only when told to, or when somebody sleeps on it; for tests and rehearsals."""

    def __init__(self, start: str = "2026-03-02T08:00:00Z") -> None:
        started = pendulum.parse(start)
        assert isinstance(started, pendulum.DateTime)
        self._lock = threading.Lock()
        self._wall = started.in_timezone("UTC")
        self._monotonic_s = 1000.0
        self.slept_s: list[float] = []

    def now(self) -> pendulum.DateTime:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic_s

    def sleep(self, wait_s: float) -> None:
        with self._lock:
            self.slept_s.append(wait_s)
        self.advance(wait_s)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass on both clocks."""
        with self._lock:
            self._wall = self._wall.add(microseconds=round(seconds * 1_000_000))
            self._monotonic_s += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward or back, as a person or a time server does; no time passes."""
        with self._lock:
            self._wall = self._wall.add(microseconds=round(seconds * 1_000_000))

    def reboot(self) -> None:
        """Start the monotonic clock anew, as a machine does when it is switched on."""
        with self._lock:
            self._monotonic_s = 1.0


class ShiftedClock(SystemClock):
    """The machine's clocks with the wall clock moved; for a rehearsal whose server lives on another day."""

    __slots__ = ("_shift_s",)

    def __init__(self, shift_s: float) -> None:
        self._shift_s = shift_s

    def now(self) -> pendulum.DateTime:
        return super().now().add(microseconds=round(self._shift_s * 1_000_000))
