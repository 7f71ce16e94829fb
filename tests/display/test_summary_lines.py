"""The block that ends a run: its head, its tables, what the audit found, and what to do next."""

from __future__ import annotations

from typing import Any

import pendulum
import pytest

from pipelines.constant_contact.display.summary import audit_lines, summary_text
from pipelines.constant_contact.events import RunResult
from sources.constant_contact.repair.audit_line import AuditLine

AT = pendulum.datetime(2026, 1, 1)
NOTHING_NEW = "No rows were new or changed."


def ended(**more: Any) -> RunResult:
    values: dict[str, Any] = {
        "run_id": "r1",
        "status": "complete",
        "started_at": AT,
        "ended_at": AT.add(seconds=90),
        "requests_sent": 100,
        "requests_today": 100,
        "remaining_today": 9_900,
        "rows": {},
    }
    return RunResult(**(values | more))


def lines(**more: Any) -> list[str]:
    return summary_text(ended(**more)).splitlines()


def counted(number: int = 1, *, ok: bool = False, **more: Any) -> AuditLine:
    values: dict[str, Any] = {
        "table": "contact_lists",
        "scope": "list",
        "scope_id": f"l{number}",
        "scope_name": "News",
        "source_count": 1_200,
        "loaded_count": 1_200 if ok else 1_198,
    }
    return AuditLine(ok=ok, **(values | more))


@pytest.mark.parametrize(
    ("run", "head"),
    [
        pytest.param({}, "Complete: 100 requests, 1 min 30 s, 9,900 left today.", id="complete"),
        pytest.param(
            {"status": "partial"}, "Stopped early: 100 requests, 1 min 30 s, 9,900 left today.", id="partial"
        ),
        pytest.param({"status": "failed"}, "Failed: 100 requests, 1 min 30 s, 9,900 left today.", id="failed"),
        pytest.param({"requests_sent": 1}, "Complete: 1 request, 1 min 30 s, 9,900 left today.", id="one request"),
        pytest.param(
            {"seconds": {"total": 2.5}}, "Complete: 100 requests, 2.5 s, 9,900 left today.", id="time of the clock"
        ),
        pytest.param(
            {"seconds": {"load": 2.5}}, "Complete: 100 requests, 1 min 30 s, 9,900 left today.", id="no total"
        ),
        pytest.param(
            {"planned_requests": 100},
            "Complete: 100 requests (100 planned), 1 min 30 s, 9,900 left today.",
            id="as planned",
        ),
        pytest.param(
            {"planned_requests": 1_500},
            "Complete: 100 requests (1,500 planned, 1400% too many), 1 min 30 s, 9,900 left today.",
            id="planned too many",
        ),
        pytest.param(
            {"planned_requests": 80},
            "Complete: 100 requests (80 planned, 20% too few), 1 min 30 s, 9,900 left today.",
            id="planned too few",
        ),
        pytest.param(
            {"planned_requests": 80, "status": "partial"},
            "Stopped early: 100 requests (80 planned), 1 min 30 s, 9,900 left today.",
            id="a plan says nothing of a part",
        ),
        pytest.param(
            {"planned_requests": 1_001, "requests_sent": 1_000},
            "Complete: 1,000 requests (1,001 planned), 1 min 30 s, 9,900 left today.",
            id="less than half a per cent off is no error",
        ),
        pytest.param(
            {"planned_requests": 5, "requests_sent": 0},
            "Complete: 0 requests (5 planned), 1 min 30 s, 9,900 left today.",
            id="nothing was sent",
        ),
    ],
)  # fmt: skip
def test_the_head_says_how_it_ended_and_what_it_cost(run: dict[str, Any], head: str) -> None:
    assert summary_text(ended(**run)).replace("\n", " ").startswith(f"{head} {NOTHING_NEW}")


