"""What counts as a cause, what is due to a receiver, and which mails are unusual: pure functions."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from run_results import NOW, ended

from pipelines.constant_contact.notify import causes, messages
from pipelines.constant_contact.notify.causes import Cause, Findings
from pipelines.constant_contact.notify.unusual import RULE, interval, of_mails, query
from sources.constant_contact.api.login import LoginStatus
from sources.constant_contact.repair.audit_line import AuditLine

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = messages.Origin(profile="default", dataset="constant_contact")


def line(**more: Any) -> AuditLine:
    return AuditLine(
        table="contacts", scope="list", scope_name="News", source_count=5, loaded_count=4, **more
    )


def test_a_complete_run_shows_everything_else_to_be_over() -> None:
    """Nothing is wrong, and all kinds but unusual were looked at."""
    findings = causes.of_run(ended(), per_day=10_000)
    assert ((), set(causes.KINDS) - {"unusual"}) == (findings.causes, findings.looked_at)


def test_a_failed_run_shows_nothing_to_be_over() -> None:
    """What it did not come to may still be so."""
    findings = causes.of_run(ended(status="failed", cause="other", stopped_reason="it broke"), per_day=10_000)
    assert ([("failed", "The run failed: it broke.")], set()) == (
        [(cause.kind, cause.text) for cause in findings.causes],
        set(findings.looked_at),
    )


def test_each_difference_of_the_audit_is_an_item() -> None:
    """One that is added to the others is another alert, one that goes is none."""
    lines = [line(scope_id="1", ok=False), line(scope_id="2", ok=False), line(scope_id="3", ok=True)]
    [cause] = causes.of_run(ended(audit=tuple(lines)), per_day=10_000).causes
    assert ("audit", 2) == (cause.kind, len(cause.items))
    assert cause.text.startswith(
        "2 of 3 counts differ from the account: contacts of list News: 5 in the account, 4 here"
    )


@pytest.mark.parametrize(("left", "alerts"), [(1_001, []), (1_000, ["quota"]), (0, ["quota"])])
def test_a_tenth_of_the_quota_is_nearly_spent(left: int, alerts: list[str]) -> None:
    """Also where the run came to its end."""
    findings = causes.of_run(ended(remaining_today=left), per_day=10_000)
    assert alerts == [cause.kind for cause in findings.causes]


def test_a_failure_with_other_numbers_is_the_same_failure() -> None:
    """Counts, times and ids do not make another cause."""
    reasons = ["7 of 20 objects failed at 03:31, run 2f-e", "9 of 21 objects failed at 03:30, run 77-a"]
    items = [causes.stopped(reason, of_login=False).items for reason in reasons]
    assert items[0] == items[1]


def test_a_failed_login_is_a_failure_where_nobody_hears_of_logins() -> None:
    """One alert either way."""
    kinds = [causes.stopped("refused", of_login=True, kinds=on).kind for on in (causes.KINDS, ["failed"])]
    assert ["login", "failed"] == kinds


@pytest.mark.parametrize(("days", "alerts"), [(15, 0), (14, 1), (0, 1)])
def test_a_login_that_lapses_soon(days: int, alerts: int) -> None:
    """Within two weeks; younger ones are not called well, since the server may refuse them."""
    status = LoginStatus(kind="login", refresh_lapses_at=NOW.add(days=days, hours=1))
    findings = causes.of_login(status, now=NOW)
    assert (alerts, frozenset()) == (len(findings.causes), findings.looked_at)


def told(
    sent: messages.Sent, *found: Cause, looked_at: set[str] | None = None
) -> tuple[list[str], messages.Sent]:
    """What a receiver that works gets, and what is remembered then."""
    findings = Findings(causes=found, looked_at=frozenset(looked_at or ()))
    due = messages.due(sent, findings, kinds=causes.KINDS, origin=ORIGIN, redact=str)
    return [f"{message.state} {message.kind}" for message in due], messages.after(sent, findings, due)


def audit(*items: str) -> Cause:
    return Cause(kind="audit", items=frozenset(items), text="differs")


def test_a_cause_is_told_once_until_it_is_over() -> None:
    """New items are told, gone ones are forgotten in silence, the end is told once."""
    steps = [
        ([audit("a")], ["alert audit"]),
        ([audit("a")], []),
        ([audit("a", "b")], ["alert audit"]),
        ([audit("b")], []),
        ([audit("a", "b")], ["alert audit"]),
        ([], ["over audit"]),
        ([], []),
    ]
    sent: messages.Sent = {}
    for found, expected in steps:
        got, sent = told(sent, *found, looked_at={"audit"})
        assert expected == got
    assert {} == sent


def test_what_a_run_did_not_look_at_stays() -> None:
    """A failed run neither repeats nor ends the audit's alert."""
    _, sent = told({}, audit("a"))
    assert ([], {"audit": ("a",)}) == told(sent)


