"""The analyst questions that come with the project: each runs on the hand-written account and says what it asks."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from answers_on_paper import ON_PAPER

from pipelines.constant_contact.questions import Question, questions

QUESTIONS = questions()


def test_every_question_has_an_answer_worked_out_by_hand() -> None:
    """
    A new question comes with its rows; no question is lost.
    """
    assert ON_PAPER.keys() == QUESTIONS.keys()
    assert len(QUESTIONS) > 40


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
    mail = ("Spring titles", "5 new titles, Ada?", 4, 2, 2, 30.5, 7.625, sent)
    assert answer(nights / "stepped.duckdb", "revenue_by_mail") == [mail]
