"""From campaigns whose totals moved to the reports of their e-mails: totals, then the feeds and links that have news.

Source: contract (/reports/stats/email_campaign_activities, /reports/email_reports/*).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import NotFound
from sources.constant_contact.batches import Batch
from sources.constant_contact.campaign_rows import ACTIVITY_STATS, LINKS, STATS
from sources.constant_contact.catalogue import FEEDS, endpoint
from sources.constant_contact.reads import feeds
from sources.constant_contact.reads.api_objects import attempt, has_failed_before, is_held
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.learned_totals import changes_of_failures
from sources.constant_contact.reads.reading import NEWS
from sources.constant_contact.reads.reports import SENDS, Moved, report_item
from sources.constant_contact.state import totals as totals_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sources.constant_contact.reads.compared_totals import ComparedTotals
    from sources.constant_contact.reads.decisions import Sent
    from sources.constant_contact.reads.learned_totals import LearnedTotals
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange

Row = dict[str, Any]


class EmailReports:
    """The reports of single e-mails."""

    def __init__(
        self,
        reading: Reading,
        compared: ComparedTotals,
        learned: LearnedTotals,
        look_again: Callable[[Sent, StateChange], None],
    ) -> None:
        """`look_again`: told of a campaign that was sent to more than its known e-mails together, and what to keep in
        mind where no other e-mail is found.
        """
        self._reading, self._compared, self._learned = reading, compared, learned
        self._look_again = look_again

    def totals(self, portion: Sequence[Moved]) -> Iterator[Batch]:
        """Totals per e-mail, then its feeds. The campaigns' own totals come last: they vouch for all of it."""
        totals: dict[str, Row] = {}
        item = ApiObject(resource=ACTIVITY_STATS)
        yield from attempt(self._reading, item, lambda own: self._ask_emails(own, portion, totals))
        yield self._reading.batch(STATS, [each.raw for each in portion], requests=0)
        for each in portion:
            for activity in each.sent.activities:
                self._add_reports(each.sent, activity, totals.get(activity), each.row)

    def _ask_emails(self, own: Reading, portion: Sequence[Moved], totals: dict[str, Row]) -> Iterator[Batch]:
        """Fills `totals`: e-mail -> its row, names and types as declared."""
        reports = [(each.sent, activity) for each in portion for activity in each.sent.activities]
        items = {activity: report_item(sent, ACTIVITY_STATS, activity) for sent, activity in reports}
        items = {activity: item for activity, item in items.items() if not is_held(own, item)}
        doubtful = {activity for activity, item in items.items() if has_failed_before(own, item)}
        answer = self._learned.answer(own, ACTIVITY_STATS, list(items), doubtful)
        totals.update(answer.rows)
        without = [each for each in items if each not in answer.raw and each not in answer.failed]
        yield self._reading.batch(
            ACTIVITY_STATS,
            list(answer.raw.values()),
            requests=answer.requests if answer.works else 0,
            whole=answer.works and self._reading.aside.is_due(ACTIVITY_STATS),
            state=(
                *self._learned.noted_without(no_stats=without if answer.works else ()),
                *self._links_due(portion, totals),
                *self._learned.changes(ACTIVITY_STATS, answer, ()),
                *changes_of_failures(self._reading, answer, items),
                *(change for each in portion for change in self._offsets(each, totals)),
            ),
        )

    def _offsets(self, moved: Moved, totals: Mapping[str, Row]) -> tuple[StateChange, ...]:
        """Where a campaign's totals are not those of its e-mails together, and whether an e-mail may be missing."""
        sent, before = moved.sent, self._compared.state.offsets.get(moved.sent.campaign_id, {})
        if any(activity not in totals for activity in sent.activities):
            return ()
        offsets = {
            feed: more
            for feed, column in FEEDS.items()
            if (more := (moved.row[column] or 0) - sum(totals[each][column] or 0 for each in sent.activities))
        }
        if offsets == before:
            return ()
        kept = totals_state.stands_apart(sent.campaign_id, offsets)
        # A resend can go out without a new `updated_at` of its campaign.
        if offsets.get(SENDS, 0) > before.get(SENDS, 0):
            self._look_again(sent, kept)
            return ()
        return (kept,)

    def _add_reports(self, sent: Sent, activity: str, row: Row | None, campaign_row: Row) -> None:
        """A slice for each feed of one e-mail whose total is not what is loaded, and one for its links."""
        clicked = False
        for feed, column in FEEDS.items():
            total = None if row is None else row[column]
            if row is None and not self._compared.differs(sent, feed, sent.activities, campaign_row[column]):
                continue
            if row is not None and not self._compared.differs(sent, feed, (activity,), total):
                continue
            clicked = clicked or feed == "email_clicks"
            job = feeds.Feed(
                resource=feed,
                activity_id=activity,
                total=total,
                loaded=self._compared.loaded.counts[feed].get(activity, 0),
            )
            self._read(sent, feed, activity, job.read)
        if self._reading.wants(LINKS) and (clicked or activity not in self._compared.loaded.with_links):
            self._read(sent, LINKS, activity, lambda own: self._links(own, activity))

    def _read(
        self, sent: Sent, report: str, activity: str, read: Callable[[Reading], Iterator[Batch]]
    ) -> None:
        item = report_item(sent, report, activity)
        title = f"{'links' if report == LINKS else report} of {sent.name!r}"
        self._reading.add(report, NEWS, title, lambda: attempt(self._reading, item, read))

    def _links_due(self, portion: Sequence[Moved], totals: Mapping[str, Row]) -> Iterator[StateChange]:
        """Links are read again for new clicks; a run that dies between the two must not take that for done."""
        if not self._reading.wants(LINKS):
            return
        column = FEEDS["email_clicks"]
        for each in portion:
            for activity in each.sent.activities:
                row = totals.get(activity)
                if row is not None and self._compared.differs(
                    each.sent, "email_clicks", (activity,), row[column]
                ):
                    yield totals_state.owes_links(activity)

    def _links(self, own: Reading, activity: str) -> Iterator[Batch]:
        of = endpoint(LINKS)
        done = totals_state.links_read(activity)
        try:
            for page in own.pages(of, {"campaign_activity_id": activity}):
                state = () if page.rows else self._learned.noted_without(no_links=[activity])
                yield self._reading.batch(
                    LINKS,
                    page.rows,
                    requests=1,
                    constants={"campaign_activity_id": activity},
                    state=state if page.next_link else (*state, done),
                    whole=page.next_link is None,
                )
        except NotFound:  # an e-mail without links, where it says so twice
            if activity not in self._compared.state.lost_links:
                yield Batch(resource=LINKS, state=(totals_state.links_not_found(activity),))
                raise
            state = (
                *self._learned.noted_without(no_links=[activity]),
                done,
                totals_state.links_found_missing(activity),
            )
            yield Batch(resource=LINKS, requests=1, state=state)
