"""Whether the totals of a campaign are what is loaded of its e-mails: the question on which everything else depends.

State: see `state.totals`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.constant_contact.campaign_rows import ACTIVITY_STATS, LINKS
from sources.constant_contact.catalogue import FEEDS
from sources.constant_contact.reads.api_objects import is_held, recovered
from sources.constant_contact.reads.decisions import differs
from sources.constant_contact.reads.reports import Loaded, report_item
from sources.constant_contact.state.totals import TotalsState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sources.constant_contact.reads.decisions import Sent
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange

Row = dict[str, Any]


class ComparedTotals:
    """Totals of the API, a row at a time, beside what was loaded and known when the run began."""

    def __init__(self, reading: Reading) -> None:
        self.loaded = Loaded(reading)
        self.state = TotalsState.of(reading.state)
        self._reading = reading

    def agreed_again(self, sent: Sent, row: Row) -> Iterator[StateChange]:
        """Reports that failed and need not be read any more; those that wait are noted as left out."""
        for report, activities in self.loaded.failed.items():
            for activity in activities.intersection(sent.activities):
                item = report_item(sent, report, activity)
                if is_held(self._reading, item):
                    continue
                is_loaded = report == LINKS and activity in self.loaded.with_links
                column = FEEDS.get(report)
                if is_loaded or (column and not self.differs(sent, report, sent.activities, row[column])):
                    yield from recovered(self._reading, item)

    def is_news(self, sent: Sent, row: Row) -> bool:
        """Whether anything of this campaign is not loaded as its totals say."""
        offsets = self.state.offsets.get(sent.campaign_id, {})
        if any(
            self.differs(sent, feed, sent.activities, row[column], offset=offsets.get(feed, 0))
            for feed, column in FEEDS.items()
        ):
            return True
        before = self.loaded.stats.get(sent.campaign_id)
        if before is None or any(before.get(name) != row[name] for name in row if name.startswith("stats__")):
            return True
        return self._lacks(sent, ACTIVITY_STATS, self.loaded.with_stats) or self._lacks(
            sent, LINKS, self.loaded.with_links
        )

    def _lacks(self, sent: Sent, report: str, loaded: Collection[str]) -> bool:
        """Whether a report of an e-mail is to be read because it never was."""
        return self._reading.wants(report) and any(
            each not in loaded and not self._waits(sent, report, each) for each in sent.activities
        )

    def _waits(self, sent: Sent, report: str, activity: str) -> bool:
        failed_before = activity in self.loaded.failed[report]
        return failed_before and is_held(self._reading, report_item(sent, report, activity))

    def differs(
        self, sent: Sent, feed: str, activities: Sequence[str], total: int | None, *, offset: int = 0
    ) -> bool:
        waits = any(self._waits(sent, feed, each) for each in activities)
        if waits or total is None or not self._reading.wants(feed):
            return False
        if any(self._reading.aside.is_due(feed, each) for each in activities):
            return True
        return differs(
            total,
            [self.loaded.counts[feed].get(each, 0) for each in activities],
            [self.state.unreached.get(each, {}).get(feed) for each in activities],
            offset=offset,
            aside=sum(self._reading.aside.count(feed, each) for each in activities),
        )
