"""`ctct sql` on DuckDB changes nothing and reads and writes no file: over a hundred statements that try."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import child_runs
import duckdb
import pytest
from sql_attacks import DUCKDB, WORD

from pipelines.constant_contact.destinations.base import Place
from pipelines.constant_contact.destinations.duckdb import DuckDb
from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from pathlib import Path

MADE = """
create schema constant_contact; create schema constant_contact_analytics;
create sequence constant_contact.numbers;
create table constant_contact.contacts as select 'c' || i as contact_id, 'n' || i as name from range(5) as t(i);
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A warehouse beside a file with a word in it, and one that looks like a CSV."""
    folder = tmp_path / "kept"
    folder.mkdir()
    for name in ("secret.txt", "list.csv"):
        (folder / name).write_text(f"{WORD}\n{WORD}\n")
    (folder / "exported").mkdir()
    (folder / "exported" / "schema.sql").write_text("create table more (a int);")
    (folder / "exported" / "load.sql").write_text("")
    path = folder / "account.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(MADE)
    return path


def snapshot(folder: Path) -> Mapping[str, str]:
    """Every file below the folder with the digest of its bytes."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def filled(statement: str, path: Path) -> str:
    names = {"{file}": path, "{folder}": path.parent, "{secret}": path.parent / "secret.txt"}
    for name, value in names.items():
        statement = statement.replace(name, str(value))
    return statement


def test_the_list_is_long_enough_and_says_nothing_twice() -> None:
    assert len(DUCKDB) == len(set(DUCKDB)) >= 100


def test_no_statement_changes_a_file_or_reads_one(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One session takes the whole list, refuses every line of it in a sentence, and answers in between."""
    before, answered, shown = snapshot(path.parent), [], []
    with DuckDb().session(Place(identity="", title="", factory=None, file=path), Target()) as session:
        for statement in DUCKDB:
            try:
                shown.append(str(session.ask(filled(statement, path)).rows))
                answered.append(statement)
            except UserError as error:
                shown.append(str(error))
            assert [(5,)] == session.ask("select count(*) from contacts").rows, statement
            assert before == snapshot(path.parent), statement
    assert [] == answered
    assert ("", "") == capfd.readouterr()
    assert WORD not in "\n".join(shown)


def ctct(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DESTINATION__DUCKDB__CREDENTIALS": str(path),
        "DLT_DATA_DIR": str(path.parent.parent / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
    }
    return child_runs.ctct("sql", *arguments, folder=path.parent, environment=environment)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("copy (select 'x') to '{file}.wal' (format blob)", "ctct sql only reads, and COPY"),
        ("from read_text('{secret}')", "File system LocalFileSystem has been disabled"),
        ("commit; delete from contacts; commit", "one statement at a time"),
        ("/* nothing */", "there is no statement"),
        ("select nome from contacts", 'Candidate bindings: "name"\n\nLINE 1: select nome'),
    ],
)
def test_a_process_ends_with_a_sentence_and_code_2(path: Path, statement: str, words: str) -> None:
    """Several statements, none, one that writes, one that reads a file, and DuckDB's own hints for a wrong one."""
    before = snapshot(path.parent)
    ended = ctct(path, filled(statement, path))
    assert (2, "") == (ended.returncode, ended.stdout)
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
    assert before == snapshot(path.parent)


@pytest.mark.slow
def test_every_statement_as_a_process_of_its_own(path: Path) -> None:
    before = snapshot(path.parent)
    for statement in DUCKDB:
        ended = ctct(path, filled(statement, path))
        assert (2, "") == (ended.returncode, ended.stdout), statement
        assert before == snapshot(path.parent), statement
        assert WORD not in ended.stderr


def test_what_only_reads_is_answered(path: Path) -> None:
    """SHOW, DESCRIBE, SUMMARIZE, EXPLAIN, PIVOT, VALUES and a trailing semicolon are questions."""
    with DuckDb().session(Place(identity="", title="", factory=None, file=path), Target()) as session:
        for statement in (
            "select 1;", "values (1)", "from contacts", "with c as (from contacts) select * from c", "show tables",
            "describe contacts", "summarize contacts", "explain select 1", "explain analyze select * from contacts",
            "explain (analyze, format json) from contacts", "explain (select 1)",
            "-- why\n EXPLAIN\n values (1) -- this;",
            "pivot contacts on name", "pivot contacts on name in ('n1')", "pragma table_info('contacts')",
        ):  # fmt: skip
            assert session.ask(statement).columns, statement
