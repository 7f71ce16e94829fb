"""Two datasets on DuckDB, their raw tables as Parquet for another engine, and their marts.

Usage: python parquet_accounts.py <work dir>; leaves warehouse.duckdb, raw/<dataset>/<table>/rows.parquet and
variables.json (dataset -> dbt's variables). The datasets: the hand-written account, and twenty accounts whose rows
contradict each other, with odd orders of a shop.
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
    with clicks as (
        select
            row_number() over (order by campaign_activity_id, contact_id, occurrence) as number,
            clicks.occurrence,
            clicks.created_time + to_hours(50 * clicks.occurrence) as ordered_at,
            ' ' || upper(contacts.email_address__address) as email_address
        from {DIRTY}.email_clicks as clicks
        inner join {DIRTY}.contacts using (contact_id)
    )
    select
        case when number % 17 = 0 then null else cast(number // 2 as varchar) end as order_id,
        case when number % 13 = 0 then null else email_address end as email_address,
        case
            when number % 7 = 0 then '1,5'
            when number % 11 = 0 then ''
            when number % 5 = 0 then '-' || cast(occurrence * 0.25 as varchar)
            else cast(occurrence * 1.25 as varchar)
        end as amount,
        case when number % 3 = 0 then 'usd' else 'EUR' end as currency,
        case when number % 19 = 0 then null else ordered_at end as ordered_at
    from clicks
    union all
    select '1', 'a@b.example', '1.25', 'EUR', timestamptz '2026-03-02 12:00:00+00' from range(2)
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
