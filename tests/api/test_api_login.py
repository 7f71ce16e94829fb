# ruff: noqa: PLR0917  fixtures are arguments
from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pendulum
import pytest

from sources.constant_contact.api.errors import ConfigError, LoginFailed
from sources.constant_contact.api.login import Login, WrongCallback, browser_login, code_from_callback

REDIRECT = "http://127.0.0.1:8765/callback"
GRANT = {
    "device_code": "the-device-code",
    "user_code": "WDJB-MJHT",
    "verification_uri": "https://h/activate",
    "verification_uri_complete": "https://h/activate?user_code=WDJB-MJHT",
    "expires_in": 60,
    "interval": 5,
}
TOKEN = {
    "access_token": "access-0001",
    "refresh_token": "refresh-0001",
    "expires_in": 86400,
    "scope": "contact_data",
}


@pytest.fixture
def login(connect, clock):
    made = []

    def make(**changes):
        made.append(Login(connect(**({"refresh_token": None} | changes)), clock=clock))
        return made[-1]

    yield make
    for one in made:
        one.close()


def device(api, reply, *polls):
    left = list(polls)

    def answer(call):
        return reply(GRANT) if call.path.endswith("device") else left.pop(0) if len(left) > 1 else left[0]

    api.token_reply = answer


def test_the_device_flow_polls_until_the_person_has_confirmed(api, reply, login, make_client, connect, clock):
    """Pending twice, slower once, then tokens: kept, and used by the next client without a refresh."""
    pending, slow = reply({"error": "authorization_pending"}, 400), reply({"error": "slow_down"}, 400)
    device(api, reply, pending, slow, pending, reply(TOKEN))
    shown = []
    login().by_device(shown.append)
    assert shown[0].user_code == "WDJB-MJHT"
    assert [wait_s for wait_s in clock.slept_s if wait_s >= 5] == [5, 5, 10, 10]
    assert api.token_calls[1].form["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"
    make_client(connection=connect(refresh_token=None)).get_json("/contacts")
    assert api.api_calls[0].headers["authorization"] == "Bearer access-0001"


def test_scopes_are_joined_by_a_space(api, reply, login):
    """The server gets all four scopes, offline_access among them."""
    device(api, reply, reply(TOKEN))
    login().by_device(lambda _: None)
    assert api.token_calls[0].form["scope"] == "account_read contact_data campaign_data offline_access"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, {"error": "access_denied"}, "refused in the browser"),
        (400, {"error": "expired_token"}, "not confirmed in time"),
        (400, {"errorCode": "E0000021", "errorSummary": "Bad"}, "E0000021, Bad"),
    ],
)
def test_a_device_login_that_fails_says_why(api, reply, login, status, body, said):
    """Refusal, lapse and the server's own errors are one sentence each."""
    device(api, reply, reply(body, status))
    with pytest.raises(LoginFailed, match=said):
        login().by_device(lambda _: None)


def test_a_device_login_ends_when_the_code_lapses(api, reply, login, clock):
    """Polling stops by itself after expires_in."""
    device(api, reply, reply({"error": "authorization_pending"}, 400))
    with pytest.raises(LoginFailed, match="not confirmed in time"):
        login().by_device(lambda _: None)
    assert 9 <= len(api.token_calls) - 1 <= 12


def test_the_browser_flow_sends_challenge_state_and_prompt(connect):
    """The address carries the S256 challenge of the verifier, and spaces in the scope as plus."""
    made = browser_login(connect(authorize_url="https://h/authorize"), redirect_uri=REDIRECT)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(made.url).query).items()}
    digest = base64.urlsafe_b64encode(hashlib.sha256(made.verifier.encode()).digest()).rstrip(b"=").decode()
    assert (asked["code_challenge"], asked["code_challenge_method"], asked["state"]) == (
        digest,
        "S256",
        made.state,
    )
    assert (asked["redirect_uri"], asked["response_type"], asked["prompt"]) == (REDIRECT, "code", "login")
    assert "account_read+contact_data" in made.url
    assert 43 <= len(made.verifier) <= 128


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("code=abc&state=wrong", "does not belong to the login"),
        ("code=abc", "does not belong to the login"),
        ("error=access_denied&state=of-another-window", "does not belong to the login"),
        ("code=abc&state=%FF%00", "does not belong to the login"),
        ("state={state}", "without a code"),
    ],
)
def test_a_callback_that_is_not_ours_is_told_apart(connect, query, said):
    """A wrong state and a missing code are no end of a login: the right answer may still come."""
    made = browser_login(connect(), redirect_uri=REDIRECT)
    with pytest.raises(WrongCallback, match=said):
        code_from_callback(made, query.format(state=made.state))


def test_a_refusal_of_this_login_ends_it(connect):
    """An error with the right state is the person's or the provider's no."""
    made = browser_login(connect(), redirect_uri=REDIRECT)
    with pytest.raises(LoginFailed, match="access_denied, no") as refused:
        code_from_callback(made, f"state={made.state}&error=access_denied&error_description=no{'o' * 5000}")
    assert not isinstance(refused.value, WrongCallback)
    assert len(str(refused.value)) < 500


def test_the_browser_flow_exchanges_the_code_and_keeps_the_tokens(api, reply, login):
    """Code, redirect address and verifier go to the token endpoint; the login is then known."""
    api.token_reply = lambda _: reply(TOKEN)
    one = login()
    started = one.start_browser(REDIRECT)
    one.finish_browser(started, f"code=the-code&state={started.state}")
    assert api.token_calls[0].form == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": REDIRECT,
        "code_verifier": started.verifier,
        "client_id": "the-client-id",
    }
    assert one.status().kind == "login"


def test_a_refused_code_is_one_sentence(api, reply, login):
    """invalid_grant for a code speaks of the code, not of a refresh token."""
    api.token_reply = lambda _: reply({"error": "invalid_grant"}, 400)
    one = login()
    started = one.start_browser(REDIRECT)
    with pytest.raises(LoginFailed, match="works once, for five minutes"):
        one.finish_browser(started, f"code=the-code&state={started.state}")


def test_status_knows_the_days_left_without_asking(api, reply, login):
    """Scope, expiry and the day on which an unused refresh token lapses."""
    device(api, reply, reply(TOKEN))
    one = login()
    assert one.status().kind == "none"
    one.by_device(lambda _: None)
    sent = len(api.calls)
    status = one.status()
    assert status.scope == "contact_data"
    assert status.refresh_lapses_at == status.saved_at.add(days=180) > pendulum.datetime(2026, 8, 1)
    assert len(api.calls) == sent
    assert login(access_token="fixed-access").status().kind == "access_token"
    assert login(refresh_token="another-seed").status().kind == "refresh_token"


def test_logout_forgets_every_login_of_the_application(api, reply, login, connect):
    """After logout nothing is stored, and no token is left in the file."""
    device(api, reply, reply(TOKEN))
    one = login()
    one.by_device(lambda _: None)
    assert one.logout() == 1
    assert one.status().kind == "none"
    assert b"refresh-0001" not in (connect().state_dir / "auth" / "tokens.json").read_bytes()


def test_a_login_without_client_id_is_named(login):
    """The setting that is missing is in the sentence."""
    with pytest.raises(ConfigError, match="client_id is not set"):
        login(client_id=None).by_device(lambda _: None)


def test_no_secret_of_a_login_shows_in_reprs(connect):
    """State, verifier and the address with them stay out of logs."""
    made = browser_login(connect(), redirect_uri=REDIRECT)
    assert made.verifier not in repr(made)
    assert made.state not in repr(made)
