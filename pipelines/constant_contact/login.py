"""`ctct auth`: log in by code or by browser, show what is known of the login, forget it.

The browser comes back to a page on this machine that lives only as long as the login. Tokens never pass through here
as text: the login keeps them itself.
"""

from __future__ import annotations

import sys
import threading
import webbrowser
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pendulum

from pipelines.constant_contact.commands import quiet_libraries
from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.request import load_settings
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.api.login import DeviceGrant, Login

if TYPE_CHECKING:
    from sources.constant_contact.api.connection import Connection

FLOWS = ("device", "browser")
CALLBACK_WAIT_S = 300.0
"""The provider's code lives for five minutes, so waiting longer is of no use."""
IDLE_S = 5.0
"""After which a connection without a request is closed."""
DONE = b"<!doctype html><title>ctct</title><p style='font:1.1em sans-serif;margin:3em'>%b</p>"


class _Waiting(ThreadingHTTPServer):
    """A thread for each connection: browsers open some in advance and never say a word on them."""

    daemon_threads = True
    block_on_close = False


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
    arrived = threading.Event()
    found: list[str] = []

    class Callback(BaseHTTPRequestHandler):
        timeout = IDLE_S

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path != "/callback":
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(DONE % b"You may close this page and go back to the terminal.")
            if not found:
                found.append(parts.query)
            arrived.set()

        def log_message(self, *_: object) -> None:
            """The query holds the code; it belongs in no log."""

    try:
        server = _Waiting(("127.0.0.1", port), Callback)
    except OSError as error:
        raise UserError(f"port {port} is taken ({error.strerror}); choose another one with --port") from error
    started = attempt.start_browser(f"http://localhost:{server.server_port}/callback")
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        _say(f"Open  {started.url}")
        webbrowser.open(started.url)
        if not arrived.wait(CALLBACK_WAIT_S):
            raise RunFailed(
                "nobody came back from the browser in time; start again: ctct auth login --flow browser"
            )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    attempt.finish_browser(started, found[0])


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
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
