"""Access tokens: which one to send, when to renew it, and what the token endpoint says.

Knows: the refresh grant, the candidates for it, and whose turn it is. Must not know: files (that is the
store), pacing and retry (that is `send`), API endpoints.

One refresh for everybody: under the store's lock the store is read again first, and a token that somebody
else has just saved is used. A new refresh token is saved before anything is done with it.
When the server refuses the newest refresh token, the one before it is tried once, then the configured one if
it was never used: after a crash between refresh and save the server may honour only one of them.

Sources: api_guide/server_flow, api_guide/device_flow, RFC 6749 section 5 and 6; 400 invalid_grant = refused
for good.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import orjson

from sources.constant_contact.api import partner
from sources.constant_contact.api.errors import (
    ApiError,
    ConfigError,
    LoginFailed,
    NotJson,
    NotLoggedIn,
    ServerBusy,
    Throttled,
    TokenRevoked,
    Unauthorized,
    error_class,
    parse_error_body,
)
from sources.constant_contact.api.logins import find_login, login_command, login_prefix, nobody, note_account
from sources.constant_contact.api.redact import Redactor, basic_credentials
from sources.constant_contact.api.tokens import Tokens, TokenStore
from sources.constant_contact.api.wire import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from sources.constant_contact.api.clock import Clock
    from sources.constant_contact.api.connection import Connection

REFRESH_AHEAD_S: Final = 60  # or a tenth of the token's life, where that is shorter
LONGEST_LIFETIME_S: Final = 366 * 86_400
UNSTATED_LIFETIME_S: Final = 3600  # when a reply does not say; a 401 renews it earlier
NO_CLIENT_ID: Final = "client_id is not set; set it to the API key of your application"


class InvalidGrant(LoginFailed):
    """One refresh token or code is refused for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenReply:
    """A successful answer of the token endpoint."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)  # None: long-lived, the one that was sent stays
    expires_in_s: float
    scope: str | None


def token_request(connection: Connection, form: dict[str, str]) -> Request:
    """A POST to the token endpoint: Basic with a client secret, else client_id in the form."""
    if connection.client_id is None:
        raise ConfigError(NO_CLIENT_ID)
    if connection.client_secret is not None:
        return Request(
            url=connection.token_url, form=form, basic=(connection.client_id, connection.client_secret)
        )
    return Request(url=connection.token_url, form={**form, "client_id": connection.client_id})


def refresh_request(connection: Connection, refresh_token: str) -> Request:
    return token_request(connection, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def read_token_reply(answer: Answer) -> TokenReply:
    """Raises InvalidGrant, ConfigError, LoginFailed, and the Retryable ones."""
    if answer.status >= 300:  # noqa: PLR2004
        raise token_error(answer)
    body = json_object(answer)
    access, refresh = body.get("access_token"), body.get("refresh_token")
    if not isinstance(access, str) or not access:
        raise NotJson("the token endpoint answered without an access_token; run again later")
    scope = body.get("scope")
    return TokenReply(
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
        expires_in_s=_lifetime_s(body.get("expires_in")),
        scope=scope if isinstance(scope, str) else None,
    )


def _lifetime_s(stated: Any) -> float:
    """Never raises: a refresh token that came with nonsense must be kept all the same, for it is the only one."""
    try:
        found = float(stated)
    except (TypeError, ValueError, OverflowError):
        return UNSTATED_LIFETIME_S
    return min(found, LONGEST_LIFETIME_S) if math.isfinite(found) and found > 0 else UNSTATED_LIFETIME_S


def json_object(answer: Answer) -> dict[str, Any]:
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise NotJson(
            "the authorization server answered something that is not JSON; check its address, run again"
        )
    return body


def token_error(answer: Answer) -> ApiError:
    """The error of a refused request to the authorization server, in either of its two forms."""
    said = parse_error_body(answer.body)
    detail = ", ".join(part for part in (said.error_key, said.message) if part) or f"status {answer.status}"
    if said.error_key == "invalid_grant":
        return InvalidGrant(f"the authorization server refused ({detail})", status=answer.status)
    if said.error_key in ("invalid_client", "unauthorized_client"):
        return ConfigError(
            f"the authorization server does not accept the application ({detail}); check client_id, "
            "client_secret "
            "and which flows the application allows"
        )
    if answer.status == 429:  # noqa: PLR2004
        return Throttled(f"the authorization server is asked too often ({detail}); run again later")
    if issubclass(error_class(answer.status, None), ServerBusy):
        return ServerBusy(
            f"the authorization server is failing ({detail}); run again later", status=answer.status
        )
    return LoginFailed(
        f"the authorization server refused the request ({detail}); check token_url and client_id, then log "
        "in again: "
        "ctct auth login",
        status=answer.status,
        error_key=said.error_key,
    )


class Authenticator:
    """The access token of one connection, for all threads. `send` carries out a request to the token
    endpoint.
    """

    def __init__(
        self,
        connection: Connection,
        store: TokenStore,
        *,
        send: Callable[[Request], TokenReply],
        clock: Clock,
        redactor: Redactor,
    ) -> None:
        self._connection = connection
        self._store = store
        self._send = send
        self._clock = clock
        self._redactor = redactor
        self._lock = threading.Lock()
        self._current: Tokens | None = None
        self._login_command = login_command(connection.profile)
        register_secrets(connection, redactor)

    def access_token(self, rejected: str | None = None) -> str:
        """A token to send now; another one than `rejected`, which the server has just refused.

        Raises NotLoggedIn, TokenRevoked, Unauthorized (a configured access token was refused),
        TokenStoreError.
        """
        if self._connection.login == "partner":
            return self._partner_token(rejected)
        configured = self._connection.access_token
        if configured is not None:
            if rejected is not None:
                raise Unauthorized(
                    "the configured access_token is not accepted (such tokens live for 24 hours); set a "
                    f"new one, or remove it and log in: {self._login_command}"
                )
            return configured
        with self._lock:
            usable = self._usable(self._current, rejected)
            return usable if usable is not None else self._renewed(rejected)

    def _partner_token(self, rejected: str | None) -> str:
        """A token that lasts for an hour, asked for once in it; a new one that is refused as well is the last."""
        with self._lock:
            known = self._usable(self._current, rejected)
            if known is not None:
                return known
            self._current = tokens_of(self._send(partner.token_request(self._connection)), self._clock)
            self._redactor.add(*self._current.secrets())
        assert self._current.access_token is not None
        return self._current.access_token

    def check(self) -> None:
        """Raises ConfigError or NotLoggedIn where no request could be sent at all; asks nobody."""
        if self._connection.login == "partner":
            partner.check_partner(self._connection)
            return
        if self._connection.access_token is not None:
            return
        if self._connection.client_id is None:
            raise ConfigError(NO_CLIENT_ID)
        with self._store.lock():
            if find_login(self._connection, self._store)[1] is None:
                raise nobody(self._connection)

    def keep_account(self, account_id: str, name: str | None) -> None:
        """Keep whose login it is. Raises SameAccount where another profile's is of the same account."""
        if self._connection.access_token is not None or self._connection.login == "partner":
            return  # no login brought it
        with self._lock, self._store.lock(login_prefix(self._connection)):
            note_account(self._connection, self._store, account_id, name)

    def scopes(self) -> frozenset[str] | None:
        """Scopes of the token that is sent: by its own claims, else by what the token endpoint said of the login."""
        with self._lock:
            login = self._current
        token = self._connection.access_token or (login.access_token if login else None)
        claimed = token_scopes(token) if token else None
        if claimed is not None or login is None or login.scope is None:
            return claimed
        return frozenset(re.split(r"[\s+]+", login.scope.strip()))

    def _usable(self, tokens: Tokens | None, rejected: str | None) -> str | None:
        if tokens is None or tokens.access_token is None or tokens.access_token == rejected:
            return None
        if tokens.expires_at is None:
            return None
        left_s = (tokens.expires_at - self._clock.now()).total_seconds()
        return tokens.access_token if left_s >= _ahead_s(tokens) else None

    def _renewed(self, rejected: str | None) -> str:
        with self._store.lock(login_prefix(self._connection)):
            login, tokens = find_login(self._connection, self._store)
            if tokens is None:
                raise nobody(self._connection)
            self._redactor.add(*tokens.secrets())
            usable = self._usable(tokens, rejected)
            if usable is None:
                tokens = self._refresh(login, tokens)
                usable = tokens.access_token
            self._current = tokens
        assert usable is not None
        return usable

    def _refresh(self, login: str, tokens: Tokens) -> Tokens:
        refused: InvalidGrant | None = None
        for candidate in _candidates(tokens, self._connection.refresh_token):
            try:
                reply = self._send(refresh_request(self._connection, candidate))
            except InvalidGrant as error:
                refused = error
                continue
            renewed = self._after(tokens, candidate, reply)
            self._redactor.add(*renewed.secrets())
            self._store.save(login, renewed)  # before its first use
            return renewed
        if refused is None:
            raise NotLoggedIn(
                f"the stored login has expired and cannot be renewed; log in again: {self._login_command}"
            )
        raise TokenRevoked(
            "the refresh token is invalid or expired (it lapses after 180 days without use, and when "
            f"another program uses it); run {self._login_command}"
        ) from None

    def _after(self, tokens: Tokens, used: str, reply: TokenReply) -> Tokens:
        newest = reply.refresh_token or used
        return replace(
            tokens,
            access_token=reply.access_token,
            refresh_token=newest,
            previous_refresh_token=used if newest != used else tokens.previous_refresh_token,
            expires_at=self._clock.now().add(seconds=int(reply.expires_in_s)),
            scope=reply.scope or tokens.scope,
            saved_at=self._clock.now(),
            seed_used=tokens.seed_used or self._connection.refresh_token in (used, newest),
        )


