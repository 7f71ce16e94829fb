"""A tiny scripted server over real HTTP, a clock that moves when told, and clients that use both."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
from clocks import ManualClock

from sources.constant_contact.api.client import Client
from sources.constant_contact.api.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Call:
    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]
    at_s: float


@dataclass(frozen=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None  # a Content-Length that is not the body's
    hang_up: bool = False  # close without a word


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    return Reply(
        status=status,
        body=json.dumps(value).encode(),
        headers={"Content-Type": "application/json", **headers},
    )


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is part of several tests."""


class ScriptedApi:
    """Answers what `script` says; OAuth included, when the script does not answer it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.script: Callable[[Call], Reply] = lambda _: as_json({})
        self.token_reply: Callable[[Call], Reply] = self._token
        self._tokens = 0
        self._lock = threading.Lock()
        self._server = QuietServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def _token(self, _: Call) -> Reply:
        self._tokens += 1
        n = self._tokens
        return as_json(
            {"access_token": f"access-{n:04}", "refresh_token": f"refresh-{n:04}", "expires_in": 86400}
        )

    def replies(self, *replies: Reply) -> None:
        """One reply per API request, in order; the last one for ever."""
        left = list(replies)
        self.script = lambda _: left.pop(0) if len(left) > 1 else left[0]

    @property
    def api_calls(self) -> list[Call]:
        return [call for call in self.calls if not call.path.startswith("/oauth")]

    @property
    def token_calls(self) -> list[Call]:
        return [call for call in self.calls if call.path.startswith("/oauth")]

    def _answer(self, call: Call) -> Reply:
        with self._lock:
            self.calls.append(call)
            return self.token_reply(call) if call.path.startswith("/oauth") else self.script(call)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                at_s = time.monotonic()
                parts = urlsplit(self.path)
                size = int(self.headers.get("Content-Length") or 0)
                form = dict(parse_qsl(self.rfile.read(size).decode()))
                reply = api._answer(
                    Call(
                        method=self.command,
                        path=parts.path,
                        query=dict(parse_qsl(parts.query)),
                        form=form,
                        headers={name.lower(): value for name, value in self.headers.items()},
                        at_s=at_s,
                    )
                )
                if reply.hang_up:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(reply.announced or len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
                if reply.announced:
                    self.close_connection = True

            do_POST = do_GET  # noqa: N815  the name that http.server looks for

        return Handler

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    scripted = ScriptedApi()
    yield scripted
    scripted.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def connect(api: ScriptedApi, tmp_path: Path) -> Callable[..., Connection]:
    def make(**changes: object) -> Connection:
        settings: dict[str, object] = {
            "state_dir": tmp_path / "state",
            "base_url": f"{api.origin}/v3",
            "token_url": f"{api.origin}/oauth/token",
            "device_url": f"{api.origin}/oauth/device",
            "client_id": "the-client-id",
            "refresh_token": "seed-refresh-token",
            "requests_per_second": 1000,
        }
        return Connection(**(settings | changes))

    return make


@pytest.fixture
def make_client(connect: Callable[..., Connection], clock: ManualClock) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def make(*, connection: Connection | None = None, **options: object) -> Client:
        client = Client(connection or connect(), **({"clock": clock, "rng": random.Random(7)} | options))
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def reply() -> Callable[..., Reply]:
    """reply(value, status) answers JSON; reply(body=b"…") answers bytes as they are, with what else Reply
    can do.
    """

    def make(value: object = None, status: int = 200, **options: object) -> Reply:
        return Reply(status=status, **{"body": json.dumps(value).encode(), **options})

    return make
