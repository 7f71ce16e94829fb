"""How many requests a night costs.

Run: python tests/benchmarks/requests.py [--sent 100 1000 5000] [--contacts N] [--bare]

For each size: a first night, a night without change, a typical night (1 % of the contacts changed, 2 campaigns sent,
20 campaigns with late opens and clicks), each beside its lower bound and the naive reader, and what the plan
predicted for the typical one. What counts as what is said in `nights`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.pop(0)  # this folder: with it, this file would be taken for the package `requests`
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from benchmarks.nights import Figures, an_account, an_environment, measure

from sources.constant_contact_sandbox import serve

NAIVE_UP_TO = 100
"""Sent campaigns; above, the naive reader is only counted."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sent", type=int, nargs="+", default=[100, 1000, 5000], help="sent campaigns")
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--bare", action="store_true", help="an account of people and mails only")
    options = parser.parse_args()
    for sent in options.sent:
        sandbox = an_account(sent=sent, contacts=options.contacts, bare=options.bare)
        with (
            tempfile.TemporaryDirectory() as folder,
            serve(sandbox, port=0) as server,
            an_environment(server, Path(folder)) as own,
        ):
            show(measure(sandbox, own, naive=sent <= NAIVE_UP_TO))


def show(figures: Figures) -> None:
    say = sys.stdout.write
    plan, naive = figures.plan, figures.naive
    say(f"\n{figures.sent:,} sent campaigns, {figures.contacts:,} contacts\n")
    say(f"  {'night':<10}{'requests':>9}{'bound':>8}{'x bound':>9}{'naive / ours':>14}{'seconds':>9}\n")
    for night in (figures.quiet, figures.typical):
        ratio = f"{naive / night.requests:.0f}"
        say(
            f"  {night.title:<10}{night.requests:>9,}{night.bound:>8,}{night.over_bound:>9.2f}{ratio:>14}"
            f"{night.seconds:>9.1f}\n"
        )
    say(f"  {'first':<10}{figures.first.requests:>9,}{'':>31}{figures.first.seconds:>9.1f}\n")
    carried_out = figures.naive_carried_out
    check = "" if carried_out is None else f" (really sent: {carried_out:,})"
    say(f"  {'naive':<10}{naive:>9,}{check}\n")
    say(
        f"  plan of the typical night: {plan.requests} requests, {figures.plan_error:+.1%};"
        f" found out with {plan.requests_spent}\n"
    )
    say("  where the typical night's requests went\n")
    for path, count in figures.typical.paths.items():
        say(f"    {count:>5}  {path}\n")


if __name__ == "__main__":
    main()
