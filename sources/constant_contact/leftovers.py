"""What the load tool must not do with people's data, whatever folder a command starts in: keep it, or tell of it.

Its defaults keep every row of every load in its working folder for ever, and report its use over the network; a
`.dlt/config.toml` that says otherwise counts only in the folder where it lies.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = {
    "LOAD__DELETE_COMPLETED_JOBS": "true",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}
"""Variables of the load tool; one that somebody set in the environment stays."""
KEPT_JOBS = ("completed_jobs", "failed_jobs", "new_jobs", "started_jobs")


def set_what_must_hold() -> None:
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)


def remove_loaded_rows(work_dir: Path, source: str) -> int:
    """The rows of finished load packages of this source in a working folder; how many files there were.

    What says that a package was loaded, and when, stays. A package that is not finished is left alone.
    """
    removed = 0
    for package in (work_dir / "load" / "loaded").glob("*"):
        if _schema_name(package) != source:
            continue
        for folder in KEPT_JOBS:
            for job in (package / folder).glob("*"):
                job.unlink(missing_ok=True)
                removed += 1
    return removed


def _schema_name(package: Path) -> str:
    try:
        return str(json.loads((package / "schema.json").read_bytes())["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
