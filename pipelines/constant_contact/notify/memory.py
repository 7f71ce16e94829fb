"""What was sent to whom and is not over, for each profile and dataset: in a file of the state folder, or in a row of a
lake's catalog.

Of each receiver on its own: one that failed gets the message with the next run, the others do not get it twice.
Where nothing can be kept, as on a full disk, alerts are sent all the same.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any, Protocol, Self

from filelock import FileLock, Timeout

from pipelines.constant_contact import files
from sources.constant_contact.api.catalog import Catalog
from sources.constant_contact.api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.notify.messages import Sent
    from sources.constant_contact.api.catalog import Rows
    from sources.constant_contact.api.connection import Connection

LOCK_TIMEOUT_S = 2.0


class Memory(Protocol):
    """Holds a lock while it lasts, so that a sync and a check do not send the same alert."""

    fault: str
    """Why nothing can be kept; empty: it can."""

    def read(self) -> dict[str, Sent]:
        """Receiver -> what was sent to it. What cannot be read counts as empty."""

    def write(self, sent: Mapping[str, Sent]) -> None: ...


def memory_of(connection: Connection, target: Target) -> AbstractContextManager[Memory]:
    """Two applications that share a state folder or a catalog have their own."""
    key = hashlib.sha256(f"{connection.key}\n{target.destination}".encode()).hexdigest()[:8]
    name = f"{target.profile}.{target.dataset}.{key}"
    if connection.shared is None:
        return FileMemory(connection.state_dir / "notify" / f"{name}.json")
    return CatalogMemory(connection.shared.address, f"notify/{name}")


def _sent(kept: Any) -> dict[str, Sent]:
    """Raises AttributeError, TypeError."""
    return {
        str(receiver): {str(kind): tuple(map(str, items)) for kind, items in sent.items()}
        for receiver, sent in kept.items()
    }


class CatalogMemory:
    """A row."""

    def __init__(self, address: str, name: str) -> None:
        self._catalog, self._name = Catalog(address, lock_wait_s=LOCK_TIMEOUT_S), name
        self._stack = ExitStack()
        self._rows: Rows | None = None
        self.fault = ""

    def __enter__(self) -> Self:
        self._stack.enter_context(closing(self._catalog))
        try:
            self._rows = self._stack.enter_context(self._catalog.transaction(self._name))
        except ApiError as error:
            self.fault = str(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._stack.__exit__(kind, error, trace)
        except ApiError as lost:
            self.fault = str(lost)

    def read(self) -> dict[str, Sent]:
        try:
            return _sent(self._rows.content) if self._rows else {}
        except (AttributeError, TypeError):
            return {}

    def write(self, sent: Mapping[str, Sent]) -> None:
        try:
            if self._rows and not self.fault:
                self._rows.write(self._name, sent)
        except ApiError as error:
            self.fault = str(error)


class FileMemory:
    """A file, and a lock beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(self._path.with_suffix(".lock"), timeout=LOCK_TIMEOUT_S, mode=0o600)
        self.fault = ""

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
        try:
            return _sent(json.loads(self._path.read_text(encoding="utf-8")))
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
