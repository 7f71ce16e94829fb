"""Alerts of real runs at real receivers: one for each cause, one all-clear, whatever the receivers do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from receivers import Hook, MailServer, http_receiver, mail_server
from served_rows import changed_rows
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app
from pipelines.constant_contact.notify.messages import TITLES
from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from accounts import Account

ROOT = str(Path(__file__).resolve().parents[2])
HOLD = "import duckdb, sys; kept = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
PREFIX = "SOURCES__CONSTANT_CONTACT__"
SELECT = ("--no-transform", "--select", "contacts,contact_lists,contact_counts")
FEW = ("--no-transform", "--select", "contact_lists,contact_tags,custom_fields")
"""For what does not depend on contacts: a run takes half the time."""


def ctct(*arguments: str) -> Any:
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def configure(monkeypatch: pytest.MonkeyPatch, **notify: object) -> None:
    for name, value in notify.items():
        monkeypatch.setenv(f"{PREFIX}NOTIFY__{name.upper()}", str(value))


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    with http_receiver() as made:
        configure(monkeypatch, webhook=made.address)
        yield made


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as made:
        address = f"smtp://someone:pa55word@127.0.0.1:{made.port}?from=ctct@example.com"
        configure(monkeypatch, smtp_url=address, email_to="a@example.com, b@example.com")
        yield made


@pytest.fixture
def here(account: Callable[..., Account]) -> Account:
    made = account(contacts=20, campaigns=1)
    made.log_in()
    return made


def titles(hook: Hook) -> list[str]:
    """The first lines since the last call, without the marks around them."""
    return [text.split("\n")[0].strip("*").partition(" (")[0] for text in hook.taken()]


def twice(*words: str, code: int, select: tuple[str, ...] = SELECT) -> None:
    """Run it two times: the second one is the same cause."""
    for _ in range(2):
        assert code == ctct("sync", *select, *words).exit_code


def all_is_well(select: tuple[str, ...] = SELECT) -> None:
    for _ in range(2):
        assert 0 == ctct("sync", *select).exit_code


def test_a_failing_run_is_told_once_and_its_end_once(here: Account, hook: Hook) -> None:
    """Lists cannot be listed, twice; then they can, twice."""
    here.sandbox.set_fault("missing_rows_key", None, path_prefix="/contact_lists")
    twice(code=1, select=FEW)
    assert ["ctct: the sync failed"] == titles(hook)
    here.sandbox.clear_faults()
    all_is_well(FEW)
    assert ["ctct: over: the sync failed"] == titles(hook)


@pytest.mark.long
def test_another_failure_is_another_alert(here: Account, hook: Hook) -> None:
    """A second cause is told although the first one is not over; the first one, come back, is told again."""
    for path in ("/contact_lists", "/contacts", "/contact_lists"):
        here.sandbox.clear_faults()
        here.sandbox.set_fault("missing_rows_key", None, path_prefix=path)
        twice(code=1)
        assert ["ctct: the sync failed"] == titles(hook)


@pytest.mark.long
def test_a_drifting_run_is_told_once_and_its_end_once(here: Account, hook: Hook) -> None:
    """New fields of contacts; the first reading of all knows no earlier ones."""
    here.configure(contact_reading="full")
    all_is_well()
    assert [] == titles(hook)
    here.sandbox.set_fault("new_fields", None, path_prefix="/contacts")
    here.sandbox.set_fault("new_fields", None, path_prefix="/contact_lists")
    assert 0 == ctct("sync", *SELECT).exit_code
    [text] = hook.taken()
    assert text.startswith("*ctct: the API's data has changed (dataset constant_contact)*\nThe API sends")
    assert "new field engagement_score of contacts" in text
    all_is_well()
    assert ["ctct: over: the API's data has changed"] == titles(hook)


@pytest.mark.long
def test_a_run_at_the_quota_is_told_once_and_its_end_once(here: Account, hook: Hook) -> None:
    """Two nights of a first reading stop at the quota; with enough of it the message is that it is over."""
    here.configure(requests_per_day=2)
    twice(code=75, select=FEW)
    assert ["ctct: the quota is spent or nearly spent"] == titles(hook)
    here.configure(requests_per_day=10_000)
    all_is_well(FEW)
    assert ["ctct: over: the quota is spent or nearly spent"] == titles(hook)


@pytest.mark.long
def test_a_cap_that_a_person_set_is_no_alert(here: Account, hook: Hook) -> None:
    """`--max-requests` stops a run on purpose."""
    twice("--max-requests", "2", code=75)
    assert [] == titles(hook)


@pytest.mark.long
def test_a_busy_run_is_told_once_and_its_end_once(here: Account, hook: Hook) -> None:
    """Another program keeps the file."""
    all_is_well()
    command = [sys.executable, "-c", HOLD, str(here.warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline()
        twice("--wait", "0s", code=75)
        other.communicate()
    assert ["ctct: the warehouse is busy"] == titles(hook)
    all_is_well()
    assert ["ctct: over: the warehouse is busy"] == titles(hook)


@pytest.mark.long
def test_rows_set_aside_are_told_once_and_their_end_once(here: Account, hook: Hook) -> None:
    """A contact without an id, then none."""
    here.configure(contact_reading="full")

    def spoil(rows: list[Any]) -> None:
        if len(rows) > 1:
            rows[1].pop("contact_id", None)

    with changed_rows(here.sandbox, spoil, "/contacts"):
        twice(code=0)
    [text] = hook.taken()
    assert "Rows without a usable key are set aside: 1 of contacts" in text
    all_is_well()
    assert "ctct: over: rows are set aside" in titles(hook)


@pytest.mark.long
def test_stale_data_is_told_once_and_its_end_once(here: Account, hook: Hook) -> None:
    """By `ctct status --notify`, which also says so by its exit code; the next complete run ends it."""
    assert 0 == ctct("sync", *FEW).exit_code
    for _ in range(2):
        assert 1 == ctct("status", "--max-age", "0s", "--notify").exit_code
    assert ["ctct: the data is stale"] == titles(hook)
    assert 0 == ctct("status", "--notify").exit_code
    all_is_well(FEW)
    assert ["ctct: over: the data is stale"] == titles(hook)


def test_data_that_cannot_be_read_is_stale(here: Account, hook: Hook) -> None:
    """The warehouse file is something else by now: the check sends its alert and ends with its sentence."""
    here.warehouse.write_text("nonsense")
    for _ in range(2):
        assert 2 == ctct("status", "--max-age", "26h", "--notify").exit_code
    [text] = hook.taken()
    assert text.startswith(
        "*ctct: the data is stale (dataset constant_contact)*\nHow old the data is cannot be read: "
    )


@pytest.mark.long
def test_stale_after_is_the_age_where_none_is_given(
    here: Account, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting stands in for `--max-age`."""
    all_is_well()
    configure(monkeypatch, stale_after="0s")
    assert 1 == ctct("status", "--notify").exit_code
    assert ["ctct: the data is stale"] == titles(hook)


