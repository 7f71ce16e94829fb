"""The models as an adapter would send them, compiled by that adapter without its warehouse, in its own environment.

Usage: python compiled.py <adapter> <work dir>; leaves <work dir>/compiled/<model>.sql. What the models ask the
warehouse while they are compiled (which raw tables and columns are there, the account's id and time zone) is answered
here: every raw table of _sources.yml, with the types in which the loader makes them there.
"""

import os
import sys
from pathlib import Path
from typing import Any

import agate
import yaml
from dbt.adapters.contracts.connection import AdapterResponse
from dbt.adapters.factory import FACTORY
from dbt.cli.main import dbtRunner

HERE = Path(__file__).parent
PROJECT = HERE.parents[2] / "transforms"
INSTANTS = {
    "snowflake": "TIMESTAMP_TZ(6)",
    "bigquery": "TIMESTAMP",
    "redshift": "timestamp with time zone",
    "databricks": "timestamp",
    "trino": "timestamp(6) with time zone",
}
"""Adapter -> type of the loader's times, which have a zone."""
ANSWERS = {
    "encoded_account_id": "o'hara",  # an id that has to be quoted
    "time_zone_id": "America/New_York",
    "current_timezone": "UTC",
}
"""A word of a query -> its answer."""
ALL_MODELS = ("--select", "resource_type:model", "--indirect-selection", "empty")


def raw_columns() -> dict[str, dict[str, str]]:
    """Raw table -> column -> type, as _sources.yml names it; text where it names none."""
    (source,) = yaml.safe_load((PROJECT / "models" / "staging" / "_sources.yml").read_text())["sources"]
    return {
        table["name"]: {
            column["name"]: column.get("data_type", "text") for column in table.get("columns", [])
        }
        for table in source["tables"]
    }


def answer(sql: str) -> agate.Table:
    found = [value for word, value in ANSWERS.items() if word in sql]
    if len(found) != 1:
        sys.exit(f"nothing is known of what is asked while a model is compiled: {sql}")
    return agate.Table([(found[0],)], ["answer"])


def without_warehouse(adapter: str) -> None:
    """Put these answers in the place of the adapter's connection; any other question fails."""
    FACTORY.load_plugin(adapter)
    kind = FACTORY.get_adapter_class_by_name(adapter)
    raw = raw_columns()

    def get_relation(self: Any, database: str, schema: str, identifier: str) -> Any:
        place = {"database": database, "schema": schema, "identifier": identifier}
        return self.Relation.create(**place, type="table") if identifier in raw else None

    def get_columns_in_relation(self: Any, relation: Any) -> list[Any]:
        return [
            self.Column.create(name, INSTANTS[adapter] if data_type == "timestamp" else data_type)
            for name, data_type in raw.get(relation.identifier, {}).items()
        ]

    def execute(self: Any, sql: str, **_options: object) -> tuple[AdapterResponse, agate.Table]:
        return AdapterResponse("answered"), answer(sql)

    kind.get_relation, kind.get_columns_in_relation, kind.execute = (
        get_relation,
        get_columns_in_relation,
        execute,
    )


def main(adapter: str, work_dir: Path) -> None:
    os.environ.update(
        CTCT_DBT_TARGET=adapter,
        DBT_TARGET_PATH=str(work_dir / "target"),
        DBT_LOG_PATH=str(work_dir / "logs"),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
    )
    without_warehouse(adapter)
    places = ("--project-dir", str(PROJECT), "--profiles-dir", str(HERE), "--no-version-check", "--quiet")
    ended = dbtRunner().invoke(["compile", "--no-populate-cache", *ALL_MODELS, *places])
    if not ended.success:
        sys.exit(f"dbt compile failed for {adapter}: {ended.exception or 'see above'}")
    models = work_dir / "target" / "compiled" / "constant_contact" / "models"
    (work_dir / "compiled").mkdir()
    for path in models.rglob("*.sql"):
        (work_dir / "compiled" / path.name).write_text(path.read_text())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
