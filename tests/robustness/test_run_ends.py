"""How a sync ends that cannot go on: its exit code, one sentence, nothing lost, and a clean run afterwards."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from account_comparison import differences
from account_tables import KEYS
from child_runs import Home

from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FEW = "contacts,contact_lists"
SYNC = ("sync", "--no-transform", "--select", FEW)
TABLES = [name for name in KEYS if name.startswith("contacts") or name in FEW.split(",")]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    sandbox = Sandbox(contacts=2600, campaigns=1, requests_per_second=None, requests_per_day=None)
    with serve(sandbox) as server:
        yield Home(
            server=server,
            folder=tmp_path / "home",
            settings={"requests_per_second": 200, "requests_per_commit": 6},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    spoil: Callable[[Home], None]
    says: str
    code: int = 1

    def __str__(self) -> str:
        return f"{self.name} -> exit {self.code}, {self.says!r}"


def refuse(home: Home) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        home.settings["base_url"] = f"http://127.0.0.1:{free.getsockname()[1]}/v3"


def no_such_name(home: Home) -> None:
    home.settings["base_url"] = "https://nowhere.invalid/v3"


def no_tls(home: Home) -> None:
    home.settings["base_url"] = home.server.base_url.replace("http://", "https://")


def full_disk(home: Home) -> None:
    home.environment["MOST_FILE_BYTES"] = str(3 * 1024 * 1024)


def damaged_folder(home: Home) -> None:
    assert 75 == home.run(*SYNC, "--max-requests", "5").code
    (home.work_dir / "state.json").write_text('{"half": ')


def fault(name: str, *, times: int | None = None) -> Callable[[Home], None]:
    def arm(home: Home) -> None:
        home.server.sandbox.set_fault(name, times, path_prefix="/contacts", after=3)

    return arm


CASES = [
    Case(name="connection refused", spoil=refuse, says="refused"),
    Case(name="no such host", spoil=no_such_name, says="nowhere.invalid"),
    Case(name="no TLS there", spoil=no_tls, says="TLS"),
    Case(name="full disk in the middle of a load", spoil=full_disk, says="what was committed before stays"),
    Case(name="damaged working folder", spoil=damaged_folder, says="", code=0),
    Case(name="cursor loop", spoil=fault("cursor_loop"), says="/contacts"),
    Case(name="redirect", spoil=fault("redirect_other_host", times=1), says="a redirect is never followed"),
    Case(name="day over", spoil=fault("quota_object"), says="run again after", code=75),
]


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=str)
def test_run_that_cannot_go_on(
    case: Case, home: Home, record_property: Callable[[str, object], None]
) -> None:
    """A run that cannot go on ends with its exit code and a sentence; the next one holds the account."""
    record_property("fault", (case.name, "a real run", f"exit {case.code}", "equal"))
    case.spoil(home)

    ended = home.run(*SYNC)

    assert case.code == ended.code, ended.err
    assert "Traceback" not in ended.err + ended.out
    assert case.says in " ".join(ended.err.split())  # the summary wraps its lines
    home.server.sandbox.clear_faults()
    home.environment.clear()
    home.settings |= {"base_url": home.server.base_url, "client_id": home.server.client_id}
    if case.code == 75:
        home.settings["state_dir"] = home.folder / "tomorrow"
        home.settings["refresh_token"] = home.server.refresh_token
    assert 0 == home.run(*SYNC).code
    assert [] == differences(home.server.sandbox, home.query, tables=TABLES)


@pytest.mark.long
def test_a_load_that_breaks_still_answers_in_json(home: Home) -> None:
    """The disk is full in the middle: one object with what was read and loaded until then."""
    full_disk(home)

    ended = home.run(*SYNC, "--json")

    result = json.loads(ended.out)
    assert (1, "failed") == (ended.code, result["status"])
    assert result["requests"]["sent"] > 0
    assert "what was committed before stays" in result["reason"]


@pytest.mark.long
@pytest.mark.parametrize("fault", ["hold", "throttled_object"])
def test_ctrl_c_ends_a_run_that_waits(home: Home, fault: str) -> None:
    """A reader that waits for an answer, or for the pace, keeps nobody: exit 1 within seconds."""
    home.server.sandbox.set_fault(fault, None, path_prefix="/contacts", after=2)
    run = home.start(*SYNC, "--json")
    deadline_s = time.monotonic() + 60
    while home.server.sandbox.log.total < 6 and time.monotonic() < deadline_s:
        time.sleep(0.05)
    time.sleep(1)
    assert run.process.pid is not None
    os.kill(run.process.pid, signal.SIGINT)
    began_s = time.monotonic()

    ended = run.wait(timeout_s=20)

    assert time.monotonic() - began_s < 5, ended.err
    assert (1, "failed") == (ended.code, json.loads(ended.out)["status"]), ended.err
    assert "Traceback" not in ended.err
    home.server.sandbox.clear_faults()
    assert 0 == home.run(*SYNC).code
    assert [] == differences(home.server.sandbox, home.query, tables=TABLES)
