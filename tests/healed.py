"""Runs that end with audit and repair on an account that needs no dlt: a fraction of a second each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts import EVERY_NIGHT

from sources.constant_contact.api.client import Client
from sources.constant_contact.batches import Group
from sources.constant_contact.repair.audit import audit
from sources.constant_contact.repair.cascades import apply_cascades
from sources.constant_contact.repair.repair import repair
from sources.constant_contact.source import begin, settings
from sources.constant_contact.state.changes import apply_changes

if TYPE_CHECKING:
    from accounts import Quick

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.repair.audit_line import AuditLine
    from sources.constant_contact.state.changes import State


class Healed:
    """Runs of a `Quick` account that end with audit and repair."""

    def __init__(self, quick: Quick, *, wanted: frozenset[str] = EVERY_NIGHT) -> None:
        self.quick, self.sandbox, self.wanted = quick, quick.sandbox, wanted
        self.warnings: list[str] = []
        self.spent = 0
        """Requests that the repair sent in the last night."""
        self.first_audit: list[AuditLine] = []
        self.lines: list[AuditLine] = []

    def night(self, *, affordable: int = 10_000, **how: Any) -> None:
        self.quick.complete_night(a_commit=1_000, select=sorted(self.wanted), **how)
        own = settings()
        with Client(own.connection(), max_requests=affordable) as client:
            now = self.quick.began or self.quick.now()
            loaded, state = self.quick.loaded(), self.quick.state
            reading = begin(own, client=client, wanted=self.wanted, warehouse=loaded, state={}, now=now)
            self.first_audit = list(audit(self.quick, self.wanted, state=state))
            apply_cascades(self.quick, self.wanted)
            repaired = repair(reading, self, self.wanted, self.first_audit)
            self.lines = list(repaired.lines)
            self.warnings += repaired.warnings
            self.spent = client.requests_sent

    @property
    def tables(self) -> Quick:
        return self.quick

    def state(self) -> State:
        return self.quick.state

    def read(self, reading: Reading) -> None:
        group = Group()
        for batch in reading.reader.batches():
            group.add(batch)
        self._commit(group)

    def commit(self, batch: Batch) -> None:
        self._commit(Group(batches=[batch]))

    def _commit(self, group: Group) -> None:
        for tables in group.tables().values():
            for name, rows in tables.items():
                self.quick.merge(name, rows)
        apply_changes(self.quick.state, group.state)

    def not_ok(self) -> list[tuple[str, str, int, int]]:
        return [
            (line.scope, line.scope_name, line.source_count, line.loaded_count)
            for line in self.lines
            if not line.ok
        ]
