"""E-mail campaigns, their activities and the events that followed each send.

An event is one 64-bit number, time (32 bits) | contact position (24) | detail (8), so that a sorted array
is a feed from oldest to newest. Knows no HTTP; times are whole UTC seconds. Source of shapes: contract,
EmailCampaign, EmailCampaignActivity, EmailSendHistory, ResendToNonOpeners.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import machines, people, seeds
from .small_collections import DAY_S

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .contacts import Contacts

Row = dict[str, Any]
FEEDS = ("sends", "opens", "clicks", "forwards", "optouts", "bounces")
DEVICES = ("computer", "mobile", "tablet", "other", "none")
BOUNCE_CODES = "BDFSVXZ"
_DEVICE_SHARES = (0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 1, 0, 0, 1, 1, 3)
MAX_CONTACTS = 1 << 24
AB_TEST = 57
"""The type_code of a mail with two subject lines."""
SITE = "https://www.harborlight.example"


def pack(at: int, contact: int, detail: int = 0) -> int:
    return at << 32 | contact << 8 | detail


def contact_of(event: int) -> int:
    return event >> 8 & 0xFFFFFF


@dataclass(slots=True, kw_only=True)
class Activity:
    """One mail of a campaign. `changed_at`: when its totals last moved."""

    activity_id: str
    role: str
    key: int
    number: int
    sent_at: int = 0
    changed_at: int = 0
    version: int = 0
    list_ids: list[str] = field(default_factory=list)
    segment_ids: list[int] = field(default_factory=list)
    subject: str = ""
    events: dict[str, array[int]] = field(default_factory=lambda: {feed: array("Q") for feed in FEEDS})
    links: list[str] = field(default_factory=list)
    later_sends: list[tuple[int, int]] = field(default_factory=list)
    """(time, recipients) of each send after the first, to contacts that were added since."""
    failed_before: bool = False
    plans_resend: bool = False

    @property
    def has_reports(self) -> bool:
        return self.sent_at > 0 and self.role != "permalink"


@dataclass(slots=True, kw_only=True)
class Campaign:
    """`status` in the spelling of /emails: Draft, Scheduled, Executing, Done, Error, Removed."""

    campaign_id: str
    key: int
    name: str
    status: str
    created_at: int
    updated_at: int
    type_code: int = 10
    scheduled_at: int = 0
    activities: list[Activity] = field(default_factory=list)

    def listing(self) -> Row:
        """The row of /emails."""
        return {
            "campaign_id": self.campaign_id,
            "created_at": f"{seeds.stamp(self.created_at)[:-1]}.{self.key % 1000:03d}Z",
            "current_status": self.status,
            "name": self.name,
            "type": "CUSTOM_CODE_EMAIL" if self.type_code == 26 else "NEWSLETTER",
            "type_code": self.type_code,
            "updated_at": f"{seeds.stamp(self.updated_at)[:-1]}.{self.key % 1000:03d}Z",
        }

    def detail(self) -> Row:
        """The row of /emails/{id}."""
        refs = [
            {"campaign_activity_id": a.activity_id, "role": a.role}
            | ({"document_id": document_id(a)} if self.type_code != 26 else {})
            for a in self.activities
        ]
        return self.listing() | {"campaign_activities": refs}

    @property
    def primary(self) -> Activity:
        return self.activities[0]

    @property
    def reported(self) -> list[Activity]:
        return [a for a in self.activities if a.has_reports] if self.status != "Removed" else []


def document_id(activity: Activity) -> str:
    return seeds.uuid_text(activity.number ^ 0xD0C, activity.number)


class Campaigns:
    """All campaigns, by position; builds new ones and the events of their sends."""

    def __init__(
        self, seed: int, contacts: Contacts, *, recipients_per_send: int | None = None, bare: bool = True
    ) -> None:
        self.bare = bare
        self.seed, self.contacts, self.recipients_per_send = seed, contacts, recipients_per_send
        self.rows: list[Campaign] = []
        self.by_id: dict[str, Campaign] = {}
        self.activity_by_id: dict[str, tuple[Campaign, Activity]] = {}
        self.closed_lists: set[str] = set()
        self._members: dict[int, tuple[int, array[int]]] = {}

    def create(self, *, status: str, created_at: int) -> Campaign:
        """A campaign with its primary_email and, for some, a permalink activity; nothing is sent."""
        key = len(self.rows)
        h = seeds.word(self.seed, "campaign", key)
        topic = people.CAMPAIGN_TOPICS[h % len(people.CAMPAIGN_TOPICS)]
        campaign = Campaign(
            campaign_id=seeds.uuid_of(self.seed, "campaign", key),
            key=key,
            name=f"{topic} #{key + 1}",
            status=status,
            created_at=created_at,
            updated_at=created_at,
            type_code=26 if h >> 8 & 3 == 0 else self._plain_type(key),
            scheduled_at=created_at + 3 * DAY_S,
        )
        self.rows.append(campaign)
        self.by_id[campaign.campaign_id] = campaign
        subject = people.SUBJECTS[(h >> 12) % len(people.SUBJECTS)].format(topic=topic)
        self.add_activity(campaign, "primary_email", subject)
        if h >> 20 & 1:
            self.add_activity(campaign, "permalink", subject)
        return campaign

    def _plain_type(self, key: int) -> int:
        """A newsletter, or one in four with two subject lines, which a bare account does not have."""
        return 10 if self.bare or seeds.word(self.seed, "abtest", key) & 3 else AB_TEST

    def add_activity(self, campaign: Campaign, role: str, subject: str) -> Activity:
        n = len(campaign.activities)
        number = seeds.word(self.seed, "activity", campaign.key, n)
        lists = [i for i in self.contacts.list_ids[: len(people.LIST_NAMES)] if i not in self.closed_lists]
        chosen = {
            lists[number % len(lists)],
            lists[0] if number >> 9 & 1 else lists[(number >> 5) % len(lists)],
        }
        count = 3 + (number >> 13) % 4
        activity = Activity(
            activity_id=seeds.uuid_of(self.seed, "activity", campaign.key, n),
            role=role,
            key=n,
            number=number,
            list_ids=[i for i in lists if i in chosen],
            subject=subject,
            links=[
                f"{SITE}/{path}?utm_source=ctct&utm_medium=email&utm_campaign=c{campaign.key + 1}"
                for path in people.LINK_PATHS[:count]
            ],
        )
        if not self.bare:
            rest = seeds.word(self.seed, "activity", campaign.key, n, "extras")
            activity.segment_ids = [1 + rest % 4] if rest >> 8 & 3 == 0 else []
            activity.failed_before, activity.plans_resend = rest >> 10 & 7 == 0, bool(rest >> 13 & 1)
        campaign.activities.append(activity)
        self.activity_by_id[activity.activity_id] = (campaign, activity)
        return activity

    def send(self, campaign: Campaign, at: int, until: int) -> None:
        """Send the primary activity at `at`; opens, clicks and so on up to `until` follow at once."""
        activity = campaign.primary
        recipients = self._recipients(activity, at)
        self._deliver(campaign, activity, recipients, at, until)
        campaign.status, campaign.updated_at = "Done", at

    def resend(self, campaign: Campaign, at: int, until: int) -> None:
        """Send again, as its own activity, to those who did not open the first mail."""
        first = campaign.primary
        reached = {contact_of(e) for feed in ("opens", "bounces", "optouts") for e in first.events[feed]}
        recipients = [
            i
            for i in map(contact_of, first.events["sends"])
            if i not in reached and self.contacts.is_mailable(i)
        ]
        activity = self.add_activity(campaign, "resend", "Did you miss it? " + first.subject)
        activity.list_ids = first.list_ids
        self._deliver(campaign, activity, recipients, at, until)
        campaign.updated_at = at

    def send_again(self, campaign: Campaign, at: int, until: int) -> int:
        """Send the primary activity to contacts added to its lists since; how many there were."""
        activity = campaign.primary
        reached = {contact_of(event) for event in activity.events["sends"]}
        recipients = [i for i in self._recipients(activity, at) if i not in reached]
        if recipients:
            stream = f"events/{campaign.key}/{activity.key}/{len(activity.later_sends) + 1}"
            self.add_events(activity, self._events(stream, activity, recipients, at, until), until)
            activity.later_sends.append((at, len(recipients)))
            campaign.updated_at = at
        return len(recipients)

    def _recipients(self, activity: Activity, at: int) -> list[int]:
        contacts, mask = self.contacts, 0
        for list_id in activity.list_ids:
            if list_id:
                mask |= 1 << contacts.list_ids.index(list_id)
        members = self._members_of(mask)
        cap = self.recipients_per_send
        if cap is not None and len(members) > cap + cap // 3:
            begin = activity.number % (len(members) - cap - cap // 3)
            members = members[begin : begin + cap + cap // 3]
        c, out, gone, state = contacts.created, contacts.opted_out, contacts.deleted, contacts.state
        chosen = [
            i
            for i in members
            if state[i] <= 2 and c[i] < at and not 0 < out[i] <= at and not 0 < gone[i] <= at
        ]
        return chosen[:cap]

    def _members_of(self, mask: int) -> array[int]:
        generation, members = self._members.get(mask, (-1, array("I")))
        if generation != self.contacts.generation:
            if len(self._members) > 64:
                self._members.clear()
            members = array("I", [i for i, m in enumerate(self.contacts.lists) if m & mask])
            self._members[mask] = (self.contacts.generation, members)
        return members

    def _deliver(
        self, campaign: Campaign, activity: Activity, recipients: list[int], at: int, until: int
    ) -> None:
        events = self._events(f"events/{campaign.key}/{activity.key}", activity, recipients, at, until)
        for feed, rows in events.items():
            rows.sort()
            activity.events[feed] = array("Q", rows)
        self._apply_optouts(events["optouts"])
        activity.sent_at = at
        self.touch(activity, max((rows[-1] >> 32 for rows in events.values() if rows), default=at))

    def _events(
        self, stream: str, activity: Activity, recipients: list[int], at: int, until: int
    ) -> dict[str, list[int]]:
        """What follows a send, by feed and unsorted. Of eight people whose mail bounces one reads it all the same: it
        came a second time, or they found it on the web.
        """
        per_second = max(7, len(recipients) // 600)
        events: dict[str, list[int]] = {feed: [] for feed in FEEDS}
        events["sends"] = [pack(min(at + k // per_second, until), i) for k, i in enumerate(recipients)]
        rolls = seeds.words(self.seed, stream, 0, len(recipients))
        for event, h in zip(events["sends"], rolls, strict=True):
            roll = h & 0xFFF
            if roll < 74:
                code = (0, 0, 1, 2, 3, 4, 5, 6)[h >> 12 & 7]
                bounced = min((event >> 32) + 2 + (h >> 20) % 240, until)
                events["bounces"].append(pack(bounced, contact_of(event), code))
                if h >> 15 & 7 == 0 and (opened := bounced + 60 + (h >> 28) % DAY_S) <= until:
                    events["opens"].append(pack(opened, contact_of(event), _DEVICE_SHARES[h >> 24 & 15]))
            elif roll < 1560:
                self._opened(events, event, h, until, len(activity.links))
        return events

    def _opened(self, events: dict[str, list[int]], sent: int, h: int, until: int, links: int) -> None:
        """What one reader does, and what the programs before the mailbox do: see `machines`."""
        g = seeds.stir(h, 0xB07)
        early = None
        if g & 7 < 3 and self._domain(contact_of(sent), sent >> 32) in machines.PREFETCHING:
            early = machines.prefetched_at(sent >> 32, g)
        follow(events, sent, h, until, links, early=early)
        if g >> 8 & 63 == 0:
            events["clicks"] += [
                pack(at, contact_of(sent), link << 4)
                for at, link in machines.scan(sent >> 32, g, links)
                if at <= until
            ]

    def _domain(self, contact: int, at: int) -> str:
        return self.contacts.identity(contact, at)[0].rpartition("@")[2]

    def _apply_optouts(self, optouts: Iterable[int]) -> None:
        contacts = self.contacts
        for event in optouts:
            i, at = contact_of(event), event >> 32
            if contacts.state[i] <= 1:
                contacts.state[i] = 2
                contacts.opted_out[i] = contacts.email_updated[i] = at

    def touch(self, activity: Activity, at: int) -> None:
        activity.version += 1
        activity.changed_at = max(activity.changed_at, at)

    def more_events(self, activity: Activity, begin: int, end: int, salt: int) -> None:
        """Late opens and clicks of about one recipient in 50, between `begin` and `end`."""
        sends = activity.events["sends"]
        events: dict[str, list[int]] = {feed: [] for feed in FEEDS}
        for n in range(1 + len(sends) // 50):
            h = seeds.word(self.seed, "late", activity.activity_id, salt, n)
            i = contact_of(sends[h % len(sends)]) if sends else 0
            at = begin + (h >> 24) % max(1, end - begin)
            events["opens"].append(pack(at, i, _DEVICE_SHARES[h >> 8 & 15]))
            if h & 3 == 0:
                events["clicks"].append(
                    pack(min(at + 30, end), i, ((h >> 12) % len(activity.links)) << 4 | 1)
                )
        if sends:
            self.add_events(activity, events, end)

    def add_events(self, activity: Activity, events: dict[str, list[int]], now: int) -> None:
        for feed, rows in events.items():
            if rows:
                activity.events[feed] = array("Q", sorted([*activity.events[feed], *rows]))
        self._apply_optouts(events.get("optouts", ()))
        self.touch(activity, now)


def follow(
    events: dict[str, list[int]], sent: int, h: int, until: int, links: int, *, early: int | None = None
) -> None:
    """What one reader does: opens (half of them within four hours), opens again, clicks, forwards, leaves.

    `early`: when the mailbox loaded the images; the reader's own first open then leaves no event.
    """
    at, i = sent >> 32, contact_of(sent)
    device = _DEVICE_SHARES[h >> 12 & 15]
    u = (h >> 16 & 0xFFFF) / 65536
    opened = at + 30 + int(14400 * u / (1.0001 - u))
    if opened > until:
        return
    events["opens"].append(pack(min(early or opened, opened), i, device))
    for n in range((0, 0, 0, 0, 1, 1, 2, 4)[h >> 32 & 7]):
        again = opened + (0 if h >> 35 & 31 == 0 else 600 + (h >> (36 + n)) % (3 * DAY_S))
        if again <= until:
            events["opens"].append(pack(again, i, device))
    if h >> 40 & 7 == 0:
        for n in range(1 + (h >> 43 & 1)):
            clicked = opened + 20 + 35 * n
            if clicked <= until:
                events["clicks"].append(pack(clicked, i, ((h >> (44 + n)) % links) << 4 | device))
    rest = h >> 50
    if rest < 60 and opened + 90 <= until:
        events["optouts"].append(pack(opened + 90, i, rest % len(people.OPT_OUT_REASONS)))
    elif rest < 90 and opened + 120 <= until:
        events["forwards"].append(pack(opened + 120, i))
