"""Nights that end with audit and healing on an account that needs no dlt: a fraction of a second each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from accounts import EVERY_NIGHT

from pipelines.constant_contact.sync.audit import audit
from pipelines.constant_contact.sync.consequences import apply_cascades
from pipelines.constant_contact.sync.healing import Host, heal
from sources.constant_contact.api.client import Client
from sources.constant_contact.batches import Group
from sources.constant_contact.reader import Reader
from sources.constant_contact.source import begin, settings
from sources.constant_contact.sql_warehouse import SqlWarehouse
from sources.constant_contact.state.changes import apply_changes

if TYPE_CHECKING:
    from accounts import Quick

    from pipelines.constant_contact.events import AuditLine
    from sources.constant_contact.reads.reading import Reading


class Healed:
    """Nights of a `Quick` account that end with audit and healing."""

    def __init__(self, quick: Quick, *, wanted: frozenset[str] = EVERY_NIGHT) -> None:
        self.quick, self.sandbox, self.wanted = quick, quick.sandbox, wanted
        self.warnings: list[str] = []
        self.spent = 0
        """Requests that healing sent in the last night."""
        self.first_audit: list[AuditLine] = []
        self.lines: list[AuditLine] = []

    def night(self, *, affordable: int = 10_000, **how: Any) -> None:
        self.quick.complete_night(a_commit=1_000, select=sorted(self.wanted), **how)
        own = settings()
        with Client(own.connection(), max_requests=affordable) as client:
            warehouse, now = self._warehouse(), self.quick.now()
            reading = begin(own, client=client, wanted=self.wanted, warehouse=warehouse, state={}, now=now)
            state = self.quick.state
            self.first_audit = list(audit(self.quick, self.wanted, state=state))  # type: ignore[arg-type]
            apply_cascades(self.quick, self.wanted)  # type: ignore[arg-type]
            host = Host(
                opened=self.quick,  # type: ignore[arg-type]  # it has all that is asked
                state=lambda: self.quick.state,
                reading=lambda: replace(
                    reading, warehouse=self._warehouse(), state=self.quick.state, reader=Reader(readers=1)
                ),
                carry_out=self._carry_out,
                commit=lambda batch: self._commit(Group(batches=[batch])),
                allowance=lambda: affordable - client.requests_sent,
                now=self.quick.began or reading.now,
                warn=self.warnings.append,
            )
            self.lines = list(heal(host, self.wanted, self.first_audit))
            self.spent = client.requests_sent

    def _warehouse(self) -> SqlWarehouse:
        return SqlWarehouse(self.quick.select, lambda name: f'"{name}"', self.quick.columns())

    def _carry_out(self, reading: Reading) -> None:
        group = Group()
        for batch in reading.reader.batches():
            group.add(batch)
        self._commit(group)

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
