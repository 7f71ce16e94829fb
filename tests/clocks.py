"""Clocks for tests: one that moves only when told to, and one whose server lives on another day."""

from __future__ import annotations

import threading

import pendulum

from sources.constant_contact.api.clock import SystemClock


class ManualClock:
    """A clock that moves only when told to, or when somebody sleeps on it."""

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
    """The machine's clocks with the wall clock moved; for a server that lives on another day."""

    __slots__ = ("_shift_s",)

    def __init__(self, shift_s: float) -> None:
        self._shift_s = shift_s

    def now(self) -> pendulum.DateTime:
        return super().now().add(microseconds=round(self._shift_s * 1_000_000))