@pytest.mark.long
def test_a_login_that_is_not_accepted_is_told_once_and_its_end_once(
    here: Account, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no failure besides: one alert."""
    all_is_well()
    good = os.environ[f"{PREFIX}ACCESS_TOKEN"]
    here.configure(access_token="wr0ng-token")
    for _ in range(2):
        assert 0 != ctct("sync", *SELECT).exit_code
    [text] = hook.taken()
    assert text.startswith("*ctct: the login needs a person")
    here.configure(access_token=good)
    all_is_well()
    assert ["ctct: over: the login needs a person"] == titles(hook)


@pytest.mark.long
def test_a_login_that_cannot_be_renewed_is_told_once_and_its_end_once(
    served: Callable[..., Any], hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scope offline_access was not granted: the login lapses in a day. The next login ends it."""
    scopes = ("account_read", "contact_data", "campaign_data")
    server, _ = served(
        contacts=5, campaigns=0, switches=Switches(scopes=scopes, device_approved_after_polls=0)
    )
    monkeypatch.delenv(f"{PREFIX}ACCESS_TOKEN")
    monkeypatch.setenv(f"{PREFIX}CLIENT_ID", server.client_id)
    assert 0 == ctct("auth", "login").exit_code
    all_is_well()
    [text] = hook.taken()
    assert "cannot be renewed, because offline_access was not granted" in text
    server.sandbox.tokens.switches = Switches(device_approved_after_polls=0)
    assert 0 == ctct("auth", "login", "--yes").exit_code
    all_is_well()
    assert ["ctct: over: the login needs a person"] == titles(hook)


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
