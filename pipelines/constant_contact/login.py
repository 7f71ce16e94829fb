"""`ctct auth`: log in by code or by browser, show what is known of the login, forget it.

Tokens never pass through here as text: the login keeps them itself.
"""

from __future__ import annotations

import sys
import webbrowser
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pendulum

from pipelines.constant_contact import partner_login
from pipelines.constant_contact.callback import callbacks
from pipelines.constant_contact.commands import quiet_libraries
from pipelines.constant_contact.display.folded import folded
from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.request import load_settings, target_of
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.connection import is_loopback
from sources.constant_contact.api.errors import ApiError, NotLoggedIn, TokenRevoked
from sources.constant_contact.api.login import DeviceGrant, Login, code_from_callback
from sources.constant_contact.api.logins import DEFAULT_PROFILE, SameAccount, login_command

if TYPE_CHECKING:
    from sources.constant_contact.api.connection import Connection
    from sources.constant_contact.api.login import LoginStatus
    from sources.constant_contact.api.tokens import Tokens

FLOWS = ("device", "browser", "partner")
CALLBACK_WAIT_S = 300.0
"""The provider's code lives for five minutes, so waiting longer is of no use."""


def login(
    profile: str | None, flow: str, *, port: int, yes: bool, open_pages: bool = False, alone: bool = True
) -> int:
    """Log in; `port` is where the browser comes back to on this machine. `yes`: replace a login without asking.

    `open_pages`: open the page of a code too, not only that of a login by browser. `alone`: say what to do next.
    """
    if flow not in FLOWS:
        raise UserError(f"--flow is {flow!r}; choose {' or '.join(FLOWS)}")
    if flow == "partner":
        return partner_login.login(_connection(profile, login="partner"), _say)
    connection = _connection(profile)
    if connection.login == "partner":
        raise UserError(
            f"profile {connection.profile} has login = partner, which needs nobody to log in: check it with "
            f"{login_command(connection.profile)} --flow partner, or name another --profile"
        )
    with closing(Login(connection, identify=partial(_identified, connection))) as attempt:
        _may_replace(connection, attempt, yes=yes)
        show = partial(_show, open_page=open_pages)
        tokens = attempt.by_device(show) if flow == "device" else _by_browser(attempt, connection, port)
    to = f" to {_title(tokens.account_id, tokens.account_name)}" if tokens.account_id else ""
    of = "" if connection.profile == DEFAULT_PROFILE else f" for profile {connection.profile}"
    option = "" if connection.profile == DEFAULT_PROFILE else f" --profile {connection.profile}"
    after = f"; next: ctct check{option}" if alone else "."
    _say(f"Logged in{to}. The login is kept{of} in {connection.kept_in}{after}")
    return 0


def status(profile: str | None) -> int:
    """Print what is known; 2 when there is no login."""
    connection = _connection(profile)
    if connection.login == "partner":
        return partner_login.status(connection, _say)
    with closing(Login(connection)) as known:
        found = known.status()
    if found.kind == "none":
        raise UserError(
            f"nobody is logged in for profile {connection.profile}; log in once: {login_command(connection.profile)}"
        )
    _say(f"profile    {connection.profile}")
    if found.kind == "access_token":
        _say("login      an access token from the configuration; it lives for 24 hours and is not renewed")
    elif found.kind == "refresh_token":
        _say("login      a refresh token from the configuration, not used yet")
    else:
        _say_stored(connection, found)
    account_id, name = _account(connection)
    _say(f"account    {_title(account_id, name) if account_id else 'not readable with these scopes'}")
    return 0


def _say_stored(connection: Connection, found: LoginStatus) -> None:
    now = pendulum.now("UTC")
    _say(f"login      kept in {connection.kept_in}, renewed {_ago(found.saved_at, now)}")
    _say(f"scopes     {found.scope or 'not stated by the server'}")
    if found.access_expires_at is not None:
        _say(f"access     until {found.access_expires_at:YYYY-MM-DD HH:mm} UTC, then renewed by itself")
    if found.refresh_lapses_at is not None:
        days = (found.refresh_lapses_at - now).in_days()
        _say(f"lapses     in {days} days if no sync runs before")


