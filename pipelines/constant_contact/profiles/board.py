"""What processes tell each other about profiles, and which of them are still there: in a file or in a lake's catalog.

Knows files, locks, sessions. Must not know: what is told.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from filelock import FileLock, Timeout

from pipelines.constant_contact import files
from pipelines.constant_contact.errors import UserError
from sources.constant_contact.api.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sources.constant_contact.source import Settings

LOCK_TIMEOUT_S = 60.0
ENTRY = {"state": str, "member": str, "key": str, "share": int, "began": bool}
"""Of a profile in a round."""


class Board(Protocol):
    """One content for all processes, and the presence of each."""

    def open(self) -> AbstractContextManager[dict[str, Any]]:
        """Its content, written when the block ends; nobody else has it meanwhile. Raises UserError, ApiError."""

    def join(self, member: str) -> None:
        """From now on this process is there, until it leaves or dies."""

    def leave(self, member: str) -> None: ...

    def is_there(self, member: str) -> bool:
        """Of another process."""


def board_of(own: Settings) -> Board:
    connection = own.connection()
    if connection.shared is None:
        return FileBoard(connection.state_dir / "profiles")
    return CatalogBoard(connection.shared.address)


def _is_time(entry: object) -> bool:
    return isinstance(entry, str)


def _is_member(entry: object) -> bool:
    return isinstance(entry, dict) and all(isinstance(key, str) for key in entry.values())


def _is_profile(entry: object) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(name), kind) for name, kind in ENTRY.items())


SECTIONS = {"succeeded": _is_time, "attempted": _is_time, "members": _is_member, "profiles": _is_profile}
"""What each holds by name, and how its entries are known."""


def sections_of(content: object) -> dict[str, Any]:
    """What cannot be read is forgotten: it orders runs, it is no record of them."""
    kept = content if isinstance(content, dict) else {}
    sections = {name: kept[name] if isinstance(kept.get(name), dict) else {} for name in SECTIONS}
    return {
        name: {of: entry for of, entry in sections[name].items() if fits(entry)}
        for name, fits in SECTIONS.items()
    }


class FileBoard:
    """A file of the state folder, and a locked file for each process."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / "profiles.json"
        self._lock = FileLock(folder / "profiles.lock", timeout=LOCK_TIMEOUT_S, mode=0o600)
        self._presence: dict[str, FileLock] = {}

    @contextmanager
    def open(self) -> Iterator[dict[str, Any]]:
        try:
            with files.private():
                self._folder.mkdir(parents=True, exist_ok=True)
                with self._lock:
                    content = self._read()
                    yield content
                    beside = self._file.with_suffix(".new")
                    beside.write_text(json.dumps(content, indent=1), encoding="utf-8")
                    beside.replace(self._file)
        except (OSError, Timeout) as error:
            reason = getattr(error, "strerror", None) or "another process keeps its lock"
            raise UserError(
                f"{self._file} cannot be written ({reason}); make its folder writable, or set state_dir to another one"
            ) from error

    def _read(self) -> dict[str, Any]:
        try:
            return sections_of(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return sections_of(None)

    def join(self, member: str) -> None:
        self._presence[member] = self._lock_of(member)
        self._presence[member].acquire()

    def leave(self, member: str) -> None:
        self._presence.pop(member).release()
        self._path_of(member).unlink(missing_ok=True)

    def is_there(self, member: str) -> bool:
        lock = self._lock_of(member)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        self._path_of(member).unlink(missing_ok=True)
        return False

    def _path_of(self, member: str) -> Path:
        return self._folder / f"{member}.member"

    def _lock_of(self, member: str) -> FileLock:
        return FileLock(self._path_of(member), mode=0o600)


class CatalogBoard:
    """A row, and an advisory lock for each process, which its session on the server has.

    A row's own lock would hold back the server's clean-up for as long as a process is there, which is hours.
    """

    ROW = "profiles"

    def __init__(self, address: str) -> None:
        self._catalog, self._presence = (Catalog(address, lock_wait_s=LOCK_TIMEOUT_S) for _ in range(2))

    @contextmanager
    def open(self) -> Iterator[dict[str, Any]]:
        try:
            with self._catalog.transaction(self.ROW) as rows:
                content = sections_of(rows.content)
                yield content
                rows.write(self.ROW, content)
        finally:
            self._catalog.close()

    def join(self, member: str) -> None:
        self._presence.lock_until_closed(member)

    def leave(self, member: str) -> None:  # noqa: ARG002 - it has one
        self._presence.close()

    def is_there(self, member: str) -> bool:
        return self._catalog.is_locked(member)
