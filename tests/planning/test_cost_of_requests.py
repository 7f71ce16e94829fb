"""Seconds, days and shares that requests cost."""

from __future__ import annotations

import pytest

from pipelines.constant_contact.planning.cost import days, error, seconds, share


@pytest.mark.parametrize(
    ("requests", "per_second", "expected"), [(0, 4, 0.0), (1, 4, 0.25), (100, 4, 25.0), (3, 0.5, 6.0)]
)
def test_requests_take_their_time(requests: int, per_second: float, expected: float) -> None:
    assert expected == seconds(requests, per_second)


@pytest.mark.parametrize(
    ("requests", "today", "per_day", "expected"),
    [
        pytest.param(0, 0, 0, 1, id="nothing to read is read today"),
        pytest.param(100, 100, 1_000, 1, id="today suffices"),
        pytest.param(101, 100, 1_000, 2, id="one request too many"),
        pytest.param(1_100, 100, 1_000, 2, id="a whole second day"),
        pytest.param(1_101, 100, 1_000, 3, id="and one more"),
        pytest.param(1_000, 0, 1_000, 2, id="today is spent"),
        pytest.param(101, 100, 1, 2, id="one a day"),
        pytest.param(101, 100, 0, None, id="no day allows any"),
        pytest.param(101, 100, -1, None, id="the reserve is larger than the day"),
        pytest.param(100, 100, 0, 1, id="which does not matter if today suffices"),
    ],
)
def test_days_until_all_is_read(requests: int, today: int, per_day: int, expected: int | None) -> None:
    assert expected == days(requests, today=today, per_day=per_day)


@pytest.mark.parametrize(
    ("requests", "of", "expected"),
    [(0, 100, 0.0), (50, 100, 0.5), (100, 100, 1.0), (250, 100, 2.5), (0, 0, 0.0), (1, 0, 1.0), (5, -1, 1.0)],
)
def test_a_share_of_a_day(requests: int, of: int, expected: float) -> None:
    """What is asked of nothing is all of it."""
    assert expected == share(requests, of)


@pytest.mark.parametrize(
    ("planned", "spent", "expected"),
    [
        (None, 100, None),
        (100, 0, None),
        (0, 0, None),
        (100, 100, 0.0),
        (150, 100, 0.5),
        (50, 100, -0.5),
        (0, 4, -1.0),
    ],
)
def test_the_error_of_a_plan(planned: int | None, spent: int, expected: float | None) -> None:
    assert expected == error(planned, spent)
