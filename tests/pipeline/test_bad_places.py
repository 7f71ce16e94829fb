"""A warehouse that cannot be reached, opened or used is named in one sentence, with what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from ctct_calls import ctct, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_file_that_is_no_database_is_named(
    account: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file stays as it was."""
    account(contacts=5, campaigns=0)
    letter = tmp_path / "letter.duckdb"
    letter.write_text("Dear Sir or Madam, " * 500)
    before = letter.read_text()
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(letter))
    code, _, errors = sync()
    assert code == 2
    assert "not a DuckDB database" in errors
    assert before == letter.read_text()


def test_a_missing_folder_is_named(account: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warehouse in a folder that does not exist is refused before a request is spent."""
    one = account(contacts=5, campaigns=0)
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(tmp_path / "nowhere" / "w.duckdb"))
    code, _, errors = sync()
    assert code == 2
    assert "does not exist" in errors
    assert one.sandbox.log.total == 0


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("it's.duckdb", "has ' in its path"),
        ('the "one".duckdb', 'has " in its path'),
        ("C#/w.duckdb", "has # in its path"),
        ("what?/w.duckdb", "has ? in its path"),
        ("w;1.duckdb", "has ; in its path"),
        ("constant_contact.2026.duckdb", "named like its own schema"),
        ("Constant_Contact.duckdb", "named like its own schema"),
        ("system.duckdb", "a name that DuckDB keeps for itself, system"),
        ("TEMP.duckdb", "a name that DuckDB keeps for itself, TEMP"),
        ("main.2026.duckdb", "a name that DuckDB keeps for itself, main"),
    ],
)
def test_a_file_that_marts_cannot_be_built_in_is_refused_before_anything_is_spent(
    account: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, words: str
) -> None:
    """One sentence with the character or the reason, no request, no file; a folder may have an apostrophe."""
    one = account(contacts=5, campaigns=0)
    path = tmp_path / 'o\'brien; and "sons"' / file
    path.parent.mkdir(parents=True)
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(path))
    code, _, errors = sync()
    assert (2, True) == (code, words in " ".join(errors.split())), errors
    assert (0, False) == (one.sandbox.log.total, path.exists())


def test_a_second_sync_into_the_same_dataset_waits_and_is_told_who_has_it(account: Any) -> None:
    """Exit 75 when its wait is over, while the first one goes on."""
    from pipelines.constant_contact.destinations.target import Target  # noqa: PLC0415
    from pipelines.constant_contact.destinations.warehouse import Warehouse  # noqa: PLC0415

    account(contacts=5, campaigns=0)
    with Warehouse(Target()).alone():
        code, _, errors = sync("--wait", "1s")
    assert code == 75
    said = " ".join(errors.split())
    assert f"another sync, into dataset 'constant_contact' (PID {os.getpid()}" in said


def test_a_dataset_that_is_no_schema_name_is_refused(account: Any) -> None:
    """The name is quoted back with the rule."""
    account(contacts=5, campaigns=0)
    code, _, errors = sync("--dataset", "My Data")
    assert code == 2
    assert "'My Data'" in errors


@pytest.mark.parametrize("command", ["sync", "check", "status"])
def test_a_postgresql_that_is_not_there_is_one_sentence(
    account: Any, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Exit 2, and nothing of the driver's traceback."""
    pytest.importorskip("psycopg2")
    account(contacts=5, campaigns=0)
    monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", "postgresql://ctct:none@127.0.0.1:1/postgres")
    code, output, errors = ctct(command, "--destination", "postgres")
    assert code == 2
    assert "the destination postgres 127.0.0.1/postgres does not answer" in output + errors
    assert "Traceback" not in output + errors


@pytest.mark.parametrize("command", ["sync", "check", "status"])
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://me:p@zyx-tail@127.0.0.1:1/db", "write it as %40"),
        ("postgresql://me:p@z/yx-tail@127.0.0.1:1/db", "write it as %40"),
        ("postgresql://me:p@z:zyx-tail@127.0.0.1:1/db", "cannot be read"),
        ("postgresql://me:zyx-tail@127.0.0.1:one/db", "cannot be read"),
        ("postgresql://me:zyx-tail@127.0.0.1:1/db?connect_timeout=soon", "cannot be read"),
        ("postgresql://me:zyx-tail@127.0.0.1:1/db?sslmod=require", '"sslmod"'),
        ("mysql://me:zyx-tail@127.0.0.1:1/db", "is not understood"),
        ("zyx-tail", "cannot be read"),
    ],
)
def test_a_postgresql_address_that_cannot_be_read_is_one_sentence(
    account: Any, monkeypatch: pytest.MonkeyPatch, command: str, address: str, words: str
) -> None:
    """Exit 2, the setting named, no piece of the password shown, and no request sent."""
    pytest.importorskip("psycopg2")
    one = account(contacts=5, campaigns=0)
    monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", address)
    code, output, errors = ctct(command, "--destination", "postgres")
    shown = output + errors
    assert 2 == code
    assert words in shown
    assert "DESTINATION__POSTGRES__CREDENTIALS" in shown
    assert not any(piece in shown for piece in ("yx-", "tail", "p@z", "Traceback"))
    assert command == "check" or 0 == one.sandbox.log.total


