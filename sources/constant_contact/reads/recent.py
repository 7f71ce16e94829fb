"""What is listed from a date on, and moves for a while: each run asks for the last weeks before the last reading.

Source: contract (sms_campaign_summaries: `start_at` filters by the last send, while the counts go on moving).
State: see `state.recent`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pendulum

from sources.constant_contact.reads import costs
from sources.constant_contact.reads.api_objects import attempt
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.reading import FIRST
from sources.constant_contact.state import recent as recent_state
from sources.constant_contact.state.recent import RecentState
from sources.constant_contact.windows import as_parameter, is_current

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pendulum import DateTime

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.windows import SyncOptions

MOVES = pendulum.duration(days=30)
"""How long the counts of what was sent go on moving, generously."""
BEFORE_ALL = pendulum.datetime(2000, 1, 1)
"""The API asks for a date: one before every account."""


def slices(reading: Reading, of: Endpoint) -> None:
    item = ApiObject(resource=of.resource)
    read = partial(read_recent, of=of)
    reading.add(of.resource, FIRST, of.resource, partial(attempt, reading, item, read))


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    if facts.waits(of.resource):
        return
    since = asked_since(facts.state, of, facts.options, now=facts.now)
    column = of.changed or ""
    rows = sum(
        since is None or row[column] is None or row[column] >= since
        for row in facts.warehouse.rows(of.resource, (column,))
    )
    why = "all of them" if since is None else f"since {since.format('D MMM')}, as their counts move"
    yield Line(resource=of.resource, why=why, rows=rows, requests=costs.pages(rows, of.page_size or 1))


def read_recent(reading: Reading, of: Endpoint) -> Iterator[Batch]:
    """One batch a page; the last one says how far it came."""
    since = asked_since(reading.state, of, reading.options, now=reading.now)
    if reading.aside.is_due(of.resource):  # its rows may be of any time
        since = None
    start = since or reading.options.start_date or BEFORE_ALL
    for page in reading.pages(of, extra={of.after or "": as_parameter(start)}):
        done = () if page.next_link else recent_state.read(of.resource, reading.now, is_whole=since is None)
        whole = since is None and page.next_link is None
        yield reading.batch(of.resource, page.rows, requests=1, state=done, whole=whole)


def asked_since(
    state: Mapping[str, Any], of: Endpoint, options: SyncOptions, *, now: DateTime
) -> DateTime | None:
    """From when on to ask; None: for everything. Pure, for run and plan."""
    known = RecentState.of(state, of.resource)
    if known.read_at is None or not is_current(known.whole_at, options, now=now):
        return None
    return min(now, known.read_at) - MOVES
