"""The day's requests: shared by processes, kept over machines, and what a run says when they are spent."""

from __future__ import annotations

import json
import shutil
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pendulum
import pytest
from account_comparison import differences
from account_tables import KEYS
from child_runs import Ended, Home, start_child

from sources.constant_contact.api.client import Client
from sources.constant_contact.source import settings
from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.long  # real processes on one ledger


FEW = "contacts,contact_lists,contact_tags"
SYNC = ("sync", "--no-transform", "--json", "--select", FEW)
TABLES = [name for name in KEYS if name.startswith("contacts") or name in FEW.split(",")]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Callable[..., Home]]:
    """A machine beside a sandbox with these limits."""
    with ExitStack() as stack:

        def start(*, contacts: int = 2600, **limits: Any) -> Home:
            none = {"requests_per_second": None, "requests_per_day": None}
            server = stack.enter_context(serve(Sandbox(contacts=contacts, campaigns=1, **(none | limits))))
            return Home(
                server=server,
                folder=tmp_path / "home",
                settings={"requests_per_second": 200, "requests_per_day": 10_000, "requests_per_commit": 10},
            )

        yield start


def told(ended: Ended) -> dict[str, Any]:
    assert ended.out.startswith("{"), ended.err
    return json.loads(ended.out)


def midnight() -> pendulum.DateTime:
    return pendulum.now("UTC").start_of("day").add(days=1)


def same(here: Home) -> list[str]:
    return differences(here.server.sandbox, here.query, tables=TABLES)


def test_max_requests_is_exact_and_the_next_run_goes_on(home: Callable[..., Home]) -> None:
    """A run told to send 7 requests sends 7, exits 75, says what is left, and the next one finishes the account."""
    here = home()

    cut = here.run(*SYNC, "--max-requests", "7")

    said = told(cut)
    assert (75, 7, 7, "partial") == (
        cut.code,
        here.server.sandbox.log.total,
        said["requests"]["sent"],
        said["status"],
    )
    assert said["resume_after"] is not None
    assert said["remaining_work"]
    assert 0 == here.run(*SYNC).code
    assert [] == same(here)


def test_reserve_is_never_touched(home: Callable[..., Home]) -> None:
    """With 12 requests a day of which 4 are reserved a run sends 8, exits 75, and says when to go on."""
    here = home()
    here.settings |= {"requests_per_day": 12, "reserve_per_day": 4}

    cut = here.run(*SYNC)

    assert (75, 8) == (cut.code, here.server.sandbox.log.total)
    assert midnight() == pendulum.parse(told(cut)["resume_after"])
    here.settings |= {"requests_per_day": 1000}
    assert 0 == here.run(*SYNC).code
    assert [] == same(here)


def test_server_saying_that_the_day_is_over_stops_everybody(home: Callable[..., Home]) -> None:
    """A refused day parks the key: this run exits 75 and the next sends nothing at all."""
    here = home(requests_per_day=9)

    cut = here.run(*SYNC)
    sent = here.server.sandbox.log.total
    again = here.run(*SYNC)

    assert (75, 75) == (cut.code, again.code)
    assert sent == here.server.sandbox.log.total
    assert midnight() == pendulum.parse(told(again)["resume_after"])
    assert 0 == told(again)["requests"]["remaining_today"]


def test_new_machine_knows_what_the_day_has_cost(home: Callable[..., Home]) -> None:
    """Without its state folder and working folder a run counts on from the destination, and never exceeds the day."""
    here = home()
    here.settings |= {"requests_per_day": 11}
    first = here.run(*SYNC, "--max-requests", "9")
    for name in ("state", "dlt"):
        shutil.rmtree(here.folder / name)
    here.settings["refresh_token"] = here.server.refresh_token

    second = here.run(*SYNC)

    assert (75, 75) == (first.code, second.code)
    assert 11 == here.server.sandbox.log.total
    assert 2 == told(second)["requests"]["sent"]


def test_killed_run_on_a_new_machine_is_counted(home: Callable[..., Home]) -> None:
    """What a killed run had sent is known from its last group, even when its machine is gone."""
    here = home()
    here.server.sandbox.latency_s = 0.1
    run = here.start(*SYNC)
    while run.process.is_alive() and not list(here.work_dir.glob("load/loaded/*")):
        time.sleep(0.005)
    run.kill()
    sent = here.server.sandbox.log.total
    for name in ("state", "dlt"):
        shutil.rmtree(here.folder / name)
    here.settings["refresh_token"] = here.server.refresh_token

    ended = here.run(*SYNC)

    said = told(ended)["requests"]
    counted = 10_000 - said["remaining_today"] - said["sent"]
    assert 0 == ended.code
    assert sent - 10 <= counted <= sent
    assert counted > 0
    assert [] == same(here)


def test_second_sync_waits_and_is_told(home: Callable[..., Home]) -> None:
    """A sync beside another one into the same place waits as told, then exits 75, from another working folder too."""
    here = home()
    here.server.sandbox.latency_s = 0.5
    first = here.start(*SYNC)
    while not here.server.sandbox.log.total:
        time.sleep(0.01)

    beside = here.run(*SYNC, "--wait", "1s")
    here.environment["DLT_DATA_DIR"] = str(here.folder / "elsewhere")
    elsewhere = here.run(*SYNC, "--wait", "1s")

    assert [75, 75] == [beside.code, elsewhere.code]
    for ended in (beside, elsewhere):
        assert "another sync" in ended.err
        assert "Traceback" not in ended.err
    assert 0 == first.wait().code


def spend(until_s: float) -> None:
    """A process: four threads that ask as fast as the ledger lets them."""
    client = Client(settings().connection())

    def ask() -> None:
        while time.monotonic() < until_s:
            client.get_json("/contacts/counts")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()


def together(tmp_path: Path, seconds: float) -> tuple[int, float]:
    """(refused, requests a second) of four processes on one key against the strict limit."""
    with serve(Sandbox(contacts=20, campaigns=1, latency_s=0.2)) as server:
        home = Home(server=server, folder=tmp_path / "home")
        home.settings["access_token"] = server.access_token
        until_s = time.monotonic() + seconds + 3
        children = [start_child(spend, (until_s,), home) for _ in range(4)]
        for child in children:
            child.join(seconds + 60)
        log = server.sandbox.log
        assert [0] * 4 == [child.exitcode for child in children]
        return log.refused_second, (log.total - 1) / (log.last_at - log.first_at)


def test_four_processes_on_one_key_are_never_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four processes on one key against the server's own count: no refusal."""
    refused, rate = together(tmp_path, 8)

    with capsys.disabled():
        print(f"\nfour processes: {rate:.2f} requests/s, {refused} refused")  # noqa: T201 - figures to report
    assert 0 == refused


@pytest.mark.slow
def test_four_processes_for_three_minutes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three minutes: no refusal, and at least 3.6 of the 4 requests a second are used."""
    refused, rate = together(tmp_path, 180)

    with capsys.disabled():
        print(f"\nfour processes, 180 s: {rate:.2f} requests/s, {refused} refused")  # noqa: T201 - figures to report
    assert 0 == refused
    assert rate >= 3.6
