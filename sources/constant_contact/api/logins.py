"""Whose login is which: the names of logins in the token store, and the one that a connection uses.

Knows: a name is `client_id/profile/line`, one line for logins by hand and one for each configured refresh token.
Must not know: files (that is the store), HTTP, when a token is too old. Everything here is called under the store's
lock. Version 0.1 had one profile, whose name is `default` here too, so its logins stay what they were.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pendulum

from sources.constant_contact.api.errors import ConfigError, NotLoggedIn
from sources.constant_contact.api.tokens import Tokens

if TYPE_CHECKING:
    from sources.constant_contact.api.connection import Connection
    from sources.constant_contact.api.tokens import TokenStore

DEFAULT_PROFILE: Final = "default"
BY_HAND: Final = "login"
SEEDED: Final = "seed-"
NOBODY: Final = "no login is stored for this client_id; log in first: ctct auth login"
_EPOCH: Final = pendulum.from_timestamp(0)


class SameAccount(ConfigError):  # noqa: N818 - a fate of the run, like the other errors
    """Two profiles have the login of one account, whose rows would then be loaded twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLogin:
    """The newest login of one application and profile."""

    client_id: str
    profile: str
    line: str
    tokens: Tokens


def login_command(profile: str) -> str:
    """What a person types to log in."""
    return "ctct auth login" if profile == DEFAULT_PROFILE else f"ctct auth login --profile {profile}"


def nobody(connection: Connection) -> NotLoggedIn:
    if connection.profile == DEFAULT_PROFILE:
        return NotLoggedIn(NOBODY)
    return NotLoggedIn(
        f"profile {connection.profile} is not logged in; log in first: {login_command(connection.profile)}"
    )


def login_prefix(connection: Connection) -> str:
    return f"{connection.client_id}/{connection.profile}/"


def login_name(connection: Connection) -> str:
    """The store's name of this login: its own line of tokens for each configured refresh token.

    So a new value in the configuration is taken up, two accounts that share a client_id and a state folder
    are never mixed, and a value that was used up long ago is not mistaken for a new one.
    """
    return login_prefix(connection) + _line(connection)


def _line(connection: Connection) -> str:
    seed = connection.refresh_token
    return BY_HAND if seed is None else f"{SEEDED}{hashlib.sha256(seed.encode()).hexdigest()[:16]}"


def find_login(connection: Connection, store: TokenStore) -> tuple[str, Tokens | None]:
    """Name and tokens of the login to use. A configured refresh token that is new starts a line of its own;
    without one, the login that was saved last is used. Raises SameAccount.
    """
    name = login_name(connection)
    tokens = store.load(name)
    if tokens is not None:
        return name, tokens
    if connection.refresh_token is not None:
        _must_be_nobody_elses(connection, store)
        return name, Tokens(refresh_token=connection.refresh_token)
    prefix = login_prefix(connection)
    others = [
        (other, found) for other in store.names() if other.startswith(prefix) and (found := store.load(other))
    ]
    if not others:
        return name, None
    return max(others, key=lambda pair: pair[1].saved_at or _EPOCH)


def _must_be_nobody_elses(connection: Connection, store: TokenStore) -> None:
    """A refresh token works once: the second profile that used it would end the first one's login."""
    line = _line(connection)
    for login in stored_logins(store):
        if login.line == line and login.profile != connection.profile:
            raise SameAccount(
                f"profile {connection.profile} has the refresh_token that profile {login.profile} uses, so both would "
                f"load one account; give it its own in [sources.constant_contact.{connection.profile}], or log in: "
                f"{login_command(connection.profile)}"
            )


def stored_logins(store: TokenStore) -> list[StoredLogin]:
    """The newest login of each application and profile, sorted by both."""
    newest: dict[tuple[str, str], StoredLogin] = {}
    for name in store.names():
        client_id, profile, line = name.rsplit("/", 2) if name.count("/") > 1 else (name, "", "")
        tokens = store.load(name) if line else None
        if tokens is None:
            continue
        known = newest.get((client_id, profile))
        if known is None or (known.tokens.saved_at or _EPOCH) < (tokens.saved_at or _EPOCH):
            newest[client_id, profile] = StoredLogin(
                client_id=client_id, profile=profile, line=line, tokens=tokens
            )
    return [newest[key] for key in sorted(newest)]


def must_be_only_profile(profile: str, account_id: str, store: TokenStore) -> None:
    """Raises SameAccount where another profile is logged in to this account."""
    for login in stored_logins(store):
        if login.profile != profile and login.tokens.account_id == account_id:
            raise SameAccount(
                f"profile {profile} and profile {login.profile} have the same account, {account_id}; nothing was "
                f"changed: log {profile} in to its own account ({login_command(profile)}), or forget the other login "
                f"(ctct auth logout --profile {login.profile})"
            )


def note_account(connection: Connection, store: TokenStore, account_id: str, name: str | None) -> None:
    """Keep whose login it is beside its tokens. Raises SameAccount."""
    must_be_only_profile(connection.profile, account_id, store)
    login, tokens = find_login(connection, store)
    if tokens is None or tokens.saved_at is None:  # a configured one that was not used yet
        return
    noted = replace(tokens, account_id=account_id, account_name=name or tokens.account_name)
    if noted != tokens:
        store.save(login, noted)