def logout(profile: str | None) -> int:
    connection = _connection(profile)
    with closing(Login(connection)) as known:
        count = known.logout()
    where = "on this machine" if connection.shared is None else "on every machine"
    _say(
        f"The login is forgotten {where}; to withdraw it altogether, remove the application in the account."
        if count
        else f"Nobody was logged in for profile {connection.profile}."
    )
    return 0


def _connection(profile: str | None, **explicit: str) -> Connection:
    quiet_libraries()
    target = target_of(profile=profile)
    return load_settings(target.profile, **explicit).connection()


def _may_replace(connection: Connection, attempt: Login, *, yes: bool) -> None:
    """Raises UserError where a login that works would be lost, and nobody agreed to it."""
    try:
        kept = attempt.status()
    except SameAccount:  # a token that is another profile's: it is not lost here
        return
    if kept.kind != "login":
        return
    try:
        account_id, name = _asked_account(connection)
    except (TokenRevoked, NotLoggedIn):  # worth nothing any more
        return
    except ApiError:
        account_id, name = kept.account_id, kept.account_name
    whose = _title(account_id, name) if account_id else "an account that cannot be named"
    _say(f"Profile {connection.profile} is logged in to {whose}; a new login replaces that one.")
    if yes:
        return
    if not sys.stdin.isatty():
        raise UserError("nothing is replaced: nobody can be asked here; add --yes, or name another --profile")
    sys.stdout.write("Log in again? [y/N] ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise UserError("nothing is replaced; for another account choose another --profile")


def opens(address: str) -> bool:
    """Whether a browser of this machine opens it."""
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return False


def _show(grant: DeviceGrant, *, open_page: bool) -> None:
    _say(f"Open  {grant.verification_uri}\nCode  {grant.user_code}")
    if grant.verification_uri_complete:
        _say(f"or    {grant.verification_uri_complete}")
    if open_page and not opens(grant.verification_uri_complete or grant.verification_uri):
        here = is_loopback(urlsplit(grant.verification_uri).hostname or "")
        _say(f"No browser opens from here; open the address on {'this' if here else 'any'} machine.")
    _say(f"Waiting for you to confirm (up to {grant.expires_in_s / 60:.0f} minutes) ...")


def _by_browser(attempt: Login, connection: Connection, port: int) -> Tokens:
    with callbacks(port) as server:
        started = attempt.start_browser(server.redirect_uri)
        _say(f"Open  {started.url}")
        if not opens(started.url):
            _say(
                "No browser opens from here: open the address in a browser of this machine, or stop (Ctrl-C) and take "
                "--flow device, which works from any machine."
            )
        query = server.wait(partial(code_from_callback, started), seconds=CALLBACK_WAIT_S)
    if query is None:
        raise RunFailed(
            f"nobody came back from the browser in time; is {server.redirect_uri} registered as a redirect address of "
            f"the application? Start again: {login_command(connection.profile)} --flow browser"
        )
    return attempt.finish_browser(started, query)


def _identified(connection: Connection, tokens: Tokens) -> Tokens:
    """New tokens with their account, where they may read it."""
    account_id, name = _account(replace(connection, access_token=tokens.access_token))
    return replace(tokens, account_id=account_id, account_name=name)


def _account(connection: Connection) -> tuple[str | None, str | None]:
    """(id, name), or nothing where the login may not read the account."""
    try:
        return _asked_account(connection)
    except ApiError:
        return None, None


def _asked_account(connection: Connection) -> tuple[str | None, str | None]:
    """Raises ApiError."""
    with closing(Client(connection)) as client:
        account = client.get_json("/account/summary")
    fields = account if isinstance(account, dict) else {}
    found = [fields.get(key) for key in ("encoded_account_id", "organization_name")]
    account_id, name = (one if isinstance(one, str) and one else None for one in found)
    return account_id, name


def _title(account_id: str | None, name: str | None) -> str:
    return f"{name or 'an account'} ({account_id})"


def _ago(at: pendulum.DateTime | None, now: pendulum.DateTime) -> str:
    return "never" if at is None else f"{at.diff_for_humans(now)}".replace("before", "ago")


def _say(text: str) -> None:
    sys.stdout.write(folded(plain(text, lines=True), sys.stdout) + "\n")
    sys.stdout.flush()
