"""The operating system's own programs, asked in English, by their path."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.constant_contact.errors import RunFailed

if TYPE_CHECKING:
    from collections.abc import Collection

TIMEOUT_S = 30


def run(
    program: str, *arguments: str, text: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str] | None:
    """What it answered; None where it is not installed. `text` is its standard input. Raises RunFailed."""
    path = shutil.which(program)
    if path is None:
        return None
    try:
        return subprocess.run(  # noqa: S603 - no shell, arguments of our own
            [path, *arguments],
            input="" if text is None else text,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",  # lines of others go back as they came
            env={**os.environ, "LC_ALL": "C", **environment},
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RunFailed(f"{program} gave no answer within {TIMEOUT_S} s; try again") from error


def runs(names: Collection[str], processes: Path = Path("/proc")) -> bool:
    """Whether a process of one of these names is there; yes where processes cannot be seen (proc(5), Linux alone)."""
    seen = [_name(folder) for folder in processes.glob("[0-9]*")]
    return not seen or any(name in names for name in seen)


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # it has ended
        return ""


def must_work(
    program: str, *arguments: str, text: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Raises RunFailed with the program's own words."""
    done = run(program, *arguments, text=text, **environment)
    if done is None or done.returncode:
        said = "it is not installed" if done is None else " ".join(done.stderr.split())
        raise RunFailed(f"{program} {arguments[0]} failed: {said}; correct that and run the command again")
    return done
