"""Waiting for a warehouse that somebody else has: how long, and what people are told meanwhile.

Knows time. Must not know: files, servers, what is waited for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pipelines.constant_contact.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
RETRY_S = 0.1
TELL_EVERY_S = 30.0


def _nobody(_reason: str, _seconds_left: float) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a command waits each time, and who is told."""

    limit_s: float
    tell: Callable[[str, float], None] = _nobody
    """Called with what is waited for and the seconds left: at once, when the reason changes, and now and then."""

    def until_free(self, attempt: Callable[[], T], why: Callable[[Exception], str | None], advice: str) -> T:
        """What `attempt` returns once it raises no error that `why` has a reason for.

        `advice` completes "what is loaded stays; ". Raises Busy when the time is over, other errors as they come.
        """
        until_s = time.monotonic() + self.limit_s
        told, tell_at_s = "", 0.0
        while True:
            try:
                return attempt()
            except Exception as error:
                reason = why(error)
                if reason is None:
                    raise
                now_s = time.monotonic()
                if now_s >= until_s:
                    raise Busy(f"{reason}, {self._waited()}; what is loaded stays; {advice}") from error
            if reason != told or now_s >= tell_at_s:
                self.tell(reason, until_s - now_s)
                told, tell_at_s = reason, now_s + TELL_EVERY_S
            time.sleep(min(RETRY_S, max(0.0, until_s - now_s)))

    def _waited(self) -> str:
        minutes, seconds = divmod(self.limit_s, 60)
        spent = f"{minutes:.0f} m" if minutes and not seconds else f"{self.limit_s:g} s"
        return f"waited {spent}"


A_MOMENT = Patience(limit_s=1.5)
"""For commands that read: they answer within two seconds, or say why not."""
