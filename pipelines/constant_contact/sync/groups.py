"""What a run commits together: enough that a commit is worth its cost, and no more than a crash, or readers, may lose.

A group ends at half of `requests_per_commit` requests: the other half is read ahead meanwhile and may be lost with it.
While it is loaded nobody else can read a DuckDB file, so it also ends at as many rows as `HELD_S` seconds load,
going by the groups before; but while an empty warehouse is filled, never below `FEWEST_NEW_ROWS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.constant_contact.batches import Batch, Group
from sources.constant_contact.reader import pages_at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    import pyarrow as pa

    from sources.constant_contact.memory import Memory

HELD_S = 3.0
"""Well below the 10 s that readers are told, since disks and neighbours are not equally fast all the time."""
FIRST_ROWS, FEWEST_ROWS = 200_000, 50_000
"""In a group, children included: before anything is known of the machine, and however slow it is."""
FEWEST_NEW_ROWS = 500_000
"""The same of rows that fill empty tables: 10 s at 50,000 rows a second. DuckDB writes the last block of 122,880 rows
of a table anew in each commit, so that small ones cost a first read twice its time.
"""


class Groups:
    """Batches -> groups, whose size follows from how long earlier ones were loaded."""

    def __init__(self, requests_per_commit: int, size: Memory) -> None:
        at_once = pages_at_once(requests_per_commit, size.pages_at_once)
        self._requests = max(1, requests_per_commit // 2 - at_once + 1)
        self._most = size.rows_per_commit
        self._rows = min(FIRST_ROWS, self._most)

    def of(self, batches: Iterable[Batch], seen: Callable[[Batch], None]) -> Iterator[Group]:
        group = Group()
        for batch in batches:
            group.add(batch)
            seen(batch)
            if group.requests >= self._requests or group.rows >= self._rows:
                yield group
                group = Group()
        if group.batches:
            yield group

    def took(self, rows: int, held_s: float, *, new: bool = False) -> None:
        """A group of so many rows kept the warehouse for so long; small ones say little of large ones. `new`: they
        were added to tables that were empty when the run began.
        """
        if rows >= FEWEST_ROWS:
            fewest = FEWEST_NEW_ROWS if new else FEWEST_ROWS
            self._rows = int(min(self._most, max(fewest, rows * HELD_S / max(held_s, 0.001))))


def most_is_of(tables: Mapping[str, Mapping[str, pa.Table]], resources: Collection[str]) -> bool:
    """Whether more than half of the rows are of these resources."""
    counts: dict[str, int] = {
        name: sum(rows.num_rows for rows in found.values()) for name, found in tables.items()
    }
    return 2 * sum(counts[name] for name in resources) > sum(counts.values())
