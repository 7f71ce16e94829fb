"""Whether a disk has room for what is about to be written, asked before anything is half written."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pipelines.constant_contact.errors import RunFailed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MIN_FREE_BYTES = 32 * 1024 * 1024
"""Below that nothing is begun: a database needs some room to end well."""


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def must_have_room(
    folder: Path, needed_bytes: int, what: str, *, free_bytes: Callable[[Path], int] = _free_bytes
) -> None:
    """Raises RunFailed with one sentence where `folder`'s disk has less than that and a small reserve."""
    free, needed = free_bytes(folder), needed_bytes + MIN_FREE_BYTES
    if free < needed:
        raise RunFailed(
            f"the disk of {folder} has {_megabytes(free)} left, and {what} takes about {_megabytes(needed)}; free some "
            "space, then run again: what was committed before stays"
        )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
