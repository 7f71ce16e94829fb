"""Profiles: each its own login, dataset and settings, on one key, one state folder and one DuckDB file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from agency import KEY, agency, variable

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long  # real processes

SYNC = ("sync", "--no-transform", "--json")


def account_of(here, profile):
    [row] = here.accounts[profile].sandbox.truth("account")
    return row["encoded_account_id"]


def one_sentence(ended, code, *words):
    assert (code, 1) == (ended.code, len(ended.err.strip().splitlines())), ended.err + ended.out
    assert [] == [word for word in words if word not in ended.err], ended.err


def test_two_logins_and_two_datasets_stay_apart(tmp_path: Path) -> None:
    """Logins by hand of two profiles do not replace each other; each loads its account into its own dataset."""
    with agency(tmp_path / "home", "default", "acme", logged_in=False) as here:
        logins = [here.run("auth", "login", *which) for which in ((), ("--profile", "acme"))]
        assert [0, 0] == [ended.code for ended in logins], logins

        told = [json.loads(here.run(*SYNC, "--profile", name).out) for name in ("default", "acme")]

        accounts = [account_of(here, name) for name in ("default", "acme")]
        assert [("complete", "default", accounts[0]), ("complete", "acme", accounts[1])] == [
            (one["status"], one["profile"], one["account_id"]) for one in told
        ]
        assert ([], []) == (here.differences("default"), here.differences("acme"))
        for name, account in zip(("default", "acme"), accounts, strict=True):
            said = here.run("auth", "status", "--profile", name).out
            assert (True, True) == (f"profile    {name}\n" in said, f"({account})" in said), said
        assert 0 == here.run("auth", "logout", "--profile", "acme").code
        assert (0, 2) == (here.run(*SYNC).code, here.run(*SYNC, "--profile", "acme").code)


def test_login_says_whose_login_it_would_replace(tmp_path: Path) -> None:
    """Where nobody can be asked, a login that works is replaced with --yes only; one that is worth nothing always."""
    with agency(tmp_path / "home", "acme", logged_in=False) as here:
        login = ("auth", "login", "--profile", "acme")
        assert 0 == here.run(*login).code
        store = here.folder / "state" / "auth" / "tokens.json"
        before = store.read_bytes()

        refused, agreed = here.run(*login), None
        kept = store.read_bytes()
        agreed = here.run(*login, "--yes")

        one_sentence(refused, 2, "nothing is replaced", "--yes")
        assert f"({account_of(here, 'acme')})" in refused.out
        assert before == kept
        assert (0, True) == (agreed.code, before != store.read_bytes()), agreed.err
        tokens = here.accounts["acme"].sandbox.tokens
        tokens.refresh.clear()
        tokens.access.clear()
        assert 0 == here.run(*login).code


def test_account_of_another_profile_is_refused(tmp_path: Path) -> None:
    """A second profile cannot log in to the first one's account; nothing of it is kept."""
    with agency(tmp_path / "home", "acme", logged_in=False) as here:
        for name in ("base_url", "token_url", "device_url"):
            here.own[variable("other", name)] = getattr(here.accounts["acme"], name)
        assert 0 == here.run("auth", "login", "--profile", "acme").code

        refused = here.run("auth", "login", "--profile", "other")

        one_sentence(refused, 2, "profile other and profile acme have the same account", "--profile other")
        assert 2 == here.run("auth", "status", "--profile", "other").code


def test_token_of_another_profile_is_refused_before_a_request(tmp_path: Path) -> None:
    """A profile that would use up another one's refresh token sends nothing."""
    with agency(tmp_path / "home", "acme") as here:
        token = here.own[variable("acme", "refresh_token")]
        assert 0 == here.run(*SYNC, "--profile", "acme").code
        for name in ("base_url", "token_url", "refresh_token"):
            here.own[variable("other", name)] = here.own[variable("acme", name)]
        sent = here.sent()

        refused = here.run("sync", "--profile", "other")

        assert token == here.own[variable("other", "refresh_token")]
        one_sentence(refused, 2, "profile other has the refresh_token that profile acme uses")
        assert sent == here.sent()


def test_store_of_version_0_1_is_the_default_profile(tmp_path: Path) -> None:
    """Entries without an account, as 0.1 wrote them, are the login of profile default and of no other."""
    with agency(tmp_path / "home", "default", "acme", logged_in=False) as here:
        folder = here.folder / "state" / "auth"
        folder.mkdir(parents=True, mode=0o700)
        (here.folder / "state").chmod(0o700)
        entry = {
            "refresh_token": here.accounts["default"].refresh_token,
            "access_token": None,
            "previous_refresh_token": None,
            "scope": "contact_data",
            "expires_at": None,
            "saved_at": "2026-11-01T00:00:00Z",
            "seed_used": False,
        }
        content = {"version": 1, "logins": {f"{KEY['client_id']}/default/login": entry}}
        (folder / "tokens.json").write_text(json.dumps(content))
        (folder / "tokens.json").chmod(0o600)

        ended, other = here.run(*SYNC), here.run("sync", "--profile", "acme")

        assert 0 == ended.code, ended.err
        assert [] == here.differences("default")
        one_sentence(other, 2, "profile acme is not logged in", "ctct auth login --profile acme")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Shop", "no profile's name"),
        ("shop-1", "no profile's name"),
        ("", "no profile's name"),
        ("notify", "uses itself"),
        ("contacts", "uses itself"),
        ("history", "uses itself"),
        ("eu_staging", "cannot end in staging"),
        ("nobody", "is not logged in"),
    ],
)
def test_profile_that_cannot_be_is_one_sentence(tmp_path: Path, name: str, words: str) -> None:
    """A wrong name, and a name that nobody logged in with: exit 2, no request."""
    with agency(tmp_path / "home", "acme") as here:
        one_sentence(here.run("sync", "--profile", name), 2, words)
        assert {"acme": 0} == here.sent()
