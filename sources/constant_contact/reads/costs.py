"""What reading costs in requests: rows to pages, ids to batches.

Pure arithmetic; no I/O, no clock, nothing of the API but the numbers that are passed in.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sources.constant_contact.windows import SyncOptions

AUTO_REQUESTS = 20
"""What reading all contacts may cost each run where nobody chose: up to 10,000 contacts."""
FEW_PAGES = 4
"""A choice of so many pages is read whole: halving would cost as much, and changes that cancel out show as well."""
COUNTED_AGAIN = 4
"""Counts of contacts, lists, SMS lists and tags, a page each: asked again before anything is searched."""
CHANGES = 2
"""What changed, and who opted out."""


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


def steps(count: int, changes: int, page_size: int) -> int:
    """Requests to find `changes` that left no trace among `count` contacts by halving."""
    whole = pages(count, page_size)
    if whole <= FEW_PAGES:
        return whole
    return min(whole, (math.ceil(math.log2(whole)) + 2) * max(1, changes))


def may_search(requests: int, count: int, page_size: int) -> bool:
    """Whether a search that costs so much is worth while, beside reading all `count` contacts, which misses nothing.

    Up to half of it: what counting finds may hide more, and then all of them are read on top.
    """
    return requests <= pages(count, page_size) // 2


def reads_all_contacts(
    options: SyncOptions, count: int, page_size: int, *, traceless: float, affordable: int
) -> bool:
    """Whether a run reads every contact although it knows since when it could ask for changes.

    `traceless`: how many contacts are expected to have changed without a trace (deleted, unsubscribed, moved between
    lists); `affordable`: requests that may still be sent today.
    """
    if options.contact_reading != "auto":
        return options.contact_reading == "full"
    whole = pages(count, page_size)
    if not count or whole > affordable:
        return False
    if whole <= AUTO_REQUESTS:
        return True
    if not traceless or whole > affordable // 2:
        return False
    search = steps(count, math.ceil(traceless), page_size)
    return whole <= CHANGES + COUNTED_AGAIN + search
