"""What reading costs in requests: rows to pages, ids to batches.

Pure arithmetic; no I/O, no clock, nothing of the API but the numbers that are passed in.
"""

from __future__ import annotations

import math


def pages(rows: int, page_size: int) -> int:
    """Requests to read `rows` rows; at least 1, since an empty answer is an answer too."""
    return max(1, math.ceil(rows / page_size))


def batches(ids: int, size: int) -> int:
    """Requests to ask for `ids` ids, `size` in each; 0 for none."""
    return math.ceil(ids / size)


def feed_pages(total: int, loaded: int, page_size: int) -> int:
    """Requests to bring a feed of `total` rows up to date, `loaded` of which, the oldest, are there.

    The page on which the last new row stands must hold a known one too, or the next is read; 0 when nothing differs.
    """
    if total == loaded:
        return 0
    whole = pages(total, page_size)
    if loaded == 0 or total < loaded:  # fewer than loaded: something is wrong, and all of it is read
        return whole
    return min(whole, (total - loaded) // page_size + 1)
