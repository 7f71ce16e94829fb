"""Ranges of creation times, by which a filter of the API selects some of the contacts. Pure.

A range is cut where no loaded contact was created for some seconds, because whether `created_after` includes the
instant itself is documented nowhere.
Source: contract (/contacts: created_after, created_before).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import pendulum

from sources.constant_contact.windows import as_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GAP_S = 4
"""A cut has no loaded contact within a second on either side, whichever way the filter takes its bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedRange:
    """A range of creation times, seconds since 1970; open where None. No loaded contact lies near its ends."""

    after: int | None = None
    before: int | None = None

    @property
    def parameters(self) -> Mapping[str, str]:
        """A second wider than the cut, so that what lies on it is in both neighbours and not in none."""
        bounds = {"created_after": (self.after, -1), "created_before": (self.before, 1)}
        return {
            name: as_parameter(pendulum.from_timestamp(at + wider))
            for name, (at, wider) in bounds.items()
            if at is not None
        }


EVER = CreatedRange()
"""All contacts."""


class CreationTimes:
    """How many loaded contacts were created when."""

    def __init__(self, seconds: Sequence[tuple[int, int]]) -> None:
        """`seconds`: (second of creation since 1970, how many), ascending."""
        self._at = [second for second, _ in seconds]
        self._before = [0, *accumulate(count for _, count in seconds)]

    def count(self, created: CreatedRange) -> int:
        low, high = self._edges(created)
        return self._before[high] - self._before[low]

    def cut(self, created: CreatedRange, *, share: float = 0.5) -> int | None:
        """Where to part a range so that `share` of its contacts come before; None if there is no gap to part it in."""
        low, high = self._edges(created)
        if high - low < 2:  # noqa: PLR2004 - one instant cannot be parted
            return None
        wanted = self._before[low] + (self._before[high] - self._before[low]) * share
        middle = min(max(bisect_left(self._before, wanted, low, high), low + 1), high - 1)
        for index in _outwards(middle, low + 1, high - 1):
            if self._at[index] - self._at[index - 1] >= GAP_S:
                return self._at[index - 1] + GAP_S // 2
        return None

    def _edges(self, created: CreatedRange) -> tuple[int, int]:
        low = 0 if created.after is None else bisect_left(self._at, created.after)
        high = len(self._at) if created.before is None else bisect_left(self._at, created.before)
        return low, high


def _outwards(middle: int, low: int, high: int) -> Iterable[int]:
    """`middle`, then its neighbours on both sides, as far as a quarter of the way."""
    yield middle
    for distance in range(1, (high - low) // 4 + 2):
        if middle - distance >= low:
            yield middle - distance
        if middle + distance <= high:
            yield middle + distance
