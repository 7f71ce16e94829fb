"""Logins and the day's count in a PostgreSQL that machines share: races, kills, lost sessions, dumps."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pendulum
import pytest
from catalog_logins import KEY, LOGIN, WHOSE, end_sessions, keep, kept
from catalog_logins import database as database_of_logins
from catalog_logins import server as server_of_logins
from child_runs import Home, start_child
from postgres_server import binaries

from sources.constant_contact.api.budget import Budget
from sources.constant_contact.api.catalog import TABLE, Catalog
from sources.constant_contact.api.catalog_ledger import CatalogLedger
from sources.constant_contact.api.catalog_tokens import CatalogTokenStore
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.errors import CatalogLost, ConfigError, QuotaSpent, TokenStoreError
from sources.constant_contact.api.tokens import Tokens
from sources.constant_contact.source import settings
from sources.constant_contact_sandbox import Sandbox, Switches, serve

if TYPE_CHECKING:
    from postgres_server import PostgresServer

psycopg = pytest.importorskip("psycopg", reason="the extra lake is not installed")
pytest.importorskip("cryptography", reason="the extra lake is not installed")
pytestmark = [
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed"),
    pytest.mark.long,  # a server, and real processes on it
]

server, database = server_of_logins, database_of_logins  # fixtures, which pytest finds under their names
CATALOG = "DESTINATION__DUCKLAKE__CREDENTIALS__CATALOG"


def test_login_of_one_machine_is_another_ones(database: str) -> None:
    """With everything that a file would keep; forgotten for all at once."""
    one, other = (CatalogTokenStore(database, KEY) for _ in range(2))
    moment = pendulum.datetime(2026, 3, 2, 1, 2, 3)
    whole = Tokens(
        refresh_token="r-1", access_token="a-1", expires_at=moment, previous_refresh_token="r-0", scope="x y",
        saved_at=moment, seed_used=True, account_id="acc", account_name="A shop",
    )  # fmt: skip
    with one.lock(WHOSE):
        assert ([], None) == (one.names(), one.load(LOGIN))
        one.save(LOGIN, whole)
    with other.lock():
        assert ([LOGIN], whole) == (other.names(), other.load(LOGIN))
    with other.lock(WHOSE):
        assert 1 == other.remove(WHOSE)
    assert kept(one) is None


def test_dump_of_the_database_shows_no_login(database: str, tmp_path: Path) -> None:
    """Neither tokens nor key, application, profile or account."""
    keep(CatalogTokenStore(database, KEY), "refresh-token-in-plain")
    tools = binaries()
    assert tools is not None
    dumped = subprocess.run(
        [shutil.which("pg_dump") or str(tools / "pg_dump"), database], capture_output=True, check=True
    ).stdout
    assert b"sealed" in dumped
    for secret in (b"refresh-token-in-plain", KEY.encode(), b"app/", b"acme", b"A shop"):
        assert secret not in dumped


def test_row_put_into_anothers_place_opens_nothing(database: str) -> None:
    """Who can write there cannot give one profile the login of another."""
    store = CatalogTokenStore(database, KEY)
    keep(store, "r-1")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"update {TABLE} set name = 'login/0' where name like 'login/%'")
    with pytest.raises(TokenStoreError, match="is damaged; run there: delete from"):
        kept(store)


def test_who_renews_a_login_keeps_others_from_it_and_from_no_other(database: str) -> None:
    one, other, third = (CatalogTokenStore(database, KEY, lock_wait_s=0.2) for _ in range(3))
    with one.lock(WHOSE):
        with pytest.raises(CatalogLost, match="another process keeps a lock"), other.lock(WHOSE):
            pass
        with third.lock("app/other/"):
            third.save("app/other/login", Tokens(refresh_token="r"))
        assert kept(third) is None
        one.save(LOGIN, Tokens(refresh_token="r-1"))
    assert "r-1" == kept(other)


def test_session_that_is_lost_while_a_login_is_renewed_costs_nothing(database: str) -> None:
    """What came back is saved over another session; not over what another machine has saved meanwhile."""
    store, other = (CatalogTokenStore(database, KEY) for _ in range(2))
    keep(store, "r-1")
    with store.lock(WHOSE):
        store.load(LOGIN)
        end_sessions(database)
        store.save(LOGIN, Tokens(refresh_token="r-2"))
    assert "r-2" == kept(other)
    with store.lock(WHOSE):
        store.load(LOGIN)
        end_sessions(database)
        keep(other, "r-3")
        store.save(LOGIN, Tokens(refresh_token="r-late"))
    assert "r-3" == kept(store)


def test_two_machines_make_the_first_login_at_once(database: str) -> None:
    """The table, the salt and the key's proof are made once."""
    stores = [CatalogTokenStore(database, KEY) for _ in range(6)]

    def first(number: int) -> None:
        with stores[number].lock(f"app/p{number}/"):
            stores[number].save(f"app/p{number}/login", Tokens(refresh_token=f"r-{number}"))

    threads = [threading.Thread(target=first, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with stores[0].lock():
        assert 6 == len(stores[0].names())


def test_role_that_may_make_nothing_is_told_what_to_run(server: PostgresServer, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("drop role if exists poor")
        connection.execute("create role poor login")
    poor = database.replace("ctct:none", "poor:none")
    with pytest.raises(ConfigError, match="create schema constant_contact_pipeline"):
        kept(CatalogTokenStore(poor, KEY))


def test_count_is_everybodys_and_survives_lost_sessions(database: str) -> None:
    """Two machines, one day; a session that was idle for too long is opened anew."""
    one, other = (
        Budget(CatalogLedger(database, key="k"), requests_per_second=1000, requests_per_day=7) for _ in "ab"
    )
    for _ in range(3):
        one.acquire()
    end_sessions(database)
    for budget in (one, other):
        budget.acquire()
        budget.acquire()
    assert (7, 0) == (one.spent_today(), other.remaining_today())
    with pytest.raises(QuotaSpent):
        other.acquire()
    other.seed("2020-01-01", 5)
    assert [5, 7] == list(one.history().values())
    for budget in (one, other):
        budget.close()


def test_what_the_server_said_holds_for_all_machines(database: str) -> None:
    """A day that is over, and a pace that was refused."""
    one, other = (
        Budget(CatalogLedger(database, key="k"), requests_per_second=9, requests_per_day=99) for _ in "ab"
    )
    one.cool_down(0.4)
    began = time.monotonic()
    other.acquire()
    assert 0.3 <= time.monotonic() - began < 5
    one.park()
    with pytest.raises(QuotaSpent):
        other.acquire()
    assert 0 == other.remaining_today()
    for budget in (one, other):
        budget.close()


def test_killed_process_leaves_no_lock(database: str) -> None:
    program = f"""
import sys, time
from sources.constant_contact.api.catalog import Catalog
with Catalog({database!r}).transaction("requests/k"):
    print("held", flush=True)
    time.sleep(600)
"""
    root = str(Path(__file__).parents[2])
    holder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=root)
    assert holder.stdout is not None
    assert "held\n" == holder.stdout.readline()
    with closing(Catalog(database, lock_wait_s=0.2)) as other:
        attempt = other.transaction("requests/k")
        with pytest.raises(CatalogLost, match="another process keeps a lock"):
            attempt.__enter__()
    holder.kill()
    holder.communicate()
    with closing(Catalog(database, lock_wait_s=10)) as other, other.transaction("requests/k"):
        pass


def account(**switches: Any) -> Sandbox:
    return Sandbox(
        contacts=20, campaigns=1, requests_per_second=None, requests_per_day=None,
        switches=Switches(token_requests_per_second=None, **switches),
    )  # fmt: skip


def machine(api: Any, folder: Path, database: str, seed: str) -> Home:
    """One without a disk: nothing of it is another's but the database."""
    return Home(
        server=api,
        folder=folder,
        settings={"store": "catalog", "store_key": KEY, "requests_per_second": 200, "refresh_token": seed},
        environment={CATALOG: database},
    )


def ask(begin_s: float) -> None:
    """A process: waits for the others, then sends one request."""
    client = Client(settings().connection())
    time.sleep(max(0.0, begin_s - time.monotonic()))
    client.get_json("/contacts/counts")
    client.close()


def test_of_machines_that_race_for_a_refresh_one_sends_it(database: str, tmp_path: Path) -> None:
    """Each refresh token works once here: a second refresh with it would end the login."""
    with serve(account()) as api:
        api.sandbox.latency_s = 0.2
        seed = api.refresh_token
        machines = [machine(api, tmp_path / str(number), database, seed) for number in range(4)]
        for round_ in (1, 2):
            begin_s = time.monotonic() + 1
            children = [start_child(ask, (begin_s,), each) for each in machines]
            for child in children:
                child.join(60)
            assert [0] * 4 == [child.exitcode for child in children]
            assert round_ == api.sandbox.tokens.refreshes
            api.sandbox.tokens.access.clear()
            expire(database)


def expire(database: str) -> None:
    """The access token that is kept is too old."""
    store = CatalogTokenStore(database, KEY)
    with store.lock():
        [name] = store.names()
    with store.lock(name):
        tokens = store.load(name)
        assert tokens is not None
        store.save(name, replace(tokens, expires_at=pendulum.now("UTC")))


def test_machine_killed_while_it_renews_the_login_is_replaced(database: str, tmp_path: Path) -> None:
    """The lock goes with it at once, and the token before the lost one is tried."""
    with serve(account(refresh_overlap=True)) as api:
        seed = api.refresh_token
        first, second = (machine(api, tmp_path / name, database, seed) for name in "ab")
        start_child(ask, (0.0,), first).join(60)
        expire(database)
        api.sandbox.tokens.access.clear()
        api.sandbox.latency_s = 30
        lost = start_child(ask, (0.0,), first)
        while api.sandbox.tokens.refreshes < 2:
            time.sleep(0.01)
        os.kill(lost.pid, signal.SIGKILL)
        lost.join(60)
        api.sandbox.latency_s = 0
        other = start_child(ask, (0.0,), second)
        other.join(60)
        assert 0 == other.exitcode
        assert 3 == api.sandbox.tokens.refreshes


def spend(until_s: float) -> None:
    """A machine: two threads that ask as fast as the ledger lets them, until the day is over."""
    client = Client(settings().connection())

    def ask_on() -> None:
        while time.monotonic() < until_s:
            try:
                client.get_json("/contacts/counts")
            except QuotaSpent:
                return

    threads = [threading.Thread(target=ask_on) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()


def together(database: str, folder: Path, *, seconds: float, **limits: Any) -> Any:
    """What the server has seen of three machines on one key."""
    with serve(Sandbox(contacts=20, campaigns=1, latency_s=0.2)) as api:
        machines = [machine(api, folder / str(number), database, "none") for number in range(3)]
        until_s = time.monotonic() + seconds
        for each in machines:
            each.settings |= {"access_token": api.access_token, "requests_per_second": 4, **limits}
        children = [start_child(spend, (until_s,), each) for each in machines]
        for child in children:
            child.join(seconds + 60)
        assert [0] * 3 == [child.exitcode for child in children]
        return api.sandbox.log


def test_machines_on_one_key_are_never_refused(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four a second together, against the server's own count."""
    log = together(database, tmp_path, seconds=10)

    rate = (log.total - 1) / (log.last_at - log.first_at)
    with capsys.disabled():
        print(f"\nthree machines: {rate:.2f} requests/s, {log.refused_second} refused")  # noqa: T201 - figures
    assert 0 == log.refused_second
    assert rate > 3


def test_machines_on_one_key_never_exceed_the_day(database: str, tmp_path: Path) -> None:
    """The last request of the day is one machine's, and no other's."""
    log = together(database, tmp_path, seconds=30, requests_per_day=25)

    assert (25, 0) == (log.total, log.refused_second)
    budget = Budget(CatalogLedger(database, key=key_of(database)), requests_per_second=4, requests_per_day=25)
    assert 25 == budget.spent_today()
    budget.close()


def key_of(database: str) -> str:
    with psycopg.connect(database) as connection:
        [(name,)] = connection.execute(f"select name from {TABLE} where name like 'requests/%'").fetchall()
    return str(name).removeprefix("requests/")
