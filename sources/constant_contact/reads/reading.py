"""What every slice of one run shares: the client, what is loaded, the state at the start, what is wanted.

Must not know: any particular resource.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sources.constant_contact.batches import Batch, StateChange
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reader import Reader, Slice
from sources.constant_contact.rows import BadValue, to_arrow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pyarrow as pa
    from pendulum import DateTime

    from sources.constant_contact.api.client import Client
    from sources.constant_contact.api.paging import Page
    from sources.constant_contact.batches import State
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.warehouse import Warehouse
    from sources.constant_contact.windows import SyncOptions

FIRST, CHANGES, TOTALS, NEWS, BACKFILL = 0, 1, 2, 3, 9
"""Priorities of slices, fresh data before old: what tells what changed; what changed; totals; events; the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    client: Client
    warehouse: Warehouse
    state: State
    """As it was when the run began; slices read it and change it through their batches only."""
    wanted: frozenset[str]
    options: SyncOptions
    now: DateTime
    """When the run began, UTC."""
    once: bool = False
    """Whether no contact may come twice in this run, because all of it is one load package."""
    reader: Reader = field(default_factory=Reader)
    bad_values: list[BadValue] = field(default_factory=list)
    """Values that did not fit their column; they are kept beside it."""

    def wants(self, *resources: str) -> bool:
        return not self.wanted.isdisjoint(resources)

    def add(self, resource: str, priority: int, title: str, read: Callable[[], Iterator[Batch]]) -> None:
        self.reader.add(Slice(resource=resource, priority=priority, title=title, read=read))

    def pages(
        self,
        of: Endpoint,
        slots: Mapping[str, str] | None = None,
        *,
        extra: Mapping[str, str] | None = None,
        start: str | None = None,
    ) -> Iterator[Page]:
        """Pages of one listing, from the beginning or from a saved next link; ends early when the run is over."""
        path = of.path.format(**(slots or {}))
        for page in self.client.pages(
            path, dict(of.query) | dict(extra or {}), rows_key=of.rows_key, start=start
        ):
            yield page
            self.reader.check()

    def batch(
        self,
        resource: str,
        rows: list[dict[str, Any]],
        *,
        requests: int,
        constants: Mapping[str, Any] | None = None,
        state: tuple[StateChange, ...] = (),
    ) -> Batch:
        """Rows of one resource as a batch; without tables when the resource is only read for others' sake."""
        return Batch(
            resource=resource,
            tables=self.tables(resource, rows, constants) if self.wants(resource) else {},
            requests=requests,
            state=state,
        )

    def tables(
        self, resource: str, rows: list[dict[str, Any]], constants: Mapping[str, Any] | None = None
    ) -> dict[str, pa.Table]:
        return to_arrow(endpoint(resource), rows, constants=constants or {}, bad=self.bad_values)
