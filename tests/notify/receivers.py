"""Real receivers on loopback: an HTTP server and a mail server that keep what they get, and can fail or hang."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage


@dataclass(kw_only=True)
class Hook:
    """An HTTP receiver."""

    address: str = ""
    status: int = 200
    hangs: threading.Event | None = None
    """Answers only once this is set."""
    posts: list[tuple[str, str]] = field(default_factory=list)
    """(path, body)"""

    @property
    def texts(self) -> list[str]:
        return [json.loads(body)["text"] for _, body in self.posts]

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.posts]

    def taken(self) -> list[str]:
        """The texts since the last call."""
        texts = self.texts
        self.posts.clear()
        return texts


@contextmanager
def http_receiver() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posts.append((self.path, body.decode()))
            if hook.hangs is not None:
                hook.hangs.wait(60)
            self.send_response(hook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    hook.address = f"http://127.0.0.1:{server.server_port}/services/T0/s3cr3tp4th"
    with _running(server):
        yield hook
        if hook.hangs is not None:
            hook.hangs.set()


@dataclass(kw_only=True)
class MailServer:
    """A mail server without encryption."""

    port: int = 0
    refuses: bool = False
    letters: list[EmailMessage] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)


class _Mail(socketserver.StreamRequestHandler):
    """One connection of a mail client."""

    kept: MailServer
    ANSWERS: ClassVar = {
        "EHLO": "250-test\r\n250 AUTH PLAIN",
        "AUTH": "235 welcome",
        "DATA": "354 go on",
        "QUIT": "221 bye",
    }

    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "AUTH":
                self.kept.logins.append(line)
            self._say(
                "550 nobody here"
                if verb == "RCPT" and self.kept.refuses
                else self.ANSWERS.get(verb, "250 good")
            )
            if verb == "DATA":
                self._letter()
                self._say("250 taken")
            if verb == "QUIT":
                return

    def _letter(self) -> None:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        letter: Any = message_from_bytes(b"".join(lines), policy=policy.default)
        self.kept.letters.append(letter)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    kept = MailServer()
    handler = type("Handler", (_Mail,), {"kept": kept})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        kept.port = server.server_address[1]
        with _running(server):
            yield kept


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
