"""Which profiles a command means, and what is wrong with them before anything is spent."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.request import load_settings, profile_must_be_possible
from sources.constant_contact import configuration
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.api.logins import DEFAULT_PROFILE, find_login, stored_logins
from sources.constant_contact.api.stores import token_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sources.constant_contact.api.connection import Connection
    from sources.constant_contact.api.logins import StoredLogin
    from sources.constant_contact.source import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """Profiles that can run, and those that cannot with the reason."""

    ready: Mapping[str, Settings]
    refused: Mapping[str, UserError | ApiError]


def several(
    profile: str | None, *, all_profiles: bool, only_one: Mapping[str, str | None]
) -> tuple[str, ...]:
    """The profiles, where several are meant, else none. `only_one`: option -> value, of those that one can have.

    Raises UserError.
    """
    if not all_profiles and "," not in (profile or ""):
        return ()
    if all_profiles and profile is not None:
        raise UserError("choose --profile or --all-profiles, not both")
    for option, value in only_one.items():
        if value is not None:
            raise UserError(f"{option} is for one profile; name one, or leave it out")
    return every_profile() if profile is None else named(profile)


def named(text: str) -> tuple[str, ...]:
    """The profiles of `--profile A,B`. Raises UserError."""
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if not name:
            raise UserError(f"--profile {text!r} has an empty name; write names with one comma between them")
        profile_must_be_possible(name)
        if names.count(name) > 1:
            raise UserError(f"profile {name} is named twice in --profile; name it once")
    return names


def every_profile() -> tuple[str, ...]:
    """Those with settings of their own or with a login; where there is none, `default`.

    A login of `default` with another application's key is another program's.
    """
    from sources.constant_contact.source import SETTINGS  # noqa: PLC0415 - two seconds

    connection = load_settings().connection()
    found = {
        login.profile
        for login in _logins(connection)
        if login.profile != DEFAULT_PROFILE or login.client_id == connection.client_id
    }
    return tuple(sorted(found | set(configuration.profiles(SETTINGS)))) or (DEFAULT_PROFILE,)


def stored_accounts() -> dict[str, str]:
    """Profile -> its account as a person knows it, where a login or a run found it."""
    return {
        login.profile: login.tokens.account_name or login.tokens.account_id
        for login in _logins(load_settings().connection())
        if login.tokens.account_id
    }


def _logins(connection: Connection) -> list[StoredLogin]:
    store = token_store(connection)
    with store.lock():
        return stored_logins(store)


def selected(names: Iterable[str]) -> Selected:
    """What can be known of each without a request: its settings, its login, and that it is nobody else's."""
    ready: dict[str, Settings] = {}
    refused: dict[str, UserError | ApiError] = {}
    for name in names:
        try:
            profile_must_be_possible(name)
            own = load_settings(name)
            with closing(Client(own.connection())) as client:
                client.check_login()
            ready[name] = own
        except (UserError, ApiError) as error:
            refused[name] = error
    doubles = _doubles({name: own.connection() for name, own in ready.items()})
    ready = {name: own for name, own in ready.items() if name not in doubles}
    refused.update(doubles)
    return Selected(ready=ready, refused=refused)


def _doubles(connections: Mapping[str, Connection]) -> dict[str, UserError]:
    """Profiles that would load one account twice."""
    holders: dict[str, list[str]] = {}
    for name, connection in connections.items():
        for trait in _traits(connection):
            holders.setdefault(trait, []).append(name)
    found: dict[str, UserError] = {}
    for names in holders.values():
        for name in names if len(names) > 1 else ():
            others = " and ".join(other for other in names if other != name)
            found[name] = UserError(
                f"profile {name} has the same account as {others}; nothing was sent for it: log one of them in to its "
                f"own account (ctct auth login --profile {name}), or leave it out"
            )
    return found


def _traits(connection: Connection) -> set[str]:
    """What two logins of one account have in common: a token that was configured, or the account's id."""
    store = token_store(connection)
    with store.lock():
        tokens = find_login(connection, store)[1]
    secret = connection.access_token or connection.refresh_token
    traits = {hashlib.sha256(secret.encode()).hexdigest()} if secret else set()
    if tokens is not None and tokens.account_id and connection.access_token is None:
        traits.add(tokens.account_id)
    return traits
