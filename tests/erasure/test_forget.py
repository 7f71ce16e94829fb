"""`ctct forget`: one person goes from everything, and stays away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import child_runs
import duckdb
import pytest
from erasure.named_texts import must_tell_apart
from erasure.planted import WORDS, ctct, files_with, forgotten, move, plant, read_all
from postgres.postgres_server import binaries, postgres_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from postgres.postgres_server import PostgresServer


DAY = timedelta(days=1)


class InDuckDb:
    """Where an account is loaded: rows as text, and files as bytes."""

    arguments: tuple[str, ...] = ()
    tables = "select schema_name, table_name from duckdb_tables() where not internal"

    def __init__(self, warehouse: Path) -> None:
        self.warehouse = warehouse

    def connect(self) -> Any:
        return duckdb.connect(str(self.warehouse), read_only=True)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Every row of every table of every schema as (table, text)."""
        with self.connect() as connection:
            for schema, table in connection.execute(self.tables).fetchall():
                name = f'"{schema}"."{table}"'
                for (row,) in connection.execute(f"select cast(t as text) from {name} as t").fetchall():
                    yield f"{schema}.{table}", row

    def files_with(self, words: tuple[str, ...]) -> list[str]:
        return list(files_with(self.warehouse.parent, words))


class InPostgres(InDuckDb):
    """The write-ahead log apart, which the server itself removes (https://www.postgresql.org/docs/current/wal.html)."""

    arguments = ("--destination", "postgres")
    tables = "select schemaname, tablename from pg_tables where schemaname <> 'information_schema'"

    def __init__(self, warehouse: Path, server: PostgresServer) -> None:
        super().__init__(warehouse)
        self.server = server

    def connect(self) -> Any:
        import psycopg  # noqa: PLC0415 - an extra

        return psycopg.connect(self.server.url, autocommit=True)

    def files_with(self, words: tuple[str, ...]) -> list[str]:
        with self.connect() as connection:
            connection.execute("vacuum full")
            connection.execute("checkpoint")
        found = [each for each in files_with(self.server.data, words) if "/pg_wal/" not in each]
        return found + super().files_with(words)


@pytest.fixture(params=["duckdb", "postgres"])
def held(
    request: pytest.FixtureRequest, account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Any, InDuckDb]]:
    """An account, and where it is loaded."""
    one = account(contacts=60, campaigns=4)
    if request.param == "duckdb":
        yield one, InDuckDb(one.warehouse)
        return
    if binaries() is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed")
    with postgres_server() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield one, InPostgres(one.warehouse, server)


def text_with(loaded: InDuckDb, words: tuple[str, ...]) -> list[str]:
    """Tables with one of the words in a column of any type that is text or becomes it."""
    return [
        f"{table}: {word}" for table, row in loaded.rows() for word in words if word.lower() in row.lower()
    ]


@pytest.mark.long
def test_a_forgotten_person_is_nowhere_and_does_not_come_back(held: tuple[Any, InDuckDb]) -> None:
    """Tables, file, folders, report and logs hold nothing; three more nights, the feeds listing, change nothing."""
    one, loaded = held
    where = loaded.arguments
    read_all(one)
    folder = one.warehouse.parent
    person = plant(one.sandbox)
    ended = ctct("sync", *where, folder=folder)
    assert ended.returncode == 0, ended.stderr
    one.sandbox.move_clock(DAY)
    move(one.sandbox, person)
    one.log_in()
    assert ctct("sync", *where, folder=folder).returncode == 0
    assert ctct("report", "--out", "page.html", *where, folder=folder).returncode == 0
    held = " ".join(text_with(loaded, WORDS))
    for table in ("event_registrations", "event_registration_details", "landing_page_opens"):
        assert f".{table}: {WORDS[1]}" in held
    one.sandbox.delete_contact(person.position)

    dry = forgotten("--email", WORDS[0].upper(), *where, folder=folder)
    assert "found" == dry["status"]
    done = forgotten("--email", WORDS[0], "--yes", *where, folder=folder)

    assert ("erased", {}, dry["found"]) == (done["status"], done["remains"], done["found"])
    for night in ("sync", "sync --full-refresh", "sync"):
        assert [] == text_with(loaded, person.words)
        assert [] == loaded.files_with(person.words)
        one.sandbox.move_clock(DAY)
        one.log_in()
        ended = ctct(*night.split(), "--json", *where, folder=folder)
        assert 0 == ended.returncode
    assert [] == text_with(loaded, person.words)
    assert [] == loaded.files_with(person.words)


@pytest.mark.long
@pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed")
def test_postgresql_too_tells_an_address_from_one_that_holds_it() -> None:
    import psycopg  # noqa: PLC0415 - an extra

    with postgres_server() as server, psycopg.connect(server.url, autocommit=True) as connection:
        must_tell_apart(lambda sql: connection.execute(sql).fetchall())


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--email", "gmail.com", "'gmail.com' is no address"),
        pytest.param("--email", "@gmail.com", "is no address", marks=pytest.mark.long),
        pytest.param("--email", "a\udcff@gmail.com", "is no address", marks=pytest.mark.long),
        pytest.param("--email", "ada lovelace@gmail.com", "is no address", marks=pytest.mark.long),
        ("--contact-id", "7", "'7' is no id of a contact"),
        pytest.param("--contact-id", "%", "is no id of a contact", marks=pytest.mark.long),
    ],
)
def test_a_part_of_an_address_or_id_names_nobody(tmp_path: Path, option: str, value: str, words: str) -> None:
    """It stands in the rows of many."""
    ended = child_runs.ctct("forget", option, value, "--yes", folder=tmp_path)
    assert (2, "", True) == (ended.returncode, ended.stdout, words in ended.stderr)


def test_a_dataset_that_is_not_there_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the wrong file nobody is said to be erased."""
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(tmp_path / "account.duckdb"))
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    with duckdb.connect(str(tmp_path / "account.duckdb")) as connection:
        connection.execute("create schema other; create table other._dlt_loads (load_id text)")
    ended = child_runs.ctct("forget", "--email", "somebody@harborlight.example", folder=tmp_path)
    assert (2, "", True) == (ended.returncode, ended.stdout, "with --dataset: other" in ended.stderr)


@pytest.mark.long
def test_an_erasure_that_was_stopped_is_told_until_it_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are gone, bytes in the file may not be: the dry run says so, --yes finishes, then nothing is said."""
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(tmp_path / "account.duckdb"))
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    with duckdb.connect(str(tmp_path / "account.duckdb")) as connection:
        connection.execute(
            "create schema constant_contact; set schema = 'constant_contact';"
            "create table contacts (contact_id text, email_address__address text, deleted_at timestamptz);"
            "create table _ctct_forgotten (contact_hash text, hash_key text, reason text,"
            " forgotten_at timestamptz, finished_at timestamptz);"
            f"insert into _ctct_forgotten values ('{'a' * 64}', '{'b' * 64}', 'asked', now(), null)"
        )
    person = "--email", "somebody.else@harborlight.example"
    dry, done, after = (forgotten(*person, *more, folder=tmp_path) for more in ((), ("--yes",), ()))
    assert "an earlier erasure stopped" in dry["for_you"][0]
    assert ("erased", []) == (done["status"], done["for_you"])
    assert ("nothing_found", []) == (after["status"], after["for_you"])
