"""What every slice of one run shares: the client, what is loaded, the state at the start, what is wanted.

Must not know: any particular resource.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol, Self

from sources.constant_contact.api.errors import ApiError, BadRequest
from sources.constant_contact.api.paging import filled
from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reader import Reader, Slice
from sources.constant_contact.reads import set_aside
from sources.constant_contact.reads.attempts import Attempts
from sources.constant_contact.reads.permissions import Granted
from sources.constant_contact.reads.set_aside import SetAside
from sources.constant_contact.rows import BadValue, Columns, FeedRows, OddRow, feed_table, keyed, to_arrow
from sources.constant_contact.rows.values import typed
from sources.constant_contact.state import fields as fields_state
from sources.constant_contact.state.fields import FieldsState
from sources.constant_contact.withheld import Excluded, Forgotten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pyarrow as pa
    from pendulum import DateTime

    from sources.constant_contact.api.client import Client
    from sources.constant_contact.api.paging import Page, Parse
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.state.changes import State, StateChange
    from sources.constant_contact.warehouse import Warehouse
    from sources.constant_contact.windows import SyncOptions

FIRST, CHANGES, TOTALS, NEWS, BACKFILL = 0, 1, 2, 3, 9
"""Priorities of slices, fresh data before old: what tells what changed; what changed; totals; events; the rest."""

REFRESHED = "last_refresh_time"
CONTACTS = "contacts"


class CampaignWatcher(Protocol):
    """Asks for something of each e-mail by itself."""

    def look(self, campaign: Mapping[str, Any], references: Sequence[dict[str, Any]]) -> None:
        """A campaign as it is now, of the API or as loaded, with its references to activities."""

    def count(self, activities: Sequence[str], sends: object, campaign: Mapping[str, Any]) -> None:
        """The e-mails of a sent campaign that have reports, with the campaign's total of sends."""


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
    asked_ids: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """resource -> the ids that a person wants to know of it."""
    once: bool = False
    """Whether no contact may come twice in this run, because all of it is one load package."""
    reader: Reader = field(default_factory=Reader)
    pages_at_once: int = 1
    """Pages of one large collection that may make one batch."""
    refused: set[str] = field(default_factory=set)
    """Values of `include` that this server does not take; kept in the state."""
    answered: dict[str, Page | ApiError] = field(default_factory=dict)
    """resource -> the one page, or the error, that is known already, so that nobody asks for it again."""
    bad_values: list[BadValue] = field(default_factory=list)
    """Values that did not fit their column; they are kept beside it."""
    unknown: Columns = field(default_factory=Columns)
    """Which undeclared fields have a column; kept in the state."""
    granted: Granted = field(default_factory=Granted)
    """What the login may read, as far as it was known before the first request for a resource."""
    attempts: Attempts = field(default_factory=Attempts)
    """What was asked for and what failed."""

    def with_few_attempts(self) -> Self:
        """The same for what is likely to fail again: a request is given up soon."""
        return replace(self, client=self.client.with_few_attempts())

    aside: SetAside = field(default_factory=SetAside)
    """Rows whose key cannot be formed."""

    forgotten: Forgotten = field(default_factory=Forgotten)
    """Contacts that were erased: no row of theirs is loaded again."""
    excluded: Excluded = field(default_factory=Excluded)
    """Columns that stay null."""

    followers: dict[str, list[Callable[[list[dict[str, Any]]], None]]] = field(default_factory=dict)
    """resource -> who waits for its rows, to ask for something of each."""

    watchers: dict[str, list[Callable[[Mapping[str, pa.Table]], None]]] = field(default_factory=dict)
    """resource -> who sees all of its tables that are read, on the thread that read them."""

    campaign_watchers: list[CampaignWatcher] = field(default_factory=list)
    """Told of every campaign, and of the totals of those that were sent."""

    def tell(
        self, resource: str, tables: Mapping[str, pa.Table], rows: Sequence[dict[str, Any]] = ()
    ) -> None:
        """All new or changed rows of a resource are read: typed in `tables`, or `rows` of the API where it is read for
        others' sake only. Once in a run.
        """
        waiting = self.followers.get(resource, ())
        if waiting:
            read = tables if resource in tables else self.tables(resource, list(rows))
            for follow in waiting:
                follow(read[resource].to_pylist())

    def when_owners_are_read(self, of: Endpoint, follow: Callable[[list[dict[str, Any]]], None]) -> None:
        """`follow` gets the rows of what `of` is a detail of, typed; nothing is asked before."""
        assert of.detail_of is not None
        self.followers.setdefault(of.detail_of, []).append(follow)

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
        parse: Parse | None = None,
    ) -> Iterator[Page]:
        """Pages of one listing, from the beginning or from a saved next link; ends early when the run is over."""
        known = self.answered.pop(of.resource, None)
        if isinstance(known, ApiError):
            raise known
        read = iter([known]) if known is not None else self._asked(of, slots or {}, extra or {}, start, parse)
        numbers: Counter[str] = Counter()
        for page in read:
            self.attempts.answered()
            yield page if page.parsed is not None else self._with_keys(of, page, slots or {}, numbers)
            self.reader.check()

    def _asked(
        self,
        of: Endpoint,
        slots: Mapping[str, str],
        extra: Mapping[str, str],
        start: str | None,
        parse: Parse | None,
    ) -> Iterator[Page]:
        path = filled(of.path, **slots)
        asked = dict(of.query) | dict(extra)
        tried = () if start else tuple(name for name in of.optional_include if name not in self.refused)
        if tried:
            more = asked | {"include": ",".join([asked["include"], *tried])}
            chain = self.client.pages(path, more, rows_key=of.rows_key, parse=parse)
            try:
                first = next(chain)
            except BadRequest:
                chain = self.client.pages(path, asked, rows_key=of.rows_key, parse=parse)
                first = next(
                    chain
                )  # refused as well when the server is failing; then nothing is learned of it
                self.refused.update(
                    tried
                )  # the guide names it, the contract does not, and the server goes by that
            yield from itertools.chain([first], chain)
            return
        if of.fallback_queries and not start:
            yield from self._taken(of, path, [asked, *(dict(one) for one in of.fallback_queries)])
            return
        yield from self.client.pages(path, asked, rows_key=of.rows_key, start=start, parse=parse)

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

    def _with_keys(self, of: Endpoint, page: Page, slots: Mapping[str, str], numbers: Counter[str]) -> Page:
        """The page without rows whose key cannot be formed, which are set aside."""
        given = (REFRESHED,) if of.reads == "stats" else tuple(slots)
        rows, odd = keyed(of.table, page.rows, given)
        if not odd:
            return page
        others = [each for each in odd if not self.forgotten.covers(each.row, of.resource)]
        self.aside.add(others, _read_for(of, slots) or "", numbers)
        return replace(page, rows=[*rows], set_aside=len(odd))

    def batch(
        self,
        resource: str,
        rows: list[dict[str, Any]] | FeedRows,
        *,
        requests: int,
        constants: Mapping[str, Any] | None = None,
        state: tuple[StateChange, ...] = (),
        whole: bool = False,
    ) -> Batch:
        """Rows of one resource as a batch; without tables when the resource is only read for others' sake.

        `whole`: they are all that the resource has, so what was set aside before and is not now has its place.
        """
        read_for = _read_for(endpoint(resource), constants or {})
        tables = self.tables(resource, rows, constants) if self.wants(resource) else {}
        return self.as_batch(resource, tables, requests=requests, state=state, read_for=read_for, whole=whole)

    def as_batch(
        self,
        resource: str,
        tables: Mapping[str, pa.Table] | None = None,
        *,
        requests: int = 0,
        state: tuple[StateChange, ...] = (),
        read_for: str | None = None,
        whole: bool = False,
        since: DateTime | None = None,
    ) -> Batch:
        """Tables with what was set aside beside them. `whole`: a complete reading has ended, of the resource or of what
        it was read for; `since`: when that began, if not with this run.
        """
        tables = dict(tables or {})
        if resource in tables:
            for watch in self.watchers.get(resource, ()):
                watch(tables)
        if self.wants(resource):
            of = endpoint(resource)
            sets = of.children and resource in tables
            parents = (
                set(tables[resource].column(of.table.key[0]).to_pylist())
                if sets and self.aside.any(resource)
                else ()
            )
            aside = self.aside.take(resource, read_for, whole=whole, since=since, parents=parents)
            if aside is not None:
                tables[set_aside.TABLE] = aside
        columns = (change for name in tables for change in self._columns_made(name))
        return Batch(resource=resource, tables=tables, requests=requests, state=(*state, *columns))

    def _columns_made(self, name: str) -> Iterator[StateChange]:
        """Said with each batch, since the one with which a column began may be lost."""
        known = FieldsState.of(self.state).columns_of(name)
        for column, path in self.unknown.columns_of(name).items():
            if known.get(column) != path:
                yield fields_state.has_column(name, column, path)

    def tables(
        self,
        resource: str,
        rows: list[dict[str, Any]] | FeedRows,
        constants: Mapping[str, Any] | None = None,
    ) -> dict[str, pa.Table]:
        of = endpoint(resource)
        if isinstance(rows, FeedRows):
            plain = feed_table(of, rows, constants or {}, bad=self.bad_values, unknown=self.unknown)
            return self.excluded.emptied(plain)
        if of.reads == "stats":
            rows = self._dated(rows)
        if self.forgotten:
            if resource == CONTACTS:
                self.forgotten.note(rows)
            rows = self.forgotten.kept(rows, resource)
        odd: list[OddRow] = []
        found = to_arrow(
            of,
            rows,
            constants=constants or {},
            without=self.not_asked_for(of),
            bad=self.bad_values,
            unknown=self.unknown,
            aside=odd,
        )
        if odd:
            self.aside.add(odd, _read_for(of, constants or {}) or "")
        return self.excluded.emptied(found)

    def not_asked_for(self, of: Endpoint) -> list[str]:
        """Child tables of which a row without their property says nothing."""
        return [child.name for child in of.children if self.refused.intersection(child.from_)]

    def _dated(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Optional in the contract, and part of the key: totals of an unknown time are those of the run's day."""
        at, _ = typed("timestamp", [row.get(REFRESHED) for row in rows])
        if not at.null_count:
            return rows
        day = self.now.start_of("day").isoformat()
        return [
            row if known else {**row, REFRESHED: day, **({f"{REFRESHED}_raw": old} if old else {})}
            for row, known, old in zip(
                rows, at.is_valid().to_pylist(), [row.get(REFRESHED) for row in rows], strict=True
            )
        ]


def _read_for(of: Endpoint, given: Mapping[str, Any]) -> str | None:
    """The id of what a reading was about, where each object of a resource is read by itself."""
    has_owner = of.slots or of.detail_of
    ids = [str(given[name]) for name in of.table.key if name in given] if has_owner else []
    return "+".join(ids) or None
