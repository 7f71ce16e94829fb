"""One night of the account's life as the families of resources see it: its number, its bounds, its dice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from . import seeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """`begin` and `end`: seconds since 1970, `end` exclusive; `done` counts what happened, by kind."""

    seed: int
    number: int
    begin: int
    end: int
    done: Counter[str] = field(default_factory=Counter)

    def roll(self, *path: object) -> int:
        """A 64-bit number of this night alone; other nights and other paths do not move it."""
        return seeds.word(self.seed, "extras", self.number, *path)

    def moment(self, number: int) -> int:
        return self.begin + number % max(1, self.end - self.begin)

    def happens(self, kind: str, one_in: int) -> int:
        """0, or in one night of `one_in` a random number; what happens is counted as `kind`."""
        number = self.roll(kind)
        if number % one_in:
            return 0
        self.done[kind] += 1
        return number // one_in | 1
