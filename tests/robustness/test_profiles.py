"""Profiles: each its own login, dataset and settings, on one key, one state folder and one DuckDB file."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from account_comparison import KEYS
from agency import KEY, SELECTED, agency, variable

from sources.constant_contact_sandbox.quota import Limits

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


def lines(ended) -> tuple[dict, dict]:
    """(profile -> its object, the summary) of a sync of several profiles."""
    *objects, summary = map(json.loads, ended.out.splitlines())
    return {one["profile"]: one for one in objects}, summary


def test_all_profiles_share_one_day_by_age(tmp_path: Path) -> None:
    """Three accounts on one key, and one without a login: it is named, the others are done, the oldest first."""
    with agency(tmp_path / "home", "old", "young", "never") as here:
        here.settings["requests_per_day"] = 2_000
        for name in ("old", "young"):
            assert 0 == here.run(*SYNC, "--profile", name).code
        here.own[variable("nobody", "client_id")] = KEY["client_id"]

        ended = here.run(*SYNC, "--all-profiles")

        told, summary = lines(ended)
        assert ["nobody", "never", "old", "young"] == list(told)
        assert {
            "status": "failed",
            "profiles": {"nobody": "failed", "never": "complete", "old": "complete", "young": "complete"},
            "exit_code": 2,
        } == summary
        assert 2 == ended.code
        assert "profile nobody is not logged in; log in first: ctct auth login --profile nobody" in ended.err
        assert [[], [], []] == [here.differences(name) for name in ("old", "young", "never")]


@pytest.mark.slow
def test_twenty_accounts_on_one_key_keep_its_limit_and_their_order(tmp_path: Path) -> None:
    """At four requests a second, counted over all of them, none is too fast; the longest without a success is first."""
    names = [f"p{number:02d}" for number in range(20)]
    by_age = [*names[10:], *reversed(names[:10])]
    few = (*SYNC, "--select", ",".join(SELECTED))
    tables = [name for name in KEYS if name.partition("__")[0] in SELECTED]
    with agency(tmp_path / "home", *names, contacts=12) as here:
        for name in by_age:
            assert 0 == here.run(*few, "--profile", name).code
        here.own[variable("nobody", "client_id")] = KEY["client_id"]
        here.settings |= {"requests_per_second": 4, "requests_per_day": 9_000}
        one = Limits(4, 9_000, refused_count_per_second=True, refused_count_per_day=True)
        for server in here.accounts.values():
            server.sandbox.log.reset()
            server.sandbox.limits = one

        ended = here.start(*few, "--all-profiles").wait(timeout_s=1200)

        told, summary = lines(ended)
        logs = [server.sandbox.log for server in here.accounts.values()]
        sent, refused = sum(log.served for log in logs), sum(log.refused_second for log in logs)
        took = max(log.last_at or 0 for log in logs) - min(log.first_at or 0 for log in logs)
        print(f"\ntwenty accounts: {sent} requests, {sent / took:.2f} a second, {refused} refused")  # noqa: T201 - figures
        assert (2, 0, 0) == (ended.code, refused, sum(log.refused_day for log in logs))
        assert ["nobody", *by_age] == list(told)
        assert {"nobody": "failed"} | dict.fromkeys(names, "complete") == summary["profiles"]
        assert "log in first: ctct auth login --profile nobody" in ended.err
        assert [] == [name for name in names if here.differences(name, tables=tables)]


def test_day_that_is_not_enough_is_shared_fairly(tmp_path: Path) -> None:
    """No account takes another's share, what one leaves goes to the others, and the day's limit is never exceeded."""
    small = {"c": {"campaigns": 1}}
    with agency(tmp_path / "home", "a", "b", "c", contacts=40, campaigns=40, sizes=small) as here:
        here.settings |= {"requests_per_day": 330, "requests_per_commit": 20}

        ended = here.run(*SYNC, "--profile", "a,b,c")

        told, summary = lines(ended)
        assert (75, 75) == (ended.code, summary["exit_code"]), ended.err
        assert {"a": "partial", "b": "partial", "c": "complete"} == summary["profiles"]
        sent = here.sent()
        assert sent == {name: one["requests"]["sent"] for name, one in told.items()}
        assert 330 - 25 < sum(sent.values()) <= 330
        assert (110, 330 - 110 - sent["c"]) == (sent["b"], sent["a"])
        here.settings["requests_per_day"] = 100_000
        again = here.run(*SYNC, "--all-profiles")
        assert (0, {"a", "b", "c"}) == (again.code, set(lines(again)[0])), again.err
        assert [[], [], []] == [here.differences(name) for name in ("a", "b", "c")]


def test_what_a_killed_process_had_under_way_is_taken_by_another(tmp_path: Path) -> None:
    """A process that dies in the middle of a profile leaves it to the one beside it."""
    with agency(tmp_path / "home", "a", "b") as here:
        here.accounts["a"].sandbox.latency_s = 0.3
        first = here.start(*SYNC, "--profile", "a,b")
        while not here.sent()["a"]:
            time.sleep(0.02)
        second = here.start(*SYNC, "--profile", "a,b")
        while 2 != len(
            json.loads((here.folder / "state" / "profiles" / "profiles.json").read_text())["members"]
        ):
            time.sleep(0.02)
        first.kill()

        objects, summary = lines(second.wait())

        assert {"a": "complete", "b": "complete"} == summary["profiles"]
        assert {"a", "b"} == set(objects)
        assert ([], []) == (here.differences("a"), here.differences("b"))


def test_processes_divide_the_profiles(tmp_path: Path) -> None:
    """Two processes on one state folder run each profile once."""
    with agency(tmp_path / "home", "a", "b", "c", "d") as here:
        here.settings["wait"] = "5m"
        runs = [here.start(*SYNC, "--all-profiles") for _ in range(2)]

        ended = [run.wait() for run in runs]
        told = [lines(one) for one in ended]

        done = [name for objects, _ in told for name in objects]
        assert ["a", "b", "c", "d"] == sorted(done)
        assert [0, 0] == [one.code for one in ended], "".join(one.err for one in ended)
        for objects, summary in told:
            elsewhere = {name for name, status in summary["profiles"].items() if status == "elsewhere"}
            assert {"a", "b", "c", "d"} == elsewhere | set(objects)
        assert [] == [name for name in done if here.differences(name)]


def test_one_failing_profile_does_not_stop_the_others(tmp_path: Path) -> None:
    """A server that is down, a login that is refused: exit 1 by the first, the rest complete."""
    with agency(tmp_path / "home", "bad", "down", "good") as here:
        here.accounts["bad"].sandbox.tokens.refresh.clear()
        here.own[variable("down", "base_url")] = "http://127.0.0.1:9/v3"
        here.own[variable("down", "refresh_token")] = "another"

        ended = here.run(*SYNC, "--all-profiles")

        _, summary = lines(ended)
        assert {"bad": "failed", "down": "failed", "good": "complete"} == summary["profiles"]
        assert (1, 1) == (ended.code, summary["exit_code"])
        assert "Traceback" not in ended.err
        assert [] == here.differences("good")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--profile", "a,b,a"), "profile a is named twice"),
        (("--profile", "a,"), "empty name"),
        (("--profile", "a,Shop"), "no profile's name"),
        (("--profile", "a", "--all-profiles"), "not both"),
        (("--profile", "a,b", "--dataset", "x"), "--dataset is for one profile"),
        (("--all-profiles", "--accept-account", "x"), "--accept-account is for one profile"),
    ],
)
def test_wrong_profiles_are_one_sentence(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    """Exit 2 before anything is sent."""
    with agency(tmp_path / "home", "a", "b") as here:
        one_sentence(here.run("sync", *words), 2, sentence)
        assert {"a": 0, "b": 0} == here.sent()


def test_two_profiles_with_one_account_are_named(tmp_path: Path) -> None:
    """Both are named before anything is sent for them; the third is done."""
    with agency(tmp_path / "home", "a", "b", "good") as here:
        for name in ("base_url", "token_url", "refresh_token"):
            here.own[variable("b", name)] = here.own[variable("a", name)]

        ended = here.run(*SYNC, "--all-profiles")

        assert 2 == ended.code
        assert {"a": "failed", "b": "failed", "good": "complete"} == lines(ended)[1]["profiles"]
        assert "profile a has the same account as b" in ended.err
        assert (0, 0) == (here.sent()["a"], here.sent()["b"])


def test_status_of_all_profiles_is_a_table(tmp_path: Path) -> None:
    """A line for each: fresh, never synced, and one whose settings cannot work, which is named."""
    with agency(tmp_path / "home", "acme", "later", "wrong") as here:
        assert 0 == here.run(*SYNC, "--profile", "acme").code
        here.own[variable("wrong", "requests_per_day")] = "many"

        shown = here.run("status", "--all-profiles")
        told = here.run("status", "--all-profiles", "--json", "--max-age", "26h")
        metrics = here.run("status", "--profile", "acme,later", "--format", "prometheus")

        rows = {line.split()[0]: line for line in shown.out.splitlines()}
        assert ["profile", "acme", "later", "wrong"] == list(rows)
        assert ("fresh" in rows["acme"], "stale" in rows["later"]) == (True, True), shown.out
        assert "profile wrong: configuration: requests_per_day is 'many'" in shown.err
        assert "[sources.constant_contact.wrong]" in shown.err
        assert (2, 1) == (shown.code, told.code)
        *objects, summary = map(json.loads, told.out.splitlines())
        assert ["acme", "later", "wrong"] == [one["profile"] for one in objects]
        assert account_of(here, "acme") == objects[0]["account_id"]
        profiles = {"acme": "fresh", "later": "stale", "wrong": "unknown"}
        assert {"status": "unknown", "profiles": profiles, "exit_code": 1} == summary
        assert 1 == metrics.out.count("# TYPE ctct_fresh gauge")
        assert 'ctct_fresh{dataset="constant_contact_acme"} 1' in metrics.out
