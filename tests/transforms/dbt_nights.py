"""Builds the warehouses of these tests with the real dbt, in a process of its own.

One process and one path for all of them, because importing dbt and parsing the project are most of the time.
Usage: python dbt_nights.py <work dir>; leaves built, stepped, partial and odd.duckdb there, manifest.json, compiled/
and freshness.json.
"""

import shutil
import sys
from pathlib import Path

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from engines import PROJECT, RAW_ACCOUNT, dbt, engine
from odd_orders import MODELS, ODD_ORDERS, RELATION

PARTIAL = (
    "create schema",
    "constant_contact.contacts (",
    "constant_contact.contacts values",
    "constant_contact.contact_lists",
    "constant_contact.email_sends",
    "constant_contact.email_clicks",
)
NEXT_NIGHT = """
    insert into constant_contact.email_opens
    select
        'club-1', 'ben', 'em_opens', 'ben@gmail.com', 'Ben', 'Roe', 'mobile',
        cast('2026-03-09T16:00:00Z' as timestamptz), null, 1, '1772990000.1'
    union all select
        'spring-1', 'cy', 'em_opens', 'cy@yahoo.com', 'Cy', 'Moss', 'mobile',
        cast('2026-03-02T14:00:01Z' as timestamptz), null, 1, '1772990000.1'
    union all select
        'spring-1', 'ada', 'em_opens', 'ada@gmail.com', 'Ada', 'Lane', 'tablet',
        cast('2026-03-02T14:00:02Z' as timestamptz), null, 1, '1772990000.1';
    update constant_contact.email_sends set deleted_at = '2026-03-11', _dlt_load_id = '1772990000.1'
    where contact_id = 'ben' and campaign_activity_id = 'club-1';
    delete from constant_contact.email_clicks where url_id = '12';
    delete from constant_contact.email_sends where campaign_activity_id = 'spring-2';
    delete from constant_contact.email_opens where campaign_activity_id = 'spring-2';
    delete from constant_contact.email_bounces where campaign_activity_id = 'spring-2';
    create schema shop;
    create table shop.orders as
    select 1 as order_id, ' ADA@gmail.com' as email_address, 25.5 as amount,
        timestamp '2026-03-04 15:31:00' as ordered_at
    union all select 2, 'ada@gmail.com', 10, timestamp '2026-03-20 12:00:00'
    union all select 3, 'eve@example.org', 5, timestamp '2026-03-02 14:02:00'
    union all select 4, 'nobody@example.org', 1, timestamp '2026-03-02 14:02:00';
"""
ORDERS = {"orders_relation": "shop.orders"}


def freshness(work_dir: Path) -> None:
    """Its answer is a failure, for the account is years old; what counts is what it measured."""
    places = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT))
    dbtRunner().invoke(["source", "freshness", *places, "--quiet", "--no-version-check"])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt's own, untyped
    shutil.copyfile(work_dir / "target" / "sources.json", work_dir / "freshness.json")


def main(work_dir: Path) -> None:
    file = work_dir / "warehouse.duckdb"
    with engine("duckdb", work_dir) as warehouse:
        warehouse.execute([RAW_ACCOUNT])
        dbt("build")
        shutil.copyfile(work_dir / "target" / "manifest.json", work_dir / "manifest.json")
        shutil.copytree(
            work_dir / "target" / "compiled" / "constant_contact" / "models", work_dir / "compiled"
        )
        freshness(work_dir)
    shutil.copyfile(file, work_dir / "built.duckdb")
    with engine("duckdb", work_dir) as warehouse:
        warehouse.execute(part for part in RAW_ACCOUNT.split(";") if any(words in part for words in PARTIAL))
        dbt("run")
    shutil.move(file, work_dir / "partial.duckdb")
    with engine("duckdb", work_dir) as warehouse:
        shutil.copyfile(work_dir / "built.duckdb", file)
        warehouse.execute([NEXT_NIGHT])
        dbt("run", variables=ORDERS)  # late, because other variables make dbt read the whole project again
    shutil.move(file, work_dir / "stepped.duckdb")
    with engine("duckdb", work_dir) as warehouse:
        shutil.copyfile(work_dir / "built.duckdb", file)
        warehouse.execute([ODD_ORDERS])
        dbt("run", *MODELS, variables={"orders_relation": RELATION})
    shutil.move(file, work_dir / "odd.duckdb")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
