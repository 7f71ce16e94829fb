"""How wall, memory and requests of a first night grow with contacts and with campaigns: a table, without a target."""

from __future__ import annotations

import json

from tests.benchmarks.measured import home, sandbox
from tests.benchmarks.measures.shape import SYNC, Bench, Figures, Ratio, told

NAME = "growth"
RATIOS: tuple[Ratio, ...] = ()


def figures(bench: Bench) -> Figures:
    sizes = [(contacts, 6) for contacts in bench.options.growth_contacts]
    sizes += [(200, campaigns) for campaigns in bench.options.growth_campaigns]
    return {
        f"first night, {contacts:,} contacts, {campaigns:,} campaigns": _night(contacts, campaigns)
        for contacts, campaigns in sizes
    }


def _night(contacts: int, campaigns: int) -> dict[str, float]:
    with sandbox(contacts=contacts, campaigns=campaigns) as account, home(account) as own:
        found, said = told(SYNC, own)
    return found | {"requests": float(json.loads(said)["requests"]["sent"])}
