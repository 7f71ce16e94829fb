"""A copy of a DuckDB warehouse for readers, who may keep it open for as long as they like.

It is replaced as a whole: whoever has the last one open goes on reading that one, and sees the new one when it opens
the file again. Knows: DuckDB files. Must not know: what is loaded.
"""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pipelines.constant_contact import files
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.constant_contact.destinations.target import Target

BUFFER_BYTES = 8 * 1024 * 1024
MIN_FREE_BYTES = 64 * 1024 * 1024
"""Left on the disk after a copy: a full disk ends every other program too."""


def catalog_name(path: Path) -> str:
    """What DuckDB calls the database in a file: the first part of its name that is not empty."""
    return path.name.lstrip(".").split(".")[0]


def check_copy(file: Path, copy: Path, target: Target) -> None:
    """Raises UserError for a `publish` that cannot be one."""
    if copy.resolve() == file.resolve():
        raise UserError(f"publish is {copy}, the warehouse itself; set it to another file")
    if catalog_name(copy) in {target.dataset, target.analytics, target.staging}:
        raise UserError(
            f"publish is {copy}, named like a schema in it, which DuckDB cannot tell apart; set another file name"
        )
    if copy.is_dir():
        raise UserError(f"publish is {copy}, a folder; set it to a file, such as {copy / file.name}")


def publish(file: Path, copy: Path, connect: Callable[[], DuckDBPyConnection]) -> None:
    """Copy `file` while no other process can change it. Raises what `connect` raises, OSError and duckdb.Error.

    The file is opened here too, and closed after the connection: closing any descriptor of a file gives up all locks
    that this process has on it (https://man7.org/linux/man-pages/man2/fcntl_locking.2.html).
    """
    import duckdb  # noqa: PLC0415 - not for `--help`

    with ExitStack() as closed_last, connect() as connection:
        connection.execute("checkpoint")
        data = closed_last.enter_context(file.open("rb"))
        _must_fit(file, copy)
        with files.replacing(copy) as beside:
            with beside.open("wb") as written:
                shutil.copyfileobj(data, written, BUFFER_BYTES)
            duckdb.connect(str(beside), read_only=True).close()  # what does not open is not published


def _must_fit(file: Path, copy: Path) -> None:
    files.make_folder(copy.parent)
    needed, free = file.stat().st_size, shutil.disk_usage(copy.parent).free
    if free < needed + MIN_FREE_BYTES:
        raise UserError(
            f"the copy {copy} needs {_megabytes(needed)}, and its disk has {_megabytes(free)} free; make room there"
        )


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:,.0f} MB"


def age(copy: Path) -> str:
    """How old a copy is, for people."""
    minutes = max(0.0, time.time() - copy.stat().st_mtime) / 60
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 60 / 24:.0f} days"
