"""Two nights of one sample account into a lake whose catalog is in PostgreSQL, marts included.

In a process of its own, because in pytest dbt's deprecation warnings would be errors and its settings global.
Usage: python lake_nights.py <work dir>, with the checkout, tests and tests/postgres on PYTHONPATH; leaves facts.json.
The marts are compared with those that dbt builds in a DuckDB file from the same raw rows.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import account_comparison
import duckdb
from postgres_server import postgres_server
from two_nights import second_machine, texts

from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.events import Event
from pipelines.constant_contact.request import SyncRequest
from pipelines.constant_contact.sync.run import sync
from pipelines.constant_contact.transform import run_transforms
from sources.constant_contact_sandbox import Sandbox, serve

RAW = "constant_contact"
LAYERS = (f"{RAW}_analytics", f"{RAW}_staging_models")
PREFIX = "SOURCES__CONSTANT_CONTACT__"
LAKE = Target(destination="ducklake")
MARTS = ("+email_events", "+contacts", "+list_performance")
"""Some of each kind, one of them incremental: all 106 models take minutes twice over."""


def nothing(_event: Event) -> None:
    """No progress here."""


def configure(work_dir: Path, environment: Any) -> None:
    os.environ.update(environment)
    for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"):
        os.environ.pop(PREFIX + name, None)
    os.environ[f"{PREFIX}STATE_DIR"] = str(work_dir / "state")
    os.environ[f"{PREFIX}REQUESTS_PER_SECOND"] = "1000"
    os.environ["DLT_DATA_DIR"] = str(work_dir / "dlt")
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"


def night(work_dir: Path) -> float:
    """Seconds of the load; the marts come after it."""
    began = time.monotonic()
    result = sync(SyncRequest(target=LAKE, transform=False), nothing)
    apart = [line for line in result.audit if not line.ok]
    assert ("complete", (), []) == (result.status, result.warnings, apart), result
    seconds = time.monotonic() - began
    marts(Warehouse(LAKE).dbt, work_dir / "lake_transforms")
    return seconds


def marts(profile: DbtProfile, work_dir: Path) -> None:
    ended = run_transforms(
        destination=profile, dataset=RAW, work_dir=work_dir, listener=nothing, select=MARTS
    )
    assert not ended.failures, ended.failures


def contents(query: Callable[[str], list[dict[str, Any]]]) -> dict[str, list[str]]:
    """Every table and view of the marts, as sorted text."""
    names = query(
        "select table_schema as dataset, table_name as name from information_schema.tables"
        f" where table_schema in {LAYERS!r}"
    )
    return {
        f"{row['dataset']}.{row['name']}": sorted(
            map(repr, query(f'select * from {row["dataset"]}."{row["name"]}"'))
        )
        for row in names
    }


def in_a_file(opened: Warehouse, work_dir: Path) -> dict[str, list[str]]:
    """The marts of the same raw rows in a DuckDB file."""
    file = work_dir / "copy.duckdb"
    with duckdb.connect(str(file)) as connection, opened.connected(opened.pipeline.sql_client()) as client:
        connection.execute(f"create schema {RAW}; set timezone = 'UTC'")
        for table in opened.columns():
            with client.execute_query(f"select * from {opened.qualified(table)}") as cursor:
                rows = cursor.native_cursor.fetch_arrow_table()  # noqa: F841 - named in the statement
            connection.execute(f'create table {RAW}."{table}" as select * from rows')
    marts(DbtProfile(kind="duckdb", duckdb_path=file), work_dir / "file_transforms")
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")

        def query(sql: str) -> list[dict[str, Any]]:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        return contents(query)


def main(work_dir: Path) -> None:
    began = (datetime.now(UTC) - timedelta(days=10)).replace(microsecond=0)
    account = Sandbox(
        contacts=60, campaigns=4, requests_per_second=None, requests_per_day=None,
        start=began.isoformat().replace("+00:00", "Z"),
    )  # fmt: skip
    with postgres_server() as server, serve(account) as api:
        configure(work_dir, api.environment())
        os.environ["DESTINATION__DUCKLAKE__CREDENTIALS__CATALOG"] = server.url
        os.environ["DESTINATION__DUCKLAKE__CREDENTIALS__STORAGE__BUCKET_URL"] = str(work_dir / "files")
        os.environ[f"{PREFIX}ACCESS_TOKEN"] = api.access_token
        seconds = [night(work_dir)]
        account.advance(days=3)
        os.environ[f"{PREFIX}ACCESS_TOKEN"] = account.tokens.valid_access_token(account.epoch)
        seconds.append(night(work_dir))
        opened = Warehouse(LAKE)
        with opened.kept_open():
            lake, file = contents(opened.query), in_a_file(opened, work_dir)
            facts = {
                "texts": texts("ducklake"),
                "second_machine": second_machine(work_dir, opened),
                "seconds": seconds,
                "differences": account_comparison.differences(account, opened.query),
                "marts": len(lake),
                "marts_apart": sorted(
                    name for name in lake.keys() | file.keys() if lake.get(name) != file.get(name)
                ),
            }
    (work_dir / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
