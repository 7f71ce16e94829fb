"""From page to table: `ctct sync` and the library call beside DuckDB's `read_json` and dlt's own REST source."""

from __future__ import annotations

from tests.benchmarks.measures.shape import PEERS, SYNC, Bench, Figures, Ratio, fresh, over

NAME = "loading"


def figures(bench: Bench) -> Figures:
    contacts, events = bench.options.contacts, bench.options.events
    commands = {
        "read_json contacts": ([*PEERS, "read_json", str(bench.account / "contacts.ndjson")], contacts),
        "sync contacts": ([*SYNC, "--select", "contacts"], contacts),
        "library contacts": ([*PEERS, "library", "contacts"], contacts),
        "read_json events": ([*PEERS, "read_json", str(bench.account / "events.ndjson")], events),
        "sync events": ([*SYNC, "--select", "email_opens"], events),
    }
    if bench.options.rest_api:
        commands["rest_api contacts, parquet"] = ([*PEERS, "rest_api", "parquet"], contacts)
        commands["rest_api contacts, defaults"] = ([*PEERS, "rest_api"], contacts)
    return {name: fresh(command, bench.static, rows=rows) for name, (command, rows) in commands.items()}


def _both(title: str, one: str, other: str, target: str) -> tuple[Ratio, Ratio]:
    """By the clock, and by processor time, of which a busy machine takes less."""
    return (
        Ratio(title=title, of=over(one, other, "rows_per_s"), target=target),
        Ratio(title=f"{title}, per CPU second", of=over(other, one, "cpu_s"), target=target),
    )


RATIOS = (
    *_both("ctct sync contacts / read_json", "sync contacts", "read_json contacts", ">= 0.30"),
    *_both("library contacts / ctct sync", "library contacts", "sync contacts", ">= 0.9"),
    *_both("ctct sync contacts / rest_api, parquet", "sync contacts", "rest_api contacts, parquet", ">= 10"),
    *_both("ctct sync contacts / rest_api, defaults", "sync contacts", "rest_api contacts, defaults", ""),
    *_both("ctct sync events / read_json", "sync events", "read_json events", ">= 0.3"),
)
