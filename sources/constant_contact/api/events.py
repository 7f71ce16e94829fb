"""What the API client tells while it works, as data: that it is going to wait.

Knows: nothing but the facts. Must not know: who shows them. No I/O, no secrets. The listener is called in the thread
that waits, so it must be quick and thread-safe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The client is going to wait before it tries again; ordinary pacing is not reported."""

    reason: Literal["throttled", "server_busy", "connection", "bad_body", "preparing"]
    seconds: float


OnWait = Callable[[Waiting], None]
