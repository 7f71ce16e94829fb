"""Logging in: the device flow, and the authorization code flow with PKCE; status and logout.

Knows: what is asked of the authorization server and how its answers read. Must not know: browsers, terminals,
loopback servers: those belong to the command line, which shows the address and hands back the callback's
query. The functions are free of I/O; `Login` drives them.

Sources: api_guide/device_flow, api_guide/pkce_flow, api_guide/server_flow; RFC 7636 and RFC 8628. Scopes are
joined by a space, which forms encode as `+`; an encoded plus is refused by the server. prompt=login is asked
for since 2025.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import parse_qs, urlencode

from sources.constant_contact.api.auth import (
    InvalidGrant,
    TokenReply,
    json_object,
    read_token_reply,
    register_secrets,
    token_error,
    token_request,
    tokens_of,
)
from sources.constant_contact.api.budget import Budget
from sources.constant_contact.api.clock import SYSTEM_CLOCK, Clock
from sources.constant_contact.api.errors import ConfigError, LoginFailed, parse_error_body
from sources.constant_contact.api.logins import (
    find_login,
    login_command,
    login_name,
    login_prefix,
    must_be_only_profile,
)
from sources.constant_contact.api.redact import Redactor
from sources.constant_contact.api.stores import token_store as store_of
from sources.constant_contact.api.transport import Transport
from sources.constant_contact.api.wire import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    import pendulum

    from sources.constant_contact.api.connection import Connection
    from sources.constant_contact.api.tokens import Tokens, TokenStore

SCOPES: Final = ("account_read", "contact_data", "campaign_data", "offline_access")
DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
DEFAULT_INTERVAL_S: Final = 5.0
SLOWER_BY_S: Final = 5.0  # RFC 8628: slow_down adds five seconds for good
MAX_QUOTE: Final = 300  # characters of a refusal that are repeated
REFRESH_TOKEN_DAYS: Final = 180  # unused for so long, it lapses

Poll = Literal["pending", "slow_down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceGrant:
    """What a person needs to confirm a login on another device."""

    device_code: str = field(repr=False)
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None  # with the code filled in
    expires_in_s: float
    interval_s: float  # between polls, at least


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserLogin:
    """One attempt to log in by browser; `url` is to be opened, and comes back to `redirect_uri`."""

    url: str = field(repr=False)
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginStatus:
    """What is known of the login without asking the server."""

    kind: Literal["none", "access_token", "refresh_token", "login"]
    scope: str | None = None
    access_expires_at: pendulum.DateTime | None = None  # UTC
    saved_at: pendulum.DateTime | None = None  # UTC; the last renewal
    refresh_lapses_at: pendulum.DateTime | None = None  # UTC, unless it is used before
    account_id: str | None = None  # as the last login or run found it
    account_name: str | None = None


def device_request(connection: Connection, *, state: str) -> Request:
    form = {
        "client_id": _client_id(connection),
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "state": state,
    }
    return Request(url=connection.device_url, form=form)


def read_device_grant(answer: Answer) -> DeviceGrant:
    if answer.status >= 300:  # noqa: PLR2004
        raise token_error(answer)
    body = json_object(answer)
    texts = [body.get(name) for name in ("device_code", "user_code", "verification_uri")]
    if not all(isinstance(value, str) and value for value in texts):
        raise LoginFailed("the authorization server answered without a device code; check device_url")
    complete = body.get("verification_uri_complete")
    return DeviceGrant(
        device_code=str(texts[0]),
        user_code=str(texts[1]),
        verification_uri=str(texts[2]),
        verification_uri_complete=complete if isinstance(complete, str) else None,
        expires_in_s=_seconds(body.get("expires_in"), 600.0),
        interval_s=max(1.0, _seconds(body.get("interval"), DEFAULT_INTERVAL_S)),
    )


def device_poll_request(connection: Connection, grant: DeviceGrant) -> Request:
    form = {"grant_type": DEVICE_GRANT, "device_code": grant.device_code, "client_id": _client_id(connection)}
    return Request(url=connection.token_url, form=form)


def read_device_poll(answer: Answer) -> TokenReply | Poll:
    """Raises LoginFailed when the person refused or the code has lapsed."""
    if answer.status < 300:  # noqa: PLR2004
        return read_token_reply(answer)
    key = parse_error_body(answer.body).error_key
    if key == "authorization_pending":
        return "pending"
    if key == "slow_down":
        return "slow_down"
    if key == "access_denied":
        raise LoginFailed("the login was refused in the browser; to try again: ctct auth login")
    if key in ("expired_token", "invalid_grant"):
        raise _expired()
    raise token_error(answer)


def _expired() -> LoginFailed:
    return LoginFailed("the code was not confirmed in time and has lapsed; start again: ctct auth login")


def browser_login(
    connection: Connection,
    *,
    redirect_uri: str,
) -> BrowserLogin:
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": _client_id(connection),
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "prompt": "login",
    }
    return BrowserLogin(
        url=f"{connection.authorize_url}?{urlencode(asked)}",
        redirect_uri=redirect_uri,
        state=state,
        verifier=verifier,
    )


class WrongCallback(LoginFailed):
    """A callback that is not the answer to this login; the right one may still come."""


def code_from_callback(login: BrowserLogin, query: str) -> str:
    """The code in the query of the callback.

    Raises WrongCallback for one of another login (its state differs) or with nothing in it, and LoginFailed for a
    refusal of this login.
    """
    given = {name: values[0] for name, values in parse_qs(query, errors="replace").items()}
    if not hmac.compare_digest(given.get("state", "").encode(errors="replace"), login.state.encode()):
        raise WrongCallback("This answer does not belong to the login under way (its state differs).")
    if "error" in given:
        said = ", ".join(given[name] for name in ("error", "error_description") if name in given)
        raise LoginFailed(f"the login was refused ({said[:MAX_QUOTE]}); start again: ctct auth login")
    if not given.get("code"):
        raise WrongCallback("This answer came without a code.")
    return given["code"]


def code_request(connection: Connection, login: BrowserLogin, code: str) -> Request:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": login.redirect_uri,
        "code_verifier": login.verifier,
    }
    return token_request(connection, form)


def _client_id(connection: Connection) -> str:
    if connection.client_id is None:
        raise ConfigError(
            "client_id is not set; set it to the API key of your application, then: "
            f"{login_command(connection.profile)}"
        )
    return connection.client_id


def _seconds(value: Any, otherwise: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise


def _as_they_are(tokens: Tokens) -> Tokens:
    return tokens


class Login:
    """Carries a login out and keeps its result. Its requests are paced and counted, but no quota refuses
    them.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock = SYSTEM_CLOCK,
        rng: random.Random | None = None,
        token_store: TokenStore | None = None,
        redactor: Redactor | None = None,
        identify: Callable[[Tokens], Tokens] = _as_they_are,
    ) -> None:
        """`identify` completes new tokens with the account that they are of, before they are kept."""
        self._connection, self._identify = connection, identify
        self._clock = clock
        self._redactor = redactor or Redactor()
        self._store = token_store or store_of(connection)
        self._budget = Budget.of(connection, clock=clock)
        self._transport = Transport(
            connection,
            budget=self._budget,
            clock=clock,
            rng=rng or random.Random(),
            redactor=self._redactor,
        )
        register_secrets(connection, self._redactor)

    def by_device(self, show: Callable[[DeviceGrant], None]) -> Tokens:
        """`show` tells the person address and code; then this waits until they have confirmed, or raises
        LoginFailed.
        """
        asked = device_request(self._connection, state=secrets.token_urlsafe(16))
        grant = self._transport.send(asked, read_device_grant, kind="login")
        self._redactor.add(grant.device_code)
        show(grant)
        ends_s = self._clock.monotonic() + grant.expires_in_s
        interval_s = grant.interval_s
        while self._clock.monotonic() + interval_s <= ends_s:
            self._clock.sleep(interval_s)
            polled = self._transport.send(
                device_poll_request(self._connection, grant), read_device_poll, kind="login"
            )
            if isinstance(polled, TokenReply):
                return self._keep(polled)
            if polled == "slow_down":
                interval_s += SLOWER_BY_S
        raise _expired()

    def start_browser(self, redirect_uri: str) -> BrowserLogin:
        login = browser_login(self._connection, redirect_uri=redirect_uri)
        self._redactor.add(login.verifier, login.state)
        return login

    def finish_browser(self, login: BrowserLogin, query: str) -> Tokens:
        """`query`: what the callback brought after its question mark."""
        code = code_from_callback(login, query)
        self._redactor.add(code)
        try:
            reply = self._transport.send(
                code_request(self._connection, login, code), read_token_reply, kind="login"
            )
        except InvalidGrant:
            raise LoginFailed(
                "the code was refused (it works once, for five minutes); start again: ctct auth login"
            ) from None
        return self._keep(reply)

    def _keep(self, reply: TokenReply) -> Tokens:
        self._redactor.add(reply.access_token, reply.refresh_token)
        tokens = self._identify(tokens_of(reply, self._clock))
        with self._store.lock(login_prefix(self._connection)):
            if tokens.account_id is not None:
                must_be_only_profile(self._connection.profile, tokens.account_id, self._store)
            self._store.save(login_name(self._connection), tokens)
        return tokens

    def status(self) -> LoginStatus:
        if self._connection.access_token is not None:
            return LoginStatus(kind="access_token")
        with self._store.lock():
            _, tokens = find_login(self._connection, self._store)
        if tokens is None:
            return LoginStatus(kind="none")
        if tokens.saved_at is None:
            return LoginStatus(kind="refresh_token")  # configured, not used yet
        lapses_at = tokens.saved_at.add(days=REFRESH_TOKEN_DAYS) if tokens.refresh_token else None
        return LoginStatus(
            kind="login",
            scope=tokens.scope,
            access_expires_at=tokens.expires_at,
            saved_at=tokens.saved_at,
            refresh_lapses_at=lapses_at,
            account_id=tokens.account_id,
            account_name=tokens.account_name,
        )

    def logout(self) -> int:
        """Forgets every login of this client_id and profile; returns how many there were. Sends nothing."""
        with self._store.lock(login_prefix(self._connection)):
            return self._store.remove(login_prefix(self._connection))

    def close(self) -> None:
        self._transport.close()
        self._budget.close()