def test_tables_with_rows_are_listed_by_name_with_their_sum() -> None:
    """Without those that got none, and without the pipeline's own."""
    shown = lines(rows={"events": 5, "contacts": 1_200, "email_opens": 0, "_ctct_runs": 9})[1:]
    assert [["contacts", "1,200"], ["events", "5"], ["rows", "loaded", "1,205"]] == [
        row.split() for row in shown
    ]


@pytest.mark.parametrize("rows", [{}, {"contacts": 0}, {"_ctct_audit": 4}])
def test_a_run_without_news_says_so(rows: dict[str, int]) -> None:
    assert NOTHING_NEW == lines(rows=rows)[1]


def test_a_reason_comes_before_the_rows() -> None:
    assert ["daily quota spent", NOTHING_NEW] == lines(status="partial", stopped_reason="daily quota spent")[
        1:3
    ]


def test_warnings_stand_one_a_line_before_the_audit() -> None:
    shown = lines(warnings=("one", "two"), audit=(counted(ok=True),))[2:]
    assert [
        "warning: one",
        "warning: two",
        "Audit: 1 count of the account checked, all agree with the warehouse.",
    ] == shown


@pytest.mark.parametrize(
    ("run", "last"),
    [
        ({"status": "complete"}, NOTHING_NEW),
        ({"status": "failed"}, NOTHING_NEW),
        ({"status": "partial"}, "Run the same command again; it goes on where this run stopped."),
        (
            {
                "status": "partial",
                "resume_after": pendulum.datetime(2026, 1, 1, 19, 5, tz="America/New_York"),
            },
            "Run the same command again after 2026-01-02 00:05 UTC; it goes on where this run\nstopped.",
        ),
    ],
)
def test_what_to_do_next(run: dict[str, Any], last: str) -> None:
    """Times in UTC, whatever zone they come in."""
    assert summary_text(ended(**run)).endswith(f"{last}\n")


@pytest.mark.parametrize(
    ("number", "shown", "rest"),
    [
        (1, 1, None),
        (8, 8, None),
        (9, 8, "  and 1 more: `ctct status --json` has all"),
        (1_500, 8, "  and 1,492 more: `ctct status --json` has all"),
    ],
)  # fmt: skip
def test_what_is_not_read_yet_is_listed_up_to_eight(number: int, shown: int, rest: str | None) -> None:
    """With their indent under a head, and how many are left out."""
    found = lines(status="partial", remaining_work=tuple(f"work {n}" for n in range(number)))[2:-1]
    assert "Not read yet:" == found[0]
    assert [f"  work {n}" for n in range(shown)] == found[1 : shown + 1]
    assert ([] if rest is None else [rest]) == found[shown + 1 :]


def test_no_audit_is_no_line() -> None:
    assert [] == audit_lines(())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (counted(), "  contact_lists of list News: 1,200 in the account, 1,198 here"),
        (counted(scope_name=""), "  contact_lists of list l1: 1,200 in the account, 1,198 here"),
        (counted(scope="total"), "  contact_lists: 1,200 in the account, 1,198 here"),
        (
            counted(explanation="2 rows are set aside"),
            "  contact_lists of list News: 1,200 in the account, 1,198 here (2 rows are set aside)",
        ),
    ],
)
def test_a_difference_is_named_with_both_counts(line: AuditLine, words: str) -> None:
    found = [text for text, _ in audit_lines((line, counted(2, ok=True)))]
    assert ["Audit: 1 of 2 counts differ from the account:", words] == found


def test_many_differences_are_capped() -> None:
    found = [text for text, _ in audit_lines([counted(n) for n in range(1_010)])]
    assert "Audit: 1,010 of 1,010 counts differ from the account:" == found[0]
    assert 10 == len(found)
    assert "  and 1,002 more: `ctct status --json` has all" == found[-1]


def test_what_others_wrote_is_text() -> None:
    """No markup, no colour, nothing that moves the cursor."""
    text = summary_text(ended(warnings=("[red]\x1b[2J[/red]",), rows={"[b]x[/b]": 1}))
    assert r"warning: [red]\x1b[2J[/red]" in text
    assert "[b]x[/b]" in text
