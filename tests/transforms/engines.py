"""The two warehouses on which the dbt project is run here, behind one face: DuckDB in a file, PostgreSQL on loopback.

For the scripts of these tests, each a process of its own: in pytest dbt's deprecation warnings would be errors, and
its settings are global.
"""

import json
import os
import pickle
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import duckdb
from dbt.cli.main import dbtRunner

sys.path.append(str(Path(__file__).parents[1] / "postgres"))

PROJECT = Path(__file__).parents[2] / "transforms"
RAW_ACCOUNT = Path(__file__).with_name("raw_account.sql").read_text()
RAW, MARTS, STAGED = "constant_contact", "constant_contact_analytics", "constant_contact_staging_models"

Row = tuple[Any, ...]


class Engine(Protocol):
    def execute(self, statements: Iterable[str]) -> None: ...
    def rows(self, sql: str) -> list[Row]: ...
    def records(self, sql: str) -> list[dict[str, Any]]: ...


class Duckdb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def execute(self, statements: Iterable[str]) -> None:
        with duckdb.connect(str(self.path)) as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, sql: str) -> list[Row]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            connection.execute(f"set schema = '{MARTS}'")
            return connection.execute(sql).fetchall()

    def records(self, sql: str) -> list[dict[str, Any]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            found = connection.execute(sql)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


class Postgres:
    def __init__(self, url: str) -> None:
        import psycopg2  # noqa: PLC0415 - an extra: DuckDB is tested without it

        self.connection = psycopg2.connect(url, options=f"-c search_path={MARTS} -c timezone=Asia/Tokyo")
        self.connection.autocommit = True

    def execute(self, statements: Iterable[str]) -> None:
        with self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def rows(self, sql: str) -> list[Row]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(map(plain, row)) for row in cursor.fetchall()]

    def records(self, sql: str) -> list[dict[str, Any]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def plain(value: Any) -> Any:
    """A whole number that PostgreSQL widened to a decimal, as the number that it is."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


@contextmanager
def engine(kind: str, work_dir: Path) -> Iterator[Engine]:
    """An empty warehouse, to which `dbt` runs from now on."""
    os.environ.update(
        CTCT_DBT_TARGET=kind,
        CTCT_DUCKDB_PATH=str(work_dir / "warehouse.duckdb"),
        DBT_TARGET_PATH=str(work_dir / "target"),
        DBT_LOG_PATH=str(work_dir / "logs"),
        DBT_LOG_LEVEL_FILE="none",
    )
    if kind == "duckdb":
        (work_dir / "warehouse.duckdb").unlink(missing_ok=True)
        yield Duckdb(work_dir / "warehouse.duckdb")
        return
    from postgres_server import postgres_server  # noqa: PLC0415 - it lies beside, see sys.path above

    with postgres_server() as server:
        os.environ.update(server.environment())
        yield Postgres(server.url)


def dbt(*args: str, variables: Mapping[str, object] | None = None) -> None:
    """Run dbt in this process; ends it with dbt's own words where dbt failed. The project is parsed once for each set
    of variables.
    """
    options = [
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--quiet", "--no-version-check"),
        *("--vars", json.dumps(dict(variables or {}))),
    ]
    answer = dbtRunner(manifest=parsed(*options)).invoke([*args, *options])
    if os.environ["CTCT_DBT_TARGET"] == "duckdb":
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415 - of this adapter

        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt's own, untyped
    if not answer.success:
        sys.exit(f"dbt {' '.join(args)} failed: {answer.exception or 'see above'}")


@cache
def parsed(*options: str) -> Any:
    """The project as dbt reads it with these options; none where it cannot, which the command then says itself."""
    return dbtRunner().invoke(["parse", *options]).result


def marts(warehouse: Engine) -> dict[str, list[str]]:
    """Every mart: its rows as text, column by column in the order of their names, sorted."""
    columns: dict[str, list[str]] = {}
    for table, column in warehouse.rows(
        f"select table_name, column_name from information_schema.columns where table_schema = '{MARTS}'"
        " order by 1, 2"
    ):
        columns.setdefault(table, []).append(column)
    return {
        table: sorted(
            " | ".join(f"{name}={spelt(value)}" for name, value in zip(names, row, strict=True))
            for row in warehouse.rows(f"select {', '.join(names)} from {table}")
        )
        for table, names in columns.items()
    }


def spelt(value: Any) -> str:
    """Text of a value, alike on both: floats to nine digits."""
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def dump(found: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(found))
