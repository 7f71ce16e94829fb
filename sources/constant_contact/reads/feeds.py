"""One feed of one e-mail: its sends, opens, clicks, forwards, opt-outs or bounces.

Rows come newest first, without an id and without a date filter, so what is new is found by counting: a page adds
as many rows as it holds more than the warehouse knows in the same span of time. Reading ends when the
total is reached and the page holds rows that were known.
Two rows may be equal in everything and still be two events: they are numbered within their instant, in the order
of the listing. Where reading stops in the middle of an instant, that instant is left as it was loaded.
Source: contract (tracking activities: newest first, no date filter). Nothing says what a link does when rows are
added meanwhile, so rows that look as if the listing had slid are checked before they are believed.
State: see `state.feeds`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import ApiError, BadRequest, NotFound
from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.decisions import within_reach
from sources.constant_contact.rows import FeedRows, PageRows, feed_parser_of, said
from sources.constant_contact.rows.values import typed
from sources.constant_contact.state import feeds as feeds_state
from sources.constant_contact.state import totals as totals_state
from sources.constant_contact.state.failures import failure_of
from sources.constant_contact.state.feeds import FirstReading, first_reading_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sources.constant_contact.api.paging import Page
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange
    from sources.constant_contact.warehouse import KnownTimes

Row = dict[str, Any]
Rows = list[Row] | FeedRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    resource: str
    activity_id: str
    total: int | None
    """What the totals say; None: they say nothing about this e-mail."""
    loaded: int

    def read(self, reading: Reading) -> Iterator[Batch]:
        under_way = first_reading_of(reading.state, self.activity_id, self.resource)
        again = reading.aside.is_due(self.resource, self.activity_id)
        feed = replace(self, total=self._within_reach(reading))
        chain = Chain(reading, feed)
        if under_way and self.loaded:
            yield from chain.catch_up(under_way.at)
            pages = chain.pages
            try:
                yield from chain.go_on(under_way.next_link, under_way.at)
            except (NotFound, BadRequest):
                # How long a link lives is documented nowhere; reading anew costs requests, never rows.
                chain = Chain(reading, feed)
                yield from chain.top(to_the_end=True)
            except ApiError:
                if chain.pages == pages and failure_of(reading.state, self.resource, self.activity_id):
                    # Twice at the same link: it may be the link that the server fails over.
                    change = feeds_state.ended(self.activity_id, self.resource)
                    yield Batch(resource=self.resource, state=(change,))
                raise
        else:
            yield from chain.top(to_the_end=again or not self.loaded)
        if feed.total is not None and chain.counted < feed.total - chain.newly_dropped and chain.pages > 1:
            # Rows may have slid past between two pages. Once more, then the totals are taken to be wrong.
            chain = Chain(reading, feed)
            yield from chain.top(to_the_end=True)
        last = reading.as_batch(self.resource, read_for=self.activity_id, whole=chain.is_whole)
        unreached = None if chain.agrees_with(self.total) else self.total
        yield replace(
            last,
            state=(
                *last.state,
                feeds_state.ended(self.activity_id, self.resource),
                totals_state.read_to_the_end(self.activity_id, self.resource, unreached),
            ),
        )

    def _within_reach(self, reading: Reading) -> int | None:
        """The total less what a complete reading has shown it to count beyond the rows."""
        agreed = totals_state.unreached_total(reading.state, self.activity_id, self.resource)
        return None if self.total is None else within_reach(self.total, agreed, self.loaded)


class Chain:
    """Pages of one feed: from the top until the rest is known, or on from a saved link."""

    def __init__(self, reading: Reading, feed: Feed) -> None:
        self._reading = reading
        self._feed = feed
        self._of = endpoint(feed.resource)
        self._known: KnownTimes = reading.warehouse.event_times(feed.resource, feed.activity_id)
        self._numbers = Numbers(self._of.event_key)
        self.count = feed.loaded
        """Rows of this feed in the warehouse, once all batches so far are loaded."""
        self.pages = 0
        self.dropped = 0
        """Rows of erased contacts that were seen."""

        self.is_whole = False
        """Whether it was read from its newest row to its oldest."""

    @property
    def counted(self) -> int:
        """Rows of this feed in the warehouse and beside it, where those are that have no place."""
        return self.count + self._reading.aside.count(self._feed.resource, self._feed.activity_id)

    def agrees_with(self, total: int | None) -> bool:
        """A row that is set aside may be loaded too, from a time when it was as it should be."""
        return total is not None and self.count <= total <= self.counted

    @property
    def newly_dropped(self) -> int:
        """Rows of erased contacts that came after these were erased, once the feed has been read to its end."""
        if not self.dropped:
            return 0
        known = self._reading.warehouse.forgotten_events(self._feed.resource).get(self._feed.activity_id, 0)
        return max(0, self.dropped - known)

    def top(self, *, to_the_end: bool = False) -> Iterator[Batch]:
        """From the newest row until the rest is known; with `to_the_end` all of it, leaving a link to go on from."""
        newer_before = news_before = 0
        span = _Span()
        for page, rows, times in self._read(None):
            span.add(times, last=page.next_link is None)
            news = span.newer - self._known_above(span.border)
            self.count = self._feed.loaded + news
            reached = self._feed.total is None or self.counted >= self._feed.total
            some_known = news - news_before < span.newer - newer_before
            if not to_the_end and reached and some_known and span.border is not None:
                yield self._batch(_newer(rows, times, span.border))
                return
            yield self._batch(rows, state=self._under_way(page, span.border) if to_the_end else ())
            newer_before, news_before = span.newer, news
        self.is_whole = True

    def catch_up(self, until: int) -> Iterator[Batch]:
        """What came on top since: everything newer than the instant `until` has been read before."""
        newer_before = news_before = 0
        span, newer_than_until = _Span(), 0
        for page, rows, times in self._read(None):
            span.add(times, last=page.next_link is None)
            newer_than_until += len(_newer(rows, times, until))
            reached = span.border is None or span.border <= until
            border = until if span.border is None or reached else span.border
            newer = newer_than_until if reached else span.newer
            news = newer - self._known.newer_than(border)
            self.count = self._feed.loaded + news
            if reached or news - news_before < newer - newer_before:
                yield self._batch(_newer(rows, times, border))
                return
            yield self._batch(rows)
            newer_before, news_before = newer, news

    def go_on(self, link: str, at: int) -> Iterator[Batch]:
        """From a saved link to the end. Its first rows may be loaded: by as many as came on top, the listing slid."""
        slid = self.count - self._feed.loaded
        loaded = self._reading.warehouse.events_at(self._feed.resource, self._feed.activity_id, at)
        self._numbers.resume(at, loaded)
        for page, found, stamps in self._read(link, number=False):
            rows, times = found, stamps
            if slid and self._numbers.has_seen(_dicts(rows)[:slid], times[:slid]):
                rows, times = _dicts(rows)[slid:], times[slid:]
            slid = 0
            numbered = self._numbers.number_page(rows, times)
            self.count += len(numbered)
            yield self._batch(numbered, state=self._under_way(page, times[-1] if times else at))

    def _read(self, start: str | None, *, number: bool = True) -> Iterator[tuple[Page, Rows, list[int]]]:
        """Pages with their rows and the rows' instants, rows that slid over from the page before left out."""
        link, before = start, None
        slots = {"campaign_activity_id": self._feed.activity_id}
        parse = feed_parser_of(self._of).parse
        for page in self._reading.pages(self._of, slots, start=start, parse=parse):
            self.pages += 1
            rows = _rows(page)
            if before is not None and (slid := overlap(_rows(before), rows)) and self._moved(before, link):
                rows = rows.since(slid) if isinstance(rows, FeedRows) else rows[slid:]
            if before is not None:
                link = before.next_link
            before = page
            rows = self._kept(rows)
            times = self._times(rows)
            yield page, self._numbers.number_page(rows, times) if number else rows, times

    def _kept(self, rows: Rows) -> Rows:
        """Without those of erased contacts, which count neither as news nor as known."""
        if not self._reading.forgotten:
            return rows
        there = _dicts(rows)
        kept = self._reading.forgotten.kept(there, self._of.resource)
        self.dropped += len(there) - len(kept)
        return kept

    def _moved(self, page: Page, link: str | None) -> bool:
        """Whether a page is no longer what it was: one request, spent only where two pages seem to overlap."""
        slots = {"campaign_activity_id": self._feed.activity_id}
        again = next(iter(self._reading.pages(self._of, slots, start=link)))
        self._rechecks += 1
        return not _agree(again.rows, _rows(page))

    def _times(self, rows: Rows) -> list[int]:
        if isinstance(rows, FeedRows):
            return rows.times()
        array, _ = typed("timestamp", [row.get("created_time") for row in rows])
        found: list[int] = array.cast("int64").to_pylist()
        return found

    def _known_above(self, border: int | None) -> int:
        return len(self._known) if border is None else self._known.newer_than(border)

    def _under_way(self, page: Page, at: int | None) -> tuple[StateChange, ...]:
        if page.next_link is None or at is None:
            return ()
        came_to = FirstReading(next_link=page.next_link, at=at)
        return (feeds_state.came_to(self._feed.activity_id, self._feed.resource, came_to),)

    def _batch(self, rows: Rows, *, state: tuple[StateChange, ...] = ()) -> Batch:
        requests, self._rechecks = 1 + self._rechecks, 0
        return self._reading.batch(
            self._feed.resource,
            rows,
            requests=requests,
            constants={"campaign_activity_id": self._feed.activity_id},
            state=state,
        )

    _rechecks = 0


