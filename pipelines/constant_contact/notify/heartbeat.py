"""The heartbeat of a run: an address that is called at its start, and at its end with how it ended.

A monitor behind it notices also what no alert of ours can say: that no run began, or that one never ended.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pipelines.constant_contact.notify.receivers import TIMEOUT_S, Undelivered, send_beat

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.constant_contact.notify.receivers import Beat


class Heartbeat:
    """Beats go out on threads, in order; the first one costs the run nothing."""

    def __init__(self, address: str | None) -> None:
        self._address = address
        self._last: threading.Thread | None = None
        self._failures: list[str] = []

    def send(self, beat: Beat, text: str) -> None:
        if self._address is None:
            return
        before, address = self._last, self._address

        def run() -> None:
            if before is not None:
                before.join()
            try:
                send_beat(address, beat, text)
            except Undelivered as error:
                self._failures.append(f"the heartbeat address was not told of the {beat}: {error}")

        self._last = threading.Thread(target=run, daemon=True, name=f"heartbeat {beat}")
        self._last.start()

    def finish(self, warn: Callable[[str], None]) -> None:
        """Waits until the last beat is out, or has taken too long."""
        if self._last is None:
            return
        self._last.join(TIMEOUT_S + 1)
        for failure in self._failures:
            warn(failure)
        if self._last.is_alive():
            warn("the heartbeat address did not answer in time")
