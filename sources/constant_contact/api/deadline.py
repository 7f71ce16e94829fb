"""A time limit for one whole HTTP exchange, which httpx does not have.

Knows: httpcore's network streams. Must not know: HTTP, what is asked.

httpx limits each read by itself, so a server that sends one byte of its headers every few seconds would keep a request
open for ever. Here every read and write of a connection ends by the deadline of the exchange that its thread carries
out. Source: https://www.encode.io/httpcore/network-backends/, https://www.python-httpx.org/advanced/timeouts/
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from sources.constant_contact.api.clock import Clock


class Deadline:
    """When the exchange of the current thread has to be over; threads do not see each other's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._thread = threading.local()

    def start(self, seconds: float) -> None:
        self._thread.ends_s = self._clock.monotonic() + seconds

    @property
    def left_s(self) -> float:
        ends_s: float = getattr(self._thread, "ends_s", float("inf"))
        return ends_s - self._clock.monotonic()

    @property
    def is_over(self) -> bool:
        return self.left_s <= 0

    def within(self, timeout_s: float | None, error: type[httpcore.TimeoutException]) -> float | None:
        """The timeout of one step, cut to what is left; raises `error` where nothing is."""
        left_s = self.left_s
        if left_s <= 0:
            raise error("deadline")
        if left_s == float("inf"):
            return timeout_s
        return left_s if timeout_s is None else min(timeout_s, left_s)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        within_s = self._deadline.within(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, within_s), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        within_s = self._deadline.within(timeout, httpcore.ConnectTimeout)
        stream = super().connect_tcp(host, port, within_s, local_address, socket_options)
        return _Stream(stream, self._deadline)


def bound(client: httpx.Client, deadline: Deadline) -> httpx.Client:
    """The client, with every connection that it opens from now on, through a proxy or not, under the deadline.

    httpx passes no network backend on to httpcore, so it is put in place from outside; should a version rename these
    attributes, the first request fails loudly.
    """
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001
        if isinstance(transport, httpx.HTTPTransport):
            transport._pool._network_backend = _Backend(deadline)  # noqa: SLF001
    return client