class _Span:
    """How many rows have been read of instants that are complete. All of them once the last page is in."""

    def __init__(self) -> None:
        self.newer = 0
        """Rows newer than the border."""
        self.border: int | None = None
        """The instant that the next page may go on with; None: there is no next page."""
        self._all = 0
        self._at_border = 0

    def add(self, times: Sequence[int], *, last: bool) -> None:
        self._all += len(times)
        if last:
            self.border, self._at_border = None, 0
        elif times:
            here = sum(at == times[-1] for at in times)
            self._at_border = here + (self._at_border if self.border == times[-1] else 0)
            self.border = times[-1]
        self.newer = self._all - self._at_border


class Numbers:
    """Occurrence numbers: 1, 2, ... for rows that agree in their key, in the order of the listing.

    `same`: the column of the key that is the same in the whole listing. Only one instant is remembered, for ties are
    neighbours in a listing ordered by time.
    """

    def __init__(self, event_key: Sequence[str], *, same: str = "campaign_activity_id") -> None:
        self._columns = tuple(name for name in event_key if name not in {same, "created_time"})
        self._at: int | None = None
        self._counts: Counter[tuple[str, ...]] = Counter()

    def number_page(self, rows: Rows, times: Sequence[int]) -> Rows:
        """The same; rows that Arrow read stay as they are where each is the first of its key."""
        if isinstance(rows, FeedRows) and self._are_first(times):
            self._at, self._counts = times[-1], Counter([self._key(rows.last())])
            return rows
        return self.number(_dicts(rows), times)

    def number(self, rows: Sequence[Row], times: Sequence[int]) -> list[Row]:
        if self._are_first(times):
            return self._all_first(rows, times)
        numbered = []
        for row, at in zip(rows, times, strict=True):
            if at != self._at:
                self._at, self._counts = at, Counter()
            key = self._key(row)
            self._counts[key] += 1
            theirs = {"occurrence_sent": row["occurrence"]} if "occurrence" in row else {}
            numbered.append({**row, **theirs, "occurrence": self._counts[key]})
        return numbered

    def _are_first(self, times: Sequence[int]) -> bool:
        """Whether no two rows are of one instant, as on most pages."""
        return bool(times) and self._at != times[0] and len(set(times)) == len(times)

    def _all_first(self, rows: Sequence[Row], times: Sequence[int]) -> list[Row]:
        if any("occurrence" in row for row in rows):
            rows = [
                {**row, "occurrence_sent": row["occurrence"]} if "occurrence" in row else row for row in rows
            ]
        self._at, self._counts = times[-1], Counter([self._key(rows[-1])])
        return [{**row, "occurrence": 1} for row in rows]

    def resume(self, at: int, loaded: Sequence[Mapping[str, Any]]) -> None:
        """Go on in an instant of which `loaded` is there already."""
        self._at, self._counts = at, Counter(self._key(row) for row in loaded)

    def has_seen(self, rows: Sequence[Row], times: Sequence[int]) -> bool:
        """Whether all these rows are newer than the instant to go on with, or are loaded rows of it."""
        assert self._at is not None
        here = Counter(self._key(row) for row, at in zip(rows, times, strict=True) if at == self._at)
        return all(at >= self._at for at in times) and here <= self._counts

    def _key(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(row.get(name)) for name in self._columns)


