"""A failing, a drifting, a stale, a busy and a lapsing run: processes of their own, and what a web hook got of each."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pendulum
import pytest
from alert_calls import PREFIX, SELECT, titles
from child_runs import Home
from receivers import Hook, http_receiver

from sources.constant_contact.api.tokens import read_logins, write_logins
from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.long, pytest.mark.together]
SYNC = ("sync", *SELECT)
STATUS = ("status", "--notify")
HOLD = "import duckdb, sys; kept = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    with http_receiver() as made:
        yield made


@pytest.fixture(scope="module")
def home(hook: Hook, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A login that is kept and renewed, and a first run that went well."""
    sandbox = Sandbox(contacts=5, campaigns=0, requests_per_second=None, requests_per_day=None)
    with serve(sandbox) as server:
        variables = {f"{PREFIX}NOTIFY__WEBHOOK": hook.address, f"{PREFIX}REFRESH_TOKEN": server.refresh_token}
        made = Home(server=server, folder=tmp_path_factory.mktemp("machine"), environment=variables)
        night(made, 0)
        assert [] == titles(hook)
        yield made


def night(home: Home, code: int, *words: str) -> None:
    """One process; the address of the web hook is in nothing that it says."""
    ended = home.run(*(words or SYNC))
    assert code == ended.code, ended.err
    assert "s3cr3tp4th" not in ended.out + ended.err


def is_told_once(home: Home, hook: Hook, what: str, code: int, *words: str) -> None:
    """The same cause two times in a row, then two runs without it."""
    for _ in range(2):
        night(home, code, *words)
    assert [f"ctct: {what}"] == titles(hook)


def is_over_once(home: Home, hook: Hook, what: str) -> None:
    for _ in range(2):
        night(home, 0)
    assert [f"ctct: over: {what}"] == titles(hook)


def test_failing(home: Home, hook: Hook) -> None:
    """The lists cannot be listed."""
    home.server.sandbox.set_fault("missing_rows_key", None, path_prefix="/contact_lists")
    is_told_once(home, hook, "the sync failed", 1)
    home.server.sandbox.clear_faults()
    is_over_once(home, hook, "the sync failed")


def test_drifting(home: Home, hook: Hook) -> None:
    """A field that no earlier run met: in the next run it is known, so that this one is the all-clear."""
    home.server.sandbox.set_fault("new_fields", None, path_prefix="/contact_lists")
    night(home, 0)
    assert ["ctct: the API's data has changed"] == titles(hook)
    is_over_once(home, hook, "the API's data has changed")
    home.server.sandbox.clear_faults()


def test_stale(home: Home, hook: Hook) -> None:
    """As the check that a schedule installs finds out."""
    is_told_once(home, hook, "the data is stale", 1, *STATUS, "--max-age", "0s")
    is_over_once(home, hook, "the data is stale")


def test_busy(home: Home, hook: Hook) -> None:
    """Another program has the file."""
    command = [sys.executable, "-c", HOLD, str(home.warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline()
        is_told_once(home, hook, "the warehouse is busy", 75, *SYNC, "--wait", "0s")
        other.communicate()
    is_over_once(home, hook, "the warehouse is busy")


def test_lapsing(home: Home, hook: Hook) -> None:
    """A login that nothing renewed for 170 of its 180 days; the next sync renews it."""
    grow_old(home.folder / "state" / "auth" / "tokens.json", days=170)
    for _ in range(2):
        night(home, 0, *STATUS, "--max-age", "9999h")
    [text] = hook.taken()
    assert text.startswith(
        "*ctct: the login needs a person (dataset constant_contact)*\nThe login lapses in "
    )
    assert "unless a sync runs before. Run ctct sync, or ctct auth login." in text
    is_over_once(home, hook, "the login needs a person")


def grow_old(file: Path, *, days: int) -> None:
    """What the token store holds was renewed so long ago."""
    logins = read_logins(file.read_bytes())
    then = pendulum.now("UTC").subtract(days=days)
    for login in logins.values():
        login |= {"saved_at": then.isoformat(), "expires_at": then.add(days=1).isoformat()}
    file.write_bytes(write_logins(logins))
