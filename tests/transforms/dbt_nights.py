"""Builds the warehouses of these tests with the real dbt, in a process of its own.

Its own process, because in pytest's dbt's deprecation warnings would be errors and its settings global; one
process and one path for all four, because importing dbt and parsing the project are most of the time.
Usage: python dbt_nights.py <work dir>; leaves built, stepped, refreshed and partial.duckdb there.
"""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[2] / "transforms"
RAW_ACCOUNT = Path(__file__).with_name("raw_account.sql").read_text()
PARTIAL = (
    "create schema",
    "constant_contact.contacts (",
    "constant_contact.contacts values",
    "constant_contact.contact_lists",
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
"""


def execute(path: Path, statements: Iterable[str]) -> None:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


def dbt(*args: str) -> None:
    places = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT))
    answer = dbtRunner().invoke([*args, *places, "--quiet", "--no-version-check"])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt's own, untyped
    if not answer.success:
        sys.exit(f"dbt {' '.join(args)} failed: {answer.exception or 'see above'}")


def main(work_dir: Path) -> None:
    warehouse = work_dir / "warehouse.duckdb"
    os.environ.update(
        CTCT_DUCKDB_PATH=str(warehouse),
        CTCT_DBT_TARGET="duckdb",
        DBT_TARGET_PATH=str(work_dir / "target"),
        DBT_LOG_PATH=str(work_dir / "logs"),
    )
    execute(warehouse, [RAW_ACCOUNT])
    dbt("build")
    shutil.copyfile(warehouse, work_dir / "built.duckdb")
    execute(warehouse, [NEXT_NIGHT])
    dbt("run", "--select", "email_events")
    shutil.copyfile(warehouse, work_dir / "stepped.duckdb")
    dbt("run", "--select", "email_events", "--full-refresh")
    shutil.copyfile(warehouse, work_dir / "refreshed.duckdb")
    warehouse.unlink()
    execute(warehouse, [each for each in RAW_ACCOUNT.split(";") if any(words in each for words in PARTIAL)])
    dbt("run")
    shutil.copyfile(warehouse, work_dir / "partial.duckdb")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
