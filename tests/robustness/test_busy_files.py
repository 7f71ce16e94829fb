"""A warehouse file that other programs have open: waited for, named, and nothing lost or unrecorded."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from account_comparison import differences
from account_tables import KEYS
from child_runs import Home, start_child

from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FEW = "contacts,contact_lists"
SYNC = ("sync", "--no-transform", "--select", FEW)
TABLES = [name for name in KEYS if name.startswith("contacts") or name in FEW.split(",")]
OPEN_SOON = """
import duckdb, sys, time
until = time.monotonic() + 60
while True:
    try:
        kept = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "True")
        break
    except duckdb.IOException:
        if time.monotonic() > until:
            raise
        time.sleep(0.005)
print(flush=True)
sys.stdin.read()
"""
"""A program that keeps a file open, from the first moment in which it can, until its input ends."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    sandbox = Sandbox(contacts=2600, campaigns=1, requests_per_second=None, requests_per_day=None)
    with serve(sandbox) as server:
        yield Home(
            server=server,
            folder=tmp_path / "home",
            settings={"requests_per_second": 200, "requests_per_commit": 4},
        )


@contextmanager
def reader(path: Path, *, read_only: bool = True) -> Iterator[int]:
    """Another program that has the file open; its process id."""
    command = [sys.executable, "-c", OPEN_SOON, str(path), str(read_only)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline()
        try:
            yield other.pid
        finally:
            other.communicate()


def recorded(home: Home, schema: str = "constant_contact") -> list[str]:
    """The statuses of the runs on record, oldest first."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        rows = connection.execute(f"select status from {schema}._ctct_runs order by started_at").fetchall()
    return [str(status) for (status,) in rows]


@pytest.mark.long
def test_a_file_that_stays_open_ends_the_run_with_75_and_is_recorded_later(home: Home) -> None:
    """A reader from before the start: the program is named, nothing is asked of the API, the next run records both."""
    assert 0 == home.run(*SYNC).code
    sent = home.server.sandbox.log.total
    with reader(home.warehouse) as pid:
        ended = home.run(*SYNC, "--wait", "1s", "--json")
    result = json.loads(ended.out)
    assert (75, "partial") == (ended.code, result["status"]), ended.err
    assert "open in python" in result["reason"]
    assert f"(PID {pid})" in result["reason"]
    assert home.server.sandbox.log.total == sent
    assert 0 == home.run(*SYNC).code
    assert ["complete", "partial", "complete"] == recorded(home)


@pytest.mark.long
def test_a_reader_that_comes_in_mid_run_costs_nothing_that_was_read(home: Home) -> None:
    """It gets in between two commits and stays: 75, and the next run begins with the group that waited."""
    home.settings["requests_per_second"] = 4
    run = home.start(*SYNC, "--wait", "1s", "--json")
    while not home.warehouse.exists():
        time.sleep(0.01)
    with reader(home.warehouse) as pid:
        ended = run.wait()
    result = json.loads(ended.out)
    assert (75, True) == (ended.code, f"(PID {pid})" in result["reason"]), ended.err
    home.settings["requests_per_second"] = 200
    assert 0 == home.run(*SYNC).code
    assert ["complete", "partial"] == sorted(recorded(home))
    assert [] == differences(home.server.sandbox, home.query, tables=TABLES)


@pytest.mark.long
def test_what_is_waited_for_is_said_while_it_is_waited_for(home: Home) -> None:
    """One line at once, with the program and the time left; the run goes on when the file is free."""
    assert 0 == home.run(*SYNC).code
    with reader(home.warehouse, read_only=False) as pid:
        run = home.start(*SYNC)
        until_s = time.monotonic() + 60
        while f"(PID {pid})" not in (said := run.err.read_text() if run.err.exists() else ""):
            assert time.monotonic() < until_s, said
            time.sleep(0.05)
    assert "waiting 600 s: the warehouse" in said
    assert 0 == run.wait().code


def groups_committed(err: str) -> int:
    return sum(line.startswith("group ") for line in err.splitlines())


def few_rows_a_commit(err: str) -> None:
    sys.stderr = Path(err).open("w", buffering=1)  # noqa: SIM115 - until the process ends
    from pipelines.constant_contact.cli import main  # noqa: PLC0415 - in the child only
    from pipelines.constant_contact.sync import groups  # noqa: PLC0415 - in the child only
    from sources.constant_contact.reads import parts  # noqa: PLC0415 - in the child only

    parts.LONGEST_S = 0.0  # each page by itself
    groups.FIRST_ROWS = groups.FEWEST_ROWS = groups.FEWEST_NEW_ROWS = 1_000
    groups.HELD_S = 0.0  # however fast the machine is
    sys.argv = ["ctct", *SYNC]
    main()


@pytest.mark.long
def test_a_commit_has_no_more_rows_than_it_loads_in_a_moment(home: Home, tmp_path: Path) -> None:
    """Pages that are within the requests of one commit, and above its rows, are committed in several."""
    home.settings["requests_per_commit"] = 200
    child = start_child(few_rows_a_commit, (str(tmp_path / "err"),), home)
    child.join(120)
    assert (0, True) == (child.exitcode, groups_committed((tmp_path / "err").read_text()) >= 4)
    assert [] == differences(home.server.sandbox, home.query, tables=TABLES)


@pytest.mark.long
def test_a_file_has_one_lock_whichever_link_leads_to_it(tmp_path: Path) -> None:
    """Through a link to the file or to its folder, two syncs of one warehouse still wait for each other."""
    from pipelines.constant_contact.destinations.duckdb import lock_beside  # noqa: PLC0415

    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "link.duckdb").symlink_to(folder / "w.duckdb")
    (tmp_path / "other").symlink_to(folder)
    names = (folder / "w.duckdb", tmp_path / "link.duckdb", tmp_path / "other" / "w.duckdb")
    assert {folder.resolve() / ".w.duckdb.lock"} == {lock_beside(name) for name in names}


@pytest.mark.long
def test_two_datasets_in_one_file_take_turns(home: Home) -> None:
    """The second sync waits for the first, whose dataset and process it names, and ends with 75 when it takes long."""
    home.settings["requests_per_second"] = 2
    first = home.start(*SYNC, "--dataset", "client_a")
    lock = home.folder / ".account.duckdb.lock.holder"
    while not lock.exists():
        time.sleep(0.01)
    second = home.run(*SYNC, "--dataset", "client_b", "--wait", "1s", "--json")
    assert (75, "partial") == (second.code, json.loads(second.out)["status"]), second.err
    said = json.loads(second.out)["reason"]
    assert f"into dataset 'client_a' (PID {first.process.pid}, since " in said
    home.settings["requests_per_second"] = 100  # nobody has to find this one at work
    third = home.start(*SYNC, "--dataset", "client_b")
    assert [0, 0] == [first.wait().code, third.wait().code]
    assert ["partial", "complete"] == recorded(home, "client_b")


def opened_and_closed(path: Path, over: threading.Event, counts: dict[str, int]) -> None:
    """Read the file for a moment, again and again, in processes that come and go at random."""
    chance = random.Random(4)
    work = (
        "import duckdb, sys, time\n"
        "try:\n    with duckdb.connect(sys.argv[1], read_only=True):\n        time.sleep(float(sys.argv[2]))\n"
        "except duckdb.IOException:\n    sys.exit(3)\n"
    )
    while not over.is_set():
        seconds = chance.choice([0.01, 0.2, 1.0])
        done = subprocess.run([sys.executable, "-c", work, str(path), str(seconds)], check=False)
        counts["read" if done.returncode == 0 else "refused"] += 1
        over.wait(chance.uniform(0, 1.5))


def nights_beside_a_reader(home: Home, seconds: float, *, fewest: int) -> dict[str, object]:
    """Syncs, marts included, one after the other for so long, beside a reader that comes and goes."""
    over, counts = threading.Event(), {"read": 0, "refused": 0}
    ends = [home.run("sync")]
    beside = threading.Thread(target=opened_and_closed, args=(home.warehouse, over, counts))
    beside.start()
    until_s = time.monotonic() + seconds
    try:
        while time.monotonic() < until_s or len(ends) < fewest:
            home.server.sandbox.advance(days=1)
            ends.append(home.run("sync"))
    finally:
        over.set()
        beside.join()
    assert [0] * len(ends) == [ended.code for ended in ends], [
        ended.err[-2000:] for ended in ends if ended.code
    ]
    assert ["complete"] * len(ends) == recorded(home)
    assert counts["read"] > 0
    return {"syncs": len(ends), **counts}


@pytest.fixture
def small_home(tmp_path: Path) -> Iterator[Home]:
    """A small account, so that many nights fit into the time."""
    sandbox = Sandbox(contacts=120, campaigns=2, requests_per_second=None, requests_per_day=None)
    with serve(sandbox) as server:
        settings = {"requests_per_second": 50, "requests_per_commit": 6}
        yield Home(server=server, folder=tmp_path / "home", settings=settings)


@pytest.mark.long
def test_a_reader_that_comes_and_goes_stops_no_sync(
    small_home: Home, record_property: Callable[[str, object], None]
) -> None:
    """A sample of a minute: every sync complete, with marts, and on record."""
    record_property("beside a reader", nights_beside_a_reader(small_home, 60, fewest=2))


@pytest.mark.slow
def test_a_reader_that_comes_and_goes_for_five_minutes_stops_no_sync(
    small_home: Home, record_property: Callable[[str, object], None]
) -> None:
    """At least three syncs after the first one, all complete and on record."""
    record_property("beside a reader", nights_beside_a_reader(small_home, 300, fewest=4))
