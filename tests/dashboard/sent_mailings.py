"""Mailings, accounts and snapshots for the dashboard, alike but for what a test is about."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from reporting.hundred_people import mail_to_a_hundred, rate

from pipelines.constant_contact.dashboard.snapshot import Account, Mailing, Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

READ_AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


def mailing(
    campaign: str, *, on: dt.date, lists: Sequence[str] = (), segments: Sequence[str] = (), **changes: Any
) -> Mailing:
    """To a hundred people, of whom half opened and a tenth clicked; 40 and 8 of them look like people."""
    names = {
        "activity_id": f"a-{campaign}",
        "name": f"Campaign {campaign}",
        "subject": f"Subject {campaign}",
    }
    noon = dt.datetime.combine(on, dt.time(12), dt.UTC)
    return Mailing(
        mail=mail_to_a_hundred(campaign, noon, **(names | changes)),
        list_ids=frozenset(lists),
        segment_ids=frozenset(segments),
        people_opened=rate(40),
        people_clicked=rate(8),
    )


def account(dataset: str = "acme", *mailings: Mailing, **changes: Any) -> Account:
    values: dict[str, Any] = {
        "title": dataset.title(),
        "zone": "UTC",
        "loaded_at": READ_AT,
        "mailings": mailings,
        "clicked": (),
        "days": (),
        "lists": (),
        "segments": (),
    }
    return Account(dataset=dataset, **(values | changes))


def snapshot(*accounts: Account) -> Snapshot:
    return Snapshot(accounts=accounts, read_at=READ_AT, notes=())
