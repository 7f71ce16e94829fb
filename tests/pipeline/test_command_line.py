"""What belongs to `ctct` itself: common options, usage errors, and the JSON object of a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app

if TYPE_CHECKING:
    from collections.abc import Sequence

CTCT = (sys.executable, "-m", "pipelines.constant_contact.cli")
ROOT = Path(__file__).resolve().parents[2]
RUN_KEYS = {
    "status", "run_id", "profile", "account_id", "version", "started_at", "ended_at", "requests", "rows",
    "set_aside", "resume_after", "audit", "warnings", "seconds",
}  # fmt: skip


def ctct(*arguments: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of one command in this process."""
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CTCT, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_version_is_that_of_the_package() -> None:
    """One line, nothing is asked."""
    assert (0, f"ctct {version('constant-contact-pipeline')}\n", "") == ctct("--version")


def test_completion_can_be_installed(tmp_path: Path) -> None:
    """`--install-completion` writes the shell's file into the home folder of whoever asks."""
    home = {**os.environ, "HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    ran = subprocess.run(
        [*CTCT, "--install-completion", "bash"],
        cwd=ROOT,
        env=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (ran.returncode, ran.stderr)
    assert list(tmp_path.rglob("*.sh"))


HEAVY = {
    "dlt",
    "dbt",
    "duckdb",
    "pyarrow",
    "pendulum",
    "httpx",
    "sqlglot",
    "vl_convert",
    "uvicorn",
    "starlette",
}


def test_help_imports_nothing_heavy() -> None:
    """Before the help is shown no library is imported that takes a tenth of a second or more."""
    told = subprocess.run(
        [sys.executable, "-X", "importtime", *CTCT[1:], "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in told.stderr.splitlines()}
    assert "typer" in imported
    assert HEAVY & imported == set()


def test_every_command_takes_a_profile() -> None:
    """`--profile NAME` is an option of each command, and of each command of a group."""
    import typer.main  # noqa: PLC0415

    from sources.constant_contact_sandbox.__main__ import parser  # noqa: PLC0415

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    groups = {name: one.commands for name, one in commands.items() if hasattr(one, "commands")}
    single = {name: one for name, one in commands.items() if name not in groups and name != "sandbox"}
    single |= {f"{group} {name}": one for group, those in groups.items() for name, one in those.items()}
    options = {name: {word for param in one.params for word in param.opts} for name, one in single.items()}
    options["sandbox"] = set(parser()._option_string_actions)
    assert [] == [name for name, words in options.items() if "--profile" not in words]
    assert {"sync", "demo", "auth login", "schedule show"} < options.keys()


USAGE = [
    (("bogus",), "no such command 'bogus'", "ctct --help"),
    (("sync", "--bogus"), "no such option: --bogus", "ctct sync --help"),
    (("sync", "extra"), "unexpected extra argument", "ctct sync --help"),
    (("sync", "--max-requests", "0"), "'--max-requests'", "ctct sync --help"),
    (("plan", "--destination"), "'--destination' requires an argument", "ctct plan --help"),
    (("--log-format", "xml", "sync"), "'xml' is not one of 'text', 'json'", "ctct --help"),
    (("auth", "bogus"), "no such command 'bogus'", "ctct auth --help"),
    (("sync", "--verbose"), "no such option: --verbose", "write it before the command: ctct --verbose sync"),
    (("sync", "--log-format", "json"), "no such option: --log-format;", "ctct --log-format json sync"),
    (("--profile", "x", "sync"), "no such option: --profile", "after the command, see ctct sync --help"),
    (("--yes", "sync"), "no such option: --yes", "see ctct --help"),
    (("sync", "--select", ""), "--select names nothing", "leave it out"),
    (("plan", "--exclude", " , "), "--exclude names nothing", "leave it out"),
]


@pytest.mark.parametrize(("words", "what", "advice"), USAGE)
def test_a_usage_error_is_one_sentence_with_what_to_do(words: Sequence[str], what: str, advice: str) -> None:
    """Exit 2, one line on standard error, nothing on standard output."""
    code, output, errors = ctct(*words)
    assert (2, "") == (code, output)
    assert 1 == len(errors.splitlines())
    assert what in errors
    assert advice in errors


@pytest.mark.parametrize("words", [row[0] for row in USAGE], ids=" ".join)
def test_a_usage_error_under_json_is_one_object(words: Sequence[str]) -> None:
    """The same sentence on standard error; the object has every key of a run."""
    code, output, errors = (
        ctct(*words, "--json") if words[-1] != "--destination" else ctct(words[0], "--json", "-x")
    )
    result = json.loads(output)
    assert (2, "failed") == (code, result["status"])
    assert RUN_KEYS <= result.keys()
    assert result["reason"] in errors


def test_the_object_of_a_sync_names_run_account_and_differences(account: Any) -> None:
    """Each key of the interface, counts of the audit in place of the list of all of them."""
    account(contacts=8, campaigns=1)
    select = "contacts,contact_counts,contact_lists,contact_tags"
    code, output, _ = ctct("sync", "--no-transform", "--json", "--select", select)
    result = json.loads(output)
    assert (0, "complete") == (code, result["status"])
    assert RUN_KEYS <= result.keys()
    assert "default" == result["profile"]
    assert version("constant-contact-pipeline") == result["version"]
    assert result["started_at"] < result["ended_at"]
    assert result["audit"]["checked"] > 3
    assert (result["audit"]["checked"], []) == (result["audit"]["agree"], result["audit"]["differences"])


def test_a_count_that_differs_is_in_the_object() -> None:
    """With its table, its scope, both counts and the explanation."""
    from pipelines.constant_contact.display.run_json import audit_object  # noqa: PLC0415
    from sources.constant_contact.repair.audit_line import AuditLine  # noqa: PLC0415

    same = AuditLine(table="contacts", scope="total", source_count=5, loaded_count=5, ok=True)
    off = AuditLine(
        table="contacts",
        scope="list",
        scope_id="l1",
        source_count=5,
        loaded_count=4,
        ok=False,
        explanation="late",
    )
    found = audit_object([same, off])
    assert (2, 1) == (found["checked"], found["agree"])
    assert [("contacts", "list", 5, 4, "late")] == [
        tuple(line[key] for key in ("table", "scope", "source_count", "loaded_count", "explanation"))
        for line in found["differences"]
    ]


@pytest.mark.long
def test_log_lines_are_json_where_asked(account: Any) -> None:
    """Every line of standard error is an object with time, level and message; the run's events are named."""
    account(contacts=8, campaigns=1)
    ran = process("--log-format", "json", "sync", "--no-transform")
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert 0 == ran.returncode, ran.stderr
    assert all({"time", "level", "message"} <= line.keys() for line in lines)
    assert {"run_started", "page_read", "group_loaded", "run_ended"} <= {line.get("event") for line in lines}


@pytest.mark.long
def test_verbose_shows_requests_without_secrets(account: Any) -> None:
    """Each request is a line; the token is not in it."""
    one = account(contacts=8, campaigns=0)
    ran = process("--verbose", "sync", "--no-transform", "--select", "contact_tags")
    assert "/contact_tags" in ran.stderr
    assert one.server.access_token not in ran.stderr
