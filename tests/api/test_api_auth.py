# ruff: noqa: PLR0917  fixtures are arguments
from __future__ import annotations

import base64
import subprocess
import sys
import textwrap
import threading

import pytest

from sources.constant_contact.api.errors import (
    ConfigError,
    LoginFailed,
    NotJson,
    NotLoggedIn,
    RequestCapReached,
    ServerBusy,
    TokenRevoked,
    Unauthorized,
)
from sources.constant_contact.api.logins import login_name
from sources.constant_contact.api.tokens import FileTokenStore, Tokens

OK = {"ok": True}


class Rotating:
    """A token endpoint that honours each refresh token once, and knows what it gave out."""

    def __init__(self, reply, *, valid):
        self._reply = reply
        self.valid = {valid}
        self.count = 0

    def __call__(self, call):
        if call.form["refresh_token"] not in self.valid:
            return self._reply(
                {"error": "invalid_grant", "error_description": "The refresh token is invalid"}, 400
            )
        self.count += 1
        self.valid = {f"rotated-{self.count:04}"}
        return self._reply(
            {
                "access_token": f"access-{self.count:04}",
                "refresh_token": f"rotated-{self.count:04}",
                "expires_in": 86400,
            }
        )


@pytest.fixture
def store(connect):
    return FileTokenStore(connect().state_dir / "auth")


def kept(store, connection):
    with store.lock():
        return store.load(login_name(connection))


def keep(store, connection, **tokens):
    with store.lock():
        store.save(login_name(connection), Tokens(**tokens))


def test_the_seed_is_exchanged_once_and_the_new_token_kept(api, reply, make_client, connect, store):
    """The first request refreshes with the configured token; what comes back is in the store, the old one
    beside it.
    """
    api.token_reply = Rotating(reply, valid="seed-refresh-token")
    make_client().get_json("/contacts")
    tokens = kept(store, connect())
    assert (tokens.refresh_token, tokens.previous_refresh_token) == ("rotated-0001", "seed-refresh-token")
    assert api.api_calls[0].headers["authorization"] == "Bearer access-0001"
    assert api.token_calls[0].form == {
        "grant_type": "refresh_token",
        "refresh_token": "seed-refresh-token",
        "client_id": "the-client-id",
    }


def test_a_client_secret_goes_by_basic(api, make_client, connect):
    """With a secret the application shows itself by HTTP Basic, not in the form."""
    make_client(connection=connect(client_secret="the-client-secret")).get_json("/contacts")
    expected = base64.b64encode(b"the-client-id:the-client-secret").decode()
    assert api.token_calls[0].headers["authorization"] == f"Basic {expected}"
    assert "client_id" not in api.token_calls[0].form


def test_the_new_token_is_saved_before_its_first_use(api, reply, make_client, connect, store):
    """When the first API request arrives, the store already holds the token that it carries."""
    seen = []

    def script(call):
        seen.append(store._read()[login_name(connect())]["access_token"])
        return reply(OK)

    api.script = script
    make_client().get_json("/contacts")
    assert seen == ["access-0001"]


def test_a_reply_without_refresh_token_keeps_the_old_one(api, reply, make_client, connect, store):
    """Long-lived refresh tokens are not repeated by the server, and not lost by us."""
    api.token_reply = lambda _: reply({"access_token": "access-0001", "expires_in": "86400"})
    make_client().get_json("/contacts")
    assert kept(store, connect()).refresh_token == "seed-refresh-token"


def test_a_second_process_uses_the_stored_token(api, reply, make_client):
    """A client that starts later refreshes nothing."""
    api.token_reply = Rotating(reply, valid="seed-refresh-token")
    make_client().get_json("/contacts")
    make_client().get_json("/contacts")
    assert len(api.token_calls) == 1


def test_the_token_is_renewed_a_minute_ahead(api, make_client, clock):
    """At 61 seconds before expiry the token is used, at 59 it is renewed first."""
    client = make_client()
    client.get_json("/contacts")
    clock.advance(86400 - 61 - 1)
    client.get_json("/contacts")
    assert len(api.token_calls) == 1
    clock.advance(3)
    client.get_json("/contacts")
    assert len(api.token_calls) == 2


def test_a_401_leads_to_one_refresh_and_one_replay(api, reply, make_client):
    """A token that the server no longer takes is renewed, and the same request is sent again."""
    api.replies(reply({"error_key": "unauthorized"}, 401), reply(OK))
    assert make_client().get_json("/contacts") == OK
    assert [call.headers["authorization"] for call in api.api_calls] == [
        "Bearer access-0001",
        "Bearer access-0002",
    ]


