"""The request ledger of machines without a disk: a row for each key in the catalog of a lake.

Knows: starts of requests, counts per UTC day, and what the server said, of one key. Must not know: limits, HTTP; what
is allowed is decided in `budget`. Time is the database's, since the clocks of two machines never agree.
"""

from __future__ import annotations

import copy
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pendulum

from sources.constant_contact.api.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.constant_contact.api.catalog import Rows
    from sources.constant_contact.api.clock import Clock

KEPT_DAYS: Final = 40
"""Each request writes the row anew."""


class CatalogLedger:
    """The rows of one key. Thread-safe. Times of starts are seconds since 1970 on the database's clock."""

    def __init__(self, address: str, *, key: str) -> None:
        self._catalog, self._name = Catalog(address), f"requests/{key}"
        self._turn = threading.RLock()
        self._rows: Rows | None = None
        self._begun_s: float | None = None
        self._content: dict[str, Any] = {}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Holds the row's lock; committed at the end, and undone by any exception. Can be nested."""
        with self._turn:
            if self._rows is not None:
                yield
                return
            try:
                with self._catalog.transaction(self._name) as self._rows:
                    self._content = copy.deepcopy(self._rows.content)
                    yield
                    if self._content != self._rows.content:
                        self._rows.write(self._name, self._content)
            finally:
                self._rows, self._begun_s = None, None

    def times(self, clock: Clock) -> tuple[pendulum.DateTime, float]:
        """(the wall clock in UTC, the clock of starts). `clock`: this machine's, for what passes in a transaction."""
        assert self._rows is not None, "called outside a transaction"
        here_s = clock.monotonic()
        self._begun_s = here_s if self._begun_s is None else self._begun_s
        now_s = self._rows.now_s + here_s - self._begun_s
        return pendulum.from_timestamp(now_s), now_s

    def close(self) -> None:
        self._catalog.close()

    def _part(self, name: str) -> dict[str, Any]:
        part: dict[str, Any] = self._content.setdefault(name, {})
        return part

    def _starts(self, lane: str) -> list[float]:
        """Oldest first."""
        starts: list[float] = self._part("starts").setdefault(lane, [])
        return starts

    def add_start(self, lane: str, at_s: float) -> None:
        self._starts(lane).append(at_s)
        self._starts(lane).sort()

    def move_start(self, lane: str, from_s: float, to_s: float) -> None:
        starts = self._starts(lane)
        if from_s in starts:
            starts[starts.index(from_s)] = to_s
            starts.sort()

    def nth_last_start(self, lane: str, count: int) -> float | None:
        """None = fewer than `count` starts are remembered."""
        starts = self._starts(lane)
        return starts[-count] if len(starts) >= count else None

    def forget_starts(self, lane: str, *, before_s: float, after_s: float) -> None:
        """Drops old starts, and those that look to be in the future: the database's clock was set back."""
        starts = self._starts(lane)
        starts[:] = [at_s for at_s in starts if before_s <= at_s <= after_s]

    def spent(self, day: str) -> int:
        return int(self._part("days").get(day, 0))

    def spent_after(self, day: str) -> int:
        """The sum over all days later than `day`."""
        return sum(spent for later, spent in self.history().items() if later > day)

    def charge(self, *days: str) -> None:
        """One request more on `days` and on every later day on record; the earliest first."""
        counts = self._part("days")
        for day in days:
            counts.setdefault(day, 0)
        for day in counts:
            counts[day] += day >= days[0]
        for day in sorted(counts)[:-KEPT_DAYS]:
            del counts[day]

    def raise_day(self, day: str, spent: int) -> None:
        """At least `spent` on `day`; never lowers a count."""
        self._part("days")[day] = max(spent, self.spent(day))

    def history(self) -> dict[str, int]:
        """Requests per UTC day, oldest first."""
        return dict(sorted(self._part("days").items()))

    def current_day(self) -> str | None:
        day: str | None = self._part("marks").get("current_day")
        return day

    def set_current_day(self, day: str) -> None:
        self._part("marks")["current_day"] = day

    def parked_until(self) -> float | None:
        """Seconds since 1970, UTC."""
        until_s: float | None = self._part("marks").get("parked_until_s")
        return until_s

    def set_parked_until(self, until_s: float) -> None:
        self._part("marks")["parked_until_s"] = until_s

    def cooling_until(self, lane: str) -> float:
        """On the database's clock; 0.0 = not cooling."""
        return float(self._part("marks").get(f"cooling_{lane}", 0.0))

    def set_cooling_until(self, lane: str, until_s: float, *, longest_s: float) -> None:
        """Prolongs, never shortens; but a mark of before the clock was set back is replaced."""
        before_s = self.cooling_until(lane)
        if before_s < until_s or before_s > until_s + longest_s:
            self._part("marks")[f"cooling_{lane}"] = until_s
