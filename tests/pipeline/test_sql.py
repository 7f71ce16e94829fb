"""`ctct sql`: answers in three forms, a prompt, and a warehouse that stays as it is."""

import io
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.constant_contact.destinations.base import Place
from pipelines.constant_contact.destinations.duckdb import DuckDb
from pipelines.constant_contact.destinations.session import Answer, Session
from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.display.answer import write
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.questions import question
from pipelines.constant_contact.sql import moment_asked, prompt


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
    with DuckDb().session(Place(identity="", title="", factory=None, file=path), Target()) as asked:
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
    with pytest.raises(UserError, match="ctct sql only reads, and "):
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


def test_csv_writes_nested_values_as_json_bytes_as_hexadecimals_and_every_digit(asked: Session) -> None:
    """
    What another program reads is no repr of Python's.
    """
    statement = (
        "select [date '2026-03-02', null] as a, {'b': 1.50::decimal(5,2)} as b, 'ab'::blob as c, [1, 2]::int[2] as d,"
        " 12345678901234567890.1234567891::decimal(38,10) as e, -7.00::decimal(5,2) as f, -0.10::decimal(5,2) as g"
    )
    for form in ("csv", "table"):
        out = io.StringIO()
        write(asked.ask(statement), form, out)
        written = out.getvalue().replace('""', '"')
        for text in (
            '["2026-03-02", null]', '{"b": 1.5}', "\\x6162", "[1, 2]", "12345678901234567890.1234567891", "-7", "-0.1",
        ):  # fmt: skip
            assert text in written, form
        assert "Decimal" not in written


def test_what_python_cannot_hold_is_one_sentence(asked: Session) -> None:
    """
    An interval of three million years.
    """
    with pytest.raises(UserError, match=r"cannot be shown \(days=.*; cast it to text"):
        asked.ask("select [to_years(3000000)]")
    assert [(1,)] == asked.ask("select 1").rows


def shown(answer: Answer, monkeypatch: pytest.MonkeyPatch, width: int = 80) -> list[str]:
    """The lines of a table in a terminal of this width."""
    monkeypatch.setenv("COLUMNS", str(width))
    out = io.StringIO()
    write(answer, "table", out)
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("width", [30, 80, 200])
def test_a_wide_row_shows_the_columns_that_fit_and_the_others_below(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """
    Sixty columns in 80 characters: each name and each value is there, whole, once; nothing is wider than the terminal.
    """
    names = tuple(f"column_{number:02}" for number in range(60))
    answer = Answer(
        columns=names, rows=[tuple(f"v{row}_{number:02}" for number in range(60)) for row in range(2)]
    )
    lines = shown(answer, monkeypatch, width)
    words = " ".join(lines).split()
    assert max(map(len, lines)) <= width
    below = [line for line in lines if line.startswith("row ")]
    assert ["row 1, the other columns", "row 2, the other columns"] == below
    assert [1] * 120 == [words.count(value) for row in answer.rows for value in row]
    assert {1, 2} == {words.count(name) for name in names}


def test_a_long_value_is_folded_at_a_width_that_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Two columns, one with a long text: both side by side, and the text takes what the other leaves.
    """
    lines = shown(Answer(columns=("id", "words"), rows=[("a" * 36, "word " * 40)]), monkeypatch)
    assert [] == [line for line in lines if line.startswith("row ")]
    assert all(len(line) <= 80 for line in lines)
    assert len(lines) < 12


def test_rows_whose_other_columns_are_not_shown_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Twenty rows below the table are enough on a screen.
    """
    answer = Answer(columns=("a" * 40, "b" * 40, "c" * 40), rows=[("x", "y", "z")] * 25)
    said = " ".join(shown(answer, monkeypatch))
    assert "the other columns of 5 more rows are not shown" in said
    assert "row 20," in said
    assert "row 21," not in said


def test_csv_holds_no_formula_and_no_number_becomes_text(asked: Session) -> None:
    """
    Texts that a spreadsheet would run begin with an apostrophe, names of columns too; numbers stay as they are.
    """
    statement = (
        "select '=1+1' as \"=name\", '-1+1' as b, '@x' as c, chr(9) || '=1' as d, -5 as e, -0.5 as f, '-5' as g,"
        " chr(27) || '[31m' as h, '\uff1d1' as i, 'a' || chr(10) || 'b' as j"
    )
    out = io.StringIO()
    write(asked.ask(statement), "csv", out)
    names, values = out.getvalue().split("\r\n", 1)
    assert names == "'=name,b,c,d,e,f,g,h,i,j"
    assert values == "'=1+1,'-1+1,'@x,'\t=1,-5,-0.5,-5,\\x1b[31m,'\uff1d1,\"a\nb\"\r\n"


def test_json_carries_what_acts_in_a_terminal_as_escapes(asked: Session) -> None:
    """
    The same characters come back from the JSON, and none of them is in it.
    """
    text = "a\x1b[31m\x7f\x9b\u202eb\U000e0041\\u202e\n"
    out = io.StringIO()
    write(Answer(columns=(text,), rows=[(text,)]), "json", out)
    assert [{text: text}] == json.loads(out.getvalue())["rows"]
    assert out.getvalue().rstrip("\n").isascii()
    assert out.getvalue().rstrip("\n").isprintable()


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("2026-01-31", "UTC", "2026-01-31T23:59:59.999999+00:00"),
        ("2026-01-31", "America/New_York", "2026-02-01T04:59:59.999999+00:00"),
        ("2026-01-31", None, "2026-02-01T07:59:59.999999+00:00"),
        ("2026-01-31T06:30", "America/New_York", "2026-01-31T06:30:00+00:00"),
        (" 2026-01-31 06:30:15+02:00", None, "2026-01-31T04:30:15+00:00"),
    ],
)
def test_a_day_is_its_end_where_marts_count_days_and_a_time_is_utc(
    text: str, zone: str | None, at: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """
    The zone of the setting, else the account's, here that of Los Angeles.
    """
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(tmp_path / "account.duckdb"))
    with duckdb.connect(str(tmp_path / "account.duckdb")) as connection:
        account = "select 'Shop' as organization_name, 'America/Los_Angeles' as time_zone_id"
        connection.execute(
            f"create schema constant_contact; create table constant_contact.account as {account}"
        )
    opened = Warehouse(Target(), create=False)
    assert moment_asked(text, opened, zone) == datetime.fromisoformat(at)


def test_the_day_that_goes_on_is_asked_for_until_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The future is refused.
    """
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(tmp_path / "account.duckdb"))
    opened = Warehouse(Target(), create=False)
    before = datetime.now(UTC)
    assert before <= moment_asked(before.date().isoformat(), opened, None) <= datetime.now(UTC)
    with pytest.raises(UserError, match="is in the future"):
        moment_asked((before + timedelta(minutes=1)).isoformat(), opened, None)
