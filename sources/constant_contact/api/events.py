"""What the API client did, as data: one frozen record per happening, handed to one listener.

Knows: nothing but the facts of a happening. Must not know: who shows, logs or stores them. No I/O, no
secrets. The listener is called in the thread in which the thing happened, so it must be quick and
thread-safe.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import pendulum

_ID: Final = re.compile(r"^(?:[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}.*|\d+|.*,.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSent:
    """One attempt that was answered, or that failed on the way (`status` is None)."""

    path_template: str  # ids replaced by {id}; no query
    status: int | None
    seconds: float  # from sending to the last byte
    attempt: int  # starts at 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The client is going to wait before it tries again; ordinary pacing is not reported."""

    reason: Literal["throttled", "server_busy", "connection", "bad_body", "preparing"]
    seconds: float
    path_template: str
    attempt: int  # the attempt that failed; starts at 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The access token was renewed by this process."""

    expires_at: pendulum.DateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """The server said that the day's quota is spent; no process on this key asks again before then."""

    resets_at: pendulum.DateTime
    spent_today: int  # by our own count


ApiEvent = RequestSent | Waiting | Refreshed | Parked


def path_template(path: str) -> str:
    """A path with its ids replaced, so that happenings of one kind can be grouped."""
    return "/".join("{id}" if _ID.match(part) else part for part in path.split("?", 1)[0].split("/"))