def _ahead_s(tokens: Tokens) -> float:
    """How long before its end a token is renewed."""
    if tokens.expires_at is None or tokens.saved_at is None:
        return REFRESH_AHEAD_S
    return min(REFRESH_AHEAD_S, (tokens.expires_at - tokens.saved_at).total_seconds() / 10)


def _candidates(tokens: Tokens, seed: str | None) -> list[str]:
    """Refresh tokens to be tried, best first, each once."""
    wanted = [tokens.refresh_token, tokens.previous_refresh_token]
    if not tokens.seed_used:
        wanted.append(seed)
    return list(dict.fromkeys(token for token in wanted if token))


def tokens_of(reply: TokenReply, clock: Clock) -> Tokens:
    """What a person's login has brought."""
    return Tokens(
        refresh_token=reply.refresh_token,
        access_token=reply.access_token,
        expires_at=clock.now().add(seconds=int(reply.expires_in_s)),
        scope=reply.scope,
        saved_at=clock.now(),
    )


def token_scopes(token: str) -> frozenset[str] | None:
    """The claim `scp` (or `scope`) of a JSON Web Token, unverified: only the server decides what it is worth.

    None for a token that is none, or says nothing of scopes. Source: RFC 7519, RFC 8693 section 4.2; `scp` is how
    Okta, whose server the provider uses, spells the claim.
    """
    parts = token.split(".")
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return None
    found = claims.get("scp", claims.get("scope")) if isinstance(claims, dict) else None
    if isinstance(found, str):
        found = found.split()
    return frozenset(map(str, found)) if isinstance(found, list) else None


def register_secrets(connection: Connection, redactor: Redactor) -> None:
    redactor.add(
        connection.access_token, connection.refresh_token, connection.client_secret, connection.api_key
    )
    if connection.shared is not None:
        redactor.add(*connection.shared.keys, connection.shared.address)
    if connection.client_id is not None and connection.client_secret is not None:
        redactor.add(basic_credentials(connection.client_id, connection.client_secret))
