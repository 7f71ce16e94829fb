"""The analyst questions that come with the project: each is answered, on the hand-written account and on others."""

import pickle
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from answers_on_paper import ON_PAPER
from postgres.postgres_server import binaries
from transforms.older_account import ON_PAPER as OLDER
from transforms.script_runs import run_script

from pipelines.constant_contact.questions import Question, questions

QUESTIONS = questions()
SCRIPT = Path(__file__).with_name("question_accounts.py")
BY_ORDERS = {"revenue_by_mail"}
"""Answered below, by accounts with a shop's orders."""


def test_every_question_has_an_answer_worked_out_by_hand() -> None:
    """
    A new question comes with its rows; no question is lost.
    """
    assert ON_PAPER.keys() == QUESTIONS.keys()
    assert len(QUESTIONS) > 40
    assert OLDER.keys() | BY_ORDERS == {name for name, rows in ON_PAPER.items() if not rows}
    assert all(len(rows) > 1 for rows in OLDER.values())


@pytest.mark.parametrize("one", QUESTIONS.values(), ids=lambda one: one.name)
def test_a_question_is_answered(nights: Path, one: Question) -> None:
    """
    Each question has its question mark, its note, and an answer with named columns, none of them twice.
    """
    assert one.asks.endswith("?")
    assert one.note.endswith(".")
    with duckdb.connect(str(nights / "built.duckdb"), read_only=True) as connection:
        connection.execute("set search_path = 'constant_contact_analytics'")
        answer = connection.execute(one.sql)
        names = [column[0] for column in answer.description or ()]
        answer.fetchall()
    assert sorted(set(names)) == sorted(names) != []


def rounded(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Floats to three digits, which is what a person works out."""
    return [tuple(round(cell, 3) if isinstance(cell, float) else cell for cell in row) for row in rows]


def answer(warehouse: Path, name: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set search_path = 'constant_contact_analytics'")
        return rounded(connection.execute(QUESTIONS[name].sql).fetchall())


@pytest.mark.parametrize("name", ON_PAPER)
def test_an_answer_worked_out_by_hand(nights: Path, name: str) -> None:
    """
    Each question gives the rows that follow on paper.
    """
    assert rounded(ON_PAPER[name]) == answer(nights / "built.duckdb", name)


def test_mails_that_brought_orders(nights: Path) -> None:
    """
    With a shop's orders: one of Ada's two comes within seven days of a click, and Eve's: without the second link that
    night, her two clicks are no burst any more.
    """
    sent = datetime.fromisoformat("2026-03-02T14:00:00")
    mail = ("Spring titles", "5 new titles, Ada?", 4, None, 2, 2, 30.5, 7.625, sent)
    assert answer(nights / "stepped.duckdb", "revenue_by_mail") == [mail]


def test_revenue_is_of_one_currency_each(nights: Path) -> None:
    """
    Of the odd orders a mail's euros (20, and an amount that is no number) and dollars (30.5 - 10) are not added up.
    """
    mail, sent = ("Spring titles", "5 new titles, Ada?", 4), datetime.fromisoformat("2026-03-02T14:00:00")
    assert answer(nights / "odd.duckdb", "revenue_by_mail") == [
        (*mail, "EUR", 2, 1, 20.0, 5.0, sent),
        (*mail, "USD", 1, 1, 20.5, 5.125, sent),
    ]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_by_an_account_of_a_few_tables(nights: Path, name: str) -> None:
    """
    Where contacts, lists, sends and clicks alone are loaded, no question ends in the database's own error.
    """
    answer(nights / "partial.duckdb", name)


@pytest.mark.parametrize(
    "engine",
    [
        pytest.param("duckdb", marks=pytest.mark.long),
        pytest.param(
            "postgres",
            marks=[
                pytest.mark.slow,
                pytest.mark.skipif(binaries() is None, reason="PostgreSQL is not installed"),
            ],
        ),
    ],
)
def test_other_accounts_have_their_answers(tmp_path: Path, engine: str) -> None:
    """
    An account with a year behind it answers what a young one cannot, on paper and here; one without rows and one
    whose contacts are all deleted answer every question.
    """
    run_script(SCRIPT, tmp_path, engine, timeout_s=1800)
    answers = pickle.loads((tmp_path / "answers.pickle").read_bytes())
    assert {name: rounded(rows) for name, rows in OLDER.items()} == {
        name: rounded(rows) for name, rows in answers["older"].items()
    }
    assert answers["empty"].keys() == answers["deleted"].keys() == QUESTIONS.keys()
