"""Contacts that changed without a trace: found by counting, read alone.

The API counts what any filter selects (`include_count`), and the warehouse can count the same. Where the numbers
differ, the time of creation, which never changes, is halved until the difference lies in a range of one page; that
page is read. The other half's count follows by subtraction, so a difference among n rows costs about
log2(n / page) requests, and a filter that selects few rows is read at once.
What a complete range lacks is only noted (`Findings`): a row that was not seen proves nothing before it was asked for.
Source: contract (/contacts: status, lists, tags, created_after, created_before, include_count). Must not know: SQL,
what differs and in which order it is set right (see `stages`).
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.created_range import EVER, CreatedRange, CreationTimes
from sources.constant_contact.repair.contact_pages import CONTACTS, ContactPages, count_of, permission_of
from sources.constant_contact.repair.feed_check import feed_to_the_end
from sources.constant_contact.repair.findings import ContactFilter, Findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sources.constant_contact.api.paging import Page
    from sources.constant_contact.reads.feeds import Feed
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.repair.findings import Known
    from sources.constant_contact.repair.members import LoadedContacts

PAGE = endpoint(CONTACTS).page_size or 1


class TooExpensive(Exception):  # noqa: N818 - no failure: a piece of work that waits for the next run
    """More requests than are left."""

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


class Search:
    """Compares filters and reads where they differ, in one stage. One thread; its batches keep their order."""

    def __init__(self, reading: Reading, contacts: LoadedContacts, known: Known) -> None:
        self.reading = reading
        self.findings = Findings()
        self._contacts = contacts
        self._known = known
        self._pages = ContactPages(reading, self.findings)

    def attempt(self, *works: Iterator[Batch]) -> Iterator[Batch]:
        """One after the other; what cannot be paid for is noted and left out."""
        for work in works:
            try:
                yield from work
            except TooExpensive as error:
                self.findings.unaffordable.append(error.needed)

    def compare(self, of: ContactFilter, *, full: bool = False, halve_few: bool = False) -> Iterator[Batch]:
        """Fresh rows where the filter differs from the warehouse; with `full` all its rows. Once in a run.

        `halve_few`: where its count agrees, the rest of a filter of few pages is not read.
        """
        if self._known.all_asked or self.findings.all_asked or (self._was_asked(of) and not full):
            return
        self._need(1)
        self.findings.asked.add(of)
        pages = self._pages.pages(of, EVER)
        first = next(pages)
        count = count_of(first)
        if count is not None:
            self.findings.counts[of] = count
        times = CreationTimes(self._contacts.seconds(of))
        agrees = count == times.count(EVER)
        is_small = math.ceil((count or 0) / PAGE) <= costs.FEW_PAGES and not (halve_few and agrees)
        if first.next_link is None or full or count is None or is_small:
            yield from self._all_rows(of, first, pages, count or 0)
        else:
            yield Batch(resource=CONTACTS, requests=1)
            if not agrees:
                self._need(costs.steps(count, 1, PAGE))
                yield from self._halve(of, times, count)
        yield from self._resolve(of)

    def _was_asked(self, of: ContactFilter) -> bool:
        return of in self._known.asked or of in self.findings.asked

    def scan(self, wanted: Mapping[str, int]) -> Iterator[Batch]:
        """Read active contacts, newest first, until the change per permission is found that the counts promise.

        No filter parts explicit from implicit, so counting does not lead to a contact that went from one to the other.
        """
        of = ContactFilter(kind="active")
        times = CreationTimes(self._contacts.seconds(of))
        self._need(math.ceil(times.count(EVER) / PAGE) + 1)
        changes: Counter[str] = Counter()
        created, more = EVER, True
        while more and any(changes[name] != change for name, change in wanted.items()):
            rest = times.count(created)
            cut = times.cut(created, share=1 - PAGE * 0.9 / rest) if rest > PAGE else None
            newest = CreatedRange(after=cut, before=created.before)
            for page in self._pages.pages(of, newest):
                changes.update(permission_of(row) for row in page.rows)
                yield self._pages.batch(page.rows)
            for name in wanted:
                loaded = self._contacts.ids(ContactFilter(kind="consent", value=name), newest)
                changes[name] -= len(loaded)
            created, more = CreatedRange(before=cut), cut is not None
        self.findings.scanned = not more

    def feed(self, job: Feed, title: str) -> Iterator[Batch]:
        """A feed to its end; `title`: the campaign's name, for a feed that cannot be read."""
        forgotten = self.reading.warehouse.forgotten_events(job.resource).get(job.activity_id, 0)
        self._need(math.ceil(max(job.total or 0, job.loaded + forgotten) / PAGE))
        keys = yield from feed_to_the_end(self.reading, job, title, forgotten=forgotten)
        if keys is not None:
            self.findings.events[job.resource, job.activity_id] = keys

    def _all_rows(
        self, of: ContactFilter, first: Page, others: Iterator[Page], count: int
    ) -> Iterator[Batch]:
        self._need(math.ceil(count / PAGE) - 1)
        if of.kind == "all":
            self.findings.all_asked = True
            self._pages.expect_all()
        yield from self._complete(of, EVER, first, others)

    def _halve(self, of: ContactFilter, times: CreationTimes, count: int) -> Iterator[Batch]:
        todo = [(EVER, count)]
        while todo:
            created, there = todo.pop()
            if there == times.count(created):
                continue
            cut = times.cut(created) if there > PAGE else None
            if cut is None:
                self._need(math.ceil(there / PAGE))
                pages = self._pages.pages(of, created)
                yield from self._complete(of, created, next(pages), pages)
                continue
            earlier = CreatedRange(after=created.after, before=cut)
            later = CreatedRange(after=cut, before=created.before)
            pages = self._pages.pages(of, earlier)
            first = next(pages)
            of_earlier = count_of(first) or 0
            todo.append((later, there - of_earlier))
            if first.next_link is None:
                yield from self._complete(of, earlier, first, pages)
            else:
                todo.append((earlier, of_earlier))
                yield Batch(resource=CONTACTS, requests=1)

    def _complete(
        self, of: ContactFilter, created: CreatedRange, first: Page, others: Iterator[Page]
    ) -> Iterator[Batch]:
        """All rows of a range; what is loaded and was not among them is noted."""
        seen: set[str] = set()
        set_aside = 0
        for page in chain([first], others):
            set_aside += page.set_aside
            seen.update(str(row["contact_id"]) for row in page.rows)
            yield self._pages.batch(page.rows)
        # Rows that came or went between two pages may have pushed others past the reader: then nothing is noted.
        # So may those without an id: any of them may be the contact that seems to be missing.
        if set_aside or count_of(first) not in {None, len(seen)}:
            return
        self.findings.all_read |= of.kind == "all" and created == EVER
        missing = self._contacts.ids(of, created) - seen
        if missing:
            self.findings.left.setdefault(of, set()).update(missing)

    def _resolve(self, of: ContactFilter) -> Iterator[Batch]:
        """Ask for those that a status lacks: they have another one, or are gone. A list or tag was simply left."""
        if of.kind in {"list", "tag"}:
            return
        missing = sorted(self.findings.left.pop(of, set()) - self.findings.fresh)
        self._need(len(missing))
        yield from self._pages.by_ids(missing)

    def _need(self, requests: int) -> None:
        if requests > self.reading.client.budget.remaining_for_run():
            raise TooExpensive(requests)
