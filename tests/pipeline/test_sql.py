"""`ctct sql`: answers in three forms, a prompt, and a warehouse that stays as it is."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.questions import question
from pipelines.constant_contact.sql import Answer, Session, prompt, session, write


class Warehouse:
    """As much of a warehouse as a session asks for."""

    def __init__(self, path: Path) -> None:
        self.target = Target()
        self.duckdb_path = path

    def must_exist(self) -> None:
        """It does."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "account.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema constant_contact; create schema constant_contact_analytics;"
            "create table constant_contact.contacts (contact_id text);"
            "create table constant_contact_analytics.contacts as select * from (values"
            " ('ada', cast(0.5 as double), timestamp '2026-03-02 14:00:00'), ('ben', null, null)"
            ") as made_up (contact_id, lifetime_open_rate, joined_at);"
            "create table constant_contact.contact_lists (list_id text)"
        )
    return path


@pytest.fixture
def asked(path: Path) -> Iterator[Session]:
    with session(Warehouse(path)) as asked:  # type: ignore[arg-type]  # as much of it as is asked for
        yield asked


def test_a_bare_name_is_a_mart_before_it_is_a_raw_table(asked: Session) -> None:
    """
    `contacts` is the mart of that name; `contact_lists`, which no mart is called, the raw table.
    """
    assert [(2,)] == asked.ask("select count(*) from contacts").rows
    assert [(0,)] == asked.ask("select count(*) from contact_lists").rows


@pytest.mark.parametrize(
    "statement",
    [
        "delete from contacts",
        "drop table constant_contact.contacts",
        "create table constant_contact.more (a int)",
        "copy contacts to '/tmp/contacts.csv'",
        "attach '/tmp/other.duckdb'",
        "set enable_external_access = true",
    ],
)
def test_nothing_can_be_changed(asked: Session, statement: str) -> None:
    """
    What writes, to the warehouse or to a file, is refused in one sentence.
    """
    with pytest.raises(UserError, match="the warehouse refuses this: "):
        asked.ask(statement)
    assert [(2,)] == asked.ask("select count(*) from contacts").rows


def test_csv_has_every_row_and_no_ornaments(asked: Session) -> None:
    """
    CSV: a line of names, times as ISO 8601, nothing for null.
    """
    out = io.StringIO()
    write(asked.ask("select * from contacts order by 1"), "csv", out)
    expected = ["contact_id,lifetime_open_rate,joined_at", "ada,0.5,2026-03-02T14:00:00", "ben,,"]
    assert expected == out.getvalue().splitlines()


def test_json_is_one_object(asked: Session) -> None:
    """
    JSON: the columns in their order, and a row as an object.
    """
    out = io.StringIO()
    write(asked.ask("select contact_id, lifetime_open_rate from contacts order by 1"), "json", out)
    rows = [
        {"contact_id": "ada", "lifetime_open_rate": 0.5},
        {"contact_id": "ben", "lifetime_open_rate": None},
    ]
    assert {"columns": ["contact_id", "lifetime_open_rate"], "rows": rows} == json.loads(out.getvalue())


def test_a_long_table_says_how_many_rows_it_leaves_out() -> None:
    """
    On a screen 200 rows are enough; the rest is counted, not forgotten.
    """
    out = io.StringIO()
    write(Answer(columns=("number",), rows=[(number,) for number in range(1200)]), "table", out)
    assert "1,000 more rows; --csv gives all of them" in out.getvalue()


def test_the_prompt_goes_on_after_a_refusal(asked: Session) -> None:
    """
    Statements may take several lines; one that is refused is said and the next one is answered.
    """
    lines = iter(
        ["select nothing_like_it", "from contacts;", "select count(*) as there", "from contacts;", ".quit"]
    )
    out, said = io.StringIO(), list[str]()
    prompt(asked, read=lambda _prompt: next(lines), out=out, say=said.append, form="csv")
    assert ["there", "2"] == out.getvalue().splitlines()
    assert said[-1].startswith("the warehouse refuses this: ")
    assert "nothing_like_it" in said[-1]


def test_the_prompt_tells_what_there_is(asked: Session) -> None:
    """
    Tables, columns and questions can be asked for by a word; the end of input ends it.
    """
    lines = iter([".columns contact_lists", ".questions"])

    def read(_prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    out, said = io.StringIO(), list[str]()
    prompt(asked, read=read, out=out, say=said.append, form="csv")
    assert "constant_contact,list_id,VARCHAR" in out.getvalue()
    assert any("mail_fatigue" in line for line in said)


def test_an_unknown_question_is_told_the_known_ones() -> None:
    """
    A name that is no question ends in one sentence with those that are.
    """
    with pytest.raises(UserError, match=r"no question 'best_mail'; choose from .*best_mails"):
        question("best_mail")


def test_json_says_null_for_what_is_no_number_and_keeps_every_column(asked: Session) -> None:
    """
    NaN and infinity are null, dates inside lists and maps are text, a name that comes twice is numbered.
    """
    statement = (
        "select 'nan'::double as a, 1 as a, '-inf'::double as b, 7 as a_1, [date '2026-03-02', null] as days,"
        " {'at': timestamp '2026-03-02 14:00:00', 'rates': ['inf'::float]} as nested,"
        " map {date '2026-03-02': 1.5} as mapped"
    )
    out = io.StringIO()
    write(asked.ask(statement), "json", out)
    expected = {
        "a": None,
        "a_2": 1,
        "b": None,
        "a_1": 7,
        "days": ["2026-03-02", None],
        "nested": {"at": "2026-03-02T14:00:00", "rates": [None]},
        "mapped": {"2026-03-02": 1.5},
    }
    assert [expected] == json.loads(out.getvalue(), parse_constant=pytest.fail)["rows"]


def test_a_stream_that_knows_only_ascii_is_written_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A character that standard output cannot carry is escaped, not an error.
    """
    from pipelines.constant_contact import cli  # noqa: PLC0415 - typer

    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    cli.escape_what_cannot_be_shown()
    stream.write("Zo\u00eb\n")
    stream.flush()
    assert b"Zo\\xeb\n" == written.getvalue()
