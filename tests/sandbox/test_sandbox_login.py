"""Tokens: access, rotation, codes with PKCE or secret, device logins."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sources.constant_contact_sandbox import Switches

QUICK = {"token_requests_per_second": None}


def post(reader, form: dict[str, str], *, secret: bool = True) -> Any:
    server = reader.server
    auth = (server.client_id, server.client_secret) if secret else None
    return reader.http.post(
        server.token_url, data=form if secret else {**form, "client_id": server.client_id}, auth=auth
    )


def refresh(reader, token: str, **options: Any) -> Any:
    return post(reader, {"grant_type": "refresh_token", "refresh_token": token}, **options)


def test_a_rotating_refresh_token_works_once(open_sandbox):
    """A refresh returns a new pair, and the old refresh token is dead."""
    reader = open_sandbox(switches=Switches(**QUICK))
    old = reader.server.refresh_token
    first = refresh(reader, old).json()
    assert first["refresh_token"] != old
    answer = refresh(reader, old)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert refresh(reader, first["refresh_token"]).status_code == 200


def test_a_long_lived_refresh_token_stays(open_sandbox):
    """In long-lived mode the reply has no refresh token and the old one goes on working."""
    reader = open_sandbox(switches=Switches(refresh_mode="long_lived", **QUICK))
    old = reader.server.refresh_token
    for _ in range(2):
        answer = refresh(reader, old, secret=False)
        assert (answer.status_code, "refresh_token" in answer.json()) == (200, False)


def test_with_overlap_the_old_token_lives_until_the_new_is_used(open_sandbox):
    """A lost reply does no harm with the overlap: the old token works, until the new one has been used."""
    reader = open_sandbox(switches=Switches(refresh_overlap=True, **QUICK))
    old = reader.server.refresh_token
    refresh(reader, old)
    second = refresh(reader, old).json()["refresh_token"]
    assert refresh(reader, second).status_code == 200
    assert refresh(reader, old).status_code == 400


def test_access_tokens_expire_after_a_day_and_refresh_tokens_after_180_unused_days(open_sandbox):
    """After 24 h an access token gives 401; a refresh token unused for 180 days is dead."""
    reader = open_sandbox(switches=Switches(**QUICK))
    headers = {"Authorization": f"Bearer {reader.server.access_token}"}
    url = reader.server.base_url + "/account/user/privileges"
    assert reader.http.get(url, headers=headers).status_code == 200
    reader.sandbox.set_clock("2026-01-06T03:00:10Z")
    answer = reader.http.get(url, headers=headers)
    assert (answer.status_code, answer.json()["error_key"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer realm=api.cc.email"
    reader.sandbox.set_clock("2026-07-06T03:00:10Z")
    assert refresh(reader, reader.sandbox.tokens.refresh_token).status_code == 400


def test_the_verbs_expire_and_revoke(open_sandbox):
    """expire_access_token leads to 401, revoke_refresh_token to invalid_grant."""
    reader = open_sandbox(switches=Switches(**QUICK))
    headers = {"Authorization": f"Bearer {reader.server.access_token}"}
    reader.sandbox.expire_access_token()
    assert reader.http.get(reader.server.base_url + "/contacts", headers=headers).status_code == 401
    reader.sandbox.revoke_refresh_token()
    assert refresh(reader, reader.server.refresh_token).json()["error"] == "invalid_grant"


def test_the_token_endpoint_takes_one_request_a_second(open_sandbox):
    """The second token request within a second is refused with the identity provider's own body."""
    reader = open_sandbox()
    answers = [refresh(reader, reader.server.refresh_token) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 429]
    assert answers[1].json()["errorCode"] == "E0000047"


def test_a_wrong_client_is_refused(open_sandbox):
    """A wrong secret gives invalid_client and leaves the refresh token alive."""
    reader = open_sandbox(switches=Switches(**QUICK))
    form = {"grant_type": "refresh_token", "refresh_token": reader.server.refresh_token}
    answer = reader.http.post(reader.server.token_url, data=form, auth=(reader.server.client_id, "wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert post(reader, form).status_code == 200


def consent(reader, decision: str = "allow", **extra: str) -> dict[str, str]:
    """Answer the consent page; the query of the redirect."""
    query = {
        "client_id": reader.server.client_id,
        "redirect_uri": "http://127.0.0.1:9999/callback",
        "response_type": "code",
        "scope": "account_read contact_data campaign_data offline_access",
        "state": "s&1",
        **extra,
    }
    page = reader.http.get(reader.server.authorize_url, params=query)
    assert 'id="allow"' in page.text
    answer = reader.http.post(reader.server.authorize_url, params=query, data={"decision": decision})
    assert answer.status_code == 302
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}


@pytest.mark.parametrize("verifier", ["right", "wrong"])
def test_authorization_code_with_pkce(open_sandbox, verifier):
    """A code is exchanged once, by whoever knows the verifier."""
    reader = open_sandbox(switches=Switches(**QUICK))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"right").digest()).decode().rstrip("=")
    back = consent(reader, code_challenge=challenge, code_challenge_method="S256")
    assert back["state"] == "s&1"
    form = {
        "grant_type": "authorization_code",
        "code": back["code"],
        "redirect_uri": "http://127.0.0.1:9999/callback",
        "code_verifier": verifier,
    }
    expected = [200, 400] if verifier == "right" else [400, 400]
    assert [post(reader, form, secret=False).status_code for _ in range(2)] == expected


def test_authorization_code_with_secret_and_a_denial(open_sandbox):
    """Without PKCE the code needs the secret; a denial comes back as access_denied."""
    reader = open_sandbox(switches=Switches(**QUICK))
    form = {"grant_type": "authorization_code", "redirect_uri": "http://127.0.0.1:9999/callback"}
    assert post(reader, {**form, "code": consent(reader)["code"]}, secret=False).status_code == 401
    pair = post(reader, {**form, "code": consent(reader)["code"]}).json()
    assert refresh(reader, pair["refresh_token"]).status_code == 200
    assert consent(reader, "deny")["error"] == "access_denied"


def test_a_device_login_waits_for_the_person(open_sandbox):
    """Polling says authorization_pending until the person allows it on the page; then a pair comes, once."""
    reader = open_sandbox(switches=Switches(**QUICK))
    form = {
        "client_id": reader.server.client_id,
        "response_type": "code",
        "scope": "contact_data offline_access",
    }
    started = reader.http.post(reader.server.device_url, data=form).json()
    poll = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": started["device_code"],
    }
    assert post(reader, poll, secret=False).json()["error"] == "authorization_pending"
    page = started["verification_uri_complete"]
    assert started["user_code"] in reader.http.get(page).text
    assert reader.http.post(page, data={"decision": "allow"}).status_code == 200
    pair = post(reader, poll, secret=False).json()
    assert pair["scope"] == "contact_data offline_access"
    assert refresh(reader, pair["refresh_token"], secret=False).status_code == 200
    assert post(reader, poll, secret=False).json()["error"] == "invalid_grant"
