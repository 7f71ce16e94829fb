"""The loopback page of a browser login, asked by real sockets and a real HTTP client."""

from __future__ import annotations

import socket
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pipelines.constant_contact.callback import Callbacks, callbacks
from pipelines.constant_contact.display import log_lines
from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.errors import UserError
from sources.constant_contact.api.connection import Connection
from sources.constant_contact.api.login import BrowserLogin, browser_login, code_from_callback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NASTY = "<script>alert(1)</script>\x1b[2J\x07\u202egnp\u2066\u200b'\"&"


class Wait:
    """A login that waits in a thread, as the command does."""

    def __init__(self, server: Callbacks, login: BrowserLogin, seconds: float) -> None:
        self.server, self.login = server, login
        self.query: str | None = "still waiting"
        self._seconds = seconds
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()
        while server.accept is None:
            time.sleep(0.001)

    def _wait(self) -> None:
        self.query = self.server.wait(partial(code_from_callback, self.login), seconds=self._seconds)

    def get(self, path: str = "/callback", method: str = "GET", **params: str) -> httpx.Response:
        url = f"http://127.0.0.1:{self.server.server_port}{path}"
        return httpx.request(method, url, params=params or None, trust_env=False)

    def end(self, seconds: float = 5) -> str | None:
        self._thread.join(seconds)
        assert not self._thread.is_alive()
        return self.query

    @property
    def waits(self) -> bool:
        self._thread.join(0.05)
        return self._thread.is_alive()


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Wait]:
    connection = Connection(state_dir=tmp_path, client_id="an-application")
    with callbacks(0) as server:
        yield Wait(server, browser_login(connection, redirect_uri=server.redirect_uri), 20)


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/callback", {"code": "stolen", "state": "foreign"}, 400),
        ("/callback", {"error": "access_denied", "state": "of another window"}, 400),
        ("/callback", {"error": "access_denied"}, 400),
        ("/callback", {}, 400),
        ("/favicon.ico", {}, 404),
        ("/", {"code": "x"}, 404),
        ("/callback/more", {"code": "x"}, 404),
    ],
)
def test_a_wrong_callback_is_answered_and_the_login_goes_on(
    waiting: Wait, path: str, params: dict[str, str], status: int
) -> None:
    """The page says what is wrong; the right callback afterwards logs in."""
    answer = waiting.get(path, **params)
    assert status == answer.status_code
    assert "The terminal still waits" in answer.text
    assert waiting.waits

    answer = waiting.get(code="right", state=waiting.login.state)
    assert (200, True) == (answer.status_code, "close this page" in answer.text)
    assert "right" == code_from_callback(waiting.login, str(waiting.end()))


def test_a_callback_without_a_code_is_not_the_right_one(waiting: Wait) -> None:
    """The right state alone is no answer."""
    assert "without a code" in waiting.get(state=waiting.login.state).text
    assert waiting.waits


def test_a_refusal_of_this_login_ends_the_wait(waiting: Wait) -> None:
    """An error with the right state is passed on, and said in the browser too."""
    answer = waiting.get(error="access_denied", state=waiting.login.state)
    assert "access_denied" in answer.text
    assert "error=access_denied" in str(waiting.end())


def test_nobody_in_time_is_none(tmp_path: Path) -> None:
    """Wrong callbacks do not make the wait longer."""
    connection = Connection(state_dir=tmp_path, client_id="an-application")
    with callbacks(0) as server:
        wait = Wait(server, browser_login(connection, redirect_uri=server.redirect_uri), 0.4)
        wait.get(code="x", state="y")
        assert wait.end() is None


def test_only_the_first_right_callback_counts(waiting: Wait) -> None:
    """A second one is told that the login is over, and changes nothing."""
    waiting.get(code="first", state=waiting.login.state)
    answer = waiting.get(code="second", state=waiting.login.state)
    assert "over already" in answer.text
    assert "code=first" in str(waiting.end())


@pytest.mark.parametrize("where", ["refusal", "path"])
def test_pages_repeat_text_without_what_it_can_do(waiting: Wait, where: str) -> None:
    """Markup, control characters and bidirectional overrides that a page repeats are spelled out."""
    if where == "refusal":
        answer = waiting.get(error=NASTY, error_description=NASTY, state=waiting.login.state)
    else:
        with socket.create_connection(("127.0.0.1", waiting.server.server_port)) as raw:
            raw.sendall("GET /<script>alert(1)</script>\x1b[2J\x9b HTTP/1.1\r\n\r\n".encode("latin-1"))
            answer = httpx.Response(404, content=raw.makefile("rb").read().partition(b"\r\n\r\n")[2])
    page = answer.content.decode()
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert not any(character in page for character in "\x1b\x07\x9b\u202e\u2066\u200b")


def test_a_page_carries_headers_that_keep_it_harmless(waiting: Wait) -> None:
    """No script, no frame, no cache, no referrer."""
    headers = waiting.get("/elsewhere").headers
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert ("no-referrer", "nosniff", "no-store") == tuple(
        headers[name] for name in ("referrer-policy", "x-content-type-options", "cache-control")
    )


@pytest.mark.parametrize(
    "sent", [b"POST /callback HTTP/1.1\r\n\r\n", b"<b>\x1b[2J\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b""]
)
def test_what_is_no_request_does_not_end_the_login(waiting: Wait, sent: bytes) -> None:
    """Other methods, noise and a connection that hangs up are passed over; nothing of them is repeated."""
    with socket.create_connection(("127.0.0.1", waiting.server.server_port)) as raw:
        raw.sendall(sent)
        raw.shutdown(socket.SHUT_WR)
        answer = raw.makefile("rb").read()
    assert b"\x1b" not in answer
    assert b"<b>" not in answer
    assert waiting.waits


def test_a_silent_connection_does_not_keep_the_answer_waiting(waiting: Wait) -> None:
    """Browsers open connections in advance and leave them silent."""
    with socket.create_connection(("127.0.0.1", waiting.server.server_port)):
        waiting.get(code="right", state=waiting.login.state)
        assert "code=right" in str(waiting.end())


def test_a_taken_port_is_one_sentence() -> None:
    """The port is named, with the option that chooses another."""
    with (
        callbacks(0) as server,
        pytest.raises(UserError, match=f"port {server.server_port} is taken .*--port"),
    ):
        callbacks(server.server_port).__enter__()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünïcödé 日本 🎉 עברית", "plain ünïcödé 日本 🎉 עברית"),
        ("\x1b[2Jx", "\\x1b[2Jx"),
        ("a\u202eb", "a\\u202eb"),
        ("a\nb\tc\r", "a\\x0ab\\x09c\\x0d"),
        ("\x9b31m", "\\x9b31m"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
    ],
)
def test_text_that_acts_is_spelled_out(text: str, shown: str) -> None:
    """Letters of any script stay; what moves, hides or turns is an escape."""
    assert shown == plain(text)


def test_line_breaks_can_stay() -> None:
    """Text of several lines keeps its lines, and nothing else that acts."""
    value: Any = plain("a\n\tb\x1b\r", lines=True)
    assert "a\n\tb\\x1b\\x0d" == value


def test_the_sentence_that_ends_a_command_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    """What a server said does not reach the terminal as control characters."""
    log_lines.say("the login was refused (\x1b]0;title\x07, \u202eno)")
    assert "ctct: the login was refused (\\x1b]0;title\\x07, \\u202eno)\n" == capsys.readouterr().err
