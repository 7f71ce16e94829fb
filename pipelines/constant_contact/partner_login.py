"""A partner's login, and which of the partner's clients still need one of their own.

A partner sees accounts, plans and webhooks, and nothing of what is in an account: each client logs in once, to a
profile that is proposed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.constant_contact import configuration
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.logins import login_command, stored_logins
from sources.constant_contact.api.stores import token_store
from sources.constant_contact.catalogue import endpoint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sources.constant_contact.api.connection import Connection

Say = Callable[[str], None]
CANCELED = "Canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAccount:
    """An account of the partner's that can be read once somebody logs in to it."""

    account_id: str
    name: str
    profile: str
    """Proposed; free, and possible as a name."""


def login(connection: Connection, say: Say) -> int:
    """Try the credentials, and say what to log in to next. Nothing is kept: the credentials are the login."""
    clients, known = _clients(connection)
    say(
        f"The partner's login works, for {len(clients) + known:,} accounts; it is kept nowhere but in the settings."
    )
    _say_clients(connection, clients, known, say)
    return 0


def status(connection: Connection, say: Say) -> int:
    say(f"profile    {connection.profile}")
    say("login      a partner's client credentials from the configuration; a token is asked for in each run")
    clients, known = _clients(connection)
    say(f"accounts   {len(clients) + known:,}, of which {known:,} have a login here")
    _say_clients(connection, clients, known, say)
    return 0


def _say_clients(connection: Connection, clients: Collection[ClientAccount], known: int, say: Say) -> None:
    if clients:
        say(f"{len(clients):,} of them have no login here yet; each of these logs in to one:")
    width = max((len(login_command(each.profile)) for each in clients), default=0)
    for each in clients:
        say(f"  {login_command(each.profile):<{width}}  # {each.name} ({each.account_id})")
    option = "" if connection.profile == "default" else f" --profile {connection.profile}"
    say(f"Next: ctct sync{option}" if known or clients else "The partner has no accounts yet.")


def _clients(connection: Connection) -> tuple[list[ClientAccount], int]:
    """(accounts that are open and have no login here, how many have one)."""
    of = endpoint("partner_accounts")
    with closing(Client(connection)) as client:
        pages = list(client.pages(of.path, dict(of.query), rows_key=of.rows_key))
    rows = [row for page in pages for row in page.rows if row.get("billing_status") != CANCELED]
    store = token_store(connection)
    with store.lock():
        logins = stored_logins(store)
    known = {one.tokens.account_id for one in logins}
    without = [row for row in rows if row.get("encoded_account_id") not in known]
    taken = {connection.profile, "default", *(one.profile for one in logins)}
    return list(proposed(without, taken)), len(rows) - len(without)


def proposed(rows: Iterable[dict[str, object]], taken: Collection[str]) -> Iterator[ClientAccount]:
    """A profile for each account, called like its organization as far as that can be."""
    from sources.constant_contact.source import SETTINGS  # noqa: PLC0415 - dlt takes two seconds

    used = set(taken)
    for row in rows:
        account_id, name = str(row.get("encoded_account_id")), str(row.get("organization_name") or "")
        wanted = _slug(name)
        if not wanted or configuration.profile_fault(wanted, SETTINGS):
            wanted = f"client_{_slug(account_id)}"
        profile = wanted if wanted not in used else f"{wanted}_{_slug(account_id)}"
        used.add(profile)
        yield ClientAccount(account_id=account_id, name=name or "an account without a name", profile=profile)


def _slug(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "_".join(words)[:40].strip("_")
