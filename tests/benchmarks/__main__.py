"""Everything side by side in one go, as ratios: `python -m tests.benchmarks`.

In each round all measures are carried out one after the other, so that a machine that is busy with other things slows
all of them; what counts are the ratios of medians. Sizes are options, so that all of it can be tried in minutes
(`--contacts 10000 --events 40000 ...`) and measured in an hour. `--only` names measures. `--json` writes the figures,
`--check FILE` fails where a ratio is worse than in such a file by more than a quarter.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.made_account import MAILS, make
from tests.benchmarks.measured import served
from tests.benchmarks.measures import growth, loading, marts, merging, models, peak, quiet, rate
from tests.benchmarks.measures.shape import Bench, small_memory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.benchmarks.measures.shape import Figures, Ratio

WORSE = 1.25
MEASURES: tuple[Any, ...] = (loading, quiet, merging, peak, rate, marts, models, growth)
RATIOS: dict[str, Ratio] = {one.title: one for measure in MEASURES for one in measure.RATIOS}


def main() -> None:
    options = _options()
    rounds: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        account = Path(folder) / "account"
        make(account, options.contacts, options.events)
        with served(account) as static:
            environment = small_memory(static) if options.memory == "small" else static
            bench = Bench(options=options, folder=Path(folder), account=account, static=environment)
            for _ in range(options.rounds):
                _round(bench, rounds)
    figures = _figures(rounds, options)
    sys.stdout.write(_table(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    if options.check:
        _check(figures["ratios"], json.loads(options.check.read_text())["ratios"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [measure.NAME for measure in MEASURES]
    parser.add_argument(
        "--only", nargs="*", default=names, choices=names, metavar="MEASURE", help=", ".join(names)
    )
    parser.add_argument("--rounds", type=int, default=3)
    for name, size in (
        ("contacts", 200_000),
        ("events", 2_000_000),
        ("changed", 5_000),
        ("rate-contacts", 100_000),
        ("mart-events", 2_000_000),
    ):
        parser.add_argument(f"--{name}", type=int, default=size)
    parser.add_argument("--growth-contacts", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--growth-campaigns", type=int, nargs="*", default=[100, 1_000, 5_000])
    parser.add_argument("--rest-api", action="store_true", help="dlt's own REST source too, which is slow")
    parser.add_argument(
        "--real-rate", action="store_true", help="also 4 requests a second, which takes minutes"
    )
    parser.add_argument("--memory", choices=["normal", "small"])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--check", type=Path)
    options = parser.parse_args()
    options.events -= options.events % MAILS
    return options


def _round(bench: Bench, rounds: dict[str, list[dict[str, float]]]) -> None:
    for measure in MEASURES:
        if measure.NAME in bench.options.only:
            for name, found in measure.figures(bench).items():
                rounds.setdefault(name, []).append(found)
                sys.stderr.write(f"{name}: {_in_words(found)}\n")


def _figures(rounds: Mapping[str, list[dict[str, float]]], options: argparse.Namespace) -> dict[str, Any]:
    medians = {
        name: {key: statistics.median(each[key] for each in found) for key in found[0]}
        for name, found in rounds.items()
    }
    sizes = {name: value for name, value in vars(options).items() if name not in {"json", "check"}}
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
    return {"machine": machine, "options": sizes, "medians": medians, "ratios": _ratios(medians)}


def _ratios(medians: Figures) -> dict[str, float]:
    found = {}
    for title, ratio in RATIOS.items():
        try:
            found[title] = ratio.of(medians)
        except KeyError:  # not measured this time
            continue
    return found


def _table(figures: Mapping[str, Any]) -> str:
    lines = [f"{figures['machine']}; {figures['options']['contacts']:,} contacts", ""]
    lines += ["| ratio | measured | target |", "|---|---|---|"]
    lines += [
        f"| {title} | {value:.2f} | {RATIOS[title].target} |" for title, value in figures["ratios"].items()
    ]
    lines += ["", "| what | figures |", "|---|---|"]
    lines += [f"| {name} | {_in_words(found)} |" for name, found in figures["medians"].items()]
    return "\n".join(lines) + "\n"


def _in_words(found: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:,.{0 if value >= 100 else 2}f}" for name, value in found.items())


def _check(now: Mapping[str, float], then: Mapping[str, float]) -> None:
    worse = [
        f"{title}: {now[title]:.2f}, was {then[title]:.2f}"
        for title in sorted(now.keys() & then.keys() & RATIOS.keys())
        if (now[title] / then[title] if RATIOS[title].less_is_better else then[title] / now[title]) > WORSE
    ]
    if worse:
        sys.exit("worse than before by more than a quarter: " + "; ".join(worse))


if __name__ == "__main__":
    main()
