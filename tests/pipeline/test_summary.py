"""The block that ends a run: what changed, what is left, what does not agree."""

from __future__ import annotations

from dataclasses import replace

import pendulum
import pytest
from progress_events import RESULT, audit, recorded

from pipelines.constant_contact.display.progress import summary_text
from pipelines.constant_contact.display.summary import summary
from pipelines.constant_contact.display.tally import duration


def test_summary_lists_only_tables_that_changed() -> None:
    """Tables without new rows and the pipeline's own record are left out."""
    assert summary_text(RESULT).splitlines() == [
        "Complete: 312 requests, 3 min 2 s, 9,648 left today.",
        "  contacts     12,500",
        "  rows loaded  12,500",
    ]


def test_summary_of_a_quiet_night_says_that_nothing_changed() -> None:
    """No row is news, too."""
    assert "No rows were new or changed." in summary_text(replace(RESULT, rows={"contacts": 0}))


def test_summary_of_a_partial_run_says_when_to_go_on() -> None:
    """Stopped early: why, what is missing, when to run again."""
    result = replace(
        RESULT,
        status="partial",
        stopped_reason="The daily quota is spent.",
        planned_requests=400,
        remaining_work=("email_opens: 12 of 40 campaigns",),
        resume_after=pendulum.datetime(2026, 1, 2),
    )

    text = " ".join(summary_text(result).split())

    assert text.startswith(
        "Stopped early: 312 requests (400 planned), 3 min 2 s, 9,648 left today. The daily"
    )
    assert text.endswith(
        "Not read yet: email_opens: 12 of 40 campaigns "
        "Run the same command again after 2026-01-02 00:00 UTC; it goes on where this run stopped."
    )


def test_summary_shows_each_count_that_differs() -> None:
    """A difference names table, scope and both numbers; agreement is one line."""
    agreeing, differing = replace(RESULT, audit=(audit(ok=True),)), replace(RESULT, audit=(audit(ok=False),))

    assert "Audit: 1 count of the account checked, all agree with the warehouse." in summary_text(agreeing)
    assert "contacts__list_memberships of list List 1: 120 in the account, 118 here" in summary_text(
        differing
    )


def test_summary_caps_long_lists_and_stays_within_80_columns() -> None:
    """Many differences become a few and a count of the rest."""
    result = replace(RESULT, audit=tuple(audit(ok=False, number=n) for n in range(20)), warnings=("w " * 90,))

    text = recorded(summary(result))

    assert "and 12 more: `ctct status --json` has all" in text
    assert max(len(line) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (61, "1 min 1 s"), (7_322, "2 h 2 min")]
)
def test_durations_read_well(seconds: float, words: str) -> None:
    """Seconds, minutes, hours: the two greatest units."""
    assert words == duration(seconds)
