"""Two datasets on DuckDB, their raw tables as Parquet for another engine, and their marts.

Usage: python parquet_accounts.py <work dir>; leaves warehouse.duckdb, raw/<dataset>/<table>/rows.parquet and
variables.json (dataset -> dbt's variables). The datasets: the hand-written account, and twenty accounts whose rows
contradict each other, with orders of a shop.
"""

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from dirty_accounts import accounts
from engines import RAW, RAW_ACCOUNT, Engine, dbt, engine

DIRTY, SEED, ACCOUNTS = "dirty", 7, 20
VARIABLES: dict[str, dict[str, object]] = {
    RAW: {"raw_dataset": RAW},
    DIRTY: {"raw_dataset": DIRTY, "repeat_bounces": 1, "orders_relation": f"{DIRTY}.orders"},
}
ORDERS = f"""
    create table {DIRTY}.orders as
    select
        row_number() over (order by campaign_activity_id, contact_id, occurrence) as order_id,
        ' ' || upper(contacts.email_address__address) as email_address,
        clicks.occurrence * 1.25 as amount,
        (clicks.created_time at time zone 'UTC') + to_hours(50 * clicks.occurrence) as ordered_at
    from {DIRTY}.email_clicks as clicks
    inner join {DIRTY}.contacts using (contact_id)
"""


def dirty() -> Iterator[str]:
    for statement in (RAW_ACCOUNT, *accounts(ACCOUNTS, random.Random(SEED))):
        yield statement.replace(f"{RAW}.", f"{DIRTY}.").replace(f"schema {RAW};", f"schema {DIRTY};")
    yield ORDERS


def export(warehouse: Engine, dataset: str, folder: Path) -> None:
    tables = warehouse.rows(
        f"select table_name from information_schema.tables where table_schema = '{dataset}'"
    )
    for (table,) in tables:
        (folder / table).mkdir(parents=True)
        # Spark overlooks files whose names begin with an underscore
        warehouse.execute([f"copy {dataset}.{table} to '{folder / table}/rows.parquet' (format parquet)"])


def main(work_dir: Path) -> None:
    (work_dir / "variables.json").write_text(json.dumps(VARIABLES))
    with engine("duckdb", work_dir) as warehouse:
        warehouse.execute([f"create schema {RAW}_analytics", RAW_ACCOUNT, *dirty()])
        for dataset, variables in VARIABLES.items():
            export(warehouse, dataset, work_dir / "raw" / dataset)
            dbt("run", variables=variables)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
