"""Failures of the Constant Contact V3 API and of the way to it, and what each allows the caller to do.

ApiError
  Retryable   the same request may work (the client has already tried several times):
              Throttled, ServerBusy, ConnectionLost, BodyTruncated, NotJson
  Postponed   only later: QuotaSpent(resets_at: UTC), RequestCapReached
  Skippable   leave this resource or parent out and say so:
              Forbidden(kind, privilege), NotFound, Conflict, StillPreparing
  Fatal       stop the run: TokenRevoked, Unauthorized, NotLoggedIn, LoginFailed, CursorLoop, RowsMissing,
              LinkUnreadable, ForeignLink, Redirected, BodyTooLarge, UnknownCoding, BadRequest, Unexplained,
              Unreachable, ConfigError, LedgerError, TokenStoreError, CatalogLost

Each message is one sentence: what, which one, what to do now. Bodies quoted in messages pass the redactor
first. An unknown pair of status and key is `Unexplained` and stops, since trying again would burn the day's
quota.

Sources: api_guide/rate_limits, api_guide/glossary_responses, contract (APIErrorSchema,
AuthorizationErrorSchema), V3 build 3.0.178. No I/O here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pendulum

ForbiddenKind = Literal["privilege", "scope", "deactivated", "unknown"]


_LONG_WORD: Final = re.compile(r"(\S{300})\S{50,}")


def shortened(text: str) -> str:
    """A sentence whose words fit a screen: an id in it may be damaged."""
    return _LONG_WORD.sub(r"\1…", text)


class ApiError(Exception):
    """A failure that the user is told about by its own text alone."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        error_key: str | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(shortened(message))
        self.status = status
        self.error_key = error_key
        self.path = path


class Retryable(ApiError):  # noqa: N818  a fate, not a failure
    """The same request may work; when it leaves the client, the client has given up trying."""

    retry_after_s: float | None = None  # what the server asked for, if it did


class Throttled(Retryable):
    """Too many requests in one second."""


class ServerBusy(Retryable):
    """The server failed (5xx)."""


class ConnectionLost(Retryable):
    """The connection broke or timed out after it had been made."""


class BodyTruncated(Retryable):
    """The answer ended before its announced length."""


class NotJson(Retryable):
    """A successful status, but a body that is not JSON."""


class Postponed(ApiError):  # noqa: N818  a fate, not a failure
    """Nothing is wrong; the rest has to wait."""


class QuotaSpent(Postponed):
    """The requests of this UTC day are spent, by our count or by the server's word (then `spent` may be
    lower).
    """

    def __init__(
        self, *, resets_at: pendulum.DateTime, spent: int, limit: int, by_server: bool = False
    ) -> None:
        whose = " (the server says so)" if by_server else ""
        super().__init__(
            f"daily quota spent{whose}: {spent:,} of {limit:,} requests since 00:00 UTC; "
            f"run again after {resets_at.format('YYYY-MM-DD[T]HH:mm[Z]')}"
        )
        self.resets_at = resets_at
        self.spent = spent
        self.limit = limit
        self.by_server = by_server


