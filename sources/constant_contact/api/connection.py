"""Where the API is, who asks, and how hard it may be asked: one frozen record, checked when it is made.

Knows: the provider's addresses and limits. Must not know: where the values came from (files, environment).
Sources: api_guide/auth_overview (addresses), api_guide/rate_limits (4 a second, 10,000 a day per key).
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import SplitResult, urlsplit

from sources.constant_contact.api.errors import ConfigError
from sources.constant_contact.api.placeholders import placeholder_fault

if TYPE_CHECKING:
    from sources.constant_contact.api.shared_store import SharedStore

AUTHORIZATION_SERVER: Final = "https://authz.constantcontact.com/oauth2/default/v1"
PARTNER_TOKEN_URL: Final = "https://authz.constantcontact.com/partners/oauth2/default/v1/token"  # noqa: S105 - an address


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Raises ConfigError, in one sentence, for a value that cannot work."""

    state_dir: Path  # request ledger and token store
    base_url: str = "https://api.cc.email/v3"
    authorize_url: str = f"{AUTHORIZATION_SERVER}/authorize"
    token_url: str = f"{AUTHORIZATION_SERVER}/token"
    device_url: str = f"{AUTHORIZATION_SERVER}/device/authorize"
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)  # seeds the token store
    access_token: str | None = field(default=None, repr=False)  # used as is, never refreshed
    login: Literal["account", "partner"] = "account"
    api_key: str | None = field(default=None, repr=False)  # a partner's
    shared: SharedStore | None = None  # where logins and counts are; None: in files of state_dir
    profile: str = "default"  # tells several logins on one client_id and state_dir apart
    requests_per_second: float = 4
    requests_per_day: int = 10_000
    reserve_per_day: int = 0  # never spent by us
    connect_timeout_s: float = 10
    read_timeout_s: float = 60  # without a single byte
    answer_timeout_s: float = 300  # for one whole answer
    max_body_bytes: int = 256 * 1024 * 1024
    max_attempts: int = 9  # of one request, with the first; the waits between add up to 1-2 minutes
    backoff_base_s: float = 1
    backoff_cap_s: float = 40
    preparing_polls: int = 12  # repeats of a request that is answered by 202

    def __post_init__(self) -> None:
        for name in ("base_url", "authorize_url", "token_url", "device_url"):
            object.__setattr__(self, name, _checked_url(name, getattr(self, name)))
        object.__setattr__(self, "state_dir", Path(self.state_dir))
        for name in _POSITIVE:
            _check_number(name, getattr(self, name), above_zero=True)
        for name in _NOT_NEGATIVE:
            _check_number(name, getattr(self, name), above_zero=False)
        for name in (
            "requests_per_day",
            "reserve_per_day",
            "max_attempts",
            "max_body_bytes",
            "preparing_polls",
        ):
            if not isinstance(getattr(self, name), int):
                raise ConfigError(f"{name} is {getattr(self, name)!r}; set it to a whole number")
        if self.reserve_per_day >= self.requests_per_day:
            raise ConfigError(
                f"reserve_per_day is {self.reserve_per_day:,}, which leaves nothing of requests_per_day "
                f"({self.requests_per_day:,}); set it lower"
            )
        for name in ("client_id", "client_secret", "refresh_token", "access_token", "api_key", "profile"):
            _check_text(name, getattr(self, name))

    @property
    def key(self) -> str:
        """What the ledger counts by: the application, since the limits are the application's."""
        who = self.client_id or f"{self.base_url} anonymous"
        return hashlib.sha256(who.encode()).hexdigest()[:16]

    @property
    def kept_in(self) -> str:
        """Where logins are, for a person."""
        return str(self.state_dir) if self.shared is None else "the catalog of the lake, encrypted"


MOST: Final = 10**12
"""Of any number here: what is counted by it fits every database."""
_POSITIVE: Final = (
    "requests_per_second",
    "requests_per_day",
    "connect_timeout_s",
    "read_timeout_s",
    "answer_timeout_s",
    "max_body_bytes",
    "max_attempts",
)
_NOT_NEGATIVE: Final = ("reserve_per_day", "backoff_base_s", "backoff_cap_s", "preparing_polls")


def _check_number(name: str, value: object, *, above_zero: bool) -> None:
    wanted = "above 0" if above_zero else "of 0 or more"
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MOST <= value <= MOST:
        raise ConfigError(f"{name} is {value!r}; set it to a number {wanted}")
    if value < 0 or (above_zero and value == 0):
        raise ConfigError(f"{name} is {value!r}; set it to a number {wanted}")


def _check_text(name: str, value: object) -> None:
    """Refuses what would break a header or is plainly a slip of copy and paste; never quotes the value."""
    if value is None:
        return
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{name} is empty; set it or leave it out")
    if value != value.strip() or not value.isprintable() or not value.isascii():
        raise ConfigError(
            f"{name} contains spaces around it or characters that cannot be sent; copy it again"
        )
    if name != "profile" and (fault := placeholder_fault(name, value)):
        raise ConfigError(fault)


def _checked_url(name: str, url: object) -> str:
    """The address without a trailing slash."""
    if not isinstance(url, str) or not url:
        raise ConfigError(f"{name} is empty; set it to the address of the API or leave it out")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(f"{name} is not an address: its host or port cannot be read; correct it") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigError(
            f"{name} contains a user name or password; remove it, the login goes into client_id"
        )
    if not host or parts.scheme not in ("https", "http"):
        raise ConfigError(
            f"{name} is {url!r}, which is not an address; it looks like https://api.cc.email/v3"
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(
            f"{name} is {url!r}, which is not encrypted; use https (only loopback may be plain http)"
        )
    if parts.query or parts.fragment:
        raise ConfigError(f"{name} is {url!r}; remove everything from the ? or # on")
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a name or address can only be this machine: RFC 6761 section 6.3, RFC 1122 section 3.2.1.3."""
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)


def origin(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port, with the default port filled in."""
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or (443 if scheme == "https" else 80)
