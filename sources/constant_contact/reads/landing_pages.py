"""Landing pages that the setting names, and those that loaded activity of contacts shows: the openings first, and the
other feeds of a page when these have moved.

Nothing happens on a page that nobody opens. Feeds come newest first without a date filter, so each is read until a
page of it is loaded already, and to its end where it never was, and every `full_refresh_every`.
Source: contract (p_* reports: newest first).
State: see `state.landing_pages`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sources.constant_contact.catalogue import LANDING_PAGES, endpoint
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.api_objects import attempt
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.feeds import Numbers
from sources.constant_contact.reads.reading import NEWS
from sources.constant_contact.rows.values import typed
from sources.constant_contact.state import landing_pages as landing_pages_state
from sources.constant_contact.state.landing_pages import LandingPagesState
from sources.constant_contact.windows import is_current

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from pendulum import DateTime

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange
    from sources.constant_contact.warehouse import Warehouse
    from sources.constant_contact.windows import SyncOptions

OPENS = "landing_page_opens"
TIME = "created_time"
ACTIVITY, PAGE, KIND, OF_PAGES = "contact_activity", "campaign_activity_id", "tracking_activity_type", "p_"
"""Where contacts are seen on pages: table, columns, and how the kinds of what happens there begin."""

Row = dict[str, Any]


def slices(reading: Reading, _: Endpoint) -> None:
    """One for each page: all of its feeds."""
    for page_id in page_ids(reading.warehouse, reading.options):
        title = f"landing page {page_id}"
        reading.add(OPENS, NEWS, title, partial(read_page, reading, page_id))


def estimate(facts: Facts, _: Endpoint) -> Iterator[Line]:
    """A page of openings for each landing page; all feeds of those that were never read."""
    pages = page_ids(facts.warehouse, facts.options)
    whole_at = LandingPagesState.of(facts.state).whole_at
    wanted = [name for name in LANDING_PAGES if name in facts.wanted]
    for name in wanted:
        known = [
            page_id
            for page_id in pages
            if is_current(whole_at.get((page_id, name)), facts.options, now=facts.now)
        ]
        size = endpoint(name).page_size or 1
        asked = len(pages) - len(known)
        requests = asked and max(asked, costs.pages(facts.loaded(name), size))
        requests += len(known) if name == OPENS else 0
        if requests:
            why = "of each landing page, until known; that nobody opened one is assumed"
            yield Line(resource=name, why=why, rows=None, requests=requests)


def page_ids(warehouse: Warehouse, options: SyncOptions) -> tuple[str, ...]:
    """The named ones, then those that the loaded activity of contacts shows: what is found tonight is read tomorrow."""
    rows = warehouse.combinations(ACTIVITY, (PAGE, KIND))
    found = {str(row[PAGE]) for row in rows if str(row[KIND]).startswith(OF_PAGES)}
    named = {page_id.lower() for page_id in options.landing_page_ids}
    return (*options.landing_page_ids, *sorted(each for each in found if each.lower() not in named))


def read_page(reading: Reading, page_id: str) -> Iterator[Batch]:
    """Its openings; the other feeds where there are new ones, or where a feed was not read to its end of late. Without
    openings to read, as of a page that is not this account's, nothing more is asked of it.
    """
    whole_at = LandingPagesState.of(reading.state).whole_at
    feeds = [
        Feed(of=endpoint(name), page_id=page_id, whole_at=whole_at.get((page_id, name)))
        for name in LANDING_PAGES
        if name == OPENS or reading.wants(name)
    ]
    openings, others = (
        next(one for one in feeds if one.name == OPENS),
        [one for one in feeds if one.name != OPENS],
    )
    moved: list[bool] = []
    if not (yield from _attempt(reading, openings, moved, followed_by=others)):
        return
    for feed in others:
        if any(moved) or not feed.is_whole(reading):
            yield from _attempt(reading, feed, [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed of one page, as it was when the page's turn came."""

    of: Endpoint
    page_id: str
    whole_at: DateTime | None

    @property
    def name(self) -> str:
        return self.of.resource

    def is_whole(self, reading: Reading) -> bool:
        return is_current(self.whole_at, reading.options, now=reading.now)

    def interrupted(self) -> tuple[StateChange, ...]:
        """For a run that ends before this feed has come to its end."""
        return () if self.whole_at is None else (landing_pages_state.not_whole(self.page_id, self.name),)

    def ended(self, reading: Reading) -> tuple[StateChange, ...]:
        at = self.whole_at if self.whole_at is not None and self.is_whole(reading) else reading.now
        return (landing_pages_state.read_whole(self.page_id, self.name, at),)


def _attempt(
    reading: Reading, feed: Feed, moved: list[bool], followed_by: Sequence[Feed] = ()
) -> Generator[Batch, None, bool]:
    """False where it is left out."""
    title = f"{feed.name.replace('_', ' ')} of {feed.page_id}"
    item = ApiObject(resource=feed.name, object_id=feed.page_id, title=title, owner=feed.page_id)
    read = partial(read_feed, feed=feed, moved=moved, followed_by=followed_by)
    return (yield from attempt(reading, item, read))


def read_feed(
    reading: Reading, feed: Feed, moved: list[bool], followed_by: Sequence[Feed] = ()
) -> Iterator[Batch]:
    """A batch for each page of answers; `moved` hears whether any has news. Rows are committed before what is older,
    and openings before the feeds that they are `followed_by`: until those have come, the state says that they are due.
    """
    of, slots = feed.of, {"campaign_activity_id": feed.page_id}
    to_the_end = not feed.is_whole(reading)
    loaded = _loaded(reading, of, feed.page_id)
    numbers = Numbers(of.event_key)
    for page in reading.pages(of, slots):
        rows = reading.forgotten.kept(page.rows, of.resource)
        times = _times(rows)
        rows = numbers.number(rows, times) if of.event_key != of.table.key else rows
        is_known = loaded.issuperset(_key(of, row, at) for row, at in zip(rows, times, strict=True))
        moved.append(not is_known)
        ends = page.next_link is None
        is_last = ends or (bool(rows) and is_known and not to_the_end)
        state = feed.ended(reading) if is_last else feed.interrupted()
        if not is_known:
            state += tuple(change for other in followed_by for change in other.interrupted())
        yield reading.batch(of.resource, rows, requests=1, constants=slots, state=state, whole=ends)
        if is_last:
            return


def _loaded(reading: Reading, of: Endpoint, page_id: str) -> set[tuple[str, ...]]:
    """What tells its loaded rows apart, and when each of them happened."""
    rows = reading.warehouse.where(of.resource, "campaign_activity_id", [page_id])
    return {
        _key(of, row, int(row[TIME].timestamp() * 1_000_000)) for row in rows if row.get(TIME) is not None
    }


def _key(of: Endpoint, row: Row, at: int) -> tuple[str, ...]:
    names = (name for name in of.table.key if name not in {TIME, "campaign_activity_id"})
    return (str(at), *(str(row.get(name)) for name in names))


def _times(rows: Sequence[Row]) -> list[int]:
    """Microseconds since 1970, UTC; -1 where there is no time."""
    array, _ = typed("timestamp", [row.get(TIME) for row in rows])
    return [-1 if at is None else at for at in array.cast("int64").to_pylist()]
