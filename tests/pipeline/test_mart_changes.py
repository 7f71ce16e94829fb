"""What `ctct transform` builds after a night: what follows from the changes, and nothing where there are none."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.constant_contact.mart_changes import Inputs, selection, staged_tables
from pipelines.constant_contact.transform import model_names

ROOT = Path(__file__).parents[2]
RAW_ACCOUNT = ROOT / "tests" / "transforms" / "raw_account.sql"
MARTS = model_names()
BEFORE = Inputs(project="p", tables={"account": "1", "contacts": "1", "contact_counts": "1"})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (BEFORE, ()),
        (replace(BEFORE, tables=BEFORE.tables | {"contact_counts": "2"}), ("stg_contact_counts+",)),
        (
            replace(BEFORE, tables=BEFORE.tables | {"contact_counts": "2", "contacts": "2"}),
            ("stg_contact_counts+", "stg_contacts+"),
        ),
        (replace(BEFORE, tables=BEFORE.tables | {"account": "2"}), None),
        (replace(BEFORE, tables=BEFORE.tables | {"segments": "1"}), None),
        (replace(BEFORE, tables={"account": "1", "contacts": "1"}), None),
        (replace(BEFORE, project="q"), None),
    ],
    ids=[
        "nothing",
        "one table",
        "two tables",
        "the account",
        "a new table",
        "a table gone",
        "another project",
    ],
)
def test_what_changed_selects_what_follows(now: Inputs, expected: tuple[str, ...] | None) -> None:
    """Tables that differ select their models; the account, the set of tables and the project select everything."""
    assert selection(BEFORE, now, present=MARTS) == expected


def test_without_a_record_everything_is_built() -> None:
    """A first build, and one after a build that failed."""
    assert selection(None, BEFORE, present=MARTS) is None


def test_a_mart_that_is_gone_is_built_again() -> None:
    """Somebody dropped a mart, nothing else changed."""
    assert selection(BEFORE, BEFORE, present=MARTS[1:]) is None


def test_every_staged_table_is_compared() -> None:
    """A staging model whose table is not compared would never be built again."""
    assert {"contacts", "email_opens", "contacts_history"} <= set(staged_tables())


class Home:
    """A user's folder with the hand-written account in its warehouse."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "warehouse.duckdb"
        self.execute(RAW_ACCOUNT.read_text("utf-8"))

    def execute(self, sql: str) -> None:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            connection.execute("set schema = 'constant_contact_analytics'")
            return connection.execute(sql).fetchall()

    def transform(self, *options: str) -> str:
        """What the command says on standard error."""
        ended = subprocess.run(
            [sys.executable, "-m", "pipelines.constant_contact.cli", "transform", *options],
            cwd=self.folder,
            env=os.environ
            | {
                "PYTHONPATH": str(ROOT),
                "DLT_DATA_DIR": str(self.folder / "dlt"),
                "DESTINATION__DUCKDB__CREDENTIALS": str(self.path),
            },
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stderr

    def dbt(self, *arguments: str) -> None:
        """dbt by hand, in the place of `ctct`'s marts."""
        project, target = str(ROOT / "transforms"), str(self.folder / "by_hand")
        places = ("--project-dir", project, "--profiles-dir", project, "--target-path", target)
        ended = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "dbt.cli.main", *arguments, *places],
            cwd=self.folder,
            env=os.environ
            | {"CTCT_DUCKDB_PATH": str(self.path), "DBT_LOG_PATH": str(self.folder / "by_hand" / "logs")},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr

    def marts(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: sorted(self.rows(f"select * from {name}"), key=repr) for name in MARTS}


@pytest.mark.long
def test_nights_build_what_changed_and_equal_a_full_build(tmp_path: Path) -> None:
    """
    Nothing changed builds nothing; the day's counts two models; rows changed in place reach every mart, and marts that
    somebody built with other variables are built again.
    """
    home = Home(tmp_path)
    assert "up to date" not in home.transform()
    assert "up to date" in home.transform()
    home.execute("insert into constant_contact.contact_counts values ('2026-03-12', 5, 2, 1, 0, 1, 1)")
    assert "marts: 2 models built" in home.transform()
    assert home.rows("select max(counted_date) from contact_reconciliation")[0][0].day == 12
    home.execute(
        "update constant_contact.contacts set deleted_at = '2026-03-12' where contact_id = 'ada';"
        " delete from constant_contact.email_clicks where contact_id = 'eve';"
    )
    home.transform()
    stepped = home.marts()
    home.transform("--full-refresh")
    assert home.marts() == stepped
    assert home.rows("select is_deleted from contacts where contact_id = 'ada'") == [(True,)]
    for _parsed in ("anew", "kept"):
        home.execute("create table if not exists constant_contact._ctct_marts (inputs text)")
        home.dbt("run", "--select", "repeat_bouncers", "--vars", "repeat_bounces: 1")
        assert home.rows("select * from information_schema.tables where table_name = '_ctct_marts'") == []
    home.transform()
    assert home.marts() == stepped
    home.execute("drop table constant_contact_analytics.tags")
    home.transform()
    assert home.rows("select count(*) from tags") == [(1,)]
