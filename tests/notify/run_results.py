"""A complete run's result, for tests of what alerts make of it."""

from __future__ import annotations

from typing import Any

import pendulum

from pipelines.constant_contact.events import RunResult

NOW = pendulum.datetime(2026, 11, 21, 12)


def ended(**more: Any) -> RunResult:
    """`more`: fields that are other than those of a run in which nothing happened."""
    values: dict[str, Any] = {
        "run_id": "r1",
        "status": "complete",
        "started_at": NOW,
        "ended_at": NOW,
        "requests_sent": 1,
        "requests_today": 1,
        "remaining_today": 9_000,
        "rows": {},
    }
    return RunResult(**(values | more))
