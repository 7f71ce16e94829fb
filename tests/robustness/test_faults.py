"""Everything that can go wrong on the way, alone and in mixtures: equal tables, or a named end with nothing lost.

Each line of FAULTS is a case of its own; the test's name is the line of the table. A fault strikes a first night (or a
second one) of a small account; then the fault is gone, and the next night must hold the account exactly.
Waits pass at once on the clock used here; everything else is the real client, reader and merge.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from accounts import Quick

from sources.constant_contact.api.client import Client
from sources.constant_contact.api.clock import SystemClock
from sources.constant_contact.batches import Group, apply_changes
from sources.constant_contact.catalogue import resource_names
from sources.constant_contact.source import begin, empty_tables, settings
from sources.constant_contact.warehouse import SqlWarehouse
from sources.constant_contact_sandbox import Server, Switches

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sources.constant_contact.reader import Outcome

PAGES, FEEDS, ONE = "/contacts", "/reports/email_reports", "/emails/"


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
    *each("500_html", at=FEEDS, times=None, ends="ServerBusy"),
    *each("throttled_object throttled_array throttled_empty"),
    *each("throttled_object", times=None, ends="Throttled"),
    *each("quota_object quota_array quota_empty", times=None, ends="QuotaSpent"),
    *each("reset truncated_body invalid_json empty_body html_page wrong_content_type slow_body"),
    *each("hold"),
    *each("hold", times=None, ends="ConnectionLost"),
    *each("reset", times=None, ends="ConnectionLost"),
    *each("truncated_body", at=FEEDS, times=None, ends="BodyTruncated"),
    *each("invalid_json html_page empty_body", times=None, ends="NotJson"),
    *each("non_utf8"),
    *each("non_utf8", times=None, ends="NotJson"),
    *each("null_rows object_rows missing_rows_key", times=None, ends="RowsMissing"),
    *each("null_rows missing_rows_key", at=FEEDS, ends="RowsMissing"),
    *each("duplicate_row huge_page offset_timestamps"),
    *each("new_fields", full=True),
    *each("duplicate_row", at=FEEDS, full=True),
    *each("type_change broken_timestamps", full=True),
    *each("unauthorized", times=None, ends="Unauthorized"),
    *each("forbidden_privilege forbidden_scope", times=None, after=0, ends="skipped"),
    *each("forbidden_privilege", at=FEEDS, times=None, after=0, ends="skipped"),
    *each("deactivated", times=None, after=0, at="", ends="skipped"),
    *each("not_found conflict", at=ONE, ends="skipped"),
    *each("not_found", at=FEEDS, ends="skipped"),
    *each("accepted", times=2),
    *each("accepted", times=None, ends="skipped"),
    *each("not_acceptable", times=None, ends="BadRequest"),
    *each("cursor_loop", times=None, after=0, ends="CursorLoop"),
    *each("next_other_host next_http next_scheme", times=None, after=0, ends="ForeignLink"),
    *each("redirect_other_host redirect_permanent", ends="Redirected"),
]


class Hasty(SystemClock):
    """The machine's clocks, but waiting passes at once."""

    def __init__(self) -> None:
        self._shift_s = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return super().monotonic() + self._shift_s

    def sleep(self, wait_s: float) -> None:
        with self._lock:
            self._shift_s += wait_s


class AtRisk(Quick):
    """An account whose nights may end anyhow."""

    patience_s = 60.0

    def night_at_risk(self, *, full_refresh: bool = False, a_commit: int = 6) -> Outcome:
        """A night with an impatient client; what was committed before its end stays."""
        from pipelines.constant_contact.consequences import settle  # noqa: PLC0415 - dlt takes two seconds

        self.log_in()
        own, wanted = settings(), frozenset(resource_names())
        for tables in empty_tables(wanted).values():
            for name, rows in tables.items():
                self._merge(name, rows)
        connection = replace(
            own.connection(), read_timeout_s=self.patience_s, max_attempts=4, preparing_polls=2
        )
        client = Client(connection, clock=Hasty(), rng=random.Random(1))
        reading = begin(
            own,
            client=client,
            wanted=wanted,
            warehouse=SqlWarehouse(self._select, lambda name: f'"{name}"', self.columns()),
            state=self.state,
            full_refresh=full_refresh,
        )
        try:
            group = Group()
            for batch in reading.reader.batches():
                group.add(batch)
                if group.requests >= a_commit:
                    self.commit(group)
                    group = Group()
            self.commit(group)
        finally:
            reading.reader.close()
            client.close()
        settle(self, wanted)  # type: ignore[arg-type]  # it asks for columns, qualified and execute only
        return reading.reader.outcome

    def commit(self, group: Group) -> None:
        for tables in group.tables().values():
            for name, rows in tables.items():
                self._merge(name, rows)
        apply_changes(self.state, group.state)

    def end(self, **how: Any) -> str:
        """One night; "equal", "skipped" or the name of the error that ended it."""
        outcome = self.night_at_risk(**how)
        ended_by = outcome.error or outcome.postponed
        if ended_by is not None:
            return type(ended_by).__name__
        return "skipped" if outcome.skipped else "equal"


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


@pytest.mark.parametrize("case", CASES, ids=str)
def test_fault_alone(case: Case, at_risk: Callable[..., AtRisk]) -> None:
    """A fault ends in equal tables or in its named end; the next night without it holds the account exactly."""
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
        here.sandbox.set_fault(
            rng.choice(absorbed),
            rng.choice((1, 1, 2, 3, None)),
            path_prefix=rng.choice(("", PAGES, FEEDS, ONE, "/contact_lists", "/reports/stats", "/emails")),
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

    assert "equal" == here.end(), (first, second)
    assert [] == here.differences(), (first, second)


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
