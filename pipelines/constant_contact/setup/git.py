"""Whether git would take a file along, and how it is kept from that."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_S = 10


def keep_out(file: Path) -> str | None:
    """Make git ignore a file of secrets; returns what was done, for a person. Call it before the file is written.

    Raises UserError for a file that git tracks already.
    """
    if not any((folder / ".git").exists() for folder in file.parents):
        return None
    if shutil.which("git") is None:
        return _ignored(file)
    if _git(file, "ls-files", "--error-unmatch", "--", str(file)):
        raise UserError(
            f"{file} is tracked by git, so no secret is written into it; take it out first: "
            f"`git rm --cached {file.parent.name}/{file.name}`, then `ctct init`"
        )
    return None if _git(file, "check-ignore", "-q", "--", str(file)) else _ignored(file)


def _git(file: Path, *words: str) -> bool:
    folder = next(folder for folder in file.parents if folder.is_dir())
    command = ["git", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)  # noqa: S603 - our words
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _ignored(file: Path) -> str | None:
    """A line in the .gitignore of the folder that holds the settings folder. Raises OSError."""
    ignore, entry = file.parent.parent / ".gitignore", f"{file.parent.name}/{file.name}"
    before = ignore.read_text(encoding="utf-8") if ignore.exists() else ""
    if entry in before.splitlines():
        return None
    end = "" if not before or before.endswith("\n") else "\n"
    ignore.write_text(f"{before}{end}{entry}\n", encoding="utf-8")
    return f"{ignore} keeps {entry} out of git"
