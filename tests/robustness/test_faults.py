"""Everything that can go wrong on the way, alone and in mixtures: equal tables, or a named end with nothing lost.

Each line of FAULTS is a case of its own; the test's name is the line of the table. A fault strikes a first night (or a
second one) of a small account; then the fault is gone, and the next night must hold the account exactly.
Waits pass at once on the clock used here; everything else is the real client, reader and merge.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from at_risk import AtRisk

from sources.constant_contact_sandbox import Server, Switches

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


PAGES, FEEDS, ONE = "/contacts$", "/reports/email_reports", "/emails/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    fault: str
    at: str = PAGES
    times: int | None = 1
    after: int = 1
    """Requests on the path that are answered well before."""
    ends: str = "equal"
    """equal; skipped; or the name of the error."""
    full: bool = False
    """Whether it takes a full reading to replace what the fault left: rows that were wrong when they were served."""

    @property
    def line(self) -> tuple[str, str, str, str]:
        """For the table of faults: what, how often and where, how the night ends, what the next one is."""
        often = "for ever" if self.times is None else f"{self.times}x"
        where = f"{often}, {self.at}" if self.at else f"{often}, everywhere"
        again = (
            "" if self.ends == "equal" and not self.full else "equal (full refresh)" if self.full else "equal"
        )
        return self.fault, where, self.ends, again

    def __str__(self) -> str:
        often = "ever" if self.times is None else f"{self.times}x"
        then = " (full refresh)" if self.full else ""
        return f"{self.fault} {often} {self.at} -> {self.ends}{then}"


def each(faults: str, **how: Any) -> list[Case]:
    return [Case(fault=fault, **how) for fault in faults.split()]


BUSY = "500_json 500_object 500_html 500_empty 503_json 503_html 503_empty 504_json 504_html 504_empty"
CASES = [
    *each(BUSY),
    *each("503_json", times=None, ends="ServerBusy"),
    *each("500_html", at=FEEDS, times=None, ends="skipped"),
    *each("throttled_object throttled_array throttled_empty"),
    *each("throttled_object", times=None, ends="Throttled"),
    *each("throttled_object", at="", times=None, after=9, ends="Throttled"),
    *each("throttled_object", at=FEEDS, times=None, ends="skipped"),
    *each("quota_object quota_array quota_empty", times=None, ends="QuotaSpent"),
    *each("reset truncated_body invalid_json empty_body html_page wrong_content_type slow_body"),
    *each("hold"),
    *each("hold", times=None, ends="ConnectionLost"),
    *each("reset", times=None, ends="ConnectionLost"),
    *each("truncated_body", at=FEEDS, times=None, ends="skipped"),
    *each("invalid_json html_page empty_body", times=None, ends="NotJson"),
    *each("non_utf8"),
    *each("non_utf8", times=None, ends="NotJson"),
    *each("null_rows object_rows missing_rows_key", times=None, ends="RowsMissing"),
    *each("null_rows missing_rows_key", at=FEEDS, ends="skipped"),
    *each("duplicate_row offset_timestamps"),
    *each("huge_page", at=FEEDS),
    *each("new_fields", full=True),
    *each("duplicate_row", at=FEEDS, full=True),
    *each("type_change broken_timestamps", full=True),
    *each("unauthorized", times=None, ends="Unauthorized"),
    *each("forbidden_privilege forbidden_scope", times=None, after=0, ends="skipped"),
    *each("forbidden_privilege", at=FEEDS, times=None, after=0, ends="skipped"),
    *each("deactivated", times=None, after=0, at="", ends="Forbidden"),
    *each("not_found conflict", at=ONE, ends="skipped"),
    *each("not_found", at=FEEDS, ends="skipped"),
    *each("accepted", times=2),
    *each("accepted", times=None, ends="skipped"),
    *each("not_acceptable", times=None, ends="BadRequest"),
    *each("cursor_loop", times=None, after=0, ends="CursorLoop"),
    *each("next_other_host next_http next_scheme", times=None, after=0, ends="ForeignLink"),
    *each("redirect_other_host redirect_permanent", ends="Redirected"),
]


@pytest.fixture
def at_risk(
    served: Callable[..., tuple[Server, Path]], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AtRisk]:
    def start(**arguments: Any) -> AtRisk:
        smaller = {"contacts": 520, "campaigns": 2, "max_events": 400, "switches": Switches()}
        server, _ = served(**(smaller | arguments))
        here = AtRisk(sandbox=server.sandbox, server=server, monkeypatch=monkeypatch)
        here.configure(requests_per_second=2000, requests_per_day=1_000_000)
        return here

    return start


SAMPLED = [
    pytest.param(case, id=str(case), marks=() if number % 20 == 0 else pytest.mark.long)
    for number, case in enumerate(CASES)
]
"""Every twentieth in the plain run; `-m long` has the others."""


@pytest.mark.parametrize("case", SAMPLED)
def test_fault_alone(
    case: Case, at_risk: Callable[..., AtRisk], record_property: Callable[[str, object], None]
) -> None:
    """A fault ends in equal tables or in its named end; the next night without it holds the account exactly."""
    record_property("fault", case.line)
    here = at_risk()
    here.patience_s = 1.0 if case.fault == "hold" else 60.0
    here.sandbox.set_fault(case.fault, case.times, path_prefix=case.at, after=case.after)

    ended = here.end()

    assert case.ends == ended
    if ended == "equal" and not case.full:
        assert [] == here.differences()
        return
    here.sandbox.clear_faults()
    if case.fault.startswith("quota"):
        here.configure(client_id="another")  # or the day is over for the ledger too, as it should be
    assert "equal" == here.end(full_refresh=case.full)
    assert [] == here.differences()


def mixed(here: AtRisk, seed: int) -> str:
    """A night under several faults at once, in places and at moments drawn from the seed."""
    rng = random.Random(seed)
    absorbed = [case.fault for case in CASES if not case.full and case.fault != "hold"]
    for _ in range(rng.randint(2, 5)):
        fault, times = rng.choice(absorbed), rng.choice((1, 1, 2, 3, None))
        where = rng.choice(("", PAGES, FEEDS, ONE, "/contact_lists", "/reports/stats", "/emails"))
        here.sandbox.set_fault(
            fault,
            times,
            # Two equal events are two events: a feed that doubles one is believed until it is read whole again.
            path_prefix=PAGES if fault == "duplicate_row" else where,
            probability=rng.choice((1.0, 1.0, 0.3)),
            after=rng.randint(0, 12),
        )
    return here.end()


SEEN = Switches(bump_lists=True, bump_tags=True, bump_deletes=True)
"""Changes that leave no trace are found by the audit of a whole run, which these nights leave out."""


def holds_after_mixture(here: AtRisk, seed: int) -> None:
    first = mixed(here, seed)
    here.sandbox.clear_faults()
    here.sandbox.advance(days=1)
    second = mixed(here, seed + 1_000_000)
    here.sandbox.clear_faults()
    here.configure(client_id=f"key-{seed}")  # a day that the server called spent is over
    here.days_later = 3  # whatever failed in both nights is tried again

    assert "equal" == here.end(), (first, second)
    assert [] == here.differences(), (first, second)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_faults_in_mixtures(seed: int, at_risk: Callable[..., AtRisk]) -> None:
    """Two nights under random mixtures of faults lose nothing: the next night holds the account exactly."""
    holds_after_mixture(at_risk(switches=SEEN), seed)


@pytest.mark.slow
@pytest.mark.parametrize("portion", range(50))
def test_faults_in_many_mixtures(portion: int, at_risk: Callable[..., AtRisk]) -> None:
    """Five hundred seeded mixtures."""
    for seed in range(100 + portion * 10, 110 + portion * 10):
        holds_after_mixture(at_risk(switches=SEEN), seed)


def test_links_follow_their_clicks(at_risk: Callable[..., AtRisk]) -> None:
    """A night that loads new clicks but not the links of the same e-mails leaves no link as it was."""
    here = at_risk(switches=SEEN, campaigns=4, max_events=2000)
    here.complete_night()
    here.sandbox.advance(days=1)
    for activity in {row["campaign_activity_id"] for row in here.sandbox.truth("email_sends")}:
        here.sandbox.set_fault("conflict", None, path_prefix=f"/reports/email_reports/{activity}/links")
    assert "skipped" == here.end()
    here.sandbox.clear_faults()

    here.complete_night()

    assert [] == [line for line in here.differences() if line.startswith(("email_clicks", "email_links"))]
