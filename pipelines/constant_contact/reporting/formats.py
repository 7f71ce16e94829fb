"""How numbers, shares and times read on the page. Unknown is a word, never 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

UNKNOWN = "unknown"
MINUS = "\N{MINUS SIGN}"
SMALL_SHARE = 0.01
NO_SHARE = 0.00005  # what two decimals cannot show


def number(count: float | None) -> str:
    return UNKNOWN if count is None else f"{count:,.0f}".replace("-", MINUS)


def signed(count: float | None) -> str:
    if not count:
        return UNKNOWN if count is None else "0"
    return f"{count:+,.0f}".replace("-", MINUS)


def percent(share: float | None) -> str:
    """One decimal, two below 1 %: opt-outs live there."""
    if share is None:
        return UNKNOWN
    return f"{share:.{2 if NO_SHARE <= share < SMALL_SHARE else 1}%}"


def points(difference: float) -> str:
    """A difference of two shares, in percentage points."""
    digits = 1 if abs(difference) >= SMALL_SHARE else 2
    return f"{100 * difference:+.{digits}f} points".replace("-", MINUS)


def many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def day(date: dt.date) -> str:
    return f"{date.day} {date:%b %Y}"


def long_day(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"


def minute(time: dt.datetime) -> str:
    return f"{long_day(time)}, {time:%H:%M} UTC"


def hours(count: int) -> str:
    if count < 24:  # noqa: PLR2004 - a day
        return many(count, "hour")
    return many(count // 24, "day")


FILTERS: dict[str, Callable[..., str]] = {
    "number": number,
    "signed": signed,
    "percent": percent,
    "points": points,
    "many": many,
    "day": day,
    "long_day": long_day,
    "minute": minute,
    "hours": hours,
}
