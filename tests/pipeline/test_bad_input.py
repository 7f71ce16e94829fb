"""A person's mistakes at the command line: one sentence with the mend, its exit code, nothing half-loaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app

if TYPE_CHECKING:
    from pathlib import Path


def ctct(*arguments: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of one command."""
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def sync(*more: str) -> tuple[int, str, str]:
    return ctct("sync", "--no-transform", *more)


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ({"base_url": "http://api.example.com/v3"}, 2, ("base_url", "https")),
        ({"base_url": "nonsense"}, 2, ("base_url",)),
        ({"requests_per_second": "fast"}, 2, ("requests_per_second",)),
        ({"requests_per_day": "0"}, 2, ("requests_per_day",)),
        ({"reserve_per_day": "999999999"}, 2, ("reserve_per_day",)),
        ({"lookback": "soon"}, 2, ("lookback", "90m")),
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


def test_a_file_that_is_no_database_is_named(
    account: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file stays as it was."""
    account(contacts=5, campaigns=0)
    letter = tmp_path / "letter.duckdb"
    letter.write_text("Dear Sir or Madam, " * 500)
    before = letter.read_text()
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(letter))
    code, _, errors = sync()
    assert code == 2
    assert "not a DuckDB database" in errors
    assert before == letter.read_text()


def test_a_missing_folder_is_named(account: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warehouse in a folder that does not exist is refused before a request is spent."""
    one = account(contacts=5, campaigns=0)
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(tmp_path / "nowhere" / "w.duckdb"))
    code, _, errors = sync()
    assert code == 2
    assert "does not exist" in errors
    assert one.sandbox.log.total == 0


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
    )
    readable = [line for line in one.differences() if not line.startswith(of_reports)]
    assert [] == readable


def test_a_second_sync_into_the_same_dataset_is_told_at_once(account: Any) -> None:
    """Exit 2, while the first one goes on."""
    from pipelines.constant_contact.warehouse import Opened, Place  # noqa: PLC0415

    account(contacts=5, campaigns=0)
    with Opened(Place()).alone():
        code, _, errors = sync()
    assert code == 2
    assert "running" in errors


def test_a_dataset_that_is_no_schema_name_is_refused(account: Any) -> None:
    """The name is quoted back with the rule."""
    account(contacts=5, campaigns=0)
    code, _, errors = sync("--dataset", "My Data")
    assert code == 2
    assert "'My Data'" in errors
