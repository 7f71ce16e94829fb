"""What other users of this machine may read of what a dataset keeps here. Only looks; changes nothing."""

from __future__ import annotations

import os
import shlex
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pipelines.constant_contact.destinations.location import Location

EVERYBODY = 0o007
ENTER = 0o001


def kept_here(location: Location, state_dir: Path) -> Iterator[Path]:
    """Files and folders with people's data, logins, or locks that others could hold. A published copy is none."""
    from pipelines.constant_contact.destinations.duckdb import lock_beside  # noqa: PLC0415

    file = location.place.file
    if file is not None:
        yield from (file, file.with_name(f"{file.name}.wal"), lock_beside(file))
    yield from (state_dir, location.state_folder, location.earlier_folder())


def open_to_everybody(paths: Iterable[Path]) -> list[Path]:
    """Those of the paths that exist and that any user of this machine can get at."""
    if os.name != "posix":
        return []
    return [path for path in paths if path.exists() and _mode(path) & EVERYBODY and _reachable(path)]


def command(paths: Iterable[Path]) -> str:
    """What closes them, for the shell."""
    return "chmod -R go= " + " ".join(shlex.quote(str(path)) for path in paths)


def _reachable(path: Path) -> bool:
    return all(_mode(folder) & ENTER for folder in path.absolute().parents)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
