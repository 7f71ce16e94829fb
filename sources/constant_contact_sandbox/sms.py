"""SMS: the campaigns with their summaries, the SMS lists, and what each contact's channel went through.

Knows no HTTP; times are whole UTC seconds. Source of shapes: contract, BulkCampaignSummary, ContactList,
SmsEngagementHistory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import people, seeds
from .small_collections import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .contacts import Contacts
    from .nights import Night

Row = dict[str, Any]
FIRST_CAMPAIGNS = 5
FIRST_LISTS = ("SMS: daily specials", "SMS: events")
COUNTS = ("sends", "delivers", "opens", "clicks", "optouts")


@dataclass(slots=True, kw_only=True)
class SmsCampaign:
    campaign_id: str
    name: str
    sent_at: int
    counts: dict[str, int]

    def row(self) -> Row:
        """The row of sms_campaign_summaries."""
        return {
            "campaign_id": self.campaign_id,
            "campaign_name": self.name,
            "campaign_type": "SMS",
            "last_sent_date": seeds.stamp_ms(self.sent_at),
            "unique_counts": dict(self.counts),
        }


class Sms:
    """`campaigns` in the order of their sends; `lists` as /contact_lists?channel_type=sms shows them."""

    def __init__(self, seed: int, now: int, contacts: Contacts, *, bare: bool) -> None:
        self.seed, self.contacts = seed, contacts
        self.campaigns: list[SmsCampaign] = []
        self.lists: list[Row] = []
        self.has_history = not bare
        self._past: dict[int, list[Row]] = {}
        for k in range(0 if bare else FIRST_CAMPAIGNS):
            self.send(at=now - (FIRST_CAMPAIGNS - k) * 9 * DAY_S)
        for k, name in enumerate(() if bare else FIRST_LISTS):
            self.add_list(name, at=now - (90 - 20 * k) * DAY_S)

    def send(self, *, at: int) -> SmsCampaign:
        """A campaign that is sent at once; clicks and opt-outs come in over the next nights."""
        k = len(self.campaigns)
        number = seeds.word(self.seed, "sms", k)
        sends = 20 + number % 200
        counts = {"sends": sends, "delivers": sends - number % 5, "opens": sends // 2}
        counts |= {"clicks": sends // 5, "optouts": number % 3}
        topic = people.CAMPAIGN_TOPICS[number % len(people.CAMPAIGN_TOPICS)]
        campaign_id = seeds.uuid_of(self.seed, "sms", k, "id")
        campaign = SmsCampaign(
            campaign_id=campaign_id, name=f"SMS: {topic} {k + 1}", sent_at=at, counts=counts
        )
        self.campaigns.append(campaign)
        return campaign

    def add_list(self, name: str, *, at: int) -> Row:
        text = seeds.stamp(at)
        row: Row = {
            "list_id": seeds.uuid_of(self.seed, "sms_list", len(self.lists)),
            "name": name,
            "description": f"Gets text messages: {name}",
            "favorite": not self.lists,
            "created_at": text,
            "updated_at": text,
        }
        self.lists.append(row)
        return row

    def edit_list(self, k: int, *, at: int, **fields: Any) -> None:
        self.lists[k] = self.lists[k] | fields | {"updated_at": seeds.stamp(at)}

    def delete_list(self, k: int, *, at: int) -> None:
        """It stays with deleted_at."""
        self.edit_list(k, at=at, deleted_at=seeds.stamp(at))

    def list_row(self, bit: int, count: str | None = None) -> Row:
        """A list as shown, with membership_count if asked; every other SMS-only contact is a member."""
        row = self.lists[bit]
        if count is None:
            return row
        c = self.contacts
        pairs = zip(c.state, c.deleted, strict=True)
        members = sum(
            1 for i, (state, gone) in enumerate(pairs) if state & 16 and not gone and i % 2 == bit % 2
        )
        return row | {"membership_count": 0 if "deleted_at" in row else members}

    def summaries(self, start: float, end: float) -> list[SmsCampaign]:
        """Campaigns whose last send lies in a range (inclusive), last sent first."""
        chosen = [c for c in self.campaigns if start <= c.sent_at <= end]
        return sorted(chosen, key=lambda c: -c.sent_at)

    def history(self, i: int) -> list[Row]:
        """What happened to the SMS channel of contact `i`, oldest first; empty without a channel."""
        channel = self.contacts.row(i, frozenset({"sms_channel"})).get("sms_channel")
        if not self.has_history:
            return []
        contact_id = self.contacts.id_of(i)
        steps = [_history_row(contact_id, channel, step) for step in _steps(channel)] if channel else []
        by_id = {row["sms_channel_history_id"]: row for row in (*self._past.get(i, ()), *steps)}
        return sorted(by_id.values(), key=lambda row: row["insert_time"])

    def remember(self, i: int) -> None:
        """Keep the history as it is, for a change of the channel that is about to come: what happened stays."""
        self._past[i] = self.history(i)

    def tables(self) -> dict[str, Callable[[], Iterable[Row]]]:
        c = self.contacts
        return {
            "sms_campaign_summaries": lambda: (one.row() for one in self.summaries(0, float("inf"))),
            "sms_lists": lambda: (self.list_row(k, "all") for k in range(len(self.lists))),
            "contacts_sms_engagement_history": lambda: (
                row for i in range(len(c)) if c.exists(i) for row in self.history(i)
            ),
        }

    def live(self, night: Night) -> None:
        """A send every fourth night, later clicks on recent ones, lists that come, change and go."""
        for k, campaign in enumerate(self.campaigns):
            if night.begin - 14 * DAY_S < campaign.sent_at and night.roll("sms_clicks", k) % 3 == 0:
                campaign.counts["clicks"] += 1 + campaign.counts["clicks"] // 50
                campaign.counts["opens"] += 1
                night.done["sms_clicked"] += 1
        if number := night.happens("sms_sent", 4):
            self.send(at=night.moment(number))
        if number := night.happens("sms_list_created", 10):
            self.add_list(f"SMS: night {night.number}", at=night.moment(number))
        if (number := night.happens("sms_list_edited", 6)) and self.lists:
            k = number % len(self.lists)
            self.edit_list(k, at=night.moment(number), description=f"Edited in night {night.number}")
        if (number := night.happens("sms_list_deleted", 14)) and len(self.lists) > 2:
            self.delete_list(len(self.lists) - 1, at=night.moment(number))


def _steps(channel: Row) -> Iterable[Row]:
    """The consents of a channel, and the opt-out of each that ended."""
    for consent in channel.get("sms_channel_consents", ()):
        yield consent | {"at": consent["opt_in_date"], "action": "opt_in", "state": "I"}
        if "opt_out_date" in consent:
            yield consent | {"at": consent["opt_out_date"], "action": "opt_out", "state": "O"}


def _history_row(contact_id: str, channel: Row, step: Row) -> Row:
    at = step["at"]
    ids = {"contact_id": contact_id, "sms_channel_id": channel["sms_channel_id"]}
    number = seeds.word(0, channel["sms_channel_id"], step["action"])
    details: Row = {
        "state": step["state"],
        "source": "A" if channel["create_source"] == "Account" else "C",
        "consent_type": step["consent_type"],
        "consent_action_time": at,
        "consent_action_type": step["action"],
        "consent_medium_type": "MD",
        "source_consent_timestamp": at,
        "source_sms_number": channel["sms_address"],
        "advertised_frequency": int(step["advertised_frequency"]),
        "advertised_interval": "M",
    }
    history_id = seeds.uuid_text(number, seeds.stir(number, 0x5))
    return ids | {"sms_channel_history_id": history_id, "insert_time": at, "history_details": details}
