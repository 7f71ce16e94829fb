"""How a key's day is divided: equal parts, a floor, and never more than there is."""

from __future__ import annotations

import pytest

from pipelines.constant_contact.profiles.shares import MIN_SHARE, share


@pytest.mark.parametrize(
    ("left", "reserved", "waiting", "expected"),
    [
        (9_000, 0, 3, 3_000),
        (9_000, 3_000, 2, 3_000),
        (9_000, 0, 200, MIN_SHARE),
        (60, 0, 3, 60),
        (500, 500, 3, 0),
        (500, 900, 3, 0),
        (0, 0, 1, 0),
        (-5, 0, 1, 0),
    ],
)
def test_a_share_is_an_equal_part_and_no_less_than_the_floor(left, reserved, waiting, expected):
    """What runs under way may still need is left alone."""
    assert expected == share(left=left, reserved=reserved, waiting=waiting)


@pytest.mark.parametrize("accounts", [1, 2, 7, 99, 200])
def test_shares_never_add_up_to_more_than_the_day(accounts):
    """Whoever comes later gets what is left, and nobody is passed over while there is something."""
    left = 10_000
    given = []
    for waiting in range(accounts, 0, -1):
        given.append(share(left=left, reserved=0, waiting=waiting))
        left -= given[-1]
    assert left >= 0
    assert all(one >= MIN_SHARE for one in given[: 10_000 // MIN_SHARE])
    assert given == sorted(given, reverse=True) or len(set(given)) <= 2
