"""Each cause of an alert: when it is one, what it is told apart by, and the sentence that a person gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from run_results import NOW, ended

from pipelines.constant_contact.display.verdict import Verdict
from pipelines.constant_contact.errors import Busy, RunFailed, UserError
from pipelines.constant_contact.notify import causes
from pipelines.constant_contact.notify.causes import KINDS, Findings
from sources.constant_contact.api.errors import (
    LoginFailed,
    NotFound,
    NotLoggedIn,
    ServerBusy,
    TokenRevoked,
    Unauthorized,
)
from sources.constant_contact.api.login import LoginStatus
from sources.constant_contact.repair.audit_line import AuditLine

if TYPE_CHECKING:
    import pendulum


def counted(number: int = 1, *, ok: bool = False, scope: str = "list", name: str = "News") -> AuditLine:
    return AuditLine(
        table="contacts",
        scope=scope,
        scope_id=f"l{number}",
        scope_name=name,
        source_count=1_500,
        loaded_count=1_500 if ok else 4,
        ok=ok,
    )


def told(findings: Findings) -> list[tuple[str, str]]:
    return [(cause.kind, cause.text) for cause in findings.causes]


def found(**more: Any) -> Findings:
    return causes.of_run(ended(**more), per_day=10_000)


@pytest.mark.parametrize(
    ("run", "kind", "words"),
    [
        pytest.param(
            {"status": "failed", "cause": "busy", "stopped_reason": "a sync of pid 7 holds it"},
            "busy",
            "The warehouse stayed busy, so nothing new is loaded: a sync of pid 7 holds it.",
            id="busy",
        ),
        pytest.param(
            {"status": "failed", "cause": "login", "stopped_reason": "log in again."},
            "login",
            "The login does not work: log in again.",
            id="login",
        ),
        pytest.param(
            {"status": "failed", "cause": "other", "stopped_reason": "disk full"},
            "failed",
            "The run failed: disk full.",
            id="failed",
        ),
        pytest.param(
            {
                "status": "partial",
                "cause": "quota",
                "stopped_reason": "daily quota spent",
                "remaining_today": 0,
            },
            "quota",
            "Daily quota spent. The next run goes on where this one stopped.",
            id="quota",
        ),
        pytest.param(
            {"remaining_today": 1_000},
            "quota",
            "1,000 of the 10,000 requests of this UTC day are left.",
            id="nearly spent",
        ),
        pytest.param(
            {"set_aside": {"contacts": 1_200, "events": 0, "email_opens": 1}},
            "set_aside",
            "Rows without a usable key are set aside: 1,200 of contacts; 1 of email_opens. "
            "See the table _ctct_set_aside.",
            id="set aside",
        ),
        pytest.param(
            {"drift": ("field a", "field b")},
            "drift",
            "The API sends what it did not send before: field a; field b. Nothing is lost: it is kept beside.",
            id="drift",
        ),
        pytest.param(
            {"audit": (counted(), counted(2, ok=True))},
            "audit",
            "1 of 2 counts differ from the account: contacts of list News: 1,500 in the account, 4 here. "
            "See ctct status.",
            id="audit",
        ),
        pytest.param(
            {"audit": (counted(scope="total"),)},
            "audit",
            "1 of 1 counts differ from the account: contacts: 1,500 in the account, 4 here. See ctct status.",
            id="audit of all",
        ),
        pytest.param(
            {"audit": (counted(name=""),)},
            "audit",
            "1 of 1 counts differ from the account: contacts of list l1: 1,500 in the account, 4 here. "
            "See ctct status.",
            id="audit of a list without a name",
        ),
    ],
)
def test_what_a_run_has_shown_is_a_sentence(run: dict[str, Any], kind: str, words: str) -> None:
    """What, how much, and what to do."""
    assert [(kind, words)] == told(found(**run))


@pytest.mark.parametrize(
    ("run", "looked_at"),
    [
        ({}, {"failed", "busy", "login", "quota", "set_aside", "audit", "drift", "stale"}),
        ({"status": "partial", "cause": "quota"}, {"failed", "busy", "login", "quota", "set_aside"}),
        ({"status": "partial", "cause": "requests"}, {"failed", "busy", "login", "quota", "set_aside"}),
        ({"status": "failed", "cause": "login"}, set()),
        ({"status": "failed", "cause": "other"}, set()),
        ({"status": "failed", "cause": "busy"}, set()),
    ],
)
def test_a_run_shows_to_be_over_what_it_looked_at(run: dict[str, Any], looked_at: set[str]) -> None:
    assert looked_at == found(**run).looked_at


def test_a_partial_run_tells_of_drift_and_not_of_counts() -> None:
    """Its counts differ because it is partial."""
    findings = found(status="partial", cause="requests", audit=(counted(),), drift=("field a",))
    assert ["drift"] == [cause.kind for cause in findings.causes]


@pytest.mark.parametrize(("left", "alerts"), [(1_001, 0), (1_000, 1), (0, 1)])
def test_the_quota_is_nearly_spent_with_a_tenth_left(left: int, alerts: int) -> None:
    assert alerts == len(found(remaining_today=left).causes)


@pytest.mark.parametrize(("number", "more"), [(1, ""), (5, ""), (6, " and 1 more"), (50, " and 45 more")])
def test_a_long_list_names_the_first_five(number: int, more: str) -> None:
    text = told(found(drift=tuple(f"field {n}" for n in range(number))))[0][1]
    assert min(number, 5) == text.count("field ")
    assert text.endswith(f"field {min(number, 5) - 1}{more}. Nothing is lost: it is kept beside.")


def test_items_tell_one_cause_from_another_of_its_kind() -> None:
    """Each count, table and field by itself; a failure without the words that change every night."""
    assert [{"contacts list l1", "contacts list l2"}] == [
        cause.items for cause in found(audit=(counted(), counted(2), counted(3, ok=True))).causes
    ]
    assert [{"contacts"}] == [cause.items for cause in found(set_aside={"contacts": 1, "events": 0}).causes]
    assert [{"a", "b"}] == [cause.items for cause in found(drift=("a", "b")).causes]
    reasons = ("/v3/c1 answered 500 at 03:04, try 7", "/v3/c22 answered 503 at 04:05, try 19")
    failures = [found(status="failed", stopped_reason=reason).causes[0].items for reason in reasons]
    assert [{"# answered # at # try #"}] * 2 == failures


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (LoginFailed("x"), "login"),
        (NotLoggedIn("x"), "login"),
        (TokenRevoked("x"), "login"),
        (Unauthorized("x"), "login"),
        (NotFound("x"), "failed"),
        (ServerBusy("x"), "failed"),
        (ValueError("x"), "failed"),
        (UserError("x"), "failed"),
        (RunFailed("x"), "failed"),
        (Busy("x"), "busy"),
    ],
)
def test_an_error_before_a_result_has_its_kind(error: Exception, kind: str) -> None:
    """Where nobody wants to hear of logins, theirs is a failure like any other."""
    findings = causes.of_error(error)
    assert [kind] == [cause.kind for cause in findings.causes]
    assert set() == findings.looked_at
    others = causes.of_error(error, kinds=[each for each in KINDS if each != "login"])
    assert ["failed" if kind == "login" else kind] == [cause.kind for cause in others.causes]


def login(**more: Any) -> LoginStatus:
    values: dict[str, Any] = dict.fromkeys(LoginStatus.__dataclass_fields__)
    return LoginStatus(**(values | {"kind": "login"} | more))


@pytest.mark.parametrize(
    ("days", "hours", "words"),
    [
        (15, 0, None),
        (14, 23, "The login lapses in 14 day(s)"),
        (14, 0, "The login lapses in 14 day(s)"),
        (1, 0, "The login lapses in 1 day(s)"),
        (0, 1, "The login lapses in 0 day(s)"),
        (-3, 0, "The login lapses in 0 day(s)"),
    ],
)
def test_a_login_that_lapses_is_told_two_weeks_before(days: int, hours: int, words: str | None) -> None:
    findings = causes.of_login(login(refresh_lapses_at=NOW.add(days=days, hours=hours)), now=NOW)
    assert set() == findings.looked_at  # a young login may still be refused
    texts = [text for _, text in told(findings)]
    assert (
        [] if words is None else [f"{words} unless a sync runs before. Run ctct sync, or ctct auth login."]
    ) == texts


@pytest.mark.parametrize(
    ("expires_at", "until"), [(None, " within a day"), (NOW.add(hours=20), " on 2026-11-22 08:00 UTC")]
)
def test_a_login_that_cannot_be_renewed_says_when_it_ends(
    expires_at: pendulum.DateTime | None, until: str
) -> None:
    [(kind, text)] = told(causes.of_login(login(access_expires_at=expires_at), now=NOW))
    assert "login" == kind
    assert text == (
        f"The login ends{until} and cannot be renewed, because offline_access was not granted. "
        "Log in again: ctct auth login."
    )


def test_a_token_that_somebody_configured_is_not_watched() -> None:
    """Nothing is known of its end."""
    assert Findings() == causes.of_login(login(kind="access_token"), now=NOW)


def test_age_is_told_with_the_way_to_the_cause() -> None:
    stale = Verdict(fresh=False, since=None, max_age_s=1.0, sentence="Stale: nothing was loaded yet")
    findings = causes.of_verdict(stale)
    assert [("stale", "Stale: nothing was loaded yet. See ctct runs for why, and run ctct sync.")] == told(
        findings
    )
    assert {"stale"} == findings.looked_at
    fresh = causes.of_verdict(Verdict(fresh=True, since=NOW, max_age_s=1.0, sentence="Fresh"))
    assert Findings(looked_at=frozenset({"stale"})) == fresh


def test_data_of_unknown_age_is_stale_and_nothing_is_over() -> None:
    findings = causes.of_unreadable("the file is locked.")
    assert [("stale", "How old the data is cannot be read: the file is locked.")] == told(findings)
    assert set() == findings.looked_at


def test_findings_of_a_run_and_of_its_login_add_up() -> None:
    one, other = found(drift=("a",)), found(status="failed", stopped_reason="x")
    assert one.causes + other.causes == (one + other).causes
    assert one.looked_at == (one + other).looked_at
