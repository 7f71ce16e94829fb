"""Alerts of real runs at real receivers: one for each cause, one all-clear, whatever the receivers do."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from alert_calls import PREFIX, SELECT, configure, ctct, titles, twice
from served_rows import changed_rows

from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account
    from receivers import Hook

HOLD = "import duckdb, sys; kept = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
FEW = ("--no-transform", "--select", "contact_lists,contact_tags,custom_fields")
"""For what does not depend on contacts: a run takes half the time."""


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
