"""A partner's login: its tables night after night, whom it asks to log in, and what it cannot read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import child_runs
import pendulum
import pytest
from accounts import PREFIX
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app
from sources.constant_contact.api.tokens import FileTokenStore, Tokens
from sources.constant_contact.catalogue import CATALOGUE, chosen

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

ROOT = Path(__file__).resolve().parents[2]
TABLES = tuple(name for name, of in CATALOGUE.items() if of.login == "partner")


@pytest.fixture
def partner(account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch) -> Account:
    """A partner of 23 accounts; it is logged in with nothing but its credentials."""
    one = account(contacts=3, campaigns=0)
    client_id, secret, key = one.server.partner
    monkeypatch.delenv(f"{PREFIX}ACCESS_TOKEN")
    monkeypatch.setattr(type(one), "log_in", lambda _: None)
    one.configure(
        login="partner", client_id=client_id, client_secret=secret, api_key=key,
        token_url=one.server.partner_token_url,
    )  # fmt: skip
    return one


def ctct(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.long
def test_accounts_plans_and_webhooks_are_exact_night_after_night(partner: Account) -> None:
    """All of them, with one token a run; a plan is asked for again where its account moved."""
    for night in range(4):
        partner.complete_night()
        assert [] == partner.differences(tables=TABLES), f"night {night}"
        partner.sandbox.advance(3)
        partner.sandbox.log.reset()
    partner.sandbox.advance(0)
    partner.complete_night()
    asked = dict(partner.sandbox.log.by_path_template)
    assert {1} == {asked[path] for path in asked if "plan" not in path}
    assert {"account_emails", "contacts"}.isdisjoint(
        partner.values("select table_name from information_schema.tables")
    )


@pytest.mark.long
def test_a_run_as_a_process_prints_no_secret(partner: Account, tmp_path: Path) -> None:
    """`ctct sync` of a partner's profile, complete, with the partner in the account's place."""
    ran = child_runs.ctct("--verbose", "sync", "--json", folder=tmp_path)
    made = json.loads(ran.stdout)
    assert (0, "complete") == (ran.returncode, made["status"]), ran.stderr
    assert re.fullmatch("partner-[0-9a-f]{12}", made["account_id"])
    assert {*TABLES} == set(made["rows"])
    assert [] == [secret for secret in partner.server.partner[1:] if secret in ran.stdout + ran.stderr]


def test_login_prints_a_line_for_each_client_without_one(partner: Account) -> None:
    """Open accounts without a login here, each with a profile of its own; `auth status` says the same."""
    accounts = [
        row for row in partner.sandbox.truth("partner_accounts") if row["billing_status"] != "Canceled"
    ]
    state = Path(partner.warehouse.parent / "state" / "auth")
    store = FileTokenStore(state)
    with store.lock():
        known = Tokens(
            refresh_token="r", saved_at=pendulum.now("UTC"), account_id=accounts[0]["encoded_account_id"]
        )
        store.save("somebody/first/login", known)
    code, out, _ = ctct("auth", "login", "--flow", "partner")
    lines = re.findall(r"ctct auth login --profile (\S+) +# .* \((\w+)\)", out)
    assert 0 == code
    assert [row["encoded_account_id"] for row in accounts[1:]] == [account_id for _, account_id in lines]
    profiles = [profile for profile, _ in lines]
    assert len(profiles) == len(set(profiles))
    assert all(re.fullmatch("[a-z][a-z0-9]*(_[a-z0-9]+)*", profile) for profile in profiles)
    code, told, _ = ctct("auth", "status")
    assert (0, lines) == (code, re.findall(r"ctct auth login --profile (\S+) +# .* \((\w+)\)", told))
    assert f"{len(accounts):,}, of which 1 have a login here" in told


def test_check_and_plan_know_a_partner(partner: Account) -> None:
    """The login is tried where a partner may ask; the plan names its three tables."""
    code, out, _ = ctct("check")
    assert (0, False) == (code, "account_read" in out), out
    code, out, err = ctct("plan", "--json")
    assert 0 == code, err
    assert {"partner_accounts", "partner_plans", "partner_webhooks"} == {
        line["resource"] for line in json.loads(out)["resources"]
    }


@pytest.mark.parametrize(
    ("words", "settings", "fragments"),
    [
        (
            "sync --select contacts",
            {},
            ("--select names contacts, which a partner's login cannot read", "partner_plans"),
        ),
        ("sync", {"opt_in": '["email_previews"]'}, ("opt_in names email_previews, which a partner's login",)),
        ("auth login", {}, ("needs nobody to log in", "--flow partner")),
        ("sync --select partner_plans", {"login": "account"}, ("which needs a partner's login",)),
        ("sync", {"login": "agency"}, ("login is 'agency'; choose from account, partner",)),
    ],
)
def test_what_a_login_cannot_read_is_one_sentence(partner: Account, words, settings, fragments) -> None:
    """Exit 2 before anything is sent."""
    partner.configure(**settings)
    code, _, err = ctct(*words.split())
    assert (2, []) == (code, [one for one in fragments if one not in err]), err
    assert 0 == len(partner.sandbox.log)


def test_missing_and_wrong_credentials_are_one_sentence(
    partner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The secret that is not accepted, the key that is not, the value that is missing."""
    secret = partner.server.partner[2]
    partner.configure(api_key="wrong-key")
    code, _, err = ctct("sync")
    assert (1, True) == (code, "api_key" in err or "403" in err), err
    partner.configure(api_key=secret, client_secret="wrong")
    code, _, err = ctct("sync")
    assert (True, True) == (code != 0, "client_secret" in err), err
    monkeypatch.delenv(f"{PREFIX}API_KEY")
    code, _, err = ctct("sync")
    assert (2, True) == (code, "api_key is not set" in err), err


def test_a_partner_s_rows_and_an_account_s_are_kept_apart(
    partner: Account, account: Callable[..., Account]
) -> None:
    """A dataset with a partner's tables is refused to the login of an account."""
    partner.complete_night()
    partner.configure(
        login="account", client_id=partner.server.client_id, token_url=partner.server.token_url,
        access_token=partner.server.access_token,
    )  # fmt: skip
    code, _, err = ctct("sync", "--no-transform")
    assert (2, True) == (code, "holds account partner-" in err), err


def test_all_of_an_account_leaves_a_partner_s_tables_out() -> None:
    """`opt_in = ["all"]` means what the login can read."""
    assert set() == chosen(["all"]).intersection(TABLES)
    assert set(TABLES) == chosen([], "partner") == chosen(["all"], "partner")
