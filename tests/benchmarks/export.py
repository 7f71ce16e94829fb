"""Seconds of `ctct export` of many events to Parquet, beside DuckDB's own COPY of the same rows.

Both in this process and in turns, from the same file with the columns of `email_events`, so that neither the start of
Python nor a busy machine counts; the fastest round of each is compared. Fails above 1.5.
Usage: python -m tests.benchmarks.export [--events 1000000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import duckdb

MAX_RATIO = 1.5
DATASET = "constant_contact"
EVENTS = """
create schema constant_contact; create schema constant_contact_analytics;
create table constant_contact_analytics.email_events as
select 'a07e1' as account_id, md5(i::varchar) as event_id, md5((i % 2000)::varchar) as campaign_activity_id,
    md5((i % 50000)::varchar) as contact_id, 'reader' || i % 50000 || '@example.com' as email_address,
    case when i % 3 = 0 then 'open' when i % 3 = 1 then 'send' else 'click' end as event_type,
    case when i % 7 = 0 then 'https://www.example.com/page/' || i % 90 end as link_url,
    case when i % 11 = 0 then 'mobile' else 'computer' end as device_type,
    i % 5 = 0 as is_first, i % 13 = 0 as is_machine_like, i % 400000 as seconds_since_send,
    timestamp '2026-01-01 00:00:00' + to_seconds(i * 7) as occurred_at,
    cast(timestamp '2026-01-01 00:00:00' + to_seconds(i * 7) as date) as occurred_date
from range({events}) as t(i)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        warehouse = folder / "warehouse.duckdb"
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(EVENTS.format(events=options.events))
        os.environ["DESTINATION__DUCKDB__CREDENTIALS"] = str(warehouse)
        os.environ["DLT_DATA_DIR"] = str(folder / "dlt")
        rounds = [
            (exported(folder, options.events), copied(warehouse, folder)) for _ in range(options.rounds)
        ]
    ours, theirs = (min(times) for times in zip(*rounds, strict=True))
    print(
        f"{options.events:,} events: ctct export {ours:.2f} s, COPY {theirs:.2f} s, ratio {ours / theirs:.2f}"
    )
    return int(ours / theirs > MAX_RATIO)


def exported(folder: Path, events: int) -> float:
    from pipelines.constant_contact.destinations.target import Target  # noqa: PLC0415 - after the environment
    from pipelines.constant_contact.destinations.warehouse import opened_for_reading  # noqa: PLC0415
    from pipelines.constant_contact.exporting import export  # noqa: PLC0415

    opened = opened_for_reading(Target(dataset=DATASET), None, print)
    began = time.perf_counter()
    [one] = export(opened, folder / "exported", form="parquet", select=["email_events"])
    took_s = time.perf_counter() - began
    assert events == one.rows
    return took_s


def copied(warehouse: Path, folder: Path) -> float:
    began = time.perf_counter()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(
            f"copy {DATASET}_analytics.email_events to '{folder / 'copied.parquet'}' (format parquet, compression zstd)"
        )
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