class RequestCapReached(Postponed):
    """The run was told to send no more than `limit` requests, and has."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"this run's cap of {limit:,} requests is reached; run again to go on")
        self.limit = limit


class Skippable(ApiError):  # noqa: N818  a fate, not a failure
    """Only one resource cannot be read; the others can."""


class Forbidden(Skippable):
    """403. `privilege` is the one that the server names, if it names one."""

    kind: ForbiddenKind = "unknown"
    privilege: str | None = None


class NotFound(Skippable):
    """404: gone, or never there."""


class Conflict(Skippable):
    """409: the thing is in a state that has no such view."""


class StillPreparing(Skippable):
    """202 again and again: the server is still computing the answer."""


class Fatal(ApiError):  # noqa: N818  a fate, not a failure
    """The run cannot go on."""


class TokenRevoked(Fatal):
    """The refresh token is no longer accepted; a person has to log in."""


class Unauthorized(Fatal):
    """401 in spite of a fresh token."""


class NotLoggedIn(Fatal):
    """No token of any kind is known."""


class LoginFailed(Fatal):
    """The authorization server refused a login or a token request."""


class CursorLoop(Fatal):
    """A next link that this read has already followed."""


class RowsMissing(Fatal):
    """The answer lacks its rows; taking that for an empty page would lose rows in silence."""


class LinkUnreadable(Fatal):
    """A next link of a shape that is not known; taking that for the end would lose rows in silence."""


class ForeignLink(Fatal):
    """A next link to another host or scheme; the token must not go there."""


class Redirected(Fatal):
    """A redirect; it is never followed, since the token must not go elsewhere."""


class BodyTooLarge(Fatal):
    """An answer above the size that the client is ready to hold."""


class UnknownCoding(Fatal):
    """A body in a Content-Encoding that was not asked for, or in several at once."""


class BadRequest(Fatal):
    """The server does not accept the request as it is."""


class Unexplained(Fatal):
    """A status or key that is not in the table below."""


class Unreachable(Fatal):
    """No connection could be made: name, network, port, or TLS."""

    permanent: bool = False  # trying again cannot help (a certificate that does not fit)


class ConfigError(Fatal):
    """A setting that cannot be worked with."""


class LedgerError(Fatal):
    """The request ledger cannot be read or written."""


class TokenStoreError(Fatal):
    """The token store cannot be read or written, or others can read it."""


class CatalogLost(Fatal):
    """The database in which logins and counts are shared has answered before, and does not any more."""


# First match wins; "*" = any error_key, None too.
RULES: Final[tuple[tuple[range, str, type[ApiError]], ...]] = (
    (range(300, 400), "*", Redirected),
    (range(429, 430), "quota_exceeded", QuotaSpent),
    (range(429, 430), "*", Throttled),
    (range(403, 404), "mashery.not.authorized.over.qps", Throttled),  # the old gateway's words
    (range(403, 404), "mashery.not.authorized.over.ratelimit", QuotaSpent),
    (range(403, 404), "mashery.not.authorized.ratelimit", QuotaSpent),
    (range(400, 401), "*", BadRequest),
    (range(401, 402), "*", Unauthorized),
    (range(403, 404), "*", Forbidden),
    (range(404, 405), "*", NotFound),
    (range(410, 411), "*", NotFound),
    (range(406, 407), "*", BadRequest),
    (range(415, 416), "*", BadRequest),
    *((range(status, status + 1), "*", BadRequest) for status in (413, 414, 431)),  # too long
    (range(408, 409), "*", ServerBusy),
    (range(409, 410), "*", Conflict),
    (range(501, 502), "*", Unexplained),  # not implemented: trying again cannot help
    (range(505, 506), "*", Unexplained),
    (range(500, 600), "*", ServerBusy),
)


def error_class(status: int, error_key: str | None) -> type[ApiError]:
    for statuses, key, error in RULES:
        if status in statuses and key in ("*", error_key):
            return error
    return Unexplained


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """What an error answer says, whatever its form; both None when it says nothing that can be read."""

    error_key: str | None
    message: str | None


_KEYS_IN_TEXT: Final = re.compile(
    r"\b(quota_exceeded|throttled|access_denied|unauthorized|mashery\.[a-z._]+)\b"
)
_MARKUP: Final = re.compile(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>")
_MESSAGE_CHARS: Final = 300


def parse_error_body(body: bytes) -> ErrorBody:
    """Reads an array, an object, either OAuth shape, HTML, plain text or nothing. Never raises."""
    try:
        value: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _from_text(body.decode("utf-8", "replace"))
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and (found := _from_object(item)) is not None:
            return found
    return _from_text(body.decode("utf-8", "replace"))


def _from_object(item: dict[str, Any]) -> ErrorBody | None:
    key = _first_text(item, ("error_key", "error", "errorCode", "code"))
    message = _first_text(item, ("error_message", "error_description", "errorSummary", "message"))
    nested = item.get("errors")
    if key is None and message is None:
        if isinstance(nested, list) and nested and isinstance(nested[0], dict):
            return _from_object(nested[0])
        return None
    return ErrorBody(error_key=key, message=_shorten(message))


def _first_text(item: dict[str, Any], names: Iterable[str]) -> str | None:
    return next((value for name in names if isinstance(value := item.get(name), str) and value), None)


def _from_text(text: str) -> ErrorBody:
    key = _KEYS_IN_TEXT.search(text)
    plain = " ".join(_MARKUP.sub(" ", text).split())
    return ErrorBody(error_key=key.group(1) if key else None, message=_shorten(plain or None))


def _shorten(message: str | None) -> str | None:
    if message is None or len(message) <= _MESSAGE_CHARS:
        return message
    return message[:_MESSAGE_CHARS] + "…"


_PRIVILEGE: Final = re.compile(r"\b((?:ui|account|contacts|campaign|customer-journey)(?::[a-z_-]+)+)\b")


def forbidden_kind(message: str | None) -> ForbiddenKind:
    """Which of the three 403s it is, by the words of its message: no documented key tells them apart."""
    said = (message or "").casefold()
    if "privilege" in said:
        return "privilege"
    if "scope" in said:
        return "scope"
    off = any(word in said for word in ("disabled", "suspended", "inactive"))
    if "deactivat" in said or (off and any(word in said for word in ("application", "api key", "client"))):
        return "deactivated"  # this ends a run, so a feature that is disabled must not be taken for it
    return "unknown"


_FORBIDDEN_MEND: Final[dict[ForbiddenKind, str]] = {
    "privilege": "ask the account's owner to give this user the privilege, or leave the resource out",
    "scope": "log in again with all scopes: ctct auth login",
    "deactivated": "the application's key seems to be switched off: see My Applications in the developer "
    "portal",
    "unknown": "check the user's privileges and the application's scopes: ctct check",
}


def from_answer(status: int, body: bytes, path: str, *, gateway_key: str | None = None) -> ApiError:
    """The error for an unsuccessful answer. `path` has no query. QuotaSpent cannot be made here, since only
    the budget knows its figures: for it the caller asks `error_class` first.
    """
    said = parse_error_body(body)
    if gateway_key is not None:
        said = ErrorBody(error_key=gateway_key, message=said.message)
    error = error_class(status, said.error_key)
    detail = (
        f" ({', '.join(part for part in (said.error_key, said.message) if part)})" if said.message else ""
    )
    made = error(f"{path} answered {status}{detail}: {_mend(error, said)}", status=status, path=path)
    made.error_key = said.error_key
    if isinstance(made, Forbidden):
        made.kind = forbidden_kind(said.message)
        named = _PRIVILEGE.search(said.message or "")
        made.privilege = named.group(1) if named else None
    return made


def _mend(error: type[ApiError], said: ErrorBody) -> str:
    if error is Forbidden:
        return _FORBIDDEN_MEND[forbidden_kind(said.message)]
    return _MENDS.get(error, "run again later")


_MENDS: Final[dict[type[ApiError], str]] = {
    Throttled: "another program uses the same key; lower requests_per_second or run again later",
    ServerBusy: "the server is failing, run again later",
    NotFound: "it does not exist any more, or never did",
    Conflict: "its state does not allow this view, it is left out",
    BadRequest: "the API does not accept the request, please report this with the text above",
    Unauthorized: "the token is not accepted, log in again: ctct auth login",
    Redirected: "a redirect is never followed since the token must not leave the host; correct base_url",
    Unexplained: "this answer is unknown, so nothing more is sent; please report it with the text above",
}
