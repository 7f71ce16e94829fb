"""Marts that are built night after night hold the same rows as marts that are built from nothing."""

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from transforms.script_runs import ENGINES, run_script

SCRIPT = Path(__file__).with_name("histories.py")


def marts(work_dir: Path, engine: str, *, nights: int, seeds: Sequence[int]) -> Iterator[tuple[Any, Any]]:
    """After each random history: mart -> rows, built night after night, and built from nothing."""
    run_script(SCRIPT, work_dir, engine, nights, *seeds, timeout_s=5400)
    for seed in seeds:
        stepped, refreshed = (
            pickle.loads((work_dir / f"{how}-{seed}.pickle").read_bytes()) for how in ("stepped", "refreshed")
        )
        yield stepped, refreshed


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
def test_marts_of_a_random_history_equal_a_full_refresh(tmp_path: Path, engine: str) -> None:
    """
    Late events and activities, rows changed in place, deletions and changed variables reach every mart.
    """
    [(stepped, refreshed)] = marts(tmp_path, engine, nights=3, seeds=[5])
    assert refreshed == stepped
    assert len(stepped["email_events"]) > 5


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [range(at, at + 5) for at in range(0, 20, 5)], ids=str)
@pytest.mark.parametrize("engine", ENGINES)
def test_ten_random_nights_equal_a_full_refresh(tmp_path: Path, engine: str, seeds: range) -> None:
    """
    So do ten nights, twenty times.
    """
    for seed, (stepped, refreshed) in zip(
        seeds, marts(tmp_path, engine, nights=10, seeds=seeds), strict=True
    ):
        assert refreshed == stepped, f"seed {seed}"
