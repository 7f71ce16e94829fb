"""The load tool's working folder of a pipeline: where it is, whether it can be read, and who has it.

Knows: files and locks. Must not know: destinations, what is loaded.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.constant_contact.warehouse import Place


def work_dir_of(place: Place) -> Path:
    """The pipeline's working folder, whether it exists or not."""
    from dlt.common.pipeline import get_dlt_pipelines_dir  # noqa: PLC0415

    return Path(get_dlt_pipelines_dir()) / place.pipeline_name


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
def alone(place: Place) -> Iterator[None]:
    """Hold the working folder, even before the pipeline is opened: opening one in a new folder empties it."""
    folder = work_dir_of(place).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the working folder {folder} cannot be made ({error.strerror}); set DLT_DATA_DIR to a writable folder"
        ) from error
    with held(folder / f"{place.pipeline_name}.lock", place):
        yield


@contextmanager
def held(path: Path, place: Place) -> Iterator[None]:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"another sync into dataset {place.dataset!r} is running; wait for it to end, or end it"
        ) from None
    except OSError as error:
        raise UserError(
            f"the lock {path} cannot be written ({error.strerror}); make its folder writable"
        ) from error
    try:
        yield
    finally:
        lock.release()
