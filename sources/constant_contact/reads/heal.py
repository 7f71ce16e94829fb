"""Contacts that changed without a trace: found by counting, read alone.

The API counts what any filter selects (`include_count`), and the warehouse can count the same. Where the numbers
differ, the time of creation, which never changes, is halved until the difference lies in a span of one page; that
page is read. The other half's count follows by subtraction, so a difference among n rows costs about
log2(n / page) requests, and a filter that selects few rows is read at once.
A span is cut where no loaded contact was created for some seconds, because whether `created_after` includes the
instant itself is documented nowhere.
What a complete span lacks is only noted (`Findings`): a row that was not seen is no proof before it has been asked for.
Source: contract (/contacts: status, lists, tags, created_after, created_before, include_count). Must not know: SQL,
what differs in a night and in which order it is set right.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pendulum

from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import costs, feeds
from sources.constant_contact.reads.api_objects import attempt
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.contact_by_id import contact_by_id, contact_object
from sources.constant_contact.reads.unchanged import LoadedDigests
from sources.constant_contact.state import feeds as feeds_state
from sources.constant_contact.state import totals as totals_state
from sources.constant_contact.windows import as_parameter

if TYPE_CHECKING:
    from sources.constant_contact.api.paging import Page
    from sources.constant_contact.reads.reading import Reading

CONTACTS = "contacts"
PAGE = endpoint(CONTACTS).page_size or 1
GAP_S = 4
"""A cut has no loaded contact within a second on either side, whichever way the filter takes its bound."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Contacts that one filter of the API selects; the warehouse selects the same."""

    kind: Literal["all", "deleted", "active", "consent", "list", "tag"]
    value: str = ""
    """The permission, or the id of the list or tag."""

    @property
    def parameters(self) -> Mapping[str, str]:
        if self.kind == "list":
            return {"status": "all", "lists": self.value}
        if self.kind == "tag":
            return {"status": "all", "tags": self.value}
        return {"status": self.value if self.kind == "consent" else self.kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of creation times, seconds since 1970; open where None. No loaded contact lies near its ends."""

    after: int | None = None
    before: int | None = None

    @property
    def parameters(self) -> Mapping[str, str]:
        """A second wider than the cut, so that what lies on it is in both neighbours and not in none."""
        bounds = {"created_after": (self.after, -1), "created_before": (self.before, 1)}
        return {
            name: as_parameter(pendulum.from_timestamp(at + wider))
            for name, (at, wider) in bounds.items()
            if at is not None
        }


WHOLE = Span()


class Members(Protocol):
    """What the warehouse holds of a choice."""

    def seconds(self, of: Choice) -> Sequence[tuple[int, int]]:
        """(second of creation, how many), ascending."""

    def ids(self, of: Choice, span: Span) -> set[str]: ...


@dataclass(slots=True)
class Findings:
    """What reading cannot say in rows."""

    counts: dict[Choice, int] = field(default_factory=dict)
    """How many the API selects."""
    left: dict[Choice, set[str]] = field(default_factory=dict)
    """Loaded members of a list or tag that a complete reading of it lacks."""
    gone: set[str] = field(default_factory=set)
    """Contacts that answered 404 by their own id."""
    scanned: bool = False
    """Every active contact has been read."""
    whole: bool = False
    """Every contact has been read."""
    refused: list[int] = field(default_factory=list)
    """Requests that would have been needed and were not left."""
    fresh: set[str] = field(default_factory=set)
    """Contacts that were read just now."""
    asked: set[Choice] = field(default_factory=set)
    """Choices that were looked into; none is read twice in a run."""
    all_asked: bool = False
    """Every contact has been asked for: no other choice shows more."""
    differed: set[str] = field(default_factory=set)
    """Contacts that were not loaded as they are, or are gone."""
    requests: int = 0
    """Spent on looking for contacts."""
    events: dict[tuple[str, str], set[tuple[Any, ...]]] = field(default_factory=dict)
    """(feed, e-mail) -> the keys of all its events, where they are as many as the API counts and fewer than loaded."""


class TooExpensive(Exception):  # noqa: N818 - no failure: a piece of work that waits for the next night
    """More requests than are left."""

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


class Timeline:
    """How many loaded members were created when."""

    def __init__(self, seconds: Sequence[tuple[int, int]]) -> None:
        self._at = [second for second, _ in seconds]
        self._before = [0, *accumulate(count for _, count in seconds)]

    def count(self, span: Span) -> int:
        low, high = self._edges(span)
        return self._before[high] - self._before[low]

    def cut(self, span: Span, *, share: float = 0.5) -> int | None:
        """Where to part a span so that `share` of its members come before; None if there is no gap to part it in."""
        low, high = self._edges(span)
        if high - low < 2:  # noqa: PLR2004 - one instant cannot be parted
            return None
        wanted = self._before[low] + (self._before[high] - self._before[low]) * share
        middle = min(max(bisect_left(self._before, wanted, low, high), low + 1), high - 1)
        for index in _outwards(middle, low + 1, high - 1):
            if self._at[index] - self._at[index - 1] >= GAP_S:
                return self._at[index - 1] + GAP_S // 2
        return None

    def _edges(self, span: Span) -> tuple[int, int]:
        low = 0 if span.after is None else bisect_left(self._at, span.after)
        high = len(self._at) if span.before is None else bisect_left(self._at, span.before)
        return low, high


class Healer:
    """Compares choices and reads where they differ. One thread; its batches keep their order."""

    def __init__(
        self, reading: Reading, members: Members, allowance: Callable[[], int], findings: Findings
    ) -> None:
        self._reading = reading
        self._members = members
        self._allowance = allowance
        self._loaded: LoadedDigests | None = None
        """Of every contact, where all of them are read."""
        self.findings = findings

    def attempt(self, *works: Iterator[Batch]) -> Iterator[Batch]:
        """One after the other; what cannot be paid for is noted and left out."""
        for work in works:
            try:
                yield from work
            except TooExpensive as error:
                self.findings.refused.append(error.needed)

    def compare(self, of: Choice, *, whole: bool = False, halve_few: bool = False) -> Iterator[Batch]:
        """Fresh rows where the choice differs from the warehouse; with `whole` all its rows. Once in a run.

        `halve_few`: where its count agrees, the rest of a choice of few pages is not read.
        """
        found = self.findings
        if found.all_asked or (of in found.asked and not whole):
            return
        self._need(1)
        found.asked.add(of)
        pages = self._pages(of, WHOLE)
        first = next(pages)
        count = _count(first)
        if count is not None:
            self.findings.counts[of] = count
        line = Timeline(self._members.seconds(of))
        size = math.ceil((count or 0) / PAGE)
        if (
            first.next_link is None
            or whole
            or count is None
            or (size <= costs.FEW_PAGES and not (halve_few and count == line.count(WHOLE)))
        ):
            self._need(size - 1)
            if of.kind == "all":
                found.all_asked = True
                self._loaded = LoadedDigests(self._reading.warehouse, endpoint(CONTACTS))
            yield from self._complete(of, WHOLE, first, pages)
        elif count != line.count(WHOLE):
            yield Batch(resource=CONTACTS, requests=1)
            self._need(costs.steps(count, 1, PAGE))
            yield from self._halve(of, line, count)
        else:
            yield Batch(resource=CONTACTS, requests=1)
        yield from self._resolve(of)

    def scan(self, wanted: Mapping[str, int]) -> Iterator[Batch]:
        """Read active contacts, newest first, until the change per permission is found that the counts promise.

        No filter parts explicit from implicit, so counting does not lead to a contact that went from one to the other.
        """
        of = Choice(kind="active")
        line = Timeline(self._members.seconds(of))
        self._need(math.ceil(line.count(WHOLE) / PAGE) + 1)
        found: Counter[str] = Counter()
        span, more = WHOLE, True
        while more and any(found[name] != change for name, change in wanted.items()):
            held = line.count(span)
            cut = line.cut(span, share=1 - PAGE * 0.9 / held) if held > PAGE else None
            newest = Span(after=cut, before=span.before)
            for page in self._pages(of, newest):
                found.update(_permission(row) for row in page.rows)
                yield self._fresh(page.rows)
            for name in wanted:
                found[name] -= len(self._members.ids(Choice(kind="consent", value=name), newest))
            span, more = Span(before=cut), cut is not None
        self.findings.scanned = not more

    def feed(self, job: feeds.Feed, title: str) -> Iterator[Batch]:
        """A feed to its end. A total that it does not reach is noted, as after any complete reading.

        `title`: the campaign's name, for a feed that cannot be read. Rows that were erased with their contact count
        beside the loaded ones.
        """
        forgotten = self._reading.warehouse.forgotten_events(job.resource).get(job.activity_id, 0)
        job = replace(job, loaded=job.loaded + forgotten)
        self._need(math.ceil(max(job.total or 0, job.loaded) / PAGE))
        item = ApiObject(
            resource=job.resource,
            object_id=job.activity_id,
            title=f"e-mail {title!r} (campaign activity {job.activity_id})",
            owner=job.activity_id,
        )
        yield from attempt(self._reading, item, lambda own: self._whole_feed(own, job))

    def _whole_feed(self, reading: Reading, job: feeds.Feed) -> Iterator[Batch]:
        name, activity_id, total, loaded = job.resource, job.activity_id, job.total or 0, job.loaded
        chain = feeds.Chain(reading, job)
        seen: set[tuple[Any, ...]] = set()
        for batch in chain.top(to_the_end=True):
            if total < loaded and name in batch.tables:
                columns = batch.tables[name].select(endpoint(name).table.key).to_pydict().values()
                seen.update(zip(*columns, strict=True))
            yield batch
        if chain.count == total == len(seen) + chain.dropped:
            self.findings.events[name, activity_id] = seen
        unreached = None if chain.agrees_with(total) else total
        read = totals_state.read_to_the_end(activity_id, name, unreached)
        yield Batch(resource=name, state=(feeds_state.ended(activity_id, name), read))

    def _halve(self, of: Choice, line: Timeline, count: int) -> Iterator[Batch]:
        todo = [(WHOLE, count)]
        while todo:
            span, there = todo.pop()
            if there == line.count(span):
                continue
            cut = line.cut(span) if there > PAGE else None
            if cut is None:
                self._need(math.ceil(there / PAGE))
                pages = self._pages(of, span)
                yield from self._complete(of, span, next(pages), pages)
                continue
            earlier, later = Span(after=span.after, before=cut), Span(after=cut, before=span.before)
            pages = self._pages(of, earlier)
            first = next(pages)
            here = _count(first) or 0
            todo.append((later, there - here))
            if first.next_link is None:
                yield from self._complete(of, earlier, first, pages)
            else:
                todo.append((earlier, here))
                yield Batch(resource=CONTACTS, requests=1)

    def _complete(self, of: Choice, span: Span, first: Page, others: Iterator[Page]) -> Iterator[Batch]:
        """All rows of a span; what is loaded and was not among them is noted."""
        seen: set[str] = set()
        aside = 0
        for page in _chained(first, others):
            aside += page.set_aside
            seen.update(str(row["contact_id"]) for row in page.rows)
            yield self._fresh(page.rows)
        # Rows that came or went between two pages may have pushed others past the reader: then nothing is noted.
        # So may those without an id: any of them may be the contact that seems to be missing.
        if aside or _count(first) not in {None, len(seen)}:
            return
        self.findings.whole |= of.kind == "all" and span == WHOLE
        missing = self._members.ids(of, span) - seen
        if missing:
            self.findings.left.setdefault(of, set()).update(missing)

    def _resolve(self, of: Choice) -> Iterator[Batch]:
        """Ask for those that a status lacks: they have another one, or are gone. A list or tag was simply left."""
        if of.kind in {"list", "tag"}:
            return
        missing = sorted(self.findings.left.pop(of, set()) - self.findings.fresh)
        self._need(len(missing))
        for contact_id in missing:
            yield from attempt(self._reading, contact_object(contact_id), partial(self._asked, contact_id))
            self._reading.reader.check()

    def _asked(self, contact_id: str, reading: Reading) -> Iterator[Batch]:
        row = contact_by_id(reading, contact_id)
        if row is None:
            self.findings.gone.add(contact_id)
            self.findings.differed.add(contact_id)
        yield Batch(resource=CONTACTS, requests=1) if row is None else self._fresh([row])

    def _fresh(self, rows: list[Row]) -> Batch:
        """Those of the rows that are not loaded as they are."""
        ids = [str(row["contact_id"]) for row in rows]
        self.findings.fresh.update(ids)
        batch = self._reading.batch(CONTACTS, rows, requests=1)
        of = endpoint(CONTACTS)
        loaded = self._loaded or LoadedDigests(self._reading.warehouse, of, ids)
        tables = loaded.changed(batch.tables)
        self.findings.differed.update(tables[CONTACTS].column("contact_id").to_pylist())
        return replace(batch, tables=tables)

    def _pages(self, of: Choice, span: Span) -> Iterator[Page]:
        extra = {**of.parameters, **span.parameters, "include_count": "true"}
        for page in self._reading.pages(endpoint(CONTACTS), extra=extra):
            self.findings.requests += 1
            yield page

    def _need(self, requests: int) -> None:
        if requests > self._allowance():
            raise TooExpensive(requests)


def _count(page: Page) -> int | None:
    envelope = page.envelope if isinstance(page.envelope, Mapping) else {}
    found = envelope.get("contacts_count")
    return found if type(found) is int and found >= 0 else None


def _permission(row: Mapping[str, Any]) -> str:
    address = row.get("email_address")
    return str(address.get("permission_to_send")) if isinstance(address, Mapping) else ""


def _chained(first: Page, others: Iterator[Page]) -> Iterator[Page]:
    yield first
    yield from others


def _outwards(middle: int, low: int, high: int) -> Iterable[int]:
    """`middle`, then its neighbours on both sides, as far as a quarter of the way."""
    yield middle
    for distance in range(1, (high - low) // 4 + 2):
        if middle - distance >= low:
            yield middle - distance
        if middle + distance <= high:
            yield middle + distance
