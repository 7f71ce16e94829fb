"""Shares of people: their intervals, averages of many mailings, and what is more than chance."""

from __future__ import annotations

import math

import pytest

from pipelines.constant_contact.reporting.rates import (
    FEWEST_DELIVERIES,
    Rate,
    differ,
    pooled,
    spread_of,
    standing,
    z_of_many,
)


def rate(part: int, whole: int) -> Rate:
    return Rate(part=part, whole=whole)


@pytest.mark.parametrize(
    ("part", "whole", "value", "low", "high"),
    [
        pytest.param(0, 0, None, 0.0, 1.0, id="nobody: it may be anything"),
        pytest.param(0, 10, 0.0, 0.0, 0.27754, id="none of ten"),
        pytest.param(10, 10, 1.0, 0.72246, 1.0, id="all of ten"),
        pytest.param(5, 10, 0.5, 0.23659, 0.76341, id="half of ten"),
        pytest.param(1, 1, 1.0, 0.20654, 1.0, id="the only one"),
        pytest.param(500, 1_000, 0.5, 0.46907, 0.53093, id="half of many is known better"),
        pytest.param(250_000, 1_000_000, 0.25, 0.24915, 0.25085, id="and of a million better still"),
    ],
)
def test_a_share_has_the_interval_of_wilson(
    part: int, whole: int, value: float | None, low: float, high: float
) -> None:
    """Against figures that were worked out apart."""
    found = rate(part, whole)
    assert value == found.value
    assert (low, high) == pytest.approx((found.low, found.high), abs=6e-6)


@pytest.mark.parametrize("whole", [1, 2, 3, 19, 400, 10_000_000])
def test_an_interval_lies_around_its_share_and_within_0_and_1(whole: int) -> None:
    for part in {0, 1, whole // 2, whole}:
        found = rate(part, whole)
        assert found.value is not None
        assert 0 <= found.low <= found.value + 1e-12
        assert found.value - 1e-12 <= found.high <= 1


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        pytest.param([], (0, 0), id="none"),
        pytest.param([None, None], (0, 0), id="all unknown"),
        pytest.param([(1, 2), None, (3, 10)], (4, 12), id="the unknown is on neither side"),
        pytest.param([(0, 0), (3, 10)], (3, 10), id="a mailing to nobody"),
        pytest.param([(90, 100), (0, 900)], (90, 1_000), id="large mailings count for more"),
    ],
)
def test_an_average_is_of_people_not_of_mailings(
    rates: list[tuple[int, int] | None], expected: tuple[int, int]
) -> None:
    found = pooled(iter([None if one is None else rate(*one) for one in rates]))
    assert expected == (found.part, found.whole)


@pytest.mark.parametrize(
    ("one", "average", "expected"),
    [
        pytest.param(None, (200, 1_000), "few", id="unknown"),
        pytest.param((9, 10), None, "few", id="no average"),
        pytest.param((9, 20), (0, 0), "few", id="an average of nobody"),
        pytest.param((19, 19), (200, 1_000), "few", id="fewer than twenty people"),
        pytest.param((20, 20), (200, 1_000), "above", id="twenty are enough"),
        pytest.param((0, 20), (200, 1_000), "below", id="none of twenty"),
        pytest.param((4, 20), (200, 1_000), "usual", id="just the average"),
        pytest.param((7, 20), (200, 1_000), "usual", id="chance explains it"),
        pytest.param((0, 100), (1, 1_000_000), "usual", id="none where hardly anybody does"),
        pytest.param((1_000, 1_000), (1_000, 1_000), "usual", id="everybody, as always"),
        pytest.param((0, 1_000), (0, 1_000), "usual", id="nobody, as always"),
    ],
)
def test_where_a_mailing_stands(
    one: tuple[int, int] | None, average: tuple[int, int] | None, expected: str
) -> None:
    assert FEWEST_DELIVERIES == 20
    assert expected == standing(one and rate(*one), average and rate(*average))


@pytest.mark.parametrize(
    ("one", "other", "clear"),
    [
        pytest.param((0, 0), (10, 10), False, id="nobody on one side"),
        pytest.param((10, 10), (0, 0), False, id="nobody on the other"),
        pytest.param((0, 100), (0, 100), False, id="no difference at all"),
        pytest.param((100, 100), (50, 50), False, id="everybody on both sides"),
        pytest.param((0, 2), (2, 2), True, id="z of 2.0"),
        pytest.param((1, 3), (3, 3), False, id="z of 1.7"),
        pytest.param((50, 100), (63, 100), False, id="z of 1.85"),
        pytest.param((50, 100), (64, 100), True, id="z of 2.0, one more"),
        pytest.param((5_000, 10_000), (5_139, 10_000), True, id="a little, of many"),
        pytest.param((5_000, 10_000), (5_138, 10_000), False, id="one fewer"),
    ],
)
def test_what_chance_does_not_explain(one: tuple[int, int], other: tuple[int, int], clear: bool) -> None:
    """The same whichever comes first."""
    assert clear is differ(rate(*one), rate(*other))
    assert clear is differ(rate(*other), rate(*one))


@pytest.mark.parametrize(
    ("comparisons", "z"), [(0, 1.95996), (1, 1.95996), (2, 2.24140), (10, 2.80703), (50, 3.29053)]
)
def test_many_comparisons_want_larger_differences(comparisons: int, z: float) -> None:
    """5 % in all, however many cells are looked at."""
    assert z == pytest.approx(z_of_many(comparisons), abs=2e-4)


@pytest.mark.parametrize(
    ("values", "spread"), [([], 0.0), ([0.3], 0.0), ([0.2, 0.4], math.sqrt(0.02)), ([0.1, 0.1, 0.1], 0.0)]
)
def test_the_spread_of_mailings(values: list[float], spread: float) -> None:
    """Of one there is none."""
    assert spread == pytest.approx(spread_of(values), abs=1e-9)
