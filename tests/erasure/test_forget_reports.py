"""`ctct forget` and what is read of single contacts: their reports, and segments that they are in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from account_tables import OF_A_CONTACT
from erasure.planted import forgotten

from sources.constant_contact.catalogue import FEEDS
from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

TABLES = (*OF_A_CONTACT, "segment_members", "contacts_sms_engagement_history")


@pytest.mark.long
def test_reports_of_a_forgotten_contact_go_and_stay_away(account: Callable[..., Account]) -> None:
    """Its rows leave each of the tables, and another night does not ask for it."""
    one = account(contacts=30, campaigns=2, switches=Switches(segment_pending_reads=0))
    one.configure(opt_in=json.dumps(TABLES), history="false")
    wanted = ("contacts", "segments", "email_campaigns", "email_campaign_stats", *FEEDS, *TABLES)
    one.complete_night(select=wanted)
    contact_id = one.values("select contact_id from contact_activity order by 1 limit 1")[0]
    assert [] == [name for name in TABLES if not one.values(f"select count(*) from {name}")[0]]
    assert set(OF_A_CONTACT) <= tables_of(one, contact_id)

    one.sandbox.delete_contact(one.sandbox.contacts.index_of(contact_id))
    done = forgotten("--contact-id", contact_id, "--yes", folder=one.warehouse.parent)

    assert ("erased", {}, set()) == (done["status"], done["remains"], tables_of(one, contact_id))
    one.complete_night(select=wanted, full_refresh=True)
    assert set() == tables_of(one, contact_id)
    assert [] == [name for name in TABLES if not one.values(f"select count(*) from {name}")[0]]


def tables_of(one: Account, contact_id: str) -> set[str]:
    """Tables with a row of the contact."""
    return {name for name in TABLES if one.values(f"select 1 from {name} where contact_id = '{contact_id}'")}
