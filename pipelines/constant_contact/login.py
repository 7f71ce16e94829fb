"""`ctct auth`: log in by code or by browser, show what is known of the login, forget it.

Tokens never pass through here as text: the login keeps them itself.
"""

from __future__ import annotations

import sys
import webbrowser
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pendulum

from pipelines.constant_contact.callback import callbacks
from pipelines.constant_contact.commands import quiet_libraries
from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.request import load_settings
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.api.login import DeviceGrant, Login, code_from_callback

if TYPE_CHECKING:
    from sources.constant_contact.api.connection import Connection

FLOWS = ("device", "browser")
CALLBACK_WAIT_S = 300.0
"""The provider's code lives for five minutes, so waiting longer is of no use."""


def login(flow: str, *, port: int) -> int:
    """Log in; `port` is where the browser comes back to on this machine."""
    if flow not in FLOWS:
        raise UserError(f"--flow is {flow!r}; choose {' or '.join(FLOWS)}")
    connection = _connection()
    with closing(Login(connection)) as attempt:
        if flow == "device":
            attempt.by_device(_show)
        else:
            _by_browser(attempt, port)
    _say(f"Logged in{_account(connection)}. The login is kept in {connection.state_dir}; next: ctct check")
    return 0


def status() -> int:
    """Print what is known; 2 when there is no login."""
    connection = _connection()
    with closing(Login(connection)) as known:
        found = known.status()
    if found.kind == "none":
        raise UserError("nobody is logged in; log in once: ctct auth login")
    if found.kind == "access_token":
        _say("login      an access token from the configuration; it lives for 24 hours and is not renewed")
    elif found.kind == "refresh_token":
        _say("login      a refresh token from the configuration, not used yet")
    else:
        now = pendulum.now("UTC")
        _say(f"login      kept in {connection.state_dir}, renewed {_ago(found.saved_at, now)}")
        _say(f"scopes     {found.scope or 'not stated by the server'}")
        if found.access_expires_at is not None:
            _say(f"access     until {found.access_expires_at:YYYY-MM-DD HH:mm} UTC, then renewed by itself")
        if found.refresh_lapses_at is not None:
            days = (found.refresh_lapses_at - now).in_days()
            _say(f"lapses     in {days} days if no sync runs before")
    _say(f"account    {_account(connection).removeprefix(' to ') or 'not readable with these scopes'}")
    return 0


def logout() -> int:
    connection = _connection()
    with closing(Login(connection)) as known:
        count = known.logout()
    _say(
        "The login is forgotten on this machine; to withdraw it altogether, remove the application in the account."
        if count
        else "Nobody was logged in."
    )
    return 0


def _connection() -> Connection:
    quiet_libraries()
    return load_settings().connection()


def _show(grant: DeviceGrant) -> None:
    _say(f"Open  {grant.verification_uri}\nCode  {grant.user_code}")
    if grant.verification_uri_complete:
        _say(f"or    {grant.verification_uri_complete}")
    _say(f"Waiting for you to confirm (up to {grant.expires_in_s / 60:.0f} minutes) ...")


def _by_browser(attempt: Login, port: int) -> None:
    with callbacks(port) as server:
        started = attempt.start_browser(server.redirect_uri)
        _say(f"Open  {started.url}")
        webbrowser.open(started.url)
        query = server.wait(partial(code_from_callback, started), seconds=CALLBACK_WAIT_S)
    if query is None:
        raise RunFailed(
            "nobody came back from the browser in time; start again: ctct auth login --flow browser"
        )
    attempt.finish_browser(started, query)


def _account(connection: Connection) -> str:
    """` to NAME (id)`, or nothing where the login may not read the account."""
    with closing(Client(connection)) as client:
        try:
            account = client.get_json("/account/summary")
        except ApiError:
            return ""
    return f" to {account.get('organization_name', 'an account')} ({account.get('encoded_account_id')})"


def _ago(at: pendulum.DateTime | None, now: pendulum.DateTime) -> str:
    return "never" if at is None else f"{at.diff_for_humans(now)}".replace("before", "ago")


def _say(text: str) -> None:
    sys.stdout.write(plain(text, lines=True) + "\n")
    sys.stdout.flush()
