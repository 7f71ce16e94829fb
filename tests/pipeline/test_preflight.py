"""What the login may read is known before the first read: nothing is asked in vain, and what is left out is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from served_rows import changed_rows
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app
from sources.constant_contact.api.transport import Transport
from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

PRIVILEGES = "/v3/account/user/privileges"
FORBIDDEN = 403


def without(*names: str) -> Switches:
    """A login that lacks these privileges or scopes."""
    whole = Switches()
    return Switches(
        privileges=tuple(name for name in whole.privileges if name not in names),
        scopes=tuple(name for name in whole.scopes if name not in names),
    )


LACKS = {
    "campaign_data": "the scope campaign_data",
    "account_read": "the scope account_read",
    "contacts:write": "the privilege contacts:write",
    "customer-journey:read": "the privilege customer-journey:read",
    "ui:campaign:metrics": "the privilege ui:campaign:metrics",
    "account:read": "the privilege account:read",
    "contacts:lists:read": "the privilege contacts:lists:read",
}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Transport, "_backoff_s", lambda *_: 0.0)


def ctct(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


@pytest.mark.long
@pytest.mark.parametrize(("name", "words"), LACKS.items(), ids=LACKS)
def test_nothing_is_asked_that_would_be_refused(name, words, account: Callable[..., Account]) -> None:
    """In no night, plan or check; each names what is left out once, the run in its record too.

    Whose account it is, a night and a plan ask before all else.
    """
    one = account(contacts=20, campaigns=3, switches=without(name))
    result = one.complete_night()
    _, planned = ctct("plan", "--json")
    _, checked = ctct("check")
    refused = [each.path for each in one.sandbox.log if each.status == FORBIDDEN]
    assert (["/v3/account/summary"] * 2 if name == "account:read" else []) == refused
    notes = json.loads(planned)["notes"]
    recorded = json.loads(one.values("select warnings from _ctct_runs")[0])
    for told in (result.warnings, recorded, notes):
        assert 1 == sum(f"for lack of {words}:" in sentence for sentence in told), told
    missing = f"{name:<12} not granted" if "scope" in words else f"{name} is missing"
    assert 1 == checked.count(missing), checked
    left = next(note for note in notes if words in note).split(" left out")[0]
    planned_names = {line["resource"] for line in json.loads(planned)["resources"]}
    assert set() == planned_names.intersection(left.removesuffix(" are").removesuffix(" is").split(", "))


def test_a_night_asks_for_the_privileges_once(account: Callable[..., Account]) -> None:
    """What the preflight asks is the table of privileges, so that nothing is paid for it."""
    one = account(contacts=20, campaigns=3)
    one.complete_night(select=("account", "account_privileges"))
    assert 1 == one.sandbox.log.by_path_template[PRIVILEGES]
    assert [] == one.differences(tables=("account_privileges", "account"))


@pytest.mark.long
def test_what_is_not_known_is_tried(account: Callable[..., Account]) -> None:
    """Where the server cannot say which privileges there are, everything is asked for, and the refusals are named."""
    one = account(contacts=20, campaigns=3, switches=without("contacts:write"))
    one.sandbox.set_fault("500_json", None, path_prefix="/account/user/privileges")
    result = one.complete_night(select=("contacts", "contact_lists", "bulk_activities"))
    assert 1 <= one.sandbox.log.by_status[FORBIDDEN]
    assert 1 == sum("bulk_activities is left out" in sentence for sentence in result.warnings)
    assert 20 == one.values("select count(*) from contacts")[0]


@pytest.mark.long
def test_nothing_is_taken_for_deleted_when_a_privilege_is_withdrawn(account: Callable[..., Account]) -> None:
    """Lists and automations that the login may not read any more stay as they were."""
    one = account(contacts=20, campaigns=3)
    read = ("contacts", "contact_lists", "automations", "automation_definitions", "segments")
    one.complete_night(select=read)
    before = one.contents()
    lacking = without("contacts:lists:read", "customer-journey:read")
    one.sandbox.switches = lacking
    result = one.complete_night(select=read)
    assert 2 == sum("for lack of the privilege" in sentence for sentence in result.warnings)
    after = one.contents()
    for table in ("contact_lists", "automations", "automation_definitions", "segments"):
        assert before[table] == after[table], table


@pytest.mark.long
def test_an_odd_privilege_leaves_nothing_out(account: Callable[..., Account]) -> None:
    """A list with a row that has no proper name says nothing about what is missing."""
    one = account(contacts=20, campaigns=1)

    def spoil(rows: list[Any]) -> None:
        for row in rows:
            if row["privilege_name"] == "contacts:lists:read":
                row["privilege_name"] = "-1"

    with changed_rows(one.sandbox, spoil, "/account/user/privileges"):
        result = one.complete_night(select=("contact_lists",))

    assert not any("left out" in warning for warning in result.warnings)
    assert one.values("select list_id from contact_lists")
