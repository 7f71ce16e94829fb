"""Scripts of these tests, each in a process of its own: dbt's settings are global, and its warnings would be errors."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from postgres.postgres_server import binaries

if TYPE_CHECKING:
    from pathlib import Path

ENGINES = [
    "duckdb",
    pytest.param(
        "postgres", marks=pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed")
    ),
]
"""What a test on both databases is run with."""

SHOWN = 20_000
"""Characters of each stream's end that a failure shows."""


def run_script(
    script: Path, *arguments: object, timeout_s: float, python: Path | str = sys.executable
) -> str:
    """What it wrote to stdout. Fails where it did not end with exit code 0."""
    command = [str(python), "-W", "ignore", str(script), *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
    assert ended.returncode == 0, ended.stdout[-SHOWN:] + ended.stderr[-SHOWN:]
    return ended.stdout
