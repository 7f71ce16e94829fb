"""Records of runs that could not be written into the warehouse, kept in the state folder until a run can.

One file a run, replaced as a whole; what is written twice is one row, since a record has its run's id as its key.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Rows = dict[str, list[dict[str, Any]]]
"""Table -> rows."""
FOLDER = "unrecorded"


def keep(state_folder: Path, run_id: str, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Raises OSError where nothing can be written."""
    folder = state_folder / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = folder / f".{run_id}.{os.getpid()}"
    beside.touch(mode=0o600)
    beside.write_text(json.dumps(rows, default=_text), encoding="utf-8")
    beside.replace(folder / f"{run_id}.json")


def kept(state_folder: Path) -> dict[Path, Rows]:
    """Oldest first; a file that cannot be read is left for a person to look at."""
    found = {}
    for file in sorted((state_folder / FOLDER).glob("*.json"), key=lambda file: file.stat().st_mtime):
        try:
            rows = json.loads(file.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(rows, dict) and all(isinstance(each, list) for each in rows.values()):
            found[file] = rows
    return found


def together(own: Rows, earlier: Mapping[Path, Rows]) -> Rows:
    rows: Rows = {}
    for some in (*earlier.values(), own):
        for name, found in some.items():
            rows.setdefault(name, []).extend(found)
    return rows


def _text(value: object) -> str:
    """Times and dates; the load tool reads them back by the type of their column."""
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
