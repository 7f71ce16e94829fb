"""`ctct check`: is everything in place for a sync? One line each, with what to do where it is not.

Costs three requests: the privileges (which prove the login), the account, and one contact.
"""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pipelines.constant_contact import privacy
from pipelines.constant_contact.account_guard import identified
from pipelines.constant_contact.commands import quiet_libraries
from pipelines.constant_contact.destinations.location import locate
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.notify.settings import read_notify
from pipelines.constant_contact.request import load_settings
from sources.constant_contact import configuration
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.errors import ApiError, Fatal, Postponed, Skippable
from sources.constant_contact.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pipelines.constant_contact.destinations.target import Target
    from sources.constant_contact.source import Settings

MOST_SKEW_S = 60.0
PROBES = {
    "account_read": "/account/summary",
    "contact_data": "/contacts/counts",
    "campaign_data": "/emails?limit=1",
}
"""One request per scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    what: str
    ok: bool
    found: str


def run_check(where: Target) -> int:
    """Print the lines; 0 when all is well, 2 when something must be put right."""
    quiet_libraries()
    own = load_settings(where.profile)
    good = True
    for line in lines(own, where):
        good = good and line.ok
        sys.stdout.write(f"{'ok  ' if line.ok else 'FIX '}  {line.what:<12} {line.found}\n")
        sys.stdout.flush()
    return 0 if good else 2


def lines(own: Settings, where: Target) -> Iterator[Line]:
    yield from configured(where.profile)
    yield _tried("alerts", lambda: _alerts(where))
    with closing(Client(own.connection())) as client:
        login = _login(client)
        yield login
        if login.ok:
            yield from _scopes(client)
            yield _privileges(client, own.chosen())
            yield _clock(client)
        yield from _destination(client, where, logged_in=login.ok)
        yield _tried("file modes", lambda: _modes(own, where))
        yield _tried("quota", lambda: _quota(client, own))


def _destination(client: Client, where: Target, *, logged_in: bool) -> Iterator[Line]:
    """The place, and whether what it holds is of the account that is logged in."""
    opened: list[Warehouse] = []

    def open_() -> str:
        opened.append(Warehouse(where, create=False))
        return f"{opened[0].name} answers" if opened[0].exists else f"{opened[0].name} will be made"

    yield _tried("destination", open_)
    if opened and logged_in:
        yield _tried("account", lambda: _account(opened[0], client))


def _modes(own: Settings, where: Target) -> str:
    paths = privacy.open_to_everybody(privacy.kept_here(locate(where), own.connection().state_dir))
    if paths:
        raise UserError(
            f"every user of this machine can get at {', '.join(map(str, paths))}; run: {privacy.command(paths)}"
        )
    return "what is kept here is for its owner, or those that the owner chose"


def _alerts(where: Target) -> str:
    notify = read_notify(where.profile)
    names = [*notify.receivers, *(("heartbeat",) if notify.heartbeat else ())]
    return f"by {', '.join(names)}, on {', '.join(sorted(notify.kinds))}" if names else "none are configured"


def _account(opened: Warehouse, client: Client) -> str:
    identity = identified(opened, client)
    return (
        f"{identity.account_id} may be loaded into {opened.target.dataset}"
        if identity.account_id
        else identity.warning
    )


def configured(profile: str) -> Iterator[Line]:
    """The settings that are set, each with its origin, and what is set for nothing."""
    from sources.constant_contact import source  # noqa: PLC0415 - dlt takes two seconds

    yield Line(what="profile", ok=True, found=profile)
    own = partial(source.profile_values, profile)
    for value in configuration.values(partial(source.settings, profile=profile), own):
        yield Line(what="setting", ok=True, found=f"{value.key} = {value.shown}, from {value.origin}")
    unused = source.unused_settings()
    for one in unused:
        yield Line(what="setting", ok=not one.wrong, found=one.sentence)
    if not unused:
        yield Line(what="settings", ok=True, found="no unknown names; what is not listed has its default")


def _login(client: Client) -> Line:
    def ask() -> str:
        client.get_json("/account/user/privileges")
        return f"{client.connection.base_url} accepts it"

    return _tried("login", ask)


def _scopes(client: Client) -> Iterator[Line]:
    for scope, path in PROBES.items():
        bare, _, query = path.partition("?")
        params = dict(pair.split("=") for pair in query.split("&") if pair)
        yield _tried(
            scope,
            lambda bare=bare, params=params: client.get_json(bare, params) and "granted",  # type: ignore[misc]
        )


def _privileges(client: Client, chosen: Collection[str]) -> Line:
    """Those that the tables need which a run reads; what not every user is given is named, and that is all."""

    def ask() -> str:
        held = {str(row.get("privilege_name")) for row in client.get_json("/account/user/privileges")}
        needed = sorted({of.privilege for name, of in CATALOGUE.items() if of.privilege and name in chosen})
        missing = {
            privilege: [
                name for name, of in CATALOGUE.items() if of.privilege == privilege and name in chosen
            ]
            for privilege in needed
            if privilege not in held
        }
        told = "; ".join(
            f"{privilege} is missing, needed for {', '.join(names)}" for privilege, names in missing.items()
        )
        if any(not CATALOGUE[name].quiet for names in missing.values() for name in names):
            raise UserError(f"{told}: ask the account's owner for a role that has it, or --exclude these")
        if told:
            return f"{told}; a run leaves these out"
        return f"all {len(needed)} that the tables need"

    return _tried("privileges", ask)


def _clock(client: Client) -> Line:
    skew_s = client.server_skew_s or 0.0
    if abs(skew_s) <= MOST_SKEW_S:
        return Line(what="clock", ok=True, found="agrees with the server's")
    direction = "behind" if skew_s > 0 else "ahead of"
    return Line(
        what="clock",
        ok=False,
        found=f"this machine is {abs(skew_s):.0f} s {direction} the server; set the clock, marks and days depend on it",
    )


def _quota(client: Client, own: Settings) -> str:
    left = client.budget.remaining_today()
    if left <= 0:
        raise UserError("nothing is left today; it begins anew at 00:00 UTC")
    return f"{left:,} of {own.requests_per_day:,} requests left today"


def _tried(what: str, ask: Callable[[], str]) -> Line:
    try:
        return Line(what=what, ok=True, found=ask())
    except (Skippable, Postponed, Fatal, ApiError, UserError) as error:
        return Line(what=what, ok=False, found=str(error))
