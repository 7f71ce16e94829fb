"""Accounts whose rows contradict each other: rates stay shares, counts add up, and both engines agree."""

import pickle
from pathlib import Path

import pytest
from postgres.postgres_server import binaries
from transforms.script_runs import run_script

SCRIPT = Path(__file__).with_name("dirty_accounts.py")


def build(work_dir: Path, engine: str, *, accounts: int, seeds: range) -> None:
    work_dir.mkdir(exist_ok=True)
    said = run_script(SCRIPT, work_dir, engine, accounts, *seeds, timeout_s=3000)
    assert said == ""


@pytest.mark.long
def test_twenty_dirty_accounts_keep_the_rules(tmp_path: Path) -> None:
    """
    Every rate and share of every mart lies between 0 and 1, and what must add up does.
    """
    build(tmp_path, "duckdb", accounts=20, seeds=range(1))


@pytest.mark.long
@pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed")
def test_dirty_accounts_have_the_same_marts_on_postgres(tmp_path: Path) -> None:
    """
    Every mart of dirty accounts has the same rows on DuckDB and on PostgreSQL.
    """
    found = []
    for engine in ("duckdb", "postgres"):
        build(tmp_path / engine, engine, accounts=20, seeds=range(7, 8))
        found.append(pickle.loads((tmp_path / engine / "marts-7.pickle").read_bytes()))
    duckdb, postgres = found
    assert {name: rows for name, rows in duckdb.items() if rows != postgres[name]} == {}
    assert postgres.keys() == duckdb.keys()


@pytest.mark.slow
def test_five_hundred_dirty_accounts_keep_the_rules(tmp_path: Path) -> None:
    """
    So do five hundred accounts, in twenty-five datasets.
    """
    build(tmp_path, "duckdb", accounts=20, seeds=range(25))
