"""Marts that are built night after night hold the same rows as marts that are built from nothing."""

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from postgres.postgres_server import binaries

SCRIPT = Path(__file__).with_name("histories.py")
ENGINES = [
    "duckdb",
    pytest.param(
        "postgres", marks=pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed")
    ),
]


def marts(work_dir: Path, engine: str, *, nights: int, seed: int) -> tuple[Any, Any]:
    """After a random history: mart -> rows, built night after night, and built from nothing."""
    command = [sys.executable, "-W", "ignore", str(SCRIPT), str(work_dir), engine, str(nights), str(seed)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    stepped, refreshed = (
        pickle.loads((work_dir / f"{how}-{seed}.pickle").read_bytes()) for how in ("stepped", "refreshed")
    )
    return stepped, refreshed


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
def test_marts_of_a_random_history_equal_a_full_refresh(tmp_path: Path, engine: str) -> None:
    """
    Late events and activities, rows changed in place, deletions and changed variables reach every mart.
    """
    stepped, refreshed = marts(tmp_path, engine, nights=3, seed=5)
    assert refreshed == stepped
    assert len(stepped["email_events"]) > 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("engine", ENGINES)
def test_ten_random_nights_equal_a_full_refresh(tmp_path: Path, engine: str, seed: int) -> None:
    """
    So do ten nights, twenty times.
    """
    stepped, refreshed = marts(tmp_path, engine, nights=10, seed=seed)
    assert refreshed == stepped
