"""Shares of people with what chance allows them to be: Wilson intervals, pooled averages, clear differences.

Pure arithmetic. The interval is the one of the marts (`open_rate_low`, `open_rate_high`), so that page and SQL agree.
Source: https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Z = 1.96
"""95 % of a normal distribution lie within so many standard deviations."""
FEWEST_DELIVERIES = 20
"""A mailing to fewer people is a test: its rates are shown, and compared with nothing."""
FEWEST_MAILINGS = 3
"""Fewer than these are no average, and no cell of the send times."""

Standing = Literal["above", "below", "usual", "few", "early"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`part` people of `whole`; a share of nobody has no value."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def low(self) -> float:
        return self._bound(-1)

    @property
    def high(self) -> float:
        return self._bound(1)

    def _bound(self, sign: int) -> float:
        """The end of the 95 % interval; a share of nobody may be anything from 0 to 1."""
        if not self.whole:
            return 0.0 if sign < 0 else 1.0
        share, number = self.part / self.whole, self.whole
        root = math.sqrt(share * (1 - share) / number + Z * Z / (4 * number * number))
        bound = (share + Z * Z / (2 * number) + sign * Z * root) / (1 + Z * Z / number)
        return min(max(bound, 0.0), 1.0)


def pooled(rates: Iterable[Rate | None]) -> Rate:
    """People of all over deliveries of all; what is unknown is on neither side."""
    known = [rate for rate in rates if rate is not None]
    return Rate(part=sum(rate.part for rate in known), whole=sum(rate.whole for rate in known))


def standing(rate: Rate | None, average: Rate | None) -> Standing:
    """Where an average lies beside the interval of one mailing."""
    if rate is None or average is None or average.value is None or rate.whole < FEWEST_DELIVERIES:
        return "few"
    if rate.low > average.value:
        return "above"
    return "below" if rate.high < average.value else "usual"


def differ(one: Rate, other: Rate) -> bool:
    """Whether two shares differ by more than chance explains (two-proportion z test, 5 %)."""
    if one.value is None or other.value is None:
        return False
    together = pooled((one, other))
    spread = (together.value or 0.0) * (1 - (together.value or 0.0))
    return abs(one.value - other.value) > Z * math.sqrt(spread * (1 / one.whole + 1 / other.whole))


def z_of_many(comparisons: int) -> float:
    """How many standard errors are news where so many cells are looked at at once (Bonferroni, 5 % in all)."""
    return statistics.NormalDist().inv_cdf(1 - 0.05 / (2 * max(comparisons, 1)))


def spread_of(values: Sequence[float]) -> float:
    """How far single mailings lie from their mean; 0 for fewer than two."""
    return statistics.stdev(values) if len(values) > 1 else 0.0
