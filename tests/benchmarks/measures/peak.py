"""Peak memory of a first night of `--contacts` and of five times as many, `memory` normal and small."""

from __future__ import annotations

from tests.benchmarks.made_account import make
from tests.benchmarks.measured import served
from tests.benchmarks.measures.shape import SYNC, Bench, Figures, Ratio, fresh, over, small_memory

NAME = "peak"
TIMES = 5


def figures(bench: Bench) -> Figures:
    large = bench.folder / "large"
    if not large.exists():
        make(large, TIMES * bench.options.contacts, 0)
    contacts = [*SYNC, "--select", "contacts"]
    found = {"peak, contacts": fresh(contacts, bench.static)}
    with served(large) as static:
        found[f"peak, contacts x {TIMES}"] = fresh(contacts, static)
        found[f"peak, contacts x {TIMES}, small"] = fresh(contacts, small_memory(static))
    return found


LARGE, SMALL = f"peak, contacts x {TIMES}", f"peak, contacts x {TIMES}, small"
RATIOS = (
    Ratio(
        title=f"peak memory, contacts x {TIMES} / contacts",
        of=over(LARGE, "peak, contacts", "peak_mb"),
        target="<= 1.10",
        less_is_better=True,
    ),
    Ratio(
        title="CPU with memory small / normal",
        of=over(SMALL, LARGE, "cpu_s"),
        target="<= 2",
        less_is_better=True,
    ),
)
