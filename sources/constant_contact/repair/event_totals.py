"""Totals of what happened to e-mails, by e-mail and by campaign, beside the rows of the feeds. Pure: rows
in, lines out.

E-mails come first, for they prove their campaigns. What is loaded is asked for in `event_rows`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sources.constant_contact.catalogue import FEEDS
from sources.constant_contact.repair.audit_line import compared
from sources.constant_contact.repair.event_rows import PERSONS, EventRows
from sources.constant_contact.repair.explanations import UNREAD, by_erased, by_rows_set_aside
from sources.constant_contact.repair.set_aside_counts import set_aside_counts
from sources.constant_contact.state.failures import failed_ids
from sources.constant_contact.state.totals import unreached_total

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sources.constant_contact.repair.audit_line import AuditLine, Lines
    from sources.constant_contact.repair.event_rows import Loaded
    from sources.constant_contact.repair.ports import Tables
    from sources.constant_contact.repair.set_aside_counts import SetAsideCounts
    from sources.constant_contact.state.changes import State

    Row = Mapping[str, Any]


def event_lines(
    tables: Tables, wanted: frozenset[str], *, state: State, columns: Mapping[str, Sequence[str]]
) -> Iterator[AuditLine]:
    """Totals per e-mail, then per campaign, then the summaries' contacts, of one feed after the other."""
    rows = EventRows(tables, wanted, columns)
    activities, campaigns = rows.latest_of_emails(), rows.latest_of_campaigns()
    if not activities and not campaigns:
        return
    shared = _Campaigns(
        names=rows.names(),
        members=rows.members(activities),
        set_aside=set_aside_counts(tables, columns),
        state=state,
    )
    summaries = rows.summaries()
    for feed in FEEDS:
        if feed in wanted and feed in columns:
            loaded = rows.loaded(feed, persons=bool(summaries))
            one = _Feed(feed=feed, loaded=loaded, campaigns=shared, unread=_unread(state, feed))
            yield from _lines_of(one, activities, campaigns, summaries)


def _unread(state: State, feed: str) -> frozenset[str]:
    """E-mails of which this feed, or its totals, failed when they were last asked for."""
    return frozenset((*failed_ids(state, feed), *failed_ids(state, "email_campaign_activity_stats")))


def _lines_of(
    feed: _Feed, activities: Sequence[Row], campaigns: Sequence[Row], summaries: Sequence[Row]
) -> Iterator[AuditLine]:
    emails = {str(row["campaign_activity_id"]): [*feed.activity(row)] for row in activities}
    for lines in emails.values():
        yield from lines
    agreeing = {activity for activity, lines in emails.items() if all(line.ok for line in lines)}
    for row in campaigns:
        yield from feed.campaign(str(row["campaign_id"]), row[FEEDS[feed.feed]], agreeing)
    if feed.feed in PERSONS:
        with_totals = {str(row["campaign_id"]) for row in activities}
        for row in summaries:
            if str(row["campaign_id"]) in with_totals:  # elsewhere nothing says which events there are
                yield from feed.persons(str(row["campaign_id"]), row[PERSONS[feed.feed]], agreeing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Campaigns:
    """What the lines of all feeds need."""

    names: Mapping[str, str]
    members: Mapping[str, Collection[str]]
    """campaign -> its e-mails that have reports."""
    set_aside: SetAsideCounts
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    """The lines of one feed."""

    feed: str
    loaded: Loaded
    campaigns: _Campaigns
    unread: frozenset[str]

    def activity(self, row: Row) -> Lines:
        """The total of one e-mail; one that a reading to the end did not reach is explained until it moves."""
        activity = str(row["campaign_activity_id"])
        loaded = self.loaded.events[activity]
        name = self.campaigns.names.get(str(row["campaign_id"]), "")
        found = compared(self.feed, "campaign_activity", activity, row[FEEDS[self.feed]], loaded, name=name)
        return [self._of_activity(line, row["last_refresh_time"]) for line in found]

    def _of_activity(self, line: AuditLine, totals_of: object) -> AuditLine:
        activity = line.scope_id
        line = by_rows_set_aside(line, self._set_aside(activity))
        line = by_erased(line, self.loaded.erased.get(activity, 0))
        if line.ok:
            return line
        if activity in self.unread:
            return line.explained(UNREAD)
        if unreached_total(self.campaigns.state, activity, self.feed) == line.source_count:
            return line.explained(
                f"totals of {totals_of}; the feed was read to its end after they were computed"
            )
        return line

    def campaign(self, campaign: str, total: object, agreeing: Collection[str]) -> Iterator[AuditLine]:
        """The campaign's own total; it has no line where its e-mails are not known."""
        members = self.campaigns.members.get(campaign)
        if members is not None:
            erased = sum(self.loaded.erased.get(activity, 0) for activity in members)
            events = sum(self.loaded.events[activity] for activity in members)
            for line in self._compared("campaign", campaign, total, events):
                yield self._of_campaign(by_erased(line, erased), members, agreeing)

    def persons(self, campaign: str, total: object, agreeing: Collection[str]) -> Iterator[AuditLine]:
        """The contacts that the summary counts."""
        members = self.campaigns.members[campaign]
        persons = sum(self.loaded.persons[activity] for activity in members)
        for line in self._compared("campaign_contacts", campaign, total, persons):
            yield self._of_campaign(line, members, agreeing)

    def _set_aside(self, activity: str) -> int:
        return self.campaigns.set_aside.events[self.feed, activity]

    def _compared(self, scope: str, campaign: str, total: object, loaded: int) -> Iterator[AuditLine]:
        name = self.campaigns.names.get(campaign, "")
        return compared(self.feed, scope, campaign, total, loaded, name=name)

    def _of_campaign(self, line: AuditLine, members: Collection[str], agreeing: Collection[str]) -> AuditLine:
        line = by_rows_set_aside(line, sum(map(self._set_aside, members)))
        if line.ok:
            return line
        if not self.unread.isdisjoint(members):
            return line.explained(UNREAD)
        if set(members) <= set(agreeing):
            return line.explained("each of its e-mails agrees; this count is computed apart from them")
        return line
