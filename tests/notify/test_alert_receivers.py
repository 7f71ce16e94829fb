"""Who gets an alert: mail, a command, the heartbeat; what receivers that fail cost; wrong settings."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alert_calls import PREFIX, SELECT, configure, ctct, titles, twice
from receivers import Hook, MailServer, mail_server

from pipelines.constant_contact.notify.messages import TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts import Account

ROOT = str(Path(__file__).resolve().parents[2])


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as made:
        address = f"smtp://someone:pa55word@127.0.0.1:{made.port}?from=ctct@example.com"
        configure(monkeypatch, smtp_url=address, email_to="a@example.com, b@example.com")
        yield made


@pytest.mark.long
def test_mail_goes_to_everybody_and_names_the_pipeline(here: Account, letters: MailServer) -> None:
    """By a mail server of this machine, with its login; one letter for each cause."""
    here.configure(requests_per_day=2)
    twice(code=75)
    [letter] = letters.letters
    assert ("ctct@example.com", "a@example.com, b@example.com") == (letter["From"], letter["To"])
    assert "ctct: the quota is spent or nearly spent (dataset constant_contact)" == letter["Subject"]
    assert "daily quota spent" in letter.get_content().lower()
    assert 1 == len(letters.logins)


@pytest.mark.long
def test_a_command_gets_the_message_without_a_shell(
    here: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On standard input and in variables; no word of it is run."""
    program = tmp_path / "tell"
    program.write_text(
        f"#!/bin/sh\ncat > '{tmp_path}/text'\nenv > '{tmp_path}/variables'\necho \"$1\" > '{tmp_path}/word'\n"
    )
    program.chmod(0o700)
    configure(monkeypatch, command=f"{program} '$(touch {tmp_path}/harm); `id`'")
    here.configure(requests_per_day=2)
    assert 75 == ctct("sync", *SELECT).exit_code
    variables = (tmp_path / "variables").read_text()
    assert "daily quota spent" in (tmp_path / "text").read_text().lower()
    for line in (
        "CTCT_EVENT=quota",
        "CTCT_STATE=alert",
        "CTCT_PROFILE=default",
        "CTCT_DATASET=constant_contact",
    ):
        assert f"{line}\n" in variables
    assert f"$(touch {tmp_path}/harm); `id`\n" == (tmp_path / "word").read_text()
    assert not (tmp_path / "harm").exists()


