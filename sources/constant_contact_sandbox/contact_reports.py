"""What one contact did with all mails and landing pages: details, a summary by mail, average rates.

Everything is computed from the events. Knows no HTTP. Source of shapes: contract, ContactTrackingActivity,
ContactCampaignActivitiesSummary, ContactOpenAndClickRates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from . import seeds
from .campaigns import contact_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .campaigns import Campaigns
    from .contacts import Contacts
    from .landing_pages import LandingPages

Row = dict[str, Any]
PAGE_KINDS = {
    "opens": "p_contact_open",
    "clicks": "p_contact_click",
    "adds": "p_contact_add",
    "updates": "p_contact_update",
}
MAIL_KINDS = {f: f"em_{f}" for f in ("sends", "opens", "clicks", "bounces", "optouts", "forwards")}
KINDS = (*MAIL_KINDS.values(), *PAGE_KINDS.values())
LAST_CAMPAIGNS = 200
COUNTS = ("em_sends", "em_opens", "em_clicks", "em_bounces", "em_forwards", "em_unsubscribes")


class Did(NamedTuple):
    """One thing that a contact did; `at` in UTC seconds."""

    at: int
    kind: str
    activity_id: str
    name: str


class ContactReports:
    """Answers for one contact, named by position, or for all of them."""

    def __init__(self, contacts: Contacts, campaigns: Campaigns, pages: LandingPages) -> None:
        self.contacts, self.campaigns, self.pages = contacts, campaigns, pages

    def _sources(self) -> Iterator[tuple[str, str, str, Iterable[int]]]:
        """(kind, activity_id, name, events) of each feed that can be read."""
        for campaign in self.campaigns.rows:
            for activity in campaign.reported:
                for feed, kind in MAIL_KINDS.items():
                    yield kind, activity.activity_id, campaign.name, activity.events[feed]
        for page in self.pages.pages:
            for name, kind in PAGE_KINDS.items():
                yield kind, page.activity_id, page.name, page.events[name]

    def done_by(self, i: int) -> list[Did]:
        """Everything, newest first."""
        return self._by_contact(i)[i]

    def _by_contact(self, only: int | None = None) -> dict[int, list[Did]]:
        found: dict[int, list[Did]] = defaultdict(list)
        for kind, activity_id, name, events in self._sources():
            for event in events:
                if only is None or contact_of(event) == only:
                    found[contact_of(event)].append(Did(event >> 32, kind, activity_id, name))
        for rows in found.values():
            rows.sort(reverse=True)
        return found

    def details(self, i: int, done: Iterable[Did]) -> list[Row]:
        """Rows of activity_details, names included."""
        contact_id = self.contacts.id_of(i)
        return [
            {
                "contact_id": contact_id,
                "campaign_activity_id": one.activity_id,
                "created_time": seeds.stamp_ms(one.at),
                "tracking_activity_type": one.kind,
                "campaign_activity_name": one.name,
            }
            for one in done
        ]

    def _mails(self, done: list[Did], start: float, end: float) -> dict[str, tuple[int, Counter[str]]]:
        """activity_id -> (time of the send, counts) of mails sent to the contact in a range, newest first."""
        sent = {one.activity_id: one.at for one in done if one.kind == "em_sends" and start <= one.at <= end}
        mails = {activity_id: (at, Counter[str]()) for activity_id, at in sent.items()}
        for one in done:
            if one.activity_id in mails:
                mails[one.activity_id][1][one.kind.replace("optouts", "unsubscribes")] += 1
        return mails

    def summary(self, i: int, start: float = 0, end: float = float("inf")) -> list[Row]:
        """Rows of activity_summary: the most recent 200 mails."""
        return self._summary(self.done_by(i), start, end)

    def _summary(self, done: list[Did], start: float, end: float) -> list[Row]:
        rows = []
        for activity_id, (at, counts) in list(self._mails(done, start, end).items())[:LAST_CAMPAIGNS]:
            ids = {"campaign_activity_id": activity_id, "start_on": seeds.stamp_ms(at)}
            rows.append(ids | {name: counts[name] for name in COUNTS})
        return rows

    def rates(self, i: int, start: float = 0, end: float = float("inf")) -> Row:
        """The answer of open_and_click_rates: shares of the mails, 0 to 1."""
        return self._rates(i, self.done_by(i), start, end)

    def _rates(self, i: int, done: list[Did], start: float, end: float) -> Row:
        mails = self._mails(done, start, end).values()
        base = max(1, len(mails))
        opened, clicked = (sum(1 for _, n in mails if n[kind]) for kind in ("em_opens", "em_clicks"))
        return {
            "contact_id": self.contacts.id_of(i),
            "included_activities_count": len(mails),
            "average_open_rate": round(opened / base, 4),
            "average_click_rate": round(clicked / base, 4),
        }

    def tables(self) -> dict[str, Callable[[], Iterable[Row]]]:
        return {
            "contact_activity": lambda: self._each(self.details),
            "contact_activity_summary": lambda: self._each(
                lambda i, done: [
                    {"contact_id": self.contacts.id_of(i)} | row
                    for row in self._summary(done, 0, float("inf"))
                ]
            ),
            "contact_rates": lambda: self._each(lambda i, done: [self._rates(i, done, 0, float("inf"))]),
        }

    def _each(self, rows_of: Callable[[int, list[Did]], list[Row]]) -> Iterator[Row]:
        found = self._by_contact()
        for i in range(len(self.contacts)):
            if self.contacts.exists(i):
                yield from rows_of(i, found.get(i, []))