def test_what_was_not_delivered_is_due_again() -> None:
    """A receiver that failed gets it with the next run."""
    findings = Findings(causes=(audit("a"),))
    assert {} == messages.after({}, findings, [])
    assert {"audit": ("a",)} == messages.after(
        {"audit": ("a",)}, Findings(looked_at=frozenset({"audit"})), []
    )


def mail(
    day: int, size: int, opened: float = 0.3, bounced: float = 0.01, left: float = 0.002
) -> dict[str, Any]:
    """One of `size` recipients, sent so many days ago."""
    return {
        "campaign_activity_id": f"a{day}",
        "campaign_name": f"Mail {day}",
        "first_sent_at": NOW - dt.timedelta(days=day),
        "sends": size,
        "deliveries": size,
        "sends_bounced": round(size * bounced),
        "deliveries_opened": round(size * opened),
        "deliveries_opted_out": round(size * left),
    }


BEFORE = [mail(day, 1_000) for day in range(30, 100, 10)]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (mail(5, 2_000), []),
        (mail(5, 2_000, opened=0.1), ["a5 opens"]),
        (mail(1, 2_000, opened=0.1), []),  # too early to tell
        (mail(20, 2_000, opened=0.1), []),  # too long ago
        (mail(5, 20, opened=0.0), []),  # chance alone does that
        (mail(5, 2_000, opened=0.25), []),  # less, and not unusual
        (mail(1, 2_000, bounced=0.1), ["a1 bounces"]),
        (mail(1, 30, bounced=0.1), []),
        (mail(1, 5_000, left=0.02), ["a1 opt-outs"]),
        (mail(1, 5_000, left=0.003), []),
    ],
    ids=range(10),
)
def test_a_mail_is_unusual_beyond_what_chance_does(last: dict[str, Any], expected: list[str]) -> None:
    """Against the average of the mails before it; small mails are silent."""
    findings = of_mails([*BEFORE, last], now=NOW)
    assert expected == sorted(item for cause in findings.causes for item in cause.items)
    assert frozenset({"unusual"}) == findings.looked_at


def test_an_unusual_mail_is_named_with_its_figures_and_the_rule() -> None:
    """A reader can check it."""
    [cause] = of_mails([*BEFORE, mail(5, 2_000, opened=0.1)], now=NOW).causes
    assert cause.text == (
        "The mail 'Mail 5' of 2026-11-16 was opened by 10.0% of 2,000; average of the 7 mails before: 30.0%. "
        + RULE
    )


def test_an_account_with_few_mails_has_no_average() -> None:
    """Four mails before are too few, whatever the fifth does; unknown counts are no zero."""
    assert () == of_mails([*BEFORE[:4], mail(5, 2_000, opened=0.0)], now=NOW).causes
    unknown = mail(5, 2_000) | {"deliveries_opened": None}
    assert () == of_mails([*BEFORE, unknown], now=NOW).causes


def test_the_interval_is_wilsons() -> None:
    """Known values: 10 of 100 at 1.96 deviations."""
    low, high = interval(10, 100, 1.96)
    assert (0.0552, 0.1744) == (round(low, 4), round(high, 4))


def test_a_message_holds_nothing_that_acts() -> None:
    """A name with escape sequences, right-to-left override or NUL arrives as text, in lines."""
    cause = Cause(kind="failed", text="mail \x1b[31m\u202eNews\x00 failed\nrun again", items=frozenset({"1"}))
    findings = Findings(causes=(cause,), looked_at=frozenset())
    [message] = messages.due({}, findings, kinds=["failed"], origin=ORIGIN, redact=str)
    assert "mail \\x1b[31m\\u202eNews\\x00 failed\nrun again" == message.text


def test_the_marts_have_the_columns_that_are_asked_for() -> None:
    """By their contract."""
    contract = yaml.safe_load((ROOT / "transforms/models/marts/_marts.yml").read_text())
    [mart] = [one for one in contract["models"] if one["name"] == "campaign_activities"]
    asked = re.findall(r"\w+", query("analytics").partition(" from ")[0].removeprefix("select "))
    assert set() == set(asked) - {column["name"] for column in mart["columns"]}
