"""Fresh or stale: at which second, since when, and in which words."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.constant_contact.display.verdict import DEFAULT_MAX_AGE, completed_at, verdict

NOW = dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("age", "max_age", "fresh", "words"),
    [
        (dt.timedelta(), DAY, True, "Fresh since 2026-03-29 01:30 UTC: the last complete run ended 0.0 s ago"),
        (HOUR, DAY, True, "Fresh since 2026-03-29 00:30 UTC: the last complete run ended 1 h 0 min ago"),
        (DAY, DAY, True, "Fresh since 2026-03-28 01:30 UTC: the last complete run ended 24 h 0 min ago"),
        (3 * DAY, 7 * DAY, True, "Fresh since 2026-03-26 01:30 UTC: the last complete run ended 3 days ago"),
        (-HOUR, DAY, True, "Fresh since 2026-03-29 02:30 UTC: the last complete run ended 0.0 s ago"),
        (
            DAY + dt.timedelta(seconds=1), DAY, False,
            "Stale since 2026-03-29 01:29 UTC: the last complete run ended 24 h 0 min ago, more than 24 h 0 min",
        ),
        (
            10 * DAY, dt.timedelta(hours=26), False,
            "Stale since 2026-03-20 03:30 UTC: the last complete run ended 10 days ago, more than 26 h 0 min",
        ),
        (
            HOUR, dt.timedelta(), False,
            "Stale since 2026-03-29 00:30 UTC: the last complete run ended 1 h 0 min ago, more than 0.0 s",
        ),
    ],
)  # fmt: skip
def test_the_age_of_the_last_complete_run_decides(
    age: dt.timedelta, max_age: dt.timedelta, fresh: bool, words: str
) -> None:
    """A clock that was ahead when the run ended makes nothing stale."""
    found = verdict(NOW - age, "failed", max_age=max_age, now=NOW)
    assert (fresh, words) == (found.fresh, found.sentence)
    assert max_age.total_seconds() == found.max_age_s
    assert found.since == (NOW - age if fresh else NOW - age + max_age)


@pytest.mark.parametrize(
    ("newest", "words"),
    [
        (None, "Stale: nothing was loaded yet; run `ctct sync`"),
        ("partial", "Stale: no run was complete yet, the newest one stopped early; run `ctct sync` again"),
        ("failed", "Stale: no run was complete yet, the newest one failed; run `ctct sync` again"),
        ("odd", "Stale: no run was complete yet, the newest one is odd; run `ctct sync` again"),
    ],
)
def test_without_a_complete_run_nothing_is_fresh(newest: str | None, words: str) -> None:
    found = verdict(None, newest, max_age=DEFAULT_MAX_AGE, now=NOW)
    assert (False, None, words) == (found.fresh, found.since, found.sentence)
    assert 26 * 3_600 == found.max_age_s


@pytest.mark.parametrize(
    ("runs", "loaded_at", "expected"),
    [
        pytest.param([], None, None, id="nothing known"),
        pytest.param([], NOW, NOW, id="a load of another tool"),
        pytest.param([("partial", NOW)], NOW, None, id="a load of a run that stopped"),
        pytest.param([("complete", NOW - DAY)], NOW, NOW - DAY, id="the end of the run, not of the load"),
        pytest.param(
            [("failed", NOW), ("complete", NOW - DAY), ("complete", NOW - HOUR)], None, NOW - HOUR, id="the newest"
        ),
        pytest.param([("complete", None)], NOW, None, id="a record without an end"),
    ],
)  # fmt: skip
def test_when_the_newest_complete_run_ended(
    runs: list[tuple[str, dt.datetime | None]], loaded_at: dt.datetime | None, expected: dt.datetime | None
) -> None:
    assert expected == completed_at(iter(runs), loaded_at)
