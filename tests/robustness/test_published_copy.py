"""A warehouse for readers beside a running sync: the copy that `publish` names, and what there is without one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pytest
from child_runs import Home

from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FEW = "contacts,contact_lists"
EXPORT = ("export", "--out", "exported", "--select", "contacts", "--format", "csv")
SYNC = ("sync", "--no-transform", "--select", FEW)
COUNT = "select count(*) as contacts from constant_contact.contacts"
HOLD = """
import duckdb, sys
kept = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "True")
print(kept.execute("select count(*) from constant_contact._ctct_runs").fetchall()[0][0], flush=True)
sys.stdin.readline()
print(kept.execute("select count(*) from constant_contact._ctct_runs").fetchall()[0][0], flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    sandbox = Sandbox(contacts=600, campaigns=1, requests_per_second=None, requests_per_day=None)
    with serve(sandbox) as server:
        folder = tmp_path / "home"
        settings = {"requests_per_second": 200, "publish": folder / "for_readers" / "copy.duckdb"}
        yield Home(server=server, folder=folder, settings=settings)


@contextmanager
def held(path: Path, *, read_only: bool) -> Iterator[subprocess.Popen[str]]:
    """Another program that keeps a file open."""
    command = [sys.executable, "-c", HOLD, str(path), str(read_only)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.first = int(other.stdout.readline())  # type: ignore[attr-defined]
        try:
            yield other
        finally:
            other.kill()


def copy_of(home: Home) -> Path:
    return home.folder / "for_readers" / "copy.duckdb"


def runs_in(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as connection:
        return int(connection.execute("select count(*) from constant_contact._ctct_runs").fetchall()[0][0])


@pytest.mark.long
def test_a_reader_keeps_the_copy_open_while_syncs_replace_it(home: Home) -> None:
    """It stops no sync and goes on with what it opened; whoever opens the copy afterwards sees the new run.

    A first copy has the usual mode, for it is made for others; the next one has whatever its owner chose.
    """
    assert 0 == home.run(*SYNC).code
    umask = os.umask(0o022)
    os.umask(umask)
    assert 0o666 & ~umask == copy_of(home).stat().st_mode & 0o777
    copy_of(home).chmod(0o640)
    with held(copy_of(home), read_only=True) as reader:
        ended = home.run(*SYNC, "--wait", "0s")
        assert reader.stdin is not None
        assert reader.stdout is not None
        reader.stdin.write("\n")
        reader.stdin.flush()
        seen = int(reader.stdout.readline())
    assert (0, "") == (ended.code, "".join(line for line in ended.err.splitlines() if "warning" in line))
    assert (1, 2, 2) == (seen, runs_in(copy_of(home)), runs_in(home.warehouse))
    assert ["copy.duckdb"] == [file.name for file in copy_of(home).parent.iterdir()]
    assert copy_of(home).stat().st_mode & 0o777 == 0o640


@pytest.mark.long
def test_beside_a_sync_readers_answer_from_the_copy_and_say_how_old_it_is(home: Home) -> None:
    """status, runs, sql, report and export, while the file is locked for writing: exit 0 in two seconds, age named."""
    assert 0 == home.run(*SYNC).code
    commands = (
        ("status", "--json"),
        ("runs",),
        ("sql", COUNT, "--json"),
        ("report", "--out", "page.html"),
        EXPORT,
    )
    alone = [home.run(*command) for command in commands]
    with held(home.warehouse, read_only=False):
        for command, before in zip(commands, alone, strict=True):
            began_s = time.monotonic()
            ended = home.run(*command)
            assert (0, True) == (ended.code, time.monotonic() - began_s < 2), (command, ended.err)
            said = f"answering from its copy {copy_of(home)}, 0 min old"
            assert (False, True) == (said in before.err, said in ended.err), ended.err
            if command[0] != "status":  # which counts the day's requests
                assert before.out == ended.out
    assert str(home.warehouse) == json.loads(home.run("status", "--json").out)["warehouse"]["location"]


@pytest.mark.long
def test_between_commits_readers_answer_from_the_file_itself(home: Home) -> None:
    """Without a copy, while a sync waits for the API: the file is free, and the answer comes from it."""
    del home.settings["publish"]
    assert 0 == home.run(*SYNC).code
    home.server.sandbox.set_fault("hold", None, path_prefix="/contacts", after=1)
    run = home.start(*SYNC)
    holder = home.folder / ".account.duckdb.lock.holder"
    while not holder.exists():
        time.sleep(0.01)
    time.sleep(1)
    ended = home.run("sql", COUNT, "--csv")
    assert holder.exists()
    run.kill()
    assert (0, ["contacts", "600"]) == (ended.code, ended.out.split()), ended.err


@pytest.mark.long
def test_a_reader_that_cannot_get_in_is_told_of_publish(home: Home) -> None:
    """Without a copy, while the file is held: exit 75 within two seconds, with the program and the setting.

    Readers do not stop each other: while it is open for reading, status answers from the file, not from the copy.
    """
    assert 0 == home.run(*SYNC).code
    with held(home.warehouse, read_only=True):
        ended = home.run("status")
    assert (0, False) == (ended.code, "copy" in ended.err), ended.err
    del home.settings["publish"]
    with held(home.warehouse, read_only=False) as other:
        ended = home.run("sql", COUNT)
    [waited_s] = re.findall(r"waited ([\d.]+) s", ended.err)
    assert (75, True) == (ended.code, float(waited_s) < 2), ended.err
    assert f"(PID {other.pid})" in ended.err
    assert "set publish" in ended.err


@pytest.mark.parametrize(
    ("publish", "words"),
    [
        ("account.duckdb", "the warehouse itself"),
        ("constant_contact.duckdb", "named like a schema"),
        ("constant_contact.2026.duckdb", "named like a schema"),
        (".", "a folder; set it to a file"),
    ],
)
def test_a_copy_that_cannot_be_one_is_refused_before_anything_is_spent(
    home: Home, publish: str, words: str
) -> None:
    """Exit 2, one sentence, no request."""
    home.settings["publish"] = home.folder / publish
    ended = home.run(*SYNC)
    assert (2, True) == (ended.code, words in ended.err), ended.err
    assert home.server.sandbox.log.total == 0


@pytest.mark.long
def test_a_copy_that_cannot_be_made_is_a_warning(home: Home) -> None:
    """The run is complete; the last copy stays."""
    assert 0 == home.run(*SYNC).code
    copy_of(home).unlink()
    copy_of(home).parent.rmdir()
    copy_of(home).parent.write_text("a file in the way")
    ended = home.run(*SYNC, "--json")
    [warning] = json.loads(ended.out)["warnings"]
    assert (0, True) == (ended.code, warning.startswith(f"the copy {copy_of(home)} is not renewed")), warning
