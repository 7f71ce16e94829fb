"""What totals are about: sent campaigns, their reports, and what of these is loaded. See `totals`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sources.constant_contact.campaign_rows import ACTIVITY_STATS, LINKS, STATS
from sources.constant_contact.catalogue import FEEDS, endpoint
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.state import failures
from sources.constant_contact.state.totals import TotalsState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sources.constant_contact.reads.decisions import Sent
    from sources.constant_contact.reads.reading import Reading

SENDS = "email_sends"
BATCHES = {resource: endpoint(resource).batch or 1 for resource in (STATS, ACTIVITY_STATS)}
Row = dict[str, Any]


class Loaded:
    """What is loaded of the reports, asked once per run and only when needed."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    @cached_property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        with self._reading.warehouse.stretch(FEEDS):
            _ = self.stats  # asked for next, whatever the counts are
            return {feed: self._reading.warehouse.event_counts(feed) for feed in FEEDS}

    @cached_property
    def stats(self) -> Mapping[str, Row]:
        return self._reading.warehouse.latest(STATS, "campaign_id", "last_refresh_time")

    @cached_property
    def with_stats(self) -> frozenset[str]:
        """E-mails whose totals are loaded, and those known to have none."""
        return self._ids(ACTIVITY_STATS, self._state.no_stats)

    @cached_property
    def with_links(self) -> frozenset[str]:
        """E-mails whose links are as new as their clicks, and those known to have none."""
        state = self._state
        without = self._ids(LINKS, state.no_links | state.no_stats)
        return without - state.links_due - {*self._reading.aside.due(LINKS)}

    @cached_property
    def failed(self) -> Mapping[str, frozenset[str]]:
        """Report -> e-mails of which it failed when it was last asked for."""
        state = self._reading.state
        return {
            name: failures.failed_ids(state, name) if self._reading.wants(name) else frozenset()
            for name in (ACTIVITY_STATS, LINKS, *FEEDS)
        }

    @cached_property
    def _state(self) -> TotalsState:
        return TotalsState.of(self._reading.state)

    def _ids(self, table: str, without: frozenset[str]) -> frozenset[str]:
        """E-mails of which it is loaded; `without`: those known to have none."""
        if not self._reading.wants(table):
            return frozenset()
        if self._reading.aside.is_due(table):
            without = frozenset()
        rows = self._reading.warehouse.rows(table, ("campaign_activity_id",))
        return without | {str(row["campaign_activity_id"]) for row in rows}


def campaign_item(sent: Sent) -> ApiObject:
    """The campaign, of which its totals are asked."""
    return ApiObject(
        resource=STATS,
        object_id=sent.campaign_id,
        title=f"campaign {sent.name!r} ({sent.campaign_id})",
        version=sent.version,
    )


def report_item(sent: Sent, resource: str, activity_id: str) -> ApiObject:
    """A report of one of its e-mails."""
    return ApiObject(
        resource=resource,
        object_id=activity_id,
        title=f"e-mail {sent.name!r} (campaign activity {activity_id})",
        version=sent.version,
        owner=activity_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A campaign whose totals are not what is loaded."""

    sent: Sent
    row: Row
    """Its totals, names and types as declared."""
    raw: Row


def together(moved: Sequence[Moved], size: int) -> Iterator[list[Moved]]:
    """Campaigns together as long as their e-mails fit into one request."""
    portion: list[Moved] = []
    held = 0
    for each in moved:
        count = len(each.sent.activities)
        if portion and held + count > size:
            yield portion
            portion, held = [], 0
        portion.append(each)
        held += count
    if portion:
        yield portion
