"""Logging in through the command line, by code and by browser, and keeping the login when processes race or die."""

from __future__ import annotations

import re
import socket
import stat
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from browser import CHROMIUM, chromium
from child_runs import Home, Run

from sources.constant_contact_sandbox import Sandbox, Switches, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.long  # real processes and a browser


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Callable[..., Home]]:
    """A machine on which nobody is logged in; arguments are the sandbox's switches."""
    opened = []

    def start(**switches: object) -> Home:
        sandbox = Sandbox(
            contacts=20,
            campaigns=1,
            requests_per_second=None,
            requests_per_day=None,
            switches=Switches(**switches),
        )
        context = serve(sandbox)
        server = context.__enter__()
        opened.append(context)
        made = Home(server=server, folder=tmp_path / "home", environment={"BROWSER": "/bin/true"})
        nobody = {name: value for name, value in server.environment().items() if "REFRESH_TOKEN" not in name}
        made.server = _Without(nobody, server)  # type: ignore[assignment]
        return made

    yield start
    for context in opened:
        context.__exit__(None, None, None)


class _Without:
    """A server whose environment gives no token away."""

    def __init__(self, environment: dict[str, str], server: object) -> None:
        self._environment, self._server = environment, server

    def environment(self) -> dict[str, str]:
        return dict(self._environment)

    def __getattr__(self, name: str) -> object:
        return getattr(self._server, name)


def shown(run: Run, pattern: str) -> str:
    """What a running command prints, once it is there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if run.out.exists() and (found := re.search(pattern, run.out.read_text())):
            return found[1]
        time.sleep(0.02)
    raise AssertionError(f"{pattern} is never shown: {run.out.read_text()} {run.err.read_text()}")


def modes(home: Home) -> list[str]:
    folder = home.folder / "state" / "auth"
    return [oct(stat.S_IMODE(path.stat().st_mode)) for path in (folder, folder / "tokens.json")]


def test_device_login_from_code_to_logout(home: Callable[..., Home]) -> None:
    """A device login prints address and code, goes on when the person agrees, shows in status and ends with logout."""
    here = home()
    login = here.start("auth", "login")
    code = shown(login, r"([A-Z]{4}-[A-Z]{4})")
    assert here.server.sandbox.tokens.decide_device(code, approve=True)

    ended, status = login.wait(), here.run("auth", "status")

    assert (0, 0) == (ended.code, status.code), ended.err + status.err
    assert "Logged in to" in ended.out
    assert "contact_data" in status.out
    assert "lapses     in 180 days" in status.out
    assert ["0o700", "0o600"] == modes(here)
    assert (0, 2) == (here.run("auth", "logout").code, here.run("auth", "status").code)


def test_device_login_that_is_denied_is_one_sentence(home: Callable[..., Home]) -> None:
    """A denied login exits 1 with one sentence."""
    here = home()
    login = here.start("auth", "login")
    here.server.sandbox.tokens.decide_device(shown(login, r"([A-Z]{4}-[A-Z]{4})"), approve=False)

    ended = login.wait()

    assert 1 == ended.code
    assert "Traceback" not in ended.err
    assert 1 == len(ended.err.strip().splitlines())


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_browser_login_with_a_real_browser(home: Callable[..., Home], tmp_path: Path) -> None:
    """A browser login ends when the person allows it in Chromium; the next command is logged in."""
    here = home()
    login = here.start("auth", "login", "--flow", "browser", "--port", "0")
    address = shown(login, r"Open\s+(\S+)")
    with chromium(tmp_path / "profile") as browser:
        page = browser.click(address, "allow")

        ended = login.wait()

    assert (0, "close this page") == (ended.code, page[page.find("close") :][:15]), ended.err
    assert "Logged in to" in ended.out
    assert 0 == here.run("auth", "status").code


def test_browser_login_outlives_foreign_answers(home: Callable[..., Home]) -> None:
    """Answers with another state than the one that was sent neither log in nor end the login; a refusal of it does."""
    here = home()
    login = here.start("auth", "login", "--flow", "browser", "--port", "0")
    address = httpx.URL(shown(login, r"Open\s+(\S+)"))
    back = httpx.URL(address.params["redirect_uri"])
    for query in ({"code": "stolen", "state": "foreign"}, {"error": "access_denied", "state": "foreign"}):
        assert 400 == httpx.get(back, params=query, trust_env=False).status_code
    assert 404 == httpx.get(back.join("/favicon.ico"), trust_env=False).status_code
    assert login.process.is_alive()
    httpx.get(back, params={"error": "access_denied", "state": address.params["state"]}, trust_env=False)

    ended = login.wait()

    assert 1 == ended.code
    assert "Traceback" not in ended.err
    assert 2 == here.run("auth", "status").code


def test_browser_login_past_a_silent_connection(home: Callable[..., Home]) -> None:
    """A connection that the browser opens in advance and leaves silent does not keep the answer waiting."""
    here = home()
    login = here.start("auth", "login", "--flow", "browser", "--port", "0")
    address = httpx.URL(shown(login, r"Open\s+(\S+)"))
    back = httpx.URL(address.params["redirect_uri"])
    with socket.create_connection(("127.0.0.1", back.port or 0)):
        time.sleep(0.3)
        httpx.get(back, params={"error": "access_denied", "state": address.params["state"]}, trust_env=False)

        ended = login.wait(timeout_s=20)

    assert 1 == ended.code


def expire(here: Home) -> None:
    """Let a day pass for the access token, by its own book and by the server's."""
    here.server.sandbox.tokens.access.clear()


def race(here: Home, processes: int) -> tuple[int, int]:
    """(refreshes, processes that succeeded) when so many want a refresh at once."""
    before = here.server.sandbox.tokens.refreshes
    runs = [here.start("auth", "status") for _ in range(processes)]
    ended = [run.wait() for run in runs]
    good = sum(one.code == 0 and "Sandbox" not in one.err and "not readable" not in one.out for one in ended)
    return here.server.sandbox.tokens.refreshes - before, good


def test_eight_processes_make_one_refresh(home: Callable[..., Home]) -> None:
    """Processes that want a refresh at the same moment make one, and all go on with it."""
    here = home(device_approved_after_polls=0)
    assert 0 == here.run("auth", "login").code
    expire(here)

    assert (1, 8) == race(here, 8)


@pytest.mark.slow
def test_fifty_processes_make_one_refresh(home: Callable[..., Home]) -> None:
    """Fifty processes that want a refresh at the same moment make one, and all go on with it."""
    here = home(device_approved_after_polls=0)
    assert 0 == here.run("auth", "login").code
    expire(here)

    assert (1, 50) == race(here, 50)


@pytest.mark.parametrize("mode", [{"refresh_overlap": True}, {"refresh_mode": "long_lived"}], ids=str)
def test_crash_between_refresh_and_save_strands_nobody(
    home: Callable[..., Home], mode: dict[str, object]
) -> None:
    """A process killed when the server has renewed the token leaves a login that works, where the server allows it."""
    here = home(device_approved_after_polls=0, **mode)
    assert 0 == here.run("auth", "login").code
    expire(here)
    here.server.sandbox.latency_s = 0.5  # the answer is on its way
    tokens = here.server.sandbox.tokens
    before = tokens.refreshes
    run = here.start("auth", "status")
    while tokens.refreshes == before and run.process.is_alive():
        time.sleep(0.001)
    run.kill()
    here.server.sandbox.latency_s = 0.0
    expire(here)

    assert -9 == run.process.exitcode
    assert 0 == here.run("auth", "status").code
    assert "not readable" not in here.run("auth", "status").out
