"""HTTP on loopback: limits, tokens, faults and the sandbox's own control paths around `routes.answer`.

The only module that does I/O. Runs uvicorn in a background thread (`serve`); stops when the block ends.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import re
import socket
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, unquote

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from . import control, pages, routes
from . import partner_endpoints as partners
from .faults import FAULTS, UNAUTHORIZED, Reply, error, json_reply
from .prompt_server import PromptServer
from .quota import Request
from .small_collections import DAY_S
from .tokens import TOO_FAST

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from .quota import Verdict
    from .sandbox import Sandbox

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]

OAUTH = "/oauth2/default/v1"
PARTNER_LOGIN = "/partners/oauth2/default/v1/token"
HOLD_S = 3600.0


class Protocol(HttpToolsProtocol):
    """Hands the connection to the application, which faults need in order to cut it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["sandbox.transport"] = self.transport  # type: ignore[typeddict-unknown-key]


class App:
    """The ASGI application of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.origin = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        arrived = time.monotonic()
        path: str = scope["path"]
        query: str = scope["query_string"].decode()
        if path.startswith("/_sandbox/"):
            await control.respond(self.sandbox, path, dict(parse_qsl(query)), send)
            return
        if not path.startswith(("/v3/", OAUTH, PARTNER_LOGIN)):
            await deliver(error(404, "not_found", f"There is nothing at {path}."), scope, send)
            return
        body = await _body(receive) if scope["method"] == "POST" else b""
        if path.startswith(OAUTH):
            verdict, reply, latency_s = self._oauth(scope, path, body, arrived)
        elif path == PARTNER_LOGIN:
            verdict, reply, latency_s = "served", self._partner_token(scope, body), self.sandbox.latency_s
        else:
            verdict, reply, latency_s = self._api(scope, path, body, arrived)
        with self.sandbox.lock:
            fault, reply = self._struck(path.removeprefix("/v3"), verdict, reply)
            request = Request(
                at=self.sandbox.epoch,
                monotonic_s=arrived,
                method=scope["method"],
                path=path,
                query=query,
                status=reply.status,
                fault=fault,
            )
            self.sandbox.log.add(request, verdict)
        if latency_s:
            await asyncio.sleep(latency_s)
        await deliver(reply, scope, send)

    def _struck(self, path: str, verdict: Verdict, reply: Reply) -> tuple[str | None, Reply]:
        """The name of the first armed fault that strikes, and its reply; refused requests are spared."""
        rule = next((r for r in self.sandbox.rules if verdict == "served" and r.strikes(path)), None)
        if rule is None:
            return None, reply
        return rule.name, self._elsewhere(FAULTS[rule.name](reply))

    def _elsewhere(self, reply: Reply) -> Reply:
        """Point faults that lead away to the test's own trap, where there is one."""
        trap = self.sandbox.elsewhere
        if trap is None:
            return reply
        lead = re.compile(r"https?://elsewhere\.invalid")
        headers = {k: lead.sub(trap, v) for k, v in reply.headers.items()}
        return replace(
            reply, body=lead.sub(trap, reply.body.decode("latin-1")).encode("latin-1"), headers=headers
        )

    def _api(self, scope: Scope, path: str, body: bytes, arrived: float) -> tuple[Verdict, Reply, float]:
        sandbox = self.sandbox
        with sandbox.lock:
            verdict = sandbox.limits.arrive(arrived, int(sandbox.epoch) // DAY_S)
            latency_s = sandbox.latency_s
            if verdict != "served":
                return verdict, self._refusal(verdict), latency_s
            bearer = _header(scope, b"authorization").removeprefix("Bearer ")
            place, key = path.removeprefix("/v3"), _header(scope, b"x-api-key")
            scopes = sandbox.tokens.scopes_of(bearer, sandbox.epoch)
            if (refused := partners.refusal(sandbox, place, bearer, key)) is not None:
                return verdict, refused, latency_s
            if scopes is None and not place.startswith("/partner/"):
                return verdict, UNAUTHORIZED, latency_s
            if scope["method"] != "GET":
                return verdict, routes.order(sandbox, place, body, scopes or ()), latency_s
            query = {
                k: ",".join(v)
                for k, v in parse_qs(scope["query_string"].decode(), keep_blank_values=True).items()
            }
            reply = routes.answer(sandbox, place, query, scopes or ())
        href = path + ("?" + scope["query_string"].decode() if scope["query_string"] else "")
        reply = replace(reply, self_href=href)
        if sandbox.between_pages is not None and reply.status in (200, 209):
            sandbox.between_pages(
                path.removeprefix("/v3"),
                sandbox.page_number(path, first="cursor" not in query and "next" not in query),
            )
        return verdict, reply, latency_s

    def _partner_token(self, scope: Scope, body: bytes) -> Reply:
        """415 unless a form is posted; the token endpoint of partners has no limit of its own."""
        if scope["method"] != "POST" or "form" not in _header(scope, b"content-type"):
            return json_reply(415, {"error": "unsupported_media_type"})
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        with self.sandbox.lock:
            return json_reply(*self.sandbox.extras.partners.grant(form, _basic(scope), self.sandbox.epoch))

    def _refusal(self, verdict: str) -> Reply:
        form = self.sandbox.switches.refusal_body
        if form == "mashery":
            key = "over.qps" if verdict == "throttled" else "over.ratelimit"
            return Reply(
                status=403,
                body=b"<h1>Developer Over Qps</h1>",
                content_type="text/xml",
                headers={"X-Mashery-Error-Code": f"mashery.not.authorized.{key}"},
            )
        message = "Too Many Requests" if verdict == "throttled" else "Limit Exceeded"
        reply = error(429, verdict, message, form=form)
        if self.sandbox.switches.retry_after:
            wait_s = 1 if verdict == "throttled" else DAY_S - int(self.sandbox.epoch) % DAY_S
            reply = replace(reply, headers={"Retry-After": str(wait_s)})
        return reply

    def _oauth(self, scope: Scope, path: str, body: bytes, arrived: float) -> tuple[Verdict, Reply, float]:
        tokens, now = self.sandbox.tokens, self.sandbox.epoch
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        query = dict(parse_qsl(scope["query_string"].decode()))
        what, posted = path.removeprefix(OAUTH), scope["method"] == "POST"
        with self.sandbox.lock:
            if what == "/token" and posted:
                if tokens.too_fast(arrived):
                    return "throttled", json_reply(429, TOO_FAST), 0.0
                return "served", json_reply(*tokens.grant(form, _basic(scope), now)), self.sandbox.latency_s
            if what == "/device/authorize" and posted:
                return (
                    "served",
                    json_reply(*tokens.start_device(form, now, self.origin)),
                    self.sandbox.latency_s,
                )
            if what == "/authorize":
                return (
                    "served",
                    pages.authorize(tokens, query if not posted else {**query, **form}, now, posted=posted),
                    0.0,
                )
            if what == "/device/activate":
                return "served", pages.activate(tokens, {**query, **form}, posted=posted), 0.0
        return (
            "served",
            json_reply(
                404,
                {
                    "errorCode": "E0000022",
                    "errorSummary": "The endpoint does not support the provided HTTP method",
                },
            ),
            0.0,
        )


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(parts)


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _basic(scope: Scope) -> tuple[str, str] | None:
    kind, _, text = _header(scope, b"authorization").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, secret = base64.b64decode(text).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return unquote(user), unquote(secret)


async def deliver(reply: Reply, scope: Scope, send: Send) -> None:
    """Send a reply the way its `wire` says."""
    if reply.wire == "hold":
        deadline = time.monotonic() + HOLD_S
        while time.monotonic() < deadline and not scope["sandbox.transport"].is_closing():  # noqa: ASYNC110 - it sets no event
            await asyncio.sleep(0.02)
    if reply.wire in ("reset", "hold", "truncated"):
        transport = scope["sandbox.transport"]
        if reply.wire == "truncated":
            lines = (
                f"HTTP/1.1 {reply.status} OK",
                f"content-type: {reply.content_type}",
                f"content-length: {len(reply.body)}",
            )
            transport.write("\r\n".join((*lines, "\r\n")).encode() + reply.body[: len(reply.body) // 2])
            transport.close()
        else:
            transport.abort()
        await asyncio.sleep(0.01)  # the server notices the cut, and does not answer by itself
        return
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
    ]
    headers += [(k.encode(), v.encode()) for k, v in reply.headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.wire == "slow":
        step = max(1, len(reply.body) // 20)
        for k in range(0, len(reply.body), step):
            await send({"type": "http.response.body", "body": reply.body[k : k + step], "more_body": True})
            await asyncio.sleep(0.1)
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.body", "body": reply.body})


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a running sandbox answers, and a valid pair of tokens."""

    sandbox: Sandbox
    origin: str

    @property
    def base_url(self) -> str:
        return self.origin + "/v3"

    @property
    def token_url(self) -> str:
        return self.origin + OAUTH + "/token"

    @property
    def authorize_url(self) -> str:
        return self.origin + OAUTH + "/authorize"

    @property
    def device_url(self) -> str:
        return self.origin + OAUTH + "/device/authorize"

    @property
    def partner_token_url(self) -> str:
        return self.origin + PARTNER_LOGIN

    @property
    def partner(self) -> tuple[str, str, str]:
        """(client id, client secret, x-api-key) of the partner."""
        made = self.sandbox.extras.partners
        return made.client_id, made.client_secret, made.api_key

    @property
    def client_id(self) -> str:
        return self.sandbox.tokens.client_id

    @property
    def client_secret(self) -> str:
        return self.sandbox.tokens.client_secret

    @property
    def refresh_token(self) -> str:
        """The newest refresh token."""
        return self.sandbox.tokens.refresh_token

    @property
    def access_token(self) -> str:
        """The newest access token; a fresh one when that has expired, so that tests may move the clock."""
        with self.sandbox.lock:
            return self.sandbox.tokens.valid_access_token(self.sandbox.epoch)

    def environment(self, profile: str | None = None) -> dict[str, str]:
        """What a child process needs to read this account, as this profile's own settings or everybody's; the refresh
        token seeds its token store.
        """
        limits = self.sandbox.limits
        values: dict[str, str] = {
            name: getattr(self, name)
            for name in (
                "base_url",
                "token_url",
                "authorize_url",
                "device_url",
                "client_id",
                "client_secret",
                "refresh_token",
            )
        }
        values["requests_per_second"] = str(limits.per_second or 1000)
        values["requests_per_day"] = str(limits.per_day or 10_000_000)
        whose = f"{profile.upper()}__" if profile else ""
        return {f"SOURCES__CONSTANT_CONTACT__{whose}{name.upper()}": value for name, value in values.items()}


def config(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=1,
        server_header=False,
    )


@contextlib.contextmanager
def serve(sandbox: Sandbox, *, port: int = 0, host: str = "127.0.0.1") -> Iterator[Server]:
    """Answer on `port` (0 = any free one) until the block ends."""
    # asyncio sets TCP_NODELAY only on sockets that say TCP; without it each answer waits 40 ms for an ACK
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        app = App(sandbox)
        app.origin = f"http://{host}:{listener.getsockname()[1]}"
        server = PromptServer(config(app))
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True
        )
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.002)
        if not server.started:
            raise RuntimeError(f"the sandbox did not start on {app.origin} within 30 s; try another port")
        try:
            yield Server(sandbox=sandbox, origin=app.origin)
        finally:
            server.end()
            thread.join(10)
