"""Every mart of the hand-written account, against rows that were worked out by hand from raw_account.sql."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from postgres.postgres_server import binaries
from transforms.golden_channels import CHANNELS
from transforms.golden_old_api import OLD_API
from transforms.golden_rows import EXPECTED as MAILS
from transforms.golden_samples import SAMPLES
from transforms.odd_orders import EXPECTED as ORDERS
from transforms.script_runs import run_script

SCRIPT = Path(__file__).with_name("golden.py")
EXPECTED = MAILS | CHANNELS | SAMPLES
MARTS = Path(__file__).parents[2] / "transforms" / "models" / "marts"


@pytest.mark.parametrize("sql", EXPECTED, ids=lambda sql: sql.split(" from ")[1].split()[0])
def test_a_mart_holds_the_rows_worked_out_by_hand(
    built: Callable[[str], list[tuple[Any, ...]]], sql: str
) -> None:
    """
    Each mart of the hand-written account equals the rows that follow from it on paper.
    """
    assert EXPECTED[sql] == built(sql)


def test_every_mart_has_a_golden_query() -> None:
    """
    No mart is left without rows worked out by hand.
    """
    marts = {path.stem for path in MARTS.glob("*.sql")}
    queried = {sql.split(" from ")[1].split()[0] for sql in EXPECTED}
    assert marts == queried


@pytest.mark.long
@pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed")
def test_marts_on_postgres_hold_the_rows_worked_out_by_hand(tmp_path: Path) -> None:
    """
    So do those that PostgreSQL builds, and dbt's own tests and unit tests pass there.
    """
    run_script(SCRIPT, tmp_path, "postgres", timeout_s=900)
    answers = pickle.loads((tmp_path / "answers.pickle").read_bytes())
    expected = EXPECTED | OLD_API | ORDERS
    assert {sql: rows for sql, rows in answers.items() if rows != expected[sql]} == {}
