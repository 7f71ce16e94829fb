"""Every mart on a real Spark, held against DuckDB's, row for row. Needs Java 17 (Debian: default-jre-headless)."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from transforms.golden_channels import CHANNELS
from transforms.golden_old_api import OLD_API
from transforms.golden_rows import EXPECTED as MAILS
from transforms.other_engines import environments
from transforms.script_runs import run_script

HERE = Path(__file__).parent
GOLDEN, DIRTY = "constant_contact", "dirty"
MODELS = HERE.parents[1] / "transforms" / "models"
MARTS = sorted(path.stem for folder in ("marts", "old_api") for path in (MODELS / folder).glob("*.sql"))
EXPECTED = MAILS | CHANNELS | OLD_API

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed"),
]

Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that both scripts fill: DuckDB's marts in warehouse.duckdb, Spark's in marts/."""
    work_dir = tmp_path_factory.mktemp("spark")
    run_script(HERE / "parquet_accounts.py", work_dir, timeout_s=3600)
    spark = environments.python("spark")
    run_script(HERE / "other_engines" / "spark_marts.py", work_dir, timeout_s=3600, python=spark)
    return work_dir


@pytest.fixture(scope="module")
def both(built: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB's marts in catalog `warehouse`, the name in its views; Spark's, as written, in catalog `memory`."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"attach '{built / 'warehouse.duckdb'}' as warehouse (read_only)")
    for dataset in (GOLDEN, DIRTY):
        connection.execute(f"create schema {dataset}_analytics")
        for folder in (built / "marts" / dataset).iterdir():
            connection.execute(
                f"create table {dataset}_analytics.{folder.name} as select * replace ({as_utc(connection, folder)})"
                f" from read_parquet('{folder}/*.parquet')"
            )
    return connection


def as_utc(connection: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """Spark's times are instants; in the marts they are UTC without a zone."""
    columns = connection.execute(f"describe select * from read_parquet('{folder}/*.parquet')").fetchall()
    return ", ".join(
        f"cast({name} as {kind.removesuffix(' WITH TIME ZONE')}) as {name}" for name, kind, *_ in columns
    )


def columns(connection: duckdb.DuckDBPyConnection, catalog: str, dataset: str) -> dict[str, dict[str, str]]:
    """Mart -> column -> type."""
    found: dict[str, dict[str, str]] = {}
    for mart, name, kind in connection.execute(
        "select table_name, column_name, data_type from information_schema.columns"
        f" where table_catalog = '{catalog}' and table_schema = '{dataset}_analytics' order by 1, 2"
    ).fetchall():
        found.setdefault(mart, {})[name] = kind
    return found


def near(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


def alike(one: Row, other: Row) -> bool:
    return len(one) == len(other) and all(map(near, one, other))


def sort_key(row: Row) -> tuple[Any, ...]:
    """Floats last: they may differ in their last digit."""
    exact = [value for value in row if not isinstance(value, float)]
    return tuple("" if value is None else f" {value}" for value in exact)


def rows(connection: duckdb.DuckDBPyConnection, catalog: str, mart: str, names: list[str]) -> list[Row]:
    found = connection.execute(f"select {', '.join(names)} from {catalog}.{mart}").fetchall()
    return sorted(found, key=sort_key)


def differences(connection: duckdb.DuckDBPyConnection, mart: str, names: list[str]) -> list[str]:
    own, other = (rows(connection, catalog, mart, names) for catalog in ("warehouse", "memory"))
    if len(own) != len(other):
        return [f"{mart}: {len(own)} rows on DuckDB, {len(other)} on Spark"]
    return [
        f"{mart}: {named(names, one, two)}"
        for one, two in zip(own, other, strict=True)
        if not alike(one, two)
    ]


def named(names: list[str], one: Row, two: Row) -> str:
    apart = [f"{name} {a!r} {b!r}" for name, a, b in zip(names, one, two, strict=True) if not near(a, b)]
    return f"{', '.join(apart)} in {one}"


@pytest.mark.parametrize("dataset", [GOLDEN, DIRTY])
def test_spark_builds_the_same_rows(both: duckdb.DuckDBPyConnection, dataset: str) -> None:
    """
    Every mart has the same columns, types and rows as on DuckDB, floats to 1e-9.
    """
    own, other = (columns(both, catalog, dataset) for catalog in ("warehouse", "memory"))
    assert sorted(own) == MARTS
    assert other == own
    apart = [
        line
        for mart, names in own.items()
        for line in differences(both, f"{dataset}_analytics.{mart}", sorted(names))
    ]
    assert apart == []
    empty = [
        mart
        for mart in own
        if not both.execute(f"select 1 from warehouse.{dataset}_analytics.{mart}").fetchone()
    ]
    assert dataset == GOLDEN or empty == []


@pytest.mark.parametrize("sql", EXPECTED, ids=lambda sql: sql.split(" from ")[1].split()[0])
def test_spark_holds_the_rows_worked_out_by_hand(both: duckdb.DuckDBPyConnection, sql: str) -> None:
    """
    Each mart of the hand-written account on Spark equals the rows that follow from it on paper.
    """
    both.execute(f"set schema = 'memory.{GOLDEN}_analytics'")
    found = both.execute(sql).fetchall()
    assert len(found) == len(EXPECTED[sql])
    assert [] == [(one, two) for one, two in zip(EXPECTED[sql], found, strict=True) if not alike(one, two)]


def test_spark_is_content_with_two_gigabytes(built: Path) -> None:
    """
    The driver's heap is bounded; what it took in all, and the seconds of each part, are printed.
    """
    figures = json.loads((built / "figures.json").read_text())
    print({name: round(value) for name, value in figures.items()})  # noqa: T201 - what it is for
    assert figures["peak_mib"] < 3072
