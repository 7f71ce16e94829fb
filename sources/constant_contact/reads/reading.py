"""What every slice of one run shares: the client, what is loaded, the state at the start, what is wanted.

Must not know: any particular resource.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import BadRequest
from sources.constant_contact.batches import Batch, StateChange
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reader import Reader, Slice
from sources.constant_contact.rows import BadValue, Columns, to_arrow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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

REFRESHED = "last_refresh_time"


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
    refused: set[str] = field(default_factory=set)
    """Values of `include` that this server does not take; kept in the state as "refused"."""
    unasked: set[str] = field(default_factory=set)
    """Small collections whose request the server calls wrong; what is left of the account can be read."""
    answered: dict[str, Page] = field(default_factory=dict)
    """resource -> the one page that is known already, so that nobody asks for it again."""
    bad_values: list[BadValue] = field(default_factory=list)
    """Values that did not fit their column; they are kept beside it."""
    unknown: Columns = field(default_factory=Columns)
    """Which undeclared fields have a column; kept in the state as "columns": table -> column -> path of the field."""

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
        if of.resource in self.answered:
            yield self.answered.pop(of.resource)
            return
        path = of.path.format(**(slots or {}))
        asked = dict(of.query) | dict(extra or {})
        tried = () if start else tuple(name for name in of.try_include if name not in self.refused)
        if tried:
            more = asked | {"include": ",".join([asked["include"], *tried])}
            chain = self.client.pages(path, more, rows_key=of.rows_key)
            try:
                first = next(chain)
            except BadRequest:
                chain = self.client.pages(path, asked, rows_key=of.rows_key)
                first = next(chain)  # refused as well when the server is ill; then nothing is learned of it
                self.refused.update(
                    tried
                )  # the guide names it, the contract does not, and the server goes by that
            yield from self._checked(itertools.chain([first], chain))
            return
        if of.plainer and not start:
            yield from self._checked(self._taken(of, path, [asked, *(dict(one) for one in of.plainer)]))
            return
        yield from self._checked(self.client.pages(path, asked, rows_key=of.rows_key, start=start))

    def _taken(self, of: Endpoint, path: str, queries: Sequence[Mapping[str, str]]) -> Iterator[Page]:
        """The pages of the first query that is not refused."""
        for query in queries[:-1]:
            chain = self.client.pages(path, query, rows_key=of.rows_key)
            try:
                first = next(chain)
            except BadRequest:
                continue
            return itertools.chain([first], chain)
        return self.client.pages(path, queries[-1], rows_key=of.rows_key)

    def _checked(self, pages: Iterator[Page]) -> Iterator[Page]:
        for page in pages:
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
        tables = self.tables(resource, rows, constants) if self.wants(resource) else {}
        return Batch(
            resource=resource,
            tables=tables,
            requests=requests,
            state=(*state, *(change for name in tables for change in self._columns_made(name))),
        )

    def _columns_made(self, name: str) -> Iterator[StateChange]:
        """Said with each batch, since the one with which a column began may be lost."""
        known = self.state.get("columns", {}).get(name, {})
        for column, path in self.unknown.columns_of(name).items():
            if known.get(column) != path:
                yield StateChange(path=("columns", name, column), value=path)

    def tables(
        self, resource: str, rows: list[dict[str, Any]], constants: Mapping[str, Any] | None = None
    ) -> dict[str, pa.Table]:
        of = endpoint(resource)
        if of.reads == "stats":
            # Optional in the contract, and part of the key: totals of an unknown time are those of the run's day.
            unknown = {REFRESHED: self.now.start_of("day").isoformat()}
            rows = [row if row.get(REFRESHED) else {**row, **unknown} for row in rows]
        without = [child.name for child in of.children if self.refused.intersection(child.from_)]
        return to_arrow(
            of, rows, constants=constants or {}, without=without, bad=self.bad_values, unknown=self.unknown
        )
