"""Seconds of the dbt models on `--mart-events` events, built whole and after a night with one late open."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.benchmarks.measured import ROOT, environment_of
from tests.benchmarks.measures.shape import Bench, Figures, Ratio

NAME = "models"
ALL = re.compile(r"^  all +(?P<full>[\d.]+) +(?P<incremental>[\d.]+)$", re.MULTILINE)


def figures(bench: Bench) -> Figures:
    script = str(ROOT / "tests" / "benchmarks" / "transforms.py")
    sizes = ["--events", str(bench.options.mart_events), "--contacts", str(bench.options.contacts)]
    done = subprocess.run(
        [sys.executable, script, *sizes, "--only", "duckdb"],
        cwd=ROOT, env=environment_of({"PYTHONPATH": str(ROOT)}), stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if (sums := ALL.search(done.stdout)) is None:
        raise RuntimeError(f"transforms.py said:\n{done.stdout[-2000:]}")
    return {"models": {"full_s": float(sums["full"]), "incremental_s": float(sums["incremental"])}}


RATIOS = (
    Ratio(
        title="models after a late open / built whole, seconds",
        of=lambda found: found["models"]["incremental_s"] / found["models"]["full_s"],
        target="<= 0.25",
        less_is_better=True,
    ),
)
