"""Workers that keep nothing: logins, counts and state in the database of a lake's catalog; a folder for each."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from account_tables import KEYS
from agency import Agency, agency, variable
from lake_machine import CATALOG, LakeHome
from leaks import leaks
from object_storage import STORAGE
from postgres_server import PostgresServer, binaries, postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from child_runs import Ended

pytest.importorskip("duckdb_extension_ducklake", reason="the extra lake is not installed")
pytest.importorskip("cryptography", reason="the extra lake is not installed")
pytestmark = [
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed"),
    pytest.mark.long,  # servers and real processes
]

KEY = "kept-by-whoever-runs-the-machines-0123"
FEW = ("account", "contacts", "contact_lists", "contact_tags")
SYNC = (
    "sync",
    "--destination",
    "ducklake",
    "--no-transform",
    "--json",
    "--wait",
    "5m",
    "--select",
    ",".join(FEW),
)
TABLES = [name for name in KEYS if name.startswith("contacts") or name in FEW]


class Machine(Agency):
    """A worker of an agency whose warehouse is a lake."""

    storage = None
    lake, query = LakeHome.lake, LakeHome.query

    def __init__(self, of: Agency, folder: Path, catalog: str, files: Path) -> None:
        super().__init__(folder, of.accounts, logged_in=False)
        self.catalog, self.files = catalog, str(files)
        self.settings |= {"store": "catalog", "store_key": KEY, "requests_per_commit": 5}

    def variables(self) -> dict[str, str]:
        return super().variables() | {CATALOG: self.catalog, f"{STORAGE}BUCKET_URL": self.files}

    def lose(self) -> None:
        shutil.rmtree(self.folder)
        self.folder.mkdir()


@contextmanager
def machines(folder: Path, *profiles: str, count: int, **account: Any) -> Iterator[list[Machine]]:
    with (
        postgres_server() as catalog,
        agency(folder / "none", *profiles, logged_in=False, **account) as accounts,
    ):
        made = [Machine(accounts, folder / f"m{n}", catalog.url, folder / "files") for n in range(count)]
        for profile in profiles:
            ended = made[0].run("auth", "login", "--profile", profile)
            assert 0 == ended.code, ended.err
            assert "kept for " in ended.out
            assert "in the catalog of the lake, encrypted" in ended.out
        made[0].lose()
        yield made


def secrets_of(machine: Machine) -> set[str]:
    found = {KEY}
    for server in machine.accounts.values():
        tokens = server.sandbox.tokens
        found |= {*tokens.refresh, *tokens.access}
    return found


def one_sentence(ended: Ended, code: int, words: str) -> None:
    assert (code, 1) == (ended.code, len(ended.err.strip().splitlines())), ended.err + ended.out
    assert words in ended.err


def test_workers_divide_the_profiles_and_need_nothing_of_their_own(tmp_path: Path) -> None:
    """Two at once, each profile once, equal tables; no token or key in a folder; what people ask any machine knows."""
    with machines(tmp_path, "a", "b", count=3) as (one, two, third):
        ends = [run.wait() for run in [each.start(*SYNC, "--all-profiles") for each in (one, two)]]

        assert [0, 0] == [ended.code for ended in ends], [ended.err for ended in ends]
        done = [json.loads(line)["profile"] for ended in ends for line in ended.out.splitlines()[:-1]]
        assert ["a", "b"] == sorted(done)
        assert ([], []) == tuple(one.differences(name, tables=TABLES) for name in "ab")
        for each in (one, two):
            assert [] == leaks(each.folder, secrets_of(each), allowed=[])
        said = third.run("auth", "status", "--profile", "b")
        assert (0, True) == (said.code, "kept in the catalog of the lake, encrypted" in said.out), said.err
        told = json.loads(third.run("status", "--destination", "ducklake", "--profile", "a", "--json").out)
        assert sum(one.sent().values()) <= told["quota"]["used_today"] + 2
        assert 0 == third.run("auth", "logout", "--profile", "b").code
        assert 2 == two.run(*SYNC, "--profile", "b").code


def test_worker_killed_in_the_middle_is_replaced_by_another(tmp_path: Path) -> None:
    """It goes on from the last commit, with the login and the count that the lost one left."""
    with machines(tmp_path, "a", count=2, contacts=3000) as (first, second):
        first.accounts["a"].sandbox.latency_s = 0.3
        run = first.start(*SYNC, "--profile", "a")
        while run.process.is_alive() and not list((tmp_path / "files").rglob("contacts/*.parquet")):
            time.sleep(0.01)
        run.kill()
        first.lose()
        first.accounts["a"].sandbox.latency_s = 0

        ended = second.run(*SYNC, "--profile", "a")

        assert 0 == ended.code, ended.err
        assert [] == second.differences("a", tables=TABLES)
        used = 10_000 - json.loads(ended.out)["requests"]["remaining_today"]
        assert 0 <= used - first.sent()["a"] <= 12  # what the killed one was about to send is counted


def test_what_cannot_be_is_one_sentence_before_a_request(tmp_path: Path) -> None:
    """Another key, none, a short one, a database that is down, a lake that is a file."""
    with machines(tmp_path, "a", count=1) as (here,):
        sent = here.sent()
        for settings, words in (
            ({"store_key": KEY[::-1]}, "store_key is not the one"),
            ({"store_key": "short"}, "store_key is too easy to guess"),
            ({"store": "cupboard"}, "choose from file, catalog"),
        ):
            here.settings |= {"store": "catalog", "store_key": KEY} | settings
            for command in (SYNC, ("auth", "status"), ("auth", "login", "--yes")):
                one_sentence(here.run(*command, "--profile", "a"), 2, words)
        here.settings |= {"store": "catalog", "store_key": KEY}
        for address, words in (
            ("postgresql://ctct:hush-hush@127.0.0.1:9/lake", "does not answer"),
            ("sqlite:///lake.sqlite", "is a file (sqlite)"),
        ):
            here.catalog = address
            ended = here.run(*SYNC, "--profile", "a")
            one_sentence(ended, 2, words)
            assert "hush-hush" not in ended.err + ended.out
        assert sent == here.sent()
        assert variable("a", "base_url") in here.own


def test_catalog_that_goes_down_in_the_middle_is_a_sentence(tmp_path: Path) -> None:
    """Exit 1: the settings are right, and the next run goes on."""
    with machines(tmp_path, "a", count=1, contacts=3000) as (here,):
        here.accounts["a"].sandbox.latency_s = 0.3
        run = here.start(*SYNC, "--profile", "a")
        while run.process.is_alive() and not list((tmp_path / "files").rglob("contacts/*.parquet")):
            time.sleep(0.01)
        PostgresServer(port=urlsplit(here.catalog).port or 0, data=tmp_path).end_sessions()

        ended = run.wait()

        assert 1 == ended.code, ended.err
        assert "Traceback" not in ended.err
        here.accounts["a"].sandbox.latency_s = 0
        assert 0 == here.run(*SYNC, "--profile", "a").code
        assert [] == here.differences("a", tables=TABLES)