def _rows(page: Page) -> Rows:
    return FeedRows(page.parsed.rows) if isinstance(page.parsed, PageRows) else page.rows


def _dicts(rows: Rows) -> list[Row]:
    return rows.dicts() if isinstance(rows, FeedRows) else rows


def _newer(rows: Rows, times: Sequence[int], than: int) -> Rows:
    if isinstance(rows, FeedRows):
        return rows.chosen([at > than for at in times])
    return [row for row, at in zip(rows, times, strict=True) if at > than]


def _agree(one: Rows, other: Rows) -> bool:
    """Whether two readings show the same rows; what is null in one may be missing in the other."""
    if isinstance(one, list) and isinstance(other, list):
        return one == other
    return list(map(said, _dicts(one))) == list(map(said, _dicts(other)))


def overlap(before: Rows, rows: Rows) -> int:
    """How many rows at the start of a page are those at the end of the page before; 0 when none are."""
    both = isinstance(before, FeedRows) and isinstance(rows, FeedRows)
    if both and not (len(rows) and before.may_hold(rows.first())):  # type: ignore[union-attr]
        return 0
    if isinstance(before, FeedRows) or isinstance(rows, FeedRows):
        before, rows = list(map(said, _dicts(before))), list(map(said, _dicts(rows)))
    if not rows or rows[0] not in before:
        return 0
    return next(
        (size for size in range(min(len(before), len(rows)), 0, -1) if before[-size:] == rows[:size]), 0
    )