@contextmanager
def held_open(path: Path, seconds: float) -> Iterator[int]:
    """Another program has the warehouse open, and lets it go after a while."""
    duckdb.connect(str(path)).close()
    work = (
        f"import duckdb, time; kept = duckdb.connect({str(path)!r}); print(flush=True); time.sleep({seconds})"
    )
    with subprocess.Popen([sys.executable, "-c", work], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            yield other.pid
        finally:
            other.kill()


@pytest.mark.long
def test_a_warehouse_that_is_open_elsewhere_for_a_moment_is_waited_for(account: Any) -> None:
    """A question asked of the file while a sync begins costs the sync half a second, no more."""
    one = account(contacts=5, campaigns=0)
    with held_open(one.warehouse, 0.5):
        code, _, errors = sync("--select", "contact_tags")
    assert 0 == code, errors


def test_a_warehouse_that_stays_open_elsewhere_is_named(account: Any) -> None:
    """When the wait is over: exit 75, the program and its process named, nothing spent."""
    one = account(contacts=5, campaigns=0)
    with held_open(one.warehouse, 60) as pid:
        code, _, errors = sync("--wait", "1s")
    assert code == 75
    assert f"(PID {pid}), waited 1 s" in " ".join(errors.split())
    assert one.sandbox.log.total == 0


@pytest.mark.parametrize("command", ["sync", "plan", "status", "check"])
def test_a_state_folder_that_cannot_be_used_is_configuration(
    account: Any, tmp_path: Path, command: str
) -> None:
    """A file where the folder should be: exit 2, named."""
    in_the_way = tmp_path / "in-the-way"
    in_the_way.write_text("")
    account(contacts=5, campaigns=0).configure(state_dir=in_the_way)
    code, output, errors = ctct(command)
    assert (2, True) == (code, str(in_the_way) in output + errors), errors


def test_check_looks_at_the_dataset_like_every_command(account: Any) -> None:
    """A name that is no schema's is refused before anything is asked."""
    one = account(contacts=5, campaigns=0)
    code, _, errors = ctct("check", "--dataset", "Bad Name")
    assert (2, True) == (code, "'Bad Name'" in errors)
    assert one.sandbox.log.total == 0


def test_a_damaged_working_folder_is_for_sync_to_repair(account: Any) -> None:
    """What only reads says so; no credentials are blamed."""
    from pipelines.constant_contact.destinations.location import locate  # noqa: PLC0415
    from pipelines.constant_contact.destinations.target import Target  # noqa: PLC0415

    account(contacts=5, campaigns=0)
    folder = locate(Target()).work_dir
    folder.mkdir(parents=True)
    (folder / "state.json").write_text('{"half": ')
    for command in (("status",), ("plan",), ("sql", "select 1")):
        code, _, errors = ctct(*command)
        assert (2, True) == (code, "run ctct sync" in errors), errors
        assert "CREDENTIALS" not in errors
