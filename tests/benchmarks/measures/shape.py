"""What every measure gets, and what it gives."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tests.benchmarks.measured import PREFIX, home, measured

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

Figures = dict[str, dict[str, float]]
"""What was run -> what was counted of it: wall_s, cpu_s, peak_mb, and whatever else a measure names."""
PEERS = [sys.executable, "-m", "tests.benchmarks.peers"]
SYNC = [sys.executable, "-m", "pipelines.constant_contact.cli", "sync", "--no-transform", "--json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One round."""

    options: argparse.Namespace
    folder: Path
    """Where all rounds may keep what takes long to make."""
    account: Path
    """The made account of `--contacts` and `--events`."""
    static: Mapping[str, str]
    """The environment of processes that read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A line of the table of results; it is left out where one of its figures was not measured."""

    title: str
    of: Callable[[Figures], float]
    target: str
    less_is_better: bool = False


def run(command: Sequence[str], environment: Mapping[str, str], *, rows: int = 0) -> dict[str, float]:
    """The figures of one process."""
    return told(command, environment, rows=rows)[0]


def told(
    command: Sequence[str], environment: Mapping[str, str], *, rows: int = 0
) -> tuple[dict[str, float], str]:
    """The figures of one process, and what it said."""
    found: dict[str, Any] = asdict(measured(command, environment))
    said = found.pop("said")
    found |= {"rows_per_s": rows / found["wall_s"]} if rows else {}
    return found, said


def fresh(command: Sequence[str], environment: Mapping[str, str], *, rows: int = 0) -> dict[str, float]:
    """The same of somebody who has nothing yet."""
    with home(environment) as own:
        return run(command, own, rows=rows)


def over(one: str, other: str, key: str) -> Callable[[Figures], float]:
    return lambda found: found[one][key] / found[other][key]


def small_memory(environment: Mapping[str, str]) -> dict[str, str]:
    return {**environment, f"{PREFIX}MEMORY": "small"}
