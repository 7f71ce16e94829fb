"""A whole run with its marts, `memory = "small"`, under a hard limit of 1 GB where the machine can set one.

`limited` is 1 where a memory cgroup held the run, and 0 where only its peak was measured: then a peak of its largest
process above the limit means that it would have been ended.
"""

from __future__ import annotations

import functools
import shutil
import subprocess

from tests.benchmarks.measured import sandbox
from tests.benchmarks.measures.shape import SYNC, Bench, Figures, Ratio, fresh, small_memory

NAME = "marts"
LIMIT_MB = 1000
SCOPE = (
    "systemd-run",
    "--user",
    "--scope",
    "--quiet",
    "-p",
    f"MemoryMax={LIMIT_MB}M",
    "-p",
    "MemorySwapMax=0",
)


def figures(bench: Bench) -> Figures:
    prefix = SCOPE if _has_cgroup() else ()
    whole = [*prefix, *(word for word in SYNC if word != "--no-transform")]
    with sandbox(contacts=bench.options.contacts, campaigns=12) as account:
        found = fresh(whole, small_memory(account))
    return {"run with marts": found | {"limited": float(bool(prefix))}}


@functools.cache
def _has_cgroup() -> bool:
    return (
        bool(shutil.which(SCOPE[0]))
        and not subprocess.run([*SCOPE, "true"], capture_output=True, check=False).returncode
    )


RATIOS = (
    Ratio(
        title="peak memory of a run with marts / 1,000 MB",
        of=lambda found: found["run with marts"]["peak_mb"] / LIMIT_MB,
        target="<= 1",
        less_is_better=True,
    ),
)
