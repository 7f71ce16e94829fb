"""How far first reads have come that are not finished, by the state and the newest audit. Pure.

Contacts and campaigns are under way until their marks are set; the feed of an e-mail is unread while none of its rows
is loaded, or while the state holds a link from which its first reading goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.constant_contact.display.status import Backfill
from pipelines.constant_contact.events import UNDER_WAY
from sources.constant_contact.catalogue import FEEDS
from sources.constant_contact.state.campaigns import CampaignsState
from sources.constant_contact.state.contacts import ContactsState
from sources.constant_contact.state.feeds import first_reading_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.constant_contact.display.status import AuditCount, StatusReport
    from sources.constant_contact.state.changes import State

CONTACTS, CAMPAIGNS = "contacts", "email_campaigns"


def backfill(state: State, report: StatusReport) -> tuple[Backfill, ...]:
    """One for each resource whose first read is not finished; none where nothing was loaded."""
    rows = {table.name: table.rows for table in report.tables}
    lines = () if report.audit is None else report.audit.lines
    found: list[Backfill] = []
    contacts = ContactsState.of(state)
    if contacts.whole is not None and contacts.mark is None and not contacts.whole.ended:
        total = next((line.source_count for line in lines if line.scope == "total"), None)
        found.append(Backfill(resource=CONTACTS, done=rows.get(CONTACTS, 0), total=total, unit="contacts"))
    if CampaignsState.of(state).mark is None and rows.get(CAMPAIGNS):
        found.append(Backfill(resource=CAMPAIGNS, done=rows[CAMPAIGNS], total=None, unit="campaigns"))
    return (*found, *_feeds(state, lines))


def _feeds(state: State, lines: tuple[AuditCount, ...]) -> Iterator[Backfill]:
    """By e-mails whose totals say that there is something to read."""
    for feed in FEEDS:
        mails = [
            line
            for line in lines
            if line.table == feed and line.scope == "campaign_activity" and line.source_count
        ]
        unread = sum(_is_unread(state, line) for line in mails)
        if unread:
            yield Backfill(resource=feed, done=len(mails) - unread, total=len(mails), unit="e-mails")


def _is_unread(state: State, line: AuditCount) -> bool:
    if first_reading_of(state, line.scope_id, line.table) is not None:
        return True
    return line.loaded_count == 0 and line.explanation == UNDER_WAY