@pytest.mark.long
def test_the_heartbeat_beats_at_start_success_and_failure(
    here: Account, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the addresses of healthchecks; a run that stops at the quota has gone well."""
    monkeypatch.delenv(f"{PREFIX}NOTIFY__WEBHOOK")
    configure(monkeypatch, heartbeat=hook.address)
    assert 0 == ctct("sync", *SELECT).exit_code
    here.sandbox.set_fault("missing_rows_key", None, path_prefix="/contact_lists")
    assert 1 == ctct("sync", *SELECT).exit_code
    path = "/services/T0/s3cr3tp4th"
    assert [f"{path}/start", path, f"{path}/start", f"{path}/fail"] == hook.paths
    assert "contact_lists" in hook.posts[-1][1]


@pytest.mark.long
@pytest.mark.parametrize(("code", "kind"), [(1, "failed"), (75, "quota")])
def test_receivers_that_hang_or_fail_cost_seconds_and_a_warning(
    here: Account, hook: Hook, monkeypatch: pytest.MonkeyPatch, code: int, kind: str
) -> None:
    """The exit code stays; no address is shown; the message comes with the next run, once."""
    if kind == "quota":
        here.configure(requests_per_day=2)
    here.sandbox.set_fault("missing_rows_key", None, path_prefix="/contact_lists")
    hook.hangs = threading.Event()
    with mail_server() as letters:
        letters.refuses = True
        configure(
            monkeypatch,
            command="sleep 60",
            smtp_url=f"smtp://127.0.0.1:{letters.port}",
            email_to="a@example.com",
            heartbeat=hook.address,
        )
        began = time.monotonic()
        result = ctct("--verbose", "sync", *SELECT)
        took = time.monotonic() - began
    assert code == result.exit_code
    assert took < 30
    shown = result.stdout + result.stderr
    for said in (
        f"webhook did not get its message ({kind}): no answer",
        "command did not get its message",
        "smtp_url",
    ):
        assert said in shown
    assert "s3cr3tp4th" not in shown
    hook.hangs.set()
    hook.posts.clear()
    configure(monkeypatch, command="true")
    monkeypatch.delenv(f"{PREFIX}NOTIFY__SMTP_URL")
    monkeypatch.delenv(f"{PREFIX}NOTIFY__EMAIL_TO")
    monkeypatch.delenv(f"{PREFIX}NOTIFY__HEARTBEAT")
    for _ in range(2):
        assert code == ctct("sync", *SELECT).exit_code
    assert [f"ctct: {TITLES[kind]}"] == titles(hook)


@pytest.mark.long
def test_no_secret_is_in_a_message_a_log_or_the_memory(
    here: Account, hook: Hook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A reason that quotes the token is blanked out, in the run's own output and in the message."""
    token = os.environ[f"{PREFIX}ACCESS_TOKEN"]
    hook.status = 500
    here.sandbox.set_fault("missing_rows_key", None, path_prefix="/contact_lists")
    failed = ctct("--verbose", "sync", *SELECT)
    hook.status = 200
    assert 1 == failed.exit_code
    assert "it answered with status 500" in failed.stderr
    twice(code=1)
    kept = "".join(path.read_text() for path in tmp_path.rglob("notify/*.json"))
    shown = failed.stdout + failed.stderr + kept + "".join(hook.taken())
    assert "failed" in kept
    for secret in (token, "s3cr3tp4th", hook.address):
        assert secret not in shown


@pytest.mark.long
def test_only_what_is_asked_for_is_told(here: Account, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """`on` names the events."""
    configure(monkeypatch, on="stale, failed")
    here.configure(requests_per_day=2)
    twice(code=75)
    assert [] == titles(hook)


@pytest.mark.long
def test_json_has_the_warning_and_nothing_else_is_on_standard_output(here: Account, hook: Hook) -> None:
    """A receiver that fails is a warning of the run's object."""
    hook.status = 404
    here.configure(requests_per_day=2)
    result = ctct("sync", *SELECT, "--json")
    [warning] = [one for one in json.loads(result.stdout)["warnings"] if "webhook" in one]
    assert (
        "the alert receiver webhook did not get its message (quota): it answered with status 404" == warning
    )


@pytest.mark.parametrize(
    ("notify", "said"),
    [
        ({"webhook": "hooks.example.com/x"}, "webhook is no address"),
        ({"webhook": "http://hooks.example.com/x"}, "webhook is not encrypted"),
        ({"heartbeat": "https://[::1"}, "heartbeat is no address"),
        ({"on": "failed, stall"}, "on names 'stall', which is no event; choose from failed, audit"),
        ({"on": ""}, "on is empty"),
        ({"command": "tell 'me"}, "command cannot be split into words"),
        ({"command": "[]"}, "command is empty"),
        ({"smtp_url": "smtp://localhost"}, "smtp_url is set and email_to is not"),
        (
            {"smtp_url": "mail.example.com", "email_to": "a@example.com"},
            "smtp_url is no address of a mail server",
        ),
        ({"smtp_url": "smtp://localhost", "email_to": "me"}, "email_to names 'me'"),
        ({"stale_after": "soon"}, "stale_after is 'soon', which is no duration"),
    ],
)
def test_a_wrong_value_is_one_sentence_before_anything_is_asked(
    here: Account, monkeypatch: pytest.MonkeyPatch, notify: dict[str, str], said: str
) -> None:
    """Exit 2, no request, and `ctct check` says the same."""
    configure(monkeypatch, **notify)
    result = ctct("sync", *SELECT)
    assert (2, 0) == (result.exit_code, here.sandbox.log.total)
    assert f"ctct: configuration of alerts: {said}" in result.stderr
    assert 1 == len(result.stderr.splitlines())
    checked = ctct("check")
    assert 2 == checked.exit_code
    assert re.search(rf"FIX +alerts +.*{re.escape(said)}", checked.stdout)


@pytest.mark.long
def test_a_secret_in_the_wrong_file_is_one_sentence(
    here: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A web hook in config.toml, which git keeps."""
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "config.toml").write_text(
        '[sources.constant_contact.notify]\nwebhook = "https://a.example/x"\n'
    )
    command = [sys.executable, "-m", "pipelines.constant_contact.cli", "sync"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ROOT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 2 == done.returncode
    assert (
        "webhook is a secret and is in config.toml; move it to [sources.constant_contact.notify]"
        in done.stderr
    )
    assert "a.example" not in done.stderr
