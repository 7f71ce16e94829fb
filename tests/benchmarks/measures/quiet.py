"""Fixed costs: a night of every resource in which nothing has changed, beside an empty pipeline of 30 tables."""

from __future__ import annotations

import sys

from tests.benchmarks.measured import home, sandbox
from tests.benchmarks.measures.shape import PEERS, SYNC, Bench, Figures, Ratio, fresh, over, run

NAME = "quiet"
CTCT = [sys.executable, "-m", "pipelines.constant_contact.cli"]


def figures(bench: Bench) -> Figures:
    with sandbox(contacts=200, campaigns=6) as quiet, home(quiet) as own:
        run(SYNC, own)
        return {
            "empty pipeline": fresh([*PEERS, "empty_pipeline"], quiet),
            "quiet night": run(SYNC, own),
            "ctct --help": run([*CTCT, "--help"], own),
            "ctct status": run([*CTCT, "status"], own),
            "ctct plan": run([*CTCT, "plan"], own),
        }


RATIOS = (
    Ratio(
        title="quiet night / empty pipeline, CPU",
        of=over("quiet night", "empty pipeline", "cpu_s"),
        target="<= 2",
        less_is_better=True,
    ),
)
