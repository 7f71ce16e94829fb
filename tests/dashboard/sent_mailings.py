"""Mailings, accounts and snapshots for the dashboard, alike but for what a test is about."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.dashboard.snapshot import Account, Mailing, Snapshot
from pipelines.constant_contact.reporting.rates import Rate
from pipelines.constant_contact.reporting.rows import Mail

if TYPE_CHECKING:
    from collections.abc import Sequence

READ_AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


def rate(part: int, whole: int = 100) -> Rate:
    return Rate(part=part, whole=whole)


def mailing(
    campaign: str, *, on: dt.date, lists: Sequence[str] = (), segments: Sequence[str] = (), **changes: Any
) -> Mailing:
    """To a hundred people, of whom half opened and a tenth clicked; 40 and 8 of them look like people."""
    values: dict[str, Any] = {
        "activity_id": f"a-{campaign}",
        "campaign_id": campaign,
        "name": f"Campaign {campaign}",
        "subject": f"Subject {campaign}",
        "is_resend": False,
        "sent_at": dt.datetime.combine(on, dt.time(12), dt.UTC),
        "sent_date": on,
        "sends": 100,
        "deliveries": 100,
        "opened": rate(50),
        "clicked": rate(10),
        "opted_out": rate(1),
        "bounced": rate(0),
    }
    return Mailing(
        mail=Mail(**(values | changes)),
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
