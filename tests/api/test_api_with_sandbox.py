"""The client against the stateful sandbox, which counts both limits itself and disagrees loudly."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from sources.constant_contact.api.client import Client
from sources.constant_contact.api.clock import SystemClock
from sources.constant_contact.api.connection import Connection
from sources.constant_contact.api.errors import Forbidden, QuotaSpent, TokenRevoked
from sources.constant_contact.api.login import Login
from sources.constant_contact_sandbox import Sandbox, Switches, serve


@pytest.fixture
def world(tmp_path):
    """world(sandbox, **settings) serves the sandbox and returns it with a client of it."""
    with ExitStack() as stack:

        def make(sandbox, **settings):
            server = stack.enter_context(serve(sandbox))
            defaults = {
                "state_dir": tmp_path / "state",
                "base_url": server.base_url,
                "token_url": server.token_url,
                "device_url": server.device_url,
                "authorize_url": server.authorize_url,
                "client_id": server.client_id,
                "client_secret": server.client_secret,
                "refresh_token": server.refresh_token,
            }
            connection = Connection(**(defaults | settings))
            client = Client(connection)
            stack.callback(client.close)
            return server, client

        yield make


@pytest.mark.parametrize(
    ("path", "params", "rows_key", "table"),
    [
        ("/contacts", {"status": "all", "limit": 50}, "contacts", "contacts"),
        ("/contact_lists", {"status": "all", "limit": 3}, "lists", "contact_lists"),
        ("/contact_tags", {"limit": 2}, "tags", "contact_tags"),
        ("/emails", {"limit": 2}, "campaigns", "email_campaigns"),
        ("/account/emails", {}, None, "account_emails"),
        ("/account/summary", {}, None, "account"),
    ],
)
def test_collections_are_read_whole(world, path, params, rows_key, table):
    """Every row of the sandbox's own account comes, over every form of link and of its end."""
    sandbox = Sandbox(contacts=160, campaigns=5, seed=3, switches=Switches())
    _, client = world(sandbox, requests_per_second=1000)
    rows = [row for page in client.pages(path, params, rows_key=rows_key) for row in page.rows]
    assert len(rows) == len(list(sandbox.truth(table))) > 0


def read_in_threads(client, count, until_s):
    def read():
        while time.monotonic() < until_s:
            client.get_json("/contact_lists", {"limit": 1})

    threads = [threading.Thread(target=read) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_pace_is_used_and_never_exceeded(world):
    """Four threads at 4 a second and 400 ms latency: no refusal, and nearly all of the pace is used.

    A busy machine holds threads up, so that the best of three readings counts; a refusal counts in each of them.
    """
    sandbox = Sandbox(contacts=10, campaigns=1, latency_s=0.4)
    _, client = world(sandbox)
    client.get_json("/contact_lists", {"limit": 1})
    paces = []
    while len(paces) < 3 and max(paces, default=0.0) <= 3.5:
        sandbox.log.reset()
        read_in_threads(client, 4, time.monotonic() + 4.5)
        assert sandbox.log.refused_second == 0
        paces.append((sandbox.log.total - 1) / (sandbox.log.last_at - sandbox.log.first_at))
    assert max(paces) > 3.5


def test_the_ledger_and_the_sandbox_agree(world):
    """After refreshes, pages and faults the ledger has counted what the sandbox saw."""
    faults = ("reset:1", "invalid_json:1", "html_page:1")
    sandbox = Sandbox(contacts=120, campaigns=1, requests_per_second=None, faults=faults)
    _, client = world(sandbox, requests_per_second=1000, backoff_base_s=0.01)
    assert sum(len(page.rows) for page in client.pages("/contacts", {"limit": 50}, rows_key="contacts")) > 100
    assert client.requests_sent == client.budget.spent_today() == sandbox.log.total


def test_the_days_quota_of_the_server_ends_the_run(world):
    """The server allows less than we think: its word parks the key."""
    sandbox = Sandbox(contacts=10, campaigns=1, requests_per_second=None, requests_per_day=3)
    _, client = world(sandbox, requests_per_second=1000)
    for _ in range(3):
        client.get_json("/contact_tags")
    with pytest.raises(QuotaSpent, match="the server says so"):
        client.get_json("/contact_tags")
    total = sandbox.log.total
    with pytest.raises(QuotaSpent):
        client.get_json("/contact_tags")
    assert sandbox.log.total == total


def test_a_missing_privilege_is_one_skippable_resource(world):
    """403 for want of a privilege names its kind; other resources are read."""
    sandbox = Sandbox(
        contacts=10, campaigns=1, switches=Switches(privileges=("account:read", "contacts:read"))
    )
    _, client = world(sandbox, requests_per_second=1000)
    with pytest.raises(Forbidden) as caught:
        client.get_json("/emails")
    assert caught.value.kind == "privilege"
    assert client.get_json("/contact_tags")


def test_a_token_used_by_somebody_else_is_revoked_by_name(world):
    """A rotated token that another program has used ends in the sentence that says to log in."""
    sandbox = Sandbox(contacts=10, campaigns=1)
    server, client = world(sandbox, refresh_token="not-the-right-one")
    with pytest.raises(TokenRevoked, match="ctct auth login"):
        client.get_json("/contact_tags")
    assert server.refresh_token


def test_the_device_flow_logs_in(world):
    """Confirmed by the sandbox's person, the login is stored, and a client without a seed uses it."""
    sandbox = Sandbox(contacts=10, campaigns=1, switches=Switches(device_approved_after_polls=1))
    _, client = world(sandbox, refresh_token=None, client_secret=None)
    login = Login(client.connection, clock=ShortWaits())
    login.by_device(lambda _: None)
    login.close()
    assert client.get_json("/contact_tags")


class ShortWaits(SystemClock):
    """Waits of seconds become waits of a fifth; the token endpoint's own second is kept by the pacing."""

    def sleep(self, wait_s):
        time.sleep(wait_s if wait_s < 2 else wait_s / 5)
