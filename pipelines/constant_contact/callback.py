"""The page on this machine that a browser login comes back to; it lives as long as the login.

Knows: loopback HTTP and what a person is told in the browser. Must not know: tokens, or what a callback must hold (the
login says that).

Anything on this machine and any page in the browser can send a request here. One that is not the answer to this login
gets a page that says so, and the wait goes on: it must neither log anybody in nor end the login.
Source: RFC 8252 sections 7.3 and 8.1 (loopback redirection), RFC 9700 section 2.1 (state).
"""

from __future__ import annotations

import html
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.errors import UserError
from sources.constant_contact.api.errors import LoginFailed
from sources.constant_contact.api.login import WrongCallback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATH: Final = "/callback"
IDLE_S: Final = 5.0
"""After which a connection without a request is closed."""
POLL_S: Final = 0.1
DONE: Final = "You may close this page and go back to the terminal."
OVER: Final = "This login is over already; close this page and go back to the terminal."
WAITING: Final = "The terminal still waits for the right answer: go on in the page that it opened."
_PAGE: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>ctct</title>"
    "<p style='font:1.1em sans-serif;margin:3em'>{}</p></html>"
)
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Connection": "close",
}


class Callbacks(ThreadingHTTPServer):
    """Waits for one right callback. A thread for each connection: browsers open some early and leave them silent."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        """Listens on 127.0.0.1; port 0 takes a free one. Raises OSError."""
        self.accept: Callable[[str], object] | None = None
        self.query: str | None = None
        """What the right callback brought behind its question mark."""
        self.arrived = threading.Event()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no trouble of the person at the terminal."""

    @property
    def redirect_uri(self) -> str:
        return f"http://localhost:{self.server_port}{PATH}"

    def wait(self, accept: Callable[[str], object], *, seconds: float) -> str | None:
        """The query of the first callback for which `accept` does not raise WrongCallback; None: none came in time."""
        self.accept = accept
        self.arrived.wait(seconds)
        with self._lock:
            return self.query

    def come_back(self, query: str) -> tuple[int, str]:
        """Status and text for one callback; called on the threads of connections."""
        with self._lock:
            if self.query is not None or self.accept is None:
                return 409, OVER
            try:
                self.accept(query)
            except WrongCallback as error:
                return 400, f"{error} {WAITING}"
            except LoginFailed as error:
                status, text = 200, str(error)
            else:
                status, text = 200, DONE
            self.query = query
        return status, text


class _Handler(BaseHTTPRequestHandler):
    timeout = IDLE_S
    server: Callbacks

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path != PATH:
            self._page(
                404, f"There is nothing at {parts.path[:200]}; a login comes back to {PATH}. {WAITING}"
            )
            return
        status, text = self.server.come_back(parts.query)
        try:
            self._page(status, text)
        finally:  # a browser that is gone has come back all the same
            if self.server.query is not None:
                self.server.arrived.set()

    def _page(self, status: int, text: str) -> None:
        body = _PAGE.format(html.escape(plain(text))).encode("utf-8", "replace")
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """In place of the server's own page, which repeats what it was sent."""
        self._page(code, f"This request is not understood. {WAITING}")

    def log_message(self, *_: object) -> None:
        """The query holds the code; it belongs in no log."""


@contextmanager
def callbacks(port: int) -> Iterator[Callbacks]:
    """A server that listens while the block lasts. Raises UserError for a port that is taken."""
    try:
        server = Callbacks(port)
    except OSError as error:
        raise UserError(f"port {port} is taken ({error.strerror}); choose another one with --port") from error
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
