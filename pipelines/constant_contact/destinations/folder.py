"""The load tool's state folder of a dataset: where it is, whether it can be read, and who has it.

Knows: files and locks. Must not know: destinations, what is loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.destinations.waiting import Patience


def state_folder(target: Target, identity: str) -> Path:
    """Where the load tool keeps what belongs to one dataset in one place: its pipelines folder for that dataset.

    Keyed by place and dataset, since dlt's own is keyed by the pipeline's name alone: two warehouses would share it.
    """
    from dlt.common.pipeline import get_dlt_pipelines_dir  # noqa: PLC0415

    key = hashlib.sha256(f"{identity}\n{target.dataset}".encode()).hexdigest()[:16]
    return Path(get_dlt_pipelines_dir()).parent / "ctct" / key


def is_damaged(folder: Path) -> bool:
    """Whether a working folder's state or schema cannot be read."""
    files = [folder / "state.json", *folder.glob("schemas/*.json")]
    return not all(_readable(file) for file in files if file.exists())


def _readable(file: Path) -> bool:
    try:
        return isinstance(json.loads(file.read_bytes()), dict)
    except (ValueError, OSError):
        return False


@contextmanager
def alone(folder: Path, target: Target, patience: Patience) -> Iterator[None]:
    """Hold a state folder, even before the pipeline is opened: opening one in a new folder empties it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the working folder {folder} cannot be made ({error.strerror}); set DLT_DATA_DIR to a writable folder"
        ) from error
    with locked(folder / "sync.lock", target, patience):
        yield


@contextmanager
def locked(path: Path, target: Target, patience: Patience) -> Iterator[None]:
    """Hold a lock that says who has it. Raises Busy where another sync keeps it, UserError where it cannot be held.

    Who may open a lock's file may hold it for ever, so it is for its owner only.
    """
    lock = FileLock(path, mode=0o600)

    def taken(error: Exception) -> str | None:
        return f"{holder_of(path) or 'another sync'} is running" if isinstance(error, Timeout) else None

    try:
        patience.until_free(lambda: lock.acquire(timeout=0), taken, "run again later")
    except OSError as error:
        raise UserError(
            f"the lock {path} cannot be written ({error.strerror}); make its folder writable, or remove the lock "
            "where another user left it"
        ) from error
    try:
        _say_who(path, target)
        yield
    finally:
        _beside(path).unlink(missing_ok=True)
        lock.release()


def _say_who(path: Path, target: Target) -> None:
    """Beside the lock, whose own content belongs to the library. What a killed process left is replaced."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    said = json.dumps({"dataset": target.dataset, "pid": os.getpid(), "since": since})
    with contextlib.suppress(OSError):  # a courtesy
        _beside(path).unlink(missing_ok=True)
        _beside(path).touch(mode=0o600)
        _beside(path).write_text(said, encoding="utf-8")


def holder_of(path: Path, pid: int | None = None) -> str | None:
    """Which sync has a lock, where it said so; with `pid` only if it is that process."""
    try:
        said = json.loads(_beside(path).read_bytes())
        holder, dataset, since = int(said["pid"]), str(said["dataset"]), str(said["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if pid not in {None, holder}:
        return None
    return f"another sync, into dataset {dataset!r} (PID {holder}, since {since[:16].replace('T', ' ')} UTC),"


def is_held(path: Path) -> bool:
    """Whether somebody has a lock now. Where nobody said so it is not touched."""
    if not _beside(path).exists():
        return False
    lock = FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def program_name(pid: int) -> str | None:
    """What the system calls a process, where it tells (Linux)."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.holder")
