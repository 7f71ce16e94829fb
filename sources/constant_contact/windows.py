"""High-water marks: from when to ask again, and how far a finished read has come.

Pure time arithmetic in UTC; no clock, no requests. Source: api_guide/contacts_sync; whether "after" includes the
instant itself is documented nowhere, so a read always overlaps the one before it.
"""

from __future__ import annotations

import re
import zlib
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast, get_args

import pendulum

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pendulum import DateTime, Duration

_INSTANT = pendulum.duration(seconds=1)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

LONGEST_S = 100 * 366 * 86_400
"""Seconds: a moment that much before now is one that every clock and database knows."""

ContactReading = Literal["auto", "incremental", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """How much is read again, and how far back. Raises ValueError with a sentence for a bad value."""

    lookback: Duration
    """How far a window reaches behind the last mark: covers clocks that differ and records that appear late."""
    full_refresh_every: Duration
    """Contacts are read whole when the last whole reading is older."""
    start_date: DateTime | None = None
    """Campaigns (and their events) last changed before are left out; None: all."""
    contact_reading: ContactReading = "auto"
    """Whether each run reads all contacts, or what changed; auto: all, where that costs few requests."""
    html_content: bool = False
    """Whether the HTML of e-mails is read, where the API shows it (`format_type` 5)."""
    landing_page_ids: tuple[str, ...] = ()
    """Campaign activities of the landing pages that are read."""
    export_check: bool = False
    """Whether an export of all contacts is compared with what is loaded, once a week."""
    full_refresh: bool = False
    """Read everything again in this run, whatever the marks say."""


def duration(text: str, *, setting: str) -> Duration:
    """`90m`, `36h`, `30d`, `2w` or ISO 8601 (`PT1H`) as a duration."""
    found = re.fullmatch(r"\s*(\d+)\s*([smhdw])\s*", text)
    try:
        parsed = (
            pendulum.duration(**{_UNITS[found[2]]: int(found[1])}) if found else pendulum.parse(text.strip())
        )
    except (ValueError, OverflowError):
        parsed = None
    if isinstance(parsed, pendulum.Duration) and 0 <= parsed.total_seconds() <= LONGEST_S:
        return parsed
    raise ValueError(f"{setting} is {text!r}, which is no duration: write it like 90m, 36h or 30d")


def ids(texts: Iterable[str], *, setting: str) -> tuple[str, ...]:
    """Ids as the API writes them, each once. Raises ValueError with a sentence for the first that is none."""
    found = tuple(dict.fromkeys(str(text).strip().lower() for text in texts))
    for text in found:
        if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
            raise ValueError(
                f"{setting} has {text!r}, which is no id: write ids like 05cf4d60-56ea-4023-bf49-b35e56a9c7b5"
            )
    return found


def moment(text: str, *, setting: str) -> DateTime:
    """An ISO 8601 date or time as UTC; a date means its first instant."""
    try:
        parsed = pendulum.parse(text.strip(), tz="UTC")
    except ValueError:
        parsed = None
    if isinstance(parsed, pendulum.DateTime):
        return parsed.in_timezone("UTC")
    raise ValueError(f"{setting} is {text!r}, which is no date: write it like 2026-01-31")


def time_zone(text: str, *, setting: str) -> str:
    """The name of a time zone, as it is, if there is one of that name."""
    if text not in zoneinfo.available_timezones():
        raise ValueError(
            f"{setting} is {text!r}, which is no time zone: write it like America/New_York, or UTC"
        )
    return text


def contact_reading(text: str) -> ContactReading:
    """The setting. Raises ValueError with the words that it takes."""
    for known in get_args(ContactReading):
        if text == known:
            return cast("ContactReading", known)
    raise ValueError(f"contact_reading is {text!r}; choose from {', '.join(get_args(ContactReading))}")


def export_check(text: str) -> bool:
    """The setting. Raises ValueError with the words that it takes."""
    if text not in {"off", "weekly"}:
        raise ValueError(f"export_check is {text!r}; choose from off, weekly")
    return text == "weekly"


def advanced(mark: DateTime | None, seen: DateTime | None, *, now: DateTime) -> DateTime | None:
    """The mark after rows up to `seen` were read: never backwards, and never ahead of `now`.

    A row with a time in the future must not carry the mark with it, or all changes until then would be missed.
    It stays behind rows rather than following the clock: a server whose clock is behind ours loses nothing.
    """
    known = [each for each in (mark, seen) if each is not None]
    return min(max(known), now) if known else None


def asked_from(mark: DateTime, lookback: Duration, *, overlapped: bool = False) -> DateTime:
    """The lower bound to ask for, so that this read overlaps the last one.

    `overlapped`: the whole look-back behind this very mark has been read again since it was set. Then a second is
    enough; otherwise a bulk import would be read anew each quiet night, until something newer moves.
    """
    return mark - (min(lookback, _INSTANT) if overlapped else lookback)


def is_current(cached_at: DateTime | None, options: SyncOptions, *, now: DateTime) -> bool:
    """Whether what was learned then still counts (a whole reading, a server's refusal).

    Not for ever: a server that was ill for an hour must not cost an account a part of its rows.
    """
    if cached_at is None or options.full_refresh:
        return False

    return now < cached_at + options.full_refresh_every


def week(object_id: str, *, now: DateTime) -> int:
    """A number that is another one every seven days, for each object on a day (UTC) of its own."""
    return (now.int_timestamp // 86_400 + zlib.crc32(object_id.encode())) // 7


def as_parameter(at: DateTime) -> str:
    """ISO 8601 in UTC, whole seconds, the form that every date filter takes."""
    return at.in_timezone("UTC").replace(microsecond=0).to_iso8601_string()
