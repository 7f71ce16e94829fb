"""One HTTP exchange, once: no retry, no limit, no token logic.

Knows: httpx, time limits, the size cap, and which of httpx's failures is which of ours.
Must not know: what is asked, budgets, tokens. Redirects are not followed here or anywhere.
Proxy variables of the environment are honoured, but loopback is always reached directly, whatever they say.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx

from sources.constant_contact.api.connection import is_loopback
from sources.constant_contact.api.deadline import Deadline, bound
from sources.constant_contact.api.decoding import ACCEPTED, DamagedBodyError, Decoder, UnknownCodingError
from sources.constant_contact.api.errors import (
    ApiError,
    BodyTooLarge,
    BodyTruncated,
    ConfigError,
    ConnectionLost,
    UnknownCoding,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sources.constant_contact.api.clock import Clock
    from sources.constant_contact.api.connection import Connection

POOL_SIZE: Final = 16
KEEPALIVE_S: Final = 4  # below the 5 seconds after which common servers hang up, which would cost a retry
USER_AGENT: Final = "constant-contact-pipeline"
_PROXIES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)  # POST of this form
    order: Mapping[str, Any] | None = field(
        default=None, repr=False
    )  # POST of this as JSON; with neither, GET
    basic: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        """For messages: the path without its query."""
        return urlsplit(self.url).path


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    content_type: str = ""
    retry_after: str | None = None
    gateway_key: str | None = None  # the old gateway names its refusals in a header, not in the body
    server_time_s: float | None = None  # the Date header, seconds since 1970


class Wire:
    """A pool of connections; thread-safe."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._max_bytes = connection.max_body_bytes
        self._answer_timeout_s = connection.answer_timeout_s
        self._deadline = Deadline(clock)
        urls = (connection.base_url, connection.token_url, connection.device_url)
        context = _context(encrypted=any(url.startswith("https:") for url in urls))
        self._direct = bound(_http(connection, context, trust_env=False), self._deadline)
        # Where everything is on loopback, nothing that is wrong with the proxy variables matters.
        self._http = (
            self._direct
            if all(_is_loopback(url) for url in urls)
            else bound(_http(connection, context, trust_env=True), self._deadline)
        )

    def exchange(self, request: Request, on_departure: Callable[[], None] | None = None) -> Answer:
        """Any status is an answer; `on_departure` is called once the request's head has left.

        Raises Unreachable, ConnectionLost, BodyTruncated, BodyTooLarge, UnknownCoding, ConfigError.
        """
        client = self._direct if _is_loopback(request.url) else self._http
        self._deadline.start(self._answer_timeout_s)

        def trace(event: str, _: Mapping[str, object]) -> None:
            if on_departure is not None and event.endswith("send_request_headers.complete"):
                on_departure()

        try:
            with client.stream(
                "GET" if request.form is None and request.order is None else "POST",
                request.url,
                headers=dict(request.headers),
                data=request.form,
                json=request.order,
                auth=request.basic,
                extensions={"trace": trace},
            ) as response:
                return Answer(
                    status=response.status_code,
                    body=self._read(response, request),
                    content_type=response.headers.get("content-type", ""),
                    retry_after=response.headers.get("retry-after"),
                    gateway_key=response.headers.get("x-mashery-error-code"),
                    server_time_s=_http_date(response.headers.get("date")),
                )
        except httpx.TimeoutException as error:
            raise self._late(request) if self._deadline.is_over else _named(error, request) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _named(error, request) from None  # httpx's own traceback holds the request with its token

    def _read(self, response: httpx.Response, request: Request) -> bytes:
        try:
            return self._decoded(response, request)
        except UnknownCodingError as error:
            raise UnknownCoding(
                f"{request.path} answered with Content-Encoding {str(error)[:50]!r}, of which only one gzip or one "
                "deflate is read; check base_url and what stands between it and this machine",
                path=request.path,
            ) from None
        except DamagedBodyError:
            raise BodyTruncated(
                f"{request.path} answered a compressed body that is damaged or cut off; run again later",
                path=request.path,
            ) from None

    def _decoded(self, response: httpx.Response, request: Request) -> bytes:
        """The limit holds for what came and for what becomes of it, before the next piece is made."""
        decoder = Decoder(response.headers.get("content-encoding", ""))
        pieces: list[bytes] = []
        received = size = 0
        for chunk in response.iter_raw():
            received += len(chunk)
            for piece in decoder.pieces(chunk):
                size += len(piece)
                pieces.append(piece)
                if max(received, size) > self._max_bytes:
                    raise self._too_large(request)
        decoder.finish()
        return b"".join(pieces)

    def _too_large(self, request: Request) -> BodyTooLarge:
        return BodyTooLarge(
            f"{request.path} answered more than {self._max_bytes / 2**20:,.0f} MB, which is not read on; "
            "please report it, with the account's size",
            path=request.path,
        )

    def _late(self, request: Request) -> ConnectionLost:
        return ConnectionLost(
            f"{request.path} did not finish its answer within {self._answer_timeout_s:g} seconds; run again later",
            path=request.path,
        )

    def close(self) -> None:
        self._direct.close()
        self._http.close()


