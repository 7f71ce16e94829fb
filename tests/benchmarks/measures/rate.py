"""Is a night as fast as its requests? The limits three times faster on both sides, which takes a third of the time:
12 requests a second, 130 ms an answer. And, with `--real-rate`, as they are: 4 a second, 400 ms.

What the run tells (its requests, commits, and when the last answer came) is taken from its own events.
"""

from __future__ import annotations

import json

from tests.benchmarks.measured import PREFIX, home, sandbox
from tests.benchmarks.measures.shape import PEERS, Bench, Figures, Ratio, told

NAME = "rate"
FAST = (12, 130)
REAL = (4, 400)


def figures(bench: Bench) -> Figures:
    found = {"night, 12/s": _night(bench, *FAST)}
    if bench.options.real_rate:
        found["night, 4/s"] = _night(bench, *REAL)
    return found


def _night(bench: Bench, rps: int, latency_ms: int) -> dict[str, float]:
    account = {"contacts": bench.options.rate_contacts, "campaigns": 12, "latency-ms": latency_ms, "rps": rps}
    with sandbox(**account) as served, home(served) as own:
        limits = {"REQUESTS_PER_SECOND": str(rps), "REQUESTS_PER_COMMIT": "200"}
        environment = {**own, **{f"{PREFIX}{name}": value for name, value in limits.items()}}
        found, said = told([*PEERS, "night"], environment)
    night: dict[str, float] = json.loads(said)
    return found | night | {"of_requests": found["wall_s"] / (night["requests"] / rps)}


RATIOS = (
    Ratio(
        title="wall of a first night / (requests / rate)",
        of=lambda found: found["night, 12/s"]["of_requests"],
        target="<= 1.05",
        less_is_better=True,
    ),
    Ratio(
        title="last answer to last commit / an average commit",
        of=lambda found: found["night, 12/s"]["tail_s"] / found["night, 12/s"]["commit_s"],
        target="<= 2",
        less_is_better=True,
    ),
    Ratio(
        title="requests a second while reading, of 4 allowed",
        of=lambda found: found["night, 4/s"]["requests_per_s"],
        target=">= 3.8",
    ),
)