def test_a_401_for_ever_stops_after_one_replay(api, reply, make_client):
    """Two refusals end in Unauthorized, with the fix."""
    api.replies(reply({"error_key": "unauthorized"}, 401))
    with pytest.raises(Unauthorized, match="ctct auth login"):
        make_client().get_json("/contacts")
    assert (len(api.api_calls), len(api.token_calls)) == (2, 2)


def test_many_threads_with_a_dead_token_make_one_refresh(api, reply, make_client):
    """Eight threads get a 401 for the same token; one refreshes, all replay."""
    alive = {"Bearer access-0001"}
    api.script = lambda call: reply(OK) if call.headers["authorization"] in alive else reply({}, 401)
    client = make_client()
    client.get_json("/contacts")
    alive.clear()
    alive.add("Bearer access-0002")
    threads = [threading.Thread(target=client.get_json, args=("/contacts",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(api.token_calls) == 2


def test_a_configured_access_token_is_used_as_it_is(api, reply, make_client, connect):
    """No refresh, no store; a refusal says what to set."""
    connection = connect(access_token="fixed-access", refresh_token=None)
    api.replies(reply(OK), reply({}, 401))
    client = make_client(connection=connection)
    assert client.get_json("/contacts") == OK
    with pytest.raises(Unauthorized, match="configured access_token is not accepted"):
        client.get_json("/contacts")
    assert (len(api.api_calls), len(api.token_calls)) == (2, 0)
    assert not (connection.state_dir / "auth").exists()


def test_no_login_at_all_is_named(api, make_client, connect):
    """Without any token nothing is sent."""
    with pytest.raises(NotLoggedIn, match="ctct auth login"):
        make_client(connection=connect(refresh_token=None)).get_json("/contacts")
    assert api.calls == []


def test_a_refused_refresh_token_ends_in_one_sentence(api, reply, make_client):
    """invalid_grant is TokenRevoked, is not retried, and does not show the token."""
    api.token_reply = Rotating(reply, valid="another")
    with pytest.raises(TokenRevoked, match="run ctct auth login") as caught:
        make_client().get_json("/contacts")
    assert "seed-refresh-token" not in str(caught.value)
    assert (len(api.token_calls), len(api.api_calls)) == (1, 0)


@pytest.mark.parametrize("honoured", ["newest-token", "previous-token", "seed-refresh-token"])
def test_whichever_token_the_server_still_honours_is_found(api, reply, make_client, connect, store, honoured):
    """After a crash between refresh and save: the newest, the one before, and the unused seed are tried in
    turn.
    """
    api.token_reply = Rotating(reply, valid=honoured)
    keep(store, connect(), refresh_token="newest-token", previous_refresh_token="previous-token")
    assert make_client().get_json("/contacts") == {}
    assert kept(store, connect()).refresh_token == "rotated-0001"


def test_a_used_seed_is_not_tried_again(api, reply, make_client, connect, store):
    """A seed that was exchanged before is dead; trying it could look like theft to the server."""
    api.token_reply = Rotating(reply, valid="another")
    keep(store, connect(), refresh_token="newest-token", seed_used=True)
    with pytest.raises(TokenRevoked):
        make_client().get_json("/contacts")
    assert [call.form["refresh_token"] for call in api.token_calls] == ["newest-token"]


def test_a_new_configured_token_is_taken_up(api, reply, make_client, connect):
    """Another value in the configuration starts a line of its own, though the store holds a login."""
    make_client().get_json("/contacts")
    make_client(connection=connect(refresh_token="fresh-from-the-owner")).get_json("/contacts")
    assert api.token_calls[-1].form["refresh_token"] == "fresh-from-the-owner"


def test_two_accounts_on_one_application_are_never_mixed(api, reply, make_client, connect):
    """Two configured tokens that share client_id and folder keep their own access tokens, in any order of
    use.
    """
    api.token_reply = lambda call: reply(
        {"access_token": f"access-of-{call.form['refresh_token']}", "expires_in": 9999}
    )
    for who in ("account-a", "account-b", "account-a", "account-b"):
        make_client(connection=connect(refresh_token=who)).get_json("/contacts")
        assert api.api_calls[-1].headers["authorization"] == f"Bearer access-of-{who}"
    assert len(api.token_calls) == 2


def test_a_seed_removed_from_the_configuration_leaves_its_login(api, make_client, connect):
    """Once exchanged, the configured token may be deleted: the stored login goes on."""
    make_client().get_json("/contacts")
    make_client(connection=connect(refresh_token=None)).get_json("/contacts")
    assert len(api.token_calls) == 1


@pytest.mark.parametrize(
    ("status", "body", "expected", "tries"),
    [
        (400, {"errorCode": "E0000021", "errorSummary": "Bad request"}, LoginFailed, 1),
        (401, {"error": "invalid_client", "error_description": "no such application"}, ConfigError, 1),
        (503, {}, ServerBusy, 9),
        (200, {"token": "?"}, NotJson, 9),
    ],
)
def test_the_token_endpoints_refusals_are_named(api, reply, make_client, status, body, expected, tries):
    """Both of its forms are read; its outages are retried, its refusals are not."""
    api.token_reply = lambda _: reply(body, status)
    with pytest.raises(expected):
        make_client().get_json("/contacts")
    assert len(api.token_calls) == tries


def test_token_requests_are_counted_and_one_second_apart(api, reply, make_client, clock):
    """The token endpoint's own limit is kept while its failures are retried."""
    client = make_client(connection=None)
    left = [reply({}, 503)] * 3
    api.token_reply = lambda call: left.pop() if left else api._token(call)
    started_s = clock.monotonic()
    client.get_json("/contacts")
    assert clock.monotonic() - started_s >= 3
    assert (client.requests_sent, client.budget.spent_today()) == (5, 5)


def test_a_refresh_over_the_runs_cap_is_not_sent(api, make_client):
    """The cap is exact: with one request allowed, the refresh is the one."""
    with pytest.raises(RequestCapReached):
        make_client(max_requests=1).get_json("/contacts")
    assert len(api.calls) == 1


def test_four_processes_wanting_a_refresh_make_one(api, reply, connect, tmp_path):
    """Real processes that start together on one store send one refresh between them."""
    api.token_reply = Rotating(reply, valid="seed-refresh-token")
    program = textwrap.dedent(f"""
        from pathlib import Path
        from sources.constant_contact.api.client import Client
        from sources.constant_contact.api.connection import Connection
        client = Client(Connection(state_dir=Path({str(tmp_path / "state")!r}), base_url="{api.origin}/v3",
            token_url="{api.origin}/oauth/token", client_id="the-client-id",
            refresh_token="seed-refresh-token",
            requests_per_second=1000))
        client.get_json("/contacts")
    """)
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]
    assert [process.wait(timeout=180) for process in running] == [0] * 4
    assert (len(api.token_calls), len(api.api_calls)) == (1, 4)


@pytest.mark.parametrize("lifetime_s", [20, 60])
def test_a_short_lived_token_serves_more_than_one_request(api, reply, make_client, clock, lifetime_s):
    """Tokens that live a minute or less are renewed a tenth of their life ahead, not for every request."""
    client = make_client()
    api.token_reply = lambda _: reply({"access_token": "access-0001", "expires_in": lifetime_s})
    for _ in range(3):
        client.get_json("/contacts")
    assert len(api.token_calls) == 1
    clock.advance(lifetime_s)
    client.get_json("/contacts")
    assert len(api.token_calls) == 2


@pytest.mark.parametrize("lifetime", ["nan", "inf", "-inf", -5, 0, 1e300, "soon", [], True])
def test_a_nonsensical_lifetime_loses_no_refresh_token(api, reply, make_client, connect, store, lifetime):
    """The new refresh token is kept whatever is said beside it; the old one is worth nothing any more."""
    said = {"access_token": "access-0001", "refresh_token": "rotated-0001", "expires_in": lifetime}
    api.token_reply = lambda _: reply(said)
    make_client().get_json("/contacts")
    assert kept(store, connect()).refresh_token == "rotated-0001"


def test_the_token_endpoint_is_given_the_time_it_asks_for(api, reply, make_client, clock):
    """429 with Retry-After on a token request is waited out, and not a second less."""
    answers = [
        reply({"error": "too_many_requests"}, 429, headers={"Retry-After": "17"}),
        reply({"access_token": "access-0001", "expires_in": 86400}),
    ]
    api.token_reply = lambda _: answers.pop(0)
    make_client().get_json("/contacts")
    assert any(17 <= slept_s < 18 for slept_s in clock.slept_s)
