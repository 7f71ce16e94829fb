"""The ids that contacts, lists and campaigns had in the interface before this one. Knows no HTTP.

Source: contract, ContactXref, ListXref, CrossReference; a campaign's old id has 13 digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .campaigns import Campaigns
    from .contacts import Contacts

Row = dict[str, Any]
FIRST_CONTACT, FIRST_CAMPAIGN = 16_633_000, 1_100_546_000_000


class OldIds:
    """Rows of the three cross references, ascending by old id."""

    def __init__(self, contacts: Contacts, campaigns: Campaigns) -> None:
        self._contacts, self._campaigns = contacts, campaigns

    def contacts(self) -> list[Row]:
        c = self._contacts
        return [
            {"sequence_id": f"{FIRST_CONTACT + i}", "contact_id": c.id_of(i)}
            for i in range(len(c))
            if c.exists(i)
        ]

    def lists(self) -> list[Row]:
        return [
            {"sequence_id": f"{bit + 1}", "list_id": list_id}
            for bit, list_id in enumerate(self._contacts.list_ids)
        ]

    def campaigns(self) -> list[Row]:
        return [
            {
                "v2_email_campaign_id": f"{FIRST_CAMPAIGN + 17 * campaign.key}",
                "campaign_id": campaign.campaign_id,
                "campaign_activity_id": campaign.primary.activity_id,
            }
            for campaign in self._campaigns.rows
        ]

    def tables(self) -> dict[str, Callable[[], Iterable[Row]]]:
        return {
            "contact_xrefs": self.contacts,
            "list_xrefs": self.lists,
            "campaign_xrefs": self.campaigns,
        }
