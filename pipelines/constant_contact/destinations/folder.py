"""The load tool's state folder of a dataset: where it is, whether it can be read, and who has it.

Knows: files and locks. Must not know: destinations, what is loaded.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.constant_contact.destinations.target import Target


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
def alone(folder: Path, target: Target) -> Iterator[None]:
    """Hold a state folder, even before the pipeline is opened: opening one in a new folder empties it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the working folder {folder} cannot be made ({error.strerror}); set DLT_DATA_DIR to a writable folder"
        ) from error
    with locked(folder / "sync.lock", target):
        yield


@contextmanager
def locked(path: Path, target: Target) -> Iterator[None]:
    """Raises UserError where another sync has the lock."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"another sync into dataset {target.dataset!r} is running; wait for it to end, or end it"
        ) from None
    except OSError as error:
        raise UserError(
            f"the lock {path} cannot be written ({error.strerror}); make its folder writable"
        ) from error
    try:
        yield
    finally:
        lock.release()
