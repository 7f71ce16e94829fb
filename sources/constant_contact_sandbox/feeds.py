"""Pages of a tracking feed, newest first. Pure. Source: contract, tracking reports."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence


def newest_first(
    events: Sequence[int], start: str, limit: int, cursor: Literal["position", "offset"]
) -> tuple[list[int], str | None]:
    """(events of the page, the next cursor's text or None); `events` are ordered oldest to newest.

    With "position" the text names the last event served and how many equal ones are left, so rows that
    come in above or below never shift the rest; with "offset" it is the number of rows to skip.
    """
    if not start:
        top = len(events)
    elif cursor == "offset":
        top = len(events) - int(start)
    else:
        value, left = map(int, start.split("-"))
        low = bisect_left(events, value)
        top = min(low + left, bisect_right(events, value))
    bottom = max(0, top - limit)
    shown = list(events[bottom:top])[::-1] if top > 0 else []
    if bottom <= 0:
        return shown, None
    if cursor == "offset":
        return shown, str(len(events) - bottom)
    last = events[bottom]
    return shown, f"{last}-{bottom - bisect_left(events, last)}"