def _context(*, encrypted: bool) -> ssl.SSLContext:
    """Reading the machine's certificates takes longer than a whole night against a plain loopback server; a bare
    context trusts nobody.
    """
    if not encrypted:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # ssl.SSLError is one
        named = [f"{name}={value}" for name in _CERTIFICATES if (value := os.environ.get(name))]
        raise ConfigError(
            f"the certificates cannot be read ({error.strerror or error}); "
            f"correct or remove {' and '.join(named) or ' or '.join(_CERTIFICATES)}"
        ) from error


def _is_loopback(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _http(connection: Connection, context: ssl.SSLContext, *, trust_env: bool) -> httpx.Client:
    """With `trust_env` the proxy variables of the environment are honoured."""
    try:
        return httpx.Client(
            timeout=httpx.Timeout(
                connection.read_timeout_s,
                connect=connection.connect_timeout_s,
                pool=connection.answer_timeout_s,
            ),
            limits=httpx.Limits(
                max_connections=2 * POOL_SIZE,
                max_keepalive_connections=POOL_SIZE,
                keepalive_expiry=KEEPALIVE_S,
            ),
            verify=context,
            trust_env=trust_env,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": ACCEPTED},
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        # The values may hold a password, so only the names are said.
        set_ = _proxies_set()
        raise ConfigError(
            f"the proxy in {' or '.join(set_) or ' or '.join(_PROXIES)} cannot be used; "
            "set it to http://host:port or remove it"
        ) from error


def _proxies_set() -> list[str]:
    return [name for name in os.environ if name.upper() in _PROXIES and os.environ[name]]


def _named(error: httpx.HTTPError | httpx.InvalidURL, request: Request) -> ApiError:
    parts = urlsplit(request.url)
    where = f"{parts.scheme}://{parts.netloc}"
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        return _unreachable(error, where, request.path)
    if (
        isinstance(error, httpx.DecodingError)
        or "incomplete" in str(error)
        or "complete message" in str(error)
    ):
        return BodyTruncated(
            f"{request.path} at {where} answered less than it announced; run again later", path=request.path
        )
    if isinstance(error, httpx.TimeoutException):
        return ConnectionLost(
            f"{request.path} at {where} did not answer in time ({type(error).__name__}); run again later",
            path=request.path,
        )
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return ConfigError(
            f"{request.path} at {where} cannot be asked ({error}); check base_url", path=request.path
        )
    return ConnectionLost(
        f"the connection to {where} broke during {request.path} ({type(error).__name__}); run again later",
        path=request.path,
    )


def _unreachable(error: Exception, where: str, path: str) -> Unreachable:
    causes = _causes(error)
    said = str(error).casefold()
    if any(isinstance(cause, ssl.SSLError) for cause in causes) or "ssl" in said or "certificate" in said:
        why, fix = f"TLS failed: {error}", "check the address, the machine's clock and its certificates"
    elif isinstance(error, httpx.ProxyError):
        why, fix = f"the proxy refused: {error}", "check HTTPS_PROXY and NO_PROXY"
    elif isinstance(error, httpx.ConnectTimeout):
        why, fix = "no answer to the connection attempt", "check the network and the firewall"
    elif any(word in said for word in ("name", "getaddrinfo", "nodename", "resolution")):
        why, fix = "the host name is not known", "check the address and the network"
    else:
        why, fix = f"{error}", "check the address and the port, and that the server runs"
        if where.startswith("https:") and (set_ := _proxies_set()):
            fix += f"; or the proxy in {' or '.join(set_)}"
    made = Unreachable(f"cannot reach {where} ({why}); {fix}", path=path)
    made.permanent = "certificate verify failed" in said or "wrong version number" in said
    return made


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in found:
        found.append(step)
        step = step.__cause__ or step.__context__
    return found


def _http_date(text: str | None) -> float | None:
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
