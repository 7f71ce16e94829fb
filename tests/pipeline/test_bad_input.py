"""A person's mistakes at the command line: one sentence with what to do, its exit code, nothing half-loaded."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from ctct_calls import ctct, sync

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ({"base_url": "http://api.example.com/v3"}, 2, ("base_url", "https")),
        ({"base_url": "nonsense"}, 2, ("base_url",)),
        ({"requests_per_second": "fast"}, 2, ("requests_per_second",)),
        ({"requests_per_day": "0"}, 2, ("requests_per_day",)),
        ({"reserve_per_day": "999999999"}, 2, ("reserve_per_day",)),
        ({"requests_per_day": "9" * 25}, 2, ("requests_per_day",)),
        ({"lookback": "soon"}, 2, ("lookback", "90m")),
        ({"lookback": "99999999999d"}, 2, ("lookback", "90m")),
        ({"erase_after": "999999d"}, 2, ("erase_after", "90m")),
        ({"exclude_columns": "[1]"}, 2, ("exclude_columns has 1", "table.column")),
        ({"landing_page_ids": "[1, null]"}, 2, ("landing_page_ids",)),
        ({"full_refresh_every": "often"}, 2, ("full_refresh_every", "30d")),
        ({"start_date": "yesterday"}, 2, ("start_date", "2026-01-31")),
        ({"access_token": "wrong"}, 1, ("access_token", "ctct auth login")),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_a_setting_that_cannot_work_is_named_with_its_mend(
    account: Any, settings: dict[str, str], code: int, words: tuple[str, ...]
) -> None:
    """Each ends in one sentence that names the setting, without a traceback."""
    one = account(contacts=5, campaigns=0)
    one.configure(**settings)
    found, output, errors = sync()
    assert (code, "") == (found, output)
    assert "Traceback" not in errors
    for word in words:
        assert word in errors


def test_an_unknown_resource_is_answered_with_the_valid_ones(account: Any) -> None:
    """--select of a name that is none lists those that are."""
    account(contacts=5, campaigns=0)
    code, _, errors = sync("--select", "contacts,openings")
    assert code == 2
    assert "'openings'" in errors
    assert "email_opens" in errors


@pytest.mark.long
def test_a_column_that_somebody_renamed_is_named_with_what_to_do(account: Any) -> None:
    """Run again is no advice: it fails until the column has its name back, or its table is dropped."""
    one = account(contacts=5, campaigns=0)
    lists = ("--select", "contact_lists")
    assert 0 == sync(*lists)[0]
    one.sandbox.advance(days=1)
    one.log_in()
    assert 0 == sync(*lists)[0]
    with duckdb.connect(os.environ["DESTINATION__DUCKDB__CREDENTIALS"]) as connection:
        connection.execute("alter table constant_contact.contact_lists rename column name to title")
    code, _, errors = sync(*lists, "--full-refresh")
    said = " ".join(errors.split())
    assert (1, True, True) == (code, '"contact_lists"' in said, "give that column its name back" in said), (
        said
    )
    with duckdb.connect(os.environ["DESTINATION__DUCKDB__CREDENTIALS"]) as connection:
        connection.execute("drop table constant_contact.contact_lists")
    assert 0 == sync(*lists)[0]
    assert [] == one.values("select list_id from contact_lists where name is null")


@pytest.mark.long
def test_a_missing_privilege_leaves_out_its_resource_and_loads_the_rest(account: Any) -> None:
    """403 on reports: a warning names the privilege, everything else is loaded, exit 0."""
    from sources.constant_contact_sandbox import Switches  # noqa: PLC0415

    kept = tuple(name for name in Switches().privileges if name != "ui:campaign:metrics")
    one = account(contacts=8, campaigns=3, switches=Switches(privileges=kept))
    code, output, errors = sync("--json")
    result = json.loads(output)
    assert (0, "complete") == (code, result["status"])
    assert result["rows"]["contacts"] == 8
    assert "ui:campaign:metrics" in " ".join(result["warnings"])
    assert "Traceback" not in errors
    of_reports = (
        "email_s",
        "email_o",
        "email_clicks",
        "email_f",
        "email_b",
        "email_links",
        "email_campaign_",
        "sms_campaign_",
    )
    readable = [line for line in one.differences() if not line.startswith(of_reports)]
    assert [] == readable


@pytest.mark.parametrize(
    "fault", [pytest.param("not_found", marks=pytest.mark.long), "deactivated", "forbidden_scope"]
)
def test_an_api_that_refuses_everything_is_no_complete_night(account: Any, fault: str) -> None:
    """No row was read: exit 1 with the refusal, whichever it is."""
    one = account(contacts=5, campaigns=0)
    one.sandbox.set_fault(fault, None)
    code, output, errors = sync("--json")
    assert (1, "failed") == (code, json.loads(output)["status"])
    assert "Traceback" not in errors


def test_the_only_wanted_resource_refused_is_a_failure(account: Any) -> None:
    """Where nothing else was wanted, a refusal is not a warning."""
    one = account(contacts=5, campaigns=0)
    one.sandbox.set_fault("forbidden_privilege", None, path_prefix="/contact_tags")
    code, output, _ = sync("--json", "--select", "contact_tags")
    assert (1, "failed") == (code, json.loads(output)["status"])


@pytest.mark.parametrize(
    ("spoil", "arguments", "code"),
    [
        ({}, ("--dataset", "My Data"), 2),
        ({}, ("--select", "openings"), 2),
        ({"base_url": "nonsense"}, (), 2),
        ({"access_token": "wrong"}, (), 1),
    ],
    ids=["dataset", "resource", "setting", "token"],
)
def test_json_is_one_object_however_a_sync_ends(
    account: Any, spoil: dict[str, str], arguments: tuple[str, ...], code: int
) -> None:
    """A sync that could not begin says so in the same shape; the sentence is on standard error."""
    account(contacts=5, campaigns=0).configure(**spoil)
    found, output, errors = sync("--json", *arguments)
    result = json.loads(output)
    assert (code, "failed") == (found, result["status"])
    assert {"status", "requests", "rows", "resume_after", "audit", "seconds"} <= result.keys()
    assert {"sent", "remaining_today"} == result["requests"].keys()
    assert {"extract", "load", "transform", "total"} == result["seconds"].keys()
    assert result["reason"]
    assert result["reason"].split()[0] in errors


def test_nobody_logged_in_is_configuration(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token of any kind: exit 2 before anything is sent, with how to log in."""
    one = account(contacts=5, campaigns=0)
    monkeypatch.delenv("SOURCES__CONSTANT_CONTACT__ACCESS_TOKEN")
    one.configure(client_id="an-application")
    for command in ("sync", "plan"):
        code, _, errors = ctct(command)
        assert (2, True) == (code, "ctct auth login" in errors), errors
    assert one.sandbox.log.total == 0


