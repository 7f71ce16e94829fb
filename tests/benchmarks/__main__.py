"""Everything side by side in one go, as ratios: `python -m tests.benchmarks`.

    python -m tests.benchmarks [--contacts 50000] [--events 200000] [--rounds 3] [--only NAME ...] [--rest-api]
                               [--memory small] [--json FILE] [--check FILE]

One static server in a process of its own, no limit of requests, no transforms. In each round all are measured one after
the other, so that a machine that is busy with other things slows all of them; what counts are the ratios of medians.
`--json` writes the figures, `--check` fails where a ratio is worse than in such a file by more than a quarter.
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
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.made_account import MAILS, make
from tests.benchmarks.measured import PREFIX, Measured, home, measured, sandbox, served

if TYPE_CHECKING:
    from collections.abc import Mapping

WORSE = 1.25
QUIET = "quiet night"
PEERS = [sys.executable, "-m", "tests.benchmarks.peers"]
SYNC = [sys.executable, "-m", "pipelines.constant_contact.cli", "sync", "--no-transform", "--json"]
RATIOS = {
    "ctct sync contacts / read_json": ("sync contacts", "read_json contacts", "rows"),
    "library contacts / ctct sync": ("library contacts", "sync contacts", "rows"),
    "ctct sync contacts / rest_api": ("sync contacts", "rest_api contacts", "rows"),
    "ctct sync events / read_json": ("sync events", "read_json events", "rows"),
    "quiet night / empty pipeline": (QUIET, "empty pipeline", "cpu"),
}
"""What a user sees -> (one, other, what is compared: rows a second, or CPU seconds)."""


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        account = Path(folder) / "account"
        make(account, options.contacts, options.events)
        rounds: dict[str, list[Measured]] = {}
        memory = {f"{PREFIX}MEMORY": options.memory} if options.memory else {}
        with served(account) as static, sandbox(contacts=200, campaigns=6) as quiet:
            for _ in range(options.rounds):
                found = _round(account, {**static, **memory}, options) | _quiet({**quiet, **memory}, options)
                for name, each in found.items():
                    rounds.setdefault(name, []).append(each)
                    sys.stderr.write(
                        f"{name}: {each.wall_s:.1f} s, CPU {each.cpu_s:.1f} s, {each.peak_mb:.0f} MB\n"
                    )
    figures = _figures(rounds, options)
    sys.stdout.write(_table(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    if options.check:
        _check(figures, json.loads(options.check.read_text()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=50_000)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--rest-api", action="store_true")
    parser.add_argument("--memory", choices=["normal", "small"])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--check", type=Path)
    options = parser.parse_args()
    options.events -= options.events % MAILS
    return options


def _round(account: Path, environment: Mapping[str, str], options: argparse.Namespace) -> dict[str, Measured]:
    commands = {
        "read_json contacts": [*PEERS, "read_json", str(account / "contacts.ndjson")],
        "sync contacts": [*SYNC, "--select", "contacts"],
        "library contacts": [*PEERS, "library", "contacts"],
        "read_json events": [*PEERS, "read_json", str(account / "events.ndjson")],
        "sync events": [*SYNC, "--select", "email_opens"],
        "empty pipeline": [*PEERS, "empty_pipeline"],
        "rest_api contacts": [*PEERS, "rest_api"],
    }
    if not options.rest_api:
        del commands["rest_api contacts"]
    found = {}
    for name, command in commands.items():
        if not options.only or any(part in name for part in options.only):
            with home(environment) as own:
                found[name] = measured(command, own)
    return found


def _quiet(environment: Mapping[str, str], options: argparse.Namespace) -> dict[str, Measured]:
    """A night of every resource in which nothing has changed."""
    if options.only and not any(part in QUIET for part in options.only):
        return {}
    with home(environment) as own:
        measured(SYNC, own)
        return {QUIET: measured(SYNC, own)}


def _figures(rounds: Mapping[str, list[Measured]], options: argparse.Namespace) -> dict[str, object]:
    medians = {
        name: {key: statistics.median(asdict(each)[key] for each in found) for key in asdict(found[0])}
        for name, found in rounds.items()
    }
    rows = {"contacts": options.contacts, "events": options.events}
    for name, found in medians.items():
        if (count := rows.get(name.rsplit(" ", maxsplit=1)[-1])) is not None:
            found["rows_per_s"] = count / found["wall_s"]
    ratios = {}
    for title, (one, other, what) in RATIOS.items():
        if one in medians and other in medians:
            key = "rows_per_s" if what == "rows" else "cpu_s"
            ratios[title] = medians[one][key] / medians[other][key]
            if what == "rows":  # a busy machine takes less from this one
                ratios[f"{title}, per CPU second"] = medians[other]["cpu_s"] / medians[one]["cpu_s"]
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}"
    return {"machine": machine, **rows, "rounds": options.rounds, "medians": medians, "ratios": ratios}


def _table(figures: Mapping[str, object]) -> str:
    medians, ratios = figures["medians"], figures["ratios"]
    assert isinstance(medians, dict)
    assert isinstance(ratios, dict)
    lines = [f"{figures['machine']}; {figures['contacts']:,} contacts, {figures['events']:,} events", ""]
    lines += ["| what | seconds | CPU | peak MB | rows/s |", "|---|---|---|---|---|"]
    for name, found in medians.items():
        rows = f"{found['rows_per_s']:,.0f}" if "rows_per_s" in found else ""
        lines.append(
            f"| {name} | {found['wall_s']:.1f} | {found['cpu_s']:.1f} | {found['peak_mb']:.0f} | {rows} |"
        )
    lines += ["", "| ratio | |", "|---|---|"]
    lines += [f"| {title} | {value:.2f} |" for title, value in ratios.items()]
    return "\n".join(lines) + "\n"


def _check(figures: Mapping[str, object], before: Mapping[str, object]) -> None:
    now, then = figures["ratios"], before["ratios"]
    assert isinstance(now, dict)
    assert isinstance(then, dict)
    worse = []
    for title in now.keys() & then.keys():
        change = now[title] / then[title]
        if (change if title.startswith("quiet") else 1 / change) > WORSE:
            worse.append(f"{title}: {now[title]:.2f}, was {then[title]:.2f}")
    if worse:
        sys.exit("worse than before by more than a quarter: " + "; ".join(sorted(worse)))


if __name__ == "__main__":
    main()
