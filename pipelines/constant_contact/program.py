"""The `ctct` that runs now: where it is, and what a person types to run it again."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path


def path() -> Path | None:
    """Absolute, by the folder that it is in really, so that it is the same however it was called; None: not known."""
    called = shutil.which(sys.argv[0]) if Path(sys.argv[0]).name == "ctct" else None
    beside = Path(sys.executable).with_name("ctct")
    found = called or (str(beside) if beside.exists() else shutil.which("ctct"))
    return None if found is None else Path(found).parent.resolve() / Path(found).name


def typed() -> str:
    """`ctct` where the shell finds it, else its path, as a word of a command line."""
    found = path()
    if found is None or shutil.which("ctct"):
        return "ctct"
    near = found.is_relative_to(Path.cwd())
    return shlex.quote(str(found.relative_to(Path.cwd()) if near else found))
