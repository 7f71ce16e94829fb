"""A lake in earnest: a catalog in PostgreSQL, Parquet in a folder, two nights of one account."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from postgres_server import binaries
from two_nights import TEXTS

pytest.importorskip("duckdb_extension_ducklake", reason="the extra lake is not installed")
pytestmark = [
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed"),
    pytest.mark.long,  # a server, two nights, dbt on lake and file
]

SCRIPT = Path(__file__).with_name("lake_nights.py")
ROOT = SCRIPT.parents[2]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Any:
    work_dir = tmp_path_factory.mktemp("lake")
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests", ROOT / "tests" / "postgres")))
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", str(SCRIPT), str(work_dir)],
        capture_output=True, text=True, timeout=900, check=False, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return json.loads((work_dir / "facts.json").read_text())


def test_two_nights_hold_the_account_and_its_marts(facts: Any) -> None:
    """
    Every raw table equals the account, and every mart the one that a DuckDB file gets from the same rows.
    """
    assert facts["differences"] == []
    assert facts["marts"] > 15
    assert facts["marts_apart"] == []


def test_awkward_texts_come_back_as_they_went(facts: Any) -> None:
    """
    Empty text is not null; quotes, line ends and the NUL character stay.
    """
    assert [*TEXTS, None] == facts["texts"]


def test_another_machine_is_told_that_a_sync_is_running(facts: Any) -> None:
    """
    The lock is on the server of the catalog, so a folder of one's own does not pass it.
    """
    assert "another sync into dataset 'constant_contact' (PostgreSQL session " in facts["second_machine"]
