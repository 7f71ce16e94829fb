"""Nights that may end anyhow, without the load tool: the real client, reads and merge, on an in-memory warehouse."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from accounts import EVERY_NIGHT, Quick

from sources.constant_contact.api.client import Client
from sources.constant_contact.api.clock import Clock, SystemClock
from sources.constant_contact.batches import Group
from sources.constant_contact.source import begin, empty_tables, settings
from sources.constant_contact.sql_warehouse import SqlWarehouse
from sources.constant_contact.state.changes import apply_changes

if TYPE_CHECKING:
    from sources.constant_contact.reader import Outcome


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
    clock: Clock | None = None
    """None: waits pass at once."""
    days_later = 0
    """How long after today the night is."""

    def night_at_risk(self, *, full_refresh: bool = False, a_commit: int = 6) -> Outcome:
        """A night with an impatient client; what was committed before its end stays."""
        from sources.constant_contact.repair.cascades import apply_cascades  # noqa: PLC0415 - dlt takes two seconds

        self.log_in()
        own, wanted = settings(), EVERY_NIGHT
        for tables in empty_tables(wanted).values():
            for name, rows in tables.items():
                self.merge(name, rows)
        connection = replace(
            own.connection(), read_timeout_s=self.patience_s, max_attempts=4, preparing_polls=2
        )
        client = Client(connection, clock=self.clock or Hasty(), rng=random.Random(1))
        reading = begin(
            own,
            client=client,
            wanted=wanted,
            warehouse=SqlWarehouse(self.select, lambda name: f'"{name}"', self.columns()),
            state=self.state,
            full_refresh=full_refresh,
            now=(self.clock or SystemClock()).now().add(days=self.days_later),
        )
        self.left_out = reading.attempts.left_out
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
        apply_cascades(self, wanted)
        return reading.reader.outcome

    def commit(self, group: Group) -> None:
        for tables in group.tables().values():
            for name, rows in tables.items():
                self.merge(name, rows)
        apply_changes(self.state, group.state)

    def end(self, **how: Any) -> str:
        """One night; "equal", "skipped" or the name of the error that ended it."""
        outcome = self.night_at_risk(**how)
        ended_by = outcome.error or outcome.postponed
        if ended_by is not None:
            return type(ended_by).__name__
        return "skipped" if outcome.skipped or self.left_out else "equal"
