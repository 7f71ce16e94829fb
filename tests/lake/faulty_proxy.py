"""A way to a server on loopback that can be made to fail: connections refused, requests throttled, answers cut off."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 65_536
SLOW_DOWN = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: 58\r\n\r\n"
    b"<Error><Code>SlowDown</Code><Message>m</Message></Error>\r\n"
)


class FaultyProxy:
    """Passes everything on until `fail`, and again after `heal`."""

    def __init__(self, target: int) -> None:
        self._target, self._share, self._rng = target, 0.0, random.Random(0)
        self.faults, self._is_gone, self._live = 0, False, set[socket.socket]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def fail(self, seed: float, share: float) -> None:
        """From now on this share of connections has a fault."""
        self._rng, self._share = random.Random(seed), share

    def vanish(self) -> None:
        """Until healed the server is gone: for who is connected, and for who comes."""
        self._is_gone = True
        for client in list(self._live):
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def heal(self) -> None:
        self._share, self._is_gone = 0.0, False

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        self._live.add(client)
        self._carried(client)
        self._live.discard(client)

    def _carried(self, client: socket.socket) -> None:
        faulty = self._rng.random() < self._share
        kind = self._rng.choice(("refused", "throttled", "cut")) if faulty else ""
        self.faults += faulty
        with client, contextlib.suppress(OSError):
            if kind == "refused" or self._is_gone:
                return
            if kind == "throttled":
                client.recv(CHUNK)
                client.sendall(SLOW_DOWN)
                return
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                back = threading.Thread(target=_pass, args=(server, client), daemon=True)
                back.start()
                _pass(client, server, most=self._rng.randint(1, 3_000) if kind == "cut" else None)
                back.join(0 if kind == "cut" else None)


def _pass(source: socket.socket, sink: socket.socket, most: int | None = None) -> None:
    """Bytes until an end, or until `most` are through."""
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK if most is None else min(CHUNK, most)):
            sink.sendall(data)
            most = None if most is None else most - len(data)
            if most is not None and most <= 0:
                return
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def faulty_proxy(target: int) -> Iterator[FaultyProxy]:
    """On a port of its own, before the one of a server on loopback."""
    proxy = FaultyProxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
