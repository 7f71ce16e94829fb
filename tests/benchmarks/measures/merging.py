"""Merging some changed contacts into many, beside DuckDB's own delete and insert of the same rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.benchmarks.made_account import CHANGED, write_changes
from tests.benchmarks.measured import PREFIX, home
from tests.benchmarks.measures.shape import PEERS, SYNC, Bench, Figures, Ratio, over, run, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "merging"


def figures(bench: Bench) -> Figures:
    """The first night of `--contacts`, then one in which `--changed` of them come with another name."""
    changed = min(bench.options.changed, bench.options.contacts)
    environment = {**bench.static, f"{PREFIX}CONTACT_READING": "incremental"}
    contacts = [*SYNC, "--select", "contacts"]
    with home(environment) as own:
        run(contacts, own)
        write_changes(bench.account, changed)
        try:
            loaded = _told(contacts, own)["seconds"]["load"]
        finally:
            for page in bench.account.glob(f"{CHANGED}-*"):
                page.unlink()
        raw = _told([*PEERS, "raw_merge", own["DESTINATION__DUCKDB__CREDENTIALS"], str(changed)], own)
    return {
        "merge": {"load_s": loaded},
        "raw merge": {"load_s": raw["seconds"]},
        "raw merge, closed": {"load_s": raw["closed"]},
    }


def _told(command: Sequence[str], environment: Mapping[str, str]) -> Any:
    return json.loads(told(command, environment)[1])


RATIOS = (
    Ratio(
        title="changed contacts merged and the file closed / raw delete and insert until the commit, seconds",
        of=over("merge", "raw merge", "load_s"),
        target="<= 2",
        less_is_better=True,
    ),
    Ratio(
        title="the same / raw delete and insert until the file is closed, seconds",
        of=over("merge", "raw merge, closed", "load_s"),
        target="<= 2",
        less_is_better=True,
    ),
)
