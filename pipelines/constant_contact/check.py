"""`ctct check`: is everything in place for a sync? One line each, with what to do where it is not.

Costs two requests: the privileges (which prove the login) and the account; one more for each scope where the login does
not say which it was granted.
"""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.constant_contact import files, privacy
from pipelines.constant_contact.account_guard import identified
from pipelines.constant_contact.commands import quiet_libraries
from pipelines.constant_contact.destinations.location import locate
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.display.folded import folded
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.notify.settings import read_notify
from pipelines.constant_contact.request import load_settings
from sources.constant_contact import configuration
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.errors import ApiError, Fatal, Postponed, Skippable
from sources.constant_contact.catalogue import CATALOGUE
from sources.constant_contact.preflight import Preflight, preflight

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from pipelines.constant_contact.destinations.target import Target
    from sources.constant_contact.source import Settings

MOST_SKEW_S = 60.0
HANG = 19
"""Blanks before the rest of a line that is longer than the terminal: where its sentence begins."""
PROBES = {
    "account_read": "/account/summary",
    "contact_data": "/contacts/counts",
    "campaign_data": "/emails?limit=1",
}
"""One request per scope, where the login does not say it."""


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
        shown = f"{'ok  ' if line.ok else 'FIX '}  {line.what:<12} {line.found}"
        sys.stdout.write(f"{folded(shown, sys.stdout, hang=HANG)}\n")
        sys.stdout.flush()
    return 0 if good else 2


def lines(own: Settings, where: Target) -> Iterator[Line]:
    yield from configured(where.profile)
    yield _tried("alerts", lambda: _alerts(where))
    with closing(Client(own.connection())) as client:
        found: list[Preflight] = []
        yield _login(client, found)
        if found:
            if own.login == "account":
                yield from _scopes(client, found[0], own.chosen())
                yield _tried("privileges", partial(_privileges, found[0], own.chosen()))
            yield _clock(client)
        yield from _destination(client, where, found)
        yield from _outputs(own)
        yield Line(what="logins", ok=True, found=f"kept in {client.connection.kept_in}")
        yield _tried("file modes", lambda: _modes(own, where))
        yield _tried("quota", lambda: _quota(client, own))


def _destination(client: Client, where: Target, found: Sequence[Preflight]) -> Iterator[Line]:
    """The place, and whether what it holds is of the account that is logged in."""
    opened: list[Warehouse] = []

    def open_() -> str:
        opened.append(Warehouse(where, create=False))
        if opened[0].exists:
            return f"{opened[0].name} answers"
        return _possible(opened[0].duckdb_path, f"{opened[0].name} will be made")

    yield _tried("destination", open_)
    if opened and found:
        yield _tried("account", lambda: _account(opened[0], client, found[0]))


def _outputs(own: Settings) -> Iterator[Line]:
    """The files that each run leaves."""
    for name, value in (("publish", own.publish), ("report", own.report)):
        if value:
            file = Path(value).expanduser().absolute()
            yield _tried(name, partial(_possible, file, f"each run renews {file}"))


def _possible(file: Path | None, found: str) -> str:
    """Raises UserError where no file can be there."""
    try:
        if file is not None:
            files.must_be_possible(file)
    except OSError as error:
        raise UserError(
            f"{file} cannot be written: {error.strerror}; name another file, or make its folder writable"
        ) from error
    return found


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


def _account(opened: Warehouse, client: Client, before: Preflight) -> str:
    identity = identified(opened, client, before=before)
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
        yield Line(what="setting", ok=False, found=one.sentence)
    if not unused:
        yield Line(what="settings", ok=True, found="no unknown names; what is not listed has its default")


def _login(client: Client, found: list[Preflight]) -> Line:
    """`found` gets what the login may read, where the server says so."""

    def ask() -> str:
        if client.connection.login == "partner":
            client.get_json("/partner/accounts", {"limit": "10"})
        before = preflight(client, {})
        if isinstance(before.answer, ApiError):
            raise before.answer
        found.append(before)
        return f"{client.connection.base_url} accepts it"

    return _tried("login", ask)


def _scopes(client: Client, before: Preflight, chosen: Collection[str]) -> Iterator[Line]:
    """By the login's own word, else by one request each."""
    for scope, path in PROBES.items():
        if before.granted.scopes is None:
            yield _tried(scope, partial(_probed, client, path))
        else:
            yield _tried(scope, partial(_granted_scope, before, scope, chosen))


def _probed(client: Client, path: str) -> str:
    bare, _, query = path.partition("?")
    client.get_json(bare, dict(pair.split("=") for pair in query.split("&") if pair))
    return "granted"


def _granted_scope(before: Preflight, scope: str, chosen: Collection[str]) -> str:
    if scope in (before.granted.scopes or ()):
        return "granted"
    names = [name for name, of in CATALOGUE.items() if of.scope == scope and name in chosen]
    raise UserError(
        f"not granted, needed for {', '.join(names)}: log in again with all scopes (ctct auth login), or --exclude "
        "these"
    )


def _privileges(before: Preflight, chosen: Collection[str]) -> str:
    """Those that the tables need which a run reads; what not every user is given is named, and that is all."""
    held = before.granted.privileges
    needed = {of.privilege for name, of in CATALOGUE.items() if of.privilege and name in chosen}
    if held is None:
        return "the server names none, so each is tried"
    missing = {
        privilege: [name for name, of in CATALOGUE.items() if of.privilege == privilege and name in chosen]
        for privilege in sorted(needed)
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
