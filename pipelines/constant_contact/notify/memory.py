"""What was sent to whom and is not over, in a file of the state folder for each profile and dataset.

Of each receiver on its own: one that failed gets the message with the next run, the others do not get it twice.
Where nothing can be kept, as on a full disk, alerts are sent all the same.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout

from pipelines.constant_contact import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.notify.messages import Sent

LOCK_TIMEOUT_S = 2.0


class Memory:
    """Holds a lock while it lasts, so that a sync and a check do not send the same alert."""

    def __init__(self, state_dir: Path, target: Target, application: str) -> None:
        """`application`: what tells two applications apart that share the state folder."""
        key = hashlib.sha256(f"{application}\n{target.destination}".encode()).hexdigest()[:8]
        self._path = state_dir / "notify" / f"{target.profile}.{target.dataset}.{key}.json"
        self._lock = FileLock(self._path.with_suffix(".lock"), timeout=LOCK_TIMEOUT_S, mode=0o600)
        self.fault = ""
        """Why nothing can be kept; empty: it can."""

    def __enter__(self) -> Self:
        with files.private():
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._lock.acquire()
            except OSError as error:
                self.fault = error.strerror or str(error)
            except Timeout:
                self.fault = "another run is sending its alerts"
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def read(self) -> dict[str, Sent]:
        """Receiver -> what was sent to it. A file that cannot be read counts as empty."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                str(receiver): {str(kind): tuple(map(str, items)) for kind, items in sent.items()}
                for receiver, sent in kept.items()
            }
        except (OSError, ValueError, AttributeError, TypeError):
            return {}

    def write(self, sent: Mapping[str, Sent]) -> None:
        if self.fault:
            return
        beside = self._path.with_suffix(".new")
        try:
            with files.private():
                beside.write_text(json.dumps(sent, indent=1), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            self.fault = error.strerror or str(error)
