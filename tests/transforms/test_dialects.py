"""The models in the SQL of warehouses that are not run here.

What this shows: no model holds one engine's SQL outside the macros; each warehouse's own adapter compiles every model,
and the result parses in that warehouse's dialect and calls only functions that the warehouse documents. What it does
not show: that it runs there, or that the rows are the same.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import ErrorLevel
from transforms.other_engines import environments
from transforms.script_runs import run_script

PROJECT = Path(__file__).parents[2] / "transforms"
SCRIPT = Path(__file__).parent / "other_engines" / "compiled.py"
MODELS = sorted(path for path in (PROJECT / "models").rglob("*.sql") if path.parent.name != "all_accounts")

EVERYWHERE = {
    "avg", "cast", "coalesce", "count", "extract", "lag", "lead", "length", "lower", "max", "min", "nullif", "replace",
    "row_number", "sqrt", "stddev_samp", "substr", "sum", "trim", "upper",
}  # fmt: skip
"""Functions that mean the same on every engine named here."""
OWN = {
    "snowflake": {
        "convert_timezone", "date_trunc", "dateadd", "datediff", "dayofweekiso", "ltrim", "md5", "position",
        "regexp_replace", "rtrim", "split_part",
    },
    "bigquery": {
        "date_trunc", "datetime", "datetime_add", "datetime_diff", "ltrim", "md5", "mod", "regexp_replace", "rtrim",
        "safe_offset", "split", "strpos", "timestamp", "timestamp_trunc", "to_hex",
    },
    "redshift": {
        "convert_timezone", "date_trunc", "dateadd", "datediff", "ltrim", "md5", "mod", "position", "regexp_replace",
        "rtrim", "split_part",
    },
    "databricks": {
        "date_trunc", "datediff", "floor", "from_utc_timestamp", "md5", "month", "position", "regexp_replace",
        "split_part",
        "timestampadd", "unix_seconds", "weekday", "year",
    },
    "trino": {
        "at_timezone", "date_add", "date_trunc", "day_of_week", "hour", "md5", "minute", "month", "position",
        "regexp_replace", "second", "split_part", "to_hex", "to_milliseconds", "to_utf8", "with_timezone", "year",
    },
}  # fmt: skip
"""Adapter -> functions that its warehouse has besides, from its manual."""
WORDS = {
    "and", "as", "between", "by", "distinct", "else", "from", "if", "in", "is", "not", "on", "or", "over", "select",
    "then", "union", "using", "values", "when", "where", "with",
}  # fmt: skip
"""What may stand before a bracket and is no function."""
TYPES = {"array", "decimal", "numeric", "timestamp", "varchar"}


def called(sql: str) -> set[str]:
    """The functions that a text of SQL calls; comments and literals left out."""
    bare = re.sub(r"--[^\n]*|'(?:[^'\\]|''|\\.)*'", "", sql)
    return set(re.findall(r"\b([a-z_0-9]+)\s*\(", bare.lower())) - WORDS


def written(model: Path) -> str:
    """A model's own SQL, without what its macros write."""
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", " x ", model.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_a_model_holds_no_engines_own_sql(model: Path) -> None:
    """
    Functions that engines name or understand differently, their types and their operators come from macros.
    """
    sql = written(model)
    own = called(sql) - EVERYWHERE - {line.split(" as (")[0] for line in sql.splitlines()}
    assert own == set()
    assert re.findall(r"at time zone|nulls (?:first|last)|::|interval '|~", sql) == []
    # within macros' arguments too
    assert re.findall(r"double precision|isodow|type_timestamp|trunc\('week'", model.read_text()) == []


def compiled(adapter: str, work_dir: Path) -> Iterator[tuple[str, str]]:
    """Model and SQL, as the adapter would send it."""
    run_script(SCRIPT, adapter, work_dir, timeout_s=1800, python=environments.python(adapter))
    for path in sorted((work_dir / "compiled").glob("*.sql")):
        yield path.stem, path.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("adapter", OWN)
def test_an_adapter_compiles_every_model(tmp_path: Path, adapter: str) -> None:
    """
    Each model is compiled by the warehouse's own adapter, parses in its dialect and calls what it has.
    """
    models = dict(compiled(adapter, tmp_path))
    assert sorted(models) == sorted(path.stem for path in MODELS)
    unknown = {}
    for name, sql in models.items():
        (parsed,) = sqlglot.parse(sql, read=adapter, error_level=ErrorLevel.RAISE)
        assert parsed is not None
        names = {cte.alias for cte in parsed.find_all(sqlglot.exp.CTE)}
        unknown[name] = called(sql) - EVERYWHERE - OWN[adapter] - TYPES - names
    assert {name: functions for name, functions in unknown.items() if functions} == {}
