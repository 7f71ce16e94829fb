"""What the tools keep of rows beside the tables: the loader's packages, dbt's compiled models and logs.

Nothing here is needed again: packages that are loaded, a folder that every build fills anew.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.constant_contact.destinations.warehouse import Warehouse

TRACE = "trace.pickle"
"""The load tool's record of its last run, with the texts of errors."""
PENDING = ("normalize/extracted", "load/normalized", "load/new")


def leftovers(opened: Warehouse) -> list[Path]:
    """Files and folders that can hold rows and that nothing needs."""
    folders = opened.work_dir, _library_folder(opened)
    found = [path for folder in dict.fromkeys(folders) for path in _of_loader(folder)]
    return [*found, *([opened.work_dir / "transforms"] if (opened.work_dir / "transforms").exists() else [])]


def pending_elsewhere(opened: Warehouse) -> list[Path]:
    """Packages that a pipeline of a library call has not loaded yet; they are not ours to drop."""
    folder = _library_folder(opened)
    if folder == opened.work_dir:
        return []
    return [path for name in PENDING if (folder / name).is_dir() for path in (folder / name).iterdir()]


def remove(found: list[Path]) -> None:
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _of_loader(folder: Path) -> Iterator[Path]:
    loaded = folder / "load" / "loaded"
    if loaded.is_dir():
        yield from sorted(loaded.iterdir())
    if (folder / TRACE).exists():
        yield folder / TRACE


def _library_folder(opened: Warehouse) -> Path:
    """Where the load tool keeps a pipeline of this name that was not run by `ctct`."""
    from dlt.common.pipeline import get_dlt_pipelines_dir  # noqa: PLC0415 - two seconds, which `--help` must not cost

    return Path(get_dlt_pipelines_dir()) / opened.target.pipeline_name