def test_a_refresh_token_needs_its_client_id(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh token alone cannot be used: exit 2, with what is missing."""
    one = account(contacts=5, campaigns=0)
    monkeypatch.delenv("SOURCES__CONSTANT_CONTACT__ACCESS_TOKEN")
    one.configure(refresh_token="a-refresh-token")
    code, _, errors = sync()
    assert (2, True) == (code, "client_id is not set" in errors), errors


@pytest.mark.parametrize("name", ["requests_per_commit", "requests_per_second"])
def test_a_number_below_zero_is_refused(account: Any, name: str) -> None:
    """It is named, whether it paces requests or commits."""
    account(contacts=5, campaigns=0).configure(**{name: "-5"})
    code, _, errors = sync()
    assert (2, True) == (code, name in errors), errors


@pytest.mark.parametrize(
    ("missing", "expected"), [("contacts:write", (0, "ok  ")), ("ui:campaign:metrics", (2, "FIX "))]
)
def test_check_finds_fault_only_with_what_most_tables_need(
    account: Any, missing: str, expected: tuple[int, str]
) -> None:
    """A privilege that a reading user need not have is named, and that is all; any other one is to be given."""
    from sources.constant_contact_sandbox import Switches  # noqa: PLC0415

    kept = tuple(name for name in Switches().privileges if name != missing)
    account(contacts=5, campaigns=0, switches=Switches(privileges=kept))
    code, output, _ = ctct("check")
    line = next(line for line in output.splitlines() if "privileges" in line[:20])
    assert expected == (code, line[:4]), output
    assert f"{missing} is missing, needed for " in line


@pytest.mark.parametrize(("fault", "expected"), [("quota_object", 75), ("unauthorized", 1)])
def test_a_plan_that_cannot_be_made_ends_like_a_sync(account: Any, fault: str, expected: int) -> None:
    """Spent quota postpones, a refusal fails; the one object says which."""
    account(contacts=5, campaigns=0).sandbox.set_fault(fault, None)
    code, output, errors = ctct("plan", "--json")
    assert (expected, "partial" if expected == 75 else "failed") == (code, json.loads(output)["status"])
    assert "Traceback" not in errors


def test_documentation_that_cannot_be_written_is_refused_before_the_build(
    account: Any, tmp_path: Path
) -> None:
    """A folder in place of the file: exit 2, one sentence, no model built."""
    one = account(contacts=5, campaigns=0)
    duckdb.connect(str(one.warehouse)).close()
    code, _, errors = ctct("transform", "--docs", str(tmp_path))
    assert (2, True) == (code, f"the page {tmp_path} cannot be written" in errors), errors
