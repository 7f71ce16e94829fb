"""How a day's requests are divided among the accounts that wait for them."""

from __future__ import annotations

import pytest

from pipelines.constant_contact.profiles.shares import MIN_REST, MIN_SHARE, share


@pytest.mark.parametrize(
    ("left", "reserved", "waiting", "expected"),
    [
        pytest.param(10_000, 0, 1, 10_000, id="one account gets all"),
        pytest.param(10_000, 0, 3, 3_333, id="equal parts, cut"),
        pytest.param(10_000, 4_000, 3, 2_000, id="of what is not promised"),
        pytest.param(1_000, 0, 10, 100, id="equal parts of the least that is of use"),
        pytest.param(1_000, 0, 11, 100, id="with one account more, the last one waits for another day"),
        pytest.param(99, 0, 10, 99, id="less than that is better than nothing"),
        pytest.param(99, 0, 1, 99, id="the same for one"),
        pytest.param(100, 100, 2, 0, id="all is promised"),
        pytest.param(100, 101, 2, 0, id="more is promised than is left"),
        pytest.param(0, 0, 1, 0, id="a spent day"),
        pytest.param(-5, 0, 1, 0, id="a day that others overspent"),
        pytest.param(10_000, 0, 0, 10_000, id="nobody waits, as a caller may say"),
    ],
)
def test_the_day_is_divided(left: int, reserved: int, waiting: int, expected: int) -> None:
    assert expected == share(left=left, reserved=reserved, waiting=waiting)


@pytest.mark.parametrize("waiting", [1, 2, 7, 50, 120])
def test_no_more_is_given_than_there_is(waiting: int) -> None:
    """One after the other until nobody waits; whoever comes early gets enough for a sync."""
    left, given = 10_000, []
    for still in range(waiting, 0, -1):
        given.append(share(left=left, reserved=sum(given), waiting=still))
    assert sum(given) <= left
    assert given[0] >= MIN_SHARE > MIN_REST
    assert all(one == 0 or one >= MIN_SHARE for one in given)
