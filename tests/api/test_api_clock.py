from __future__ import annotations

import time

import pytest
from clocks import ManualClock, ShiftedClock

from sources.constant_contact.api.clock import SystemClock


def test_the_system_clock_is_utc_and_shares_the_machines_monotonic_time():
    """now() is UTC, and monotonic() is the one that all processes of the machine see."""
    assert SystemClock().now().timezone_name == "UTC"
    assert SystemClock().monotonic() == pytest.approx(time.monotonic(), abs=0.5)


def test_a_shifted_clock_moves_the_wall_clock_only():
    """A day ahead on the wall, the same pace."""
    shifted = ShiftedClock(86400)
    assert (shifted.now() - SystemClock().now()).total_seconds() == pytest.approx(86400, abs=0.5)
    assert shifted.monotonic() == pytest.approx(time.monotonic(), abs=0.5)


def test_sleeping_on_a_manual_clock_takes_no_time():
    """Both of its clocks move by what was slept, and what was slept is on record."""
    clock = ManualClock("2026-03-02T08:00:00Z")
    clock.sleep(90)
    assert clock.now().to_iso8601_string() == "2026-03-02T08:01:30Z"
    assert clock.slept_s == [90]
