"""Landing pages that the setting names, and those that loaded activity of contacts shows: the openings first, and the
other feeds of a page when these have moved.

Nothing happens on a page that nobody opens. Feeds come newest first without a date filter, so each is read until a
page of it is loaded already, and to its end where it never was, and every `full_refresh_every`.
Source: contract (p_* reports: newest first).
State: see `state.landing_pages`.
"""

from __future__ import annotations

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

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading
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
    moved: list[bool] = []
    if not (yield from _attempt(reading, page_id, OPENS, moved)):
        return
    for name in LANDING_PAGES:
        if name == OPENS or not reading.wants(name):
            continue
        if any(moved) or not _is_whole(reading, page_id, name):
            yield from _attempt(reading, page_id, name, [])


def _attempt(reading: Reading, page_id: str, name: str, moved: list[bool]) -> Generator[Batch, None, bool]:
    """False where it is left out."""
    title = f"{name.replace('_', ' ')} of {page_id}"
    item = ApiObject(resource=name, object_id=page_id, title=title, owner=page_id)
    return (
        yield from attempt(reading, item, partial(read_feed, of=endpoint(name), page_id=page_id, moved=moved))
    )


def read_feed(reading: Reading, of: Endpoint, page_id: str, moved: list[bool]) -> Iterator[Batch]:
    """A batch for each page of answers; `moved` hears whether any has news."""
    slots = {"campaign_activity_id": page_id}
    to_the_end = not _is_whole(reading, page_id, of.resource)
    loaded = _loaded(reading, of, page_id)
    numbers = Numbers(of.event_key)
    for page in reading.pages(of, slots):
        rows = reading.forgotten.kept(page.rows, of.resource)
        times = _times(rows)
        rows = numbers.number(rows, times) if of.event_key != of.table.key else rows
        keys = [_key(of, row, at) for row, at in zip(rows, times, strict=True)]
        is_known = loaded.issuperset(keys)
        moved.append(not is_known)
        ends = page.next_link is None
        done = (
            (landing_pages_state.read_whole(page_id, of.resource, reading.now),)
            if ends and to_the_end
            else ()
        )
        yield reading.batch(of.resource, rows, requests=1, constants=slots, state=done, whole=ends)
        if rows and is_known and not to_the_end:
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


def _is_whole(reading: Reading, page_id: str, name: str) -> bool:
    whole_at = LandingPagesState.of(reading.state).whole_at.get((page_id, name))
    return is_current(whole_at, reading.options, now=reading.now)
