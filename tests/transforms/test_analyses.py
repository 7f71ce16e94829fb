"""The analyst questions that come with the project: each runs on the hand-written account and says what it asks."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.constant_contact.questions import Question, questions

QUESTIONS = questions()


def test_there_are_twenty_and_more() -> None:
    """
    No question is lost.
    """
    assert len(QUESTIONS) > 20


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


CLUB_SENT = datetime.fromisoformat("2026-03-09T15:00:00")
ON_PAPER = {
    "readers_to_win_back": [],
    "why_people_leave": [("Too many mails", 1, 1.0, 28.0)],
    "most_clicked_pages": [
        ("harbor.example/Titles", 1, 3, 2),
        ("harbor.example/club", 1, 2, 2),
        ("harbor.example/never", 1, 1, 1),
    ],
    "list_overlap": [("Reading club", "Newsletter", 1, 1.0)],
    "members_who_left_lists": [("Newsletter", 2, 18.0), ("Reading club", 1, None)],
    "speed_of_opens": [(3, 1800.0, 69480.0, 1)],
    "engagement_tiers": [("high", 1, 15.0, 7.0), ("medium", 1, 11.0, 6.0), ("inactive", 1, 3.0, None)],
    "days_between_mails": [("one mail so far", 1, None, 0), ("3 to 7 days", 2, 3, 0), ("7 to 14 days", 2, 7, 0)],
    "this_year_and_last": [],
    "revenue_by_mail": [],
    "segments_compared": [("Most engaged", 1, 2, None, None, None, 0.0, 0.0, CLUB_SENT)],
    "mails_not_wholly_loaded": [
        ("Club night", "Club night", "opens", None, 1, CLUB_SENT),
        ("Club night", "Club night", "unique_opens", None, 1, CLUB_SENT),
    ],
    "sms_beside_mails": [
        (date(2026, 3, 1), "email", 2, 7, 6 / 7, 0.75, 1 / 3, 1 / 6),
        (date(2026, 3, 1), "sms", 1, 4, None, None, 0.4, 0.0),
        (date(2026, 2, 1), "sms", 1, 10, 0.8, 0.75, 0.5, 0.25),
    ],
    "guests_who_stay_away": [("ben@gmail.com", 1, 1, datetime.fromisoformat("2026-03-07T00:00:00"))],
    "automations_running": [
        ("Welcome", date(2026, 1, 11), False, datetime.fromisoformat("2026-01-11T10:00:00"))
    ],
    "profiles_in_trouble": [
        ("INSTAGRAM", "Harbor Pictures", "login_expired", "token expired", "harborpix"),
        ("LINKEDIN", "Harbor Jobs", "not_connected", None, None),
    ],
    "worth_of_resends": [("Spring titles", 0.5, 1.0, 1, 0, 0, 0.5)],
}  # fmt: skip


@pytest.mark.parametrize("name", ON_PAPER)
def test_an_answer_worked_out_by_hand(nights: Path, name: str) -> None:
    """
    Questions that do more than list a mart give the rows that follow on paper.
    """
    with duckdb.connect(str(nights / "built.duckdb"), read_only=True) as connection:
        connection.execute("set search_path = 'constant_contact_analytics'")
        assert ON_PAPER[name] == connection.execute(QUESTIONS[name].sql).fetchall()
