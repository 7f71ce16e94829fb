"""The newest snapshot that can be had: read again when the warehouse changed, kept while a sync has it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.constant_contact.dashboard.snapshot import Snapshot, read_account
from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.constant_contact.dashboard.snapshot import Account
    from pipelines.constant_contact.destinations.warehouse import Warehouse

REST = dt.timedelta(seconds=10)
"""A snapshot this young is used as it is."""


class Store:
    """Opens the warehouse for a moment at a time. Raises what `open_warehouse` raises, at the first snapshot only."""

    def __init__(
        self,
        open_warehouse: Callable[[Callable[[str], None]], Warehouse],
        now: Callable[[], dt.datetime],
    ) -> None:
        """`open_warehouse` gets what hears its remarks, such as that it reads from a copy."""
        self._open, self._now = open_warehouse, now
        self._seen: tuple[int, ...] = ()
        self._tried_at = now()
        self._snapshot = self._read()

    def current(self) -> Snapshot:
        if self._now() - self._tried_at < REST:
            return self._snapshot
        self._tried_at = self._now()
        if self._file is not None and _signature(self._file) == self._seen:
            return self._snapshot
        try:
            self._snapshot = self._read()
        except Busy:
            as_of = f"{self._snapshot.read_at:%H:%M} UTC"
            note = (
                f"A sync has the warehouse: these figures are as of {as_of}, the next ones come when it ends."
            )
            self._snapshot = replace(self._snapshot, notes=(note,))
        return self._snapshot

    def _read(self) -> Snapshot:
        remarks: list[str] = []
        opened = self._open(remarks.append)
        self._file = opened.duckdb_path
        self._seen = () if self._file is None else _signature(self._file)
        with opened.kept_open():
            found = [_account(opened, dataset) for dataset in opened.datasets()]
        notes = tuple(f"{remark[:1].upper()}{remark[1:]}." for remark in remarks)
        accounts = tuple(account for account in found if account is not None)
        return Snapshot(accounts=accounts, read_at=self._now(), notes=notes)


def _account(opened: Warehouse, dataset: str) -> Account | None:
    return read_account(opened.query, dataset, Target(dataset=dataset).analytics)


def _signature(file: Path) -> tuple[int, ...]:
    """Differs once the file was written; the log of what is not in it yet counts too."""
    found = []
    for path in (file, file.with_name(f"{file.name}.wal")):
        try:
            status = path.stat()
        except OSError:
            found += [0, 0]
        else:
            found += [status.st_mtime_ns, status.st_size]
    return tuple(found)
