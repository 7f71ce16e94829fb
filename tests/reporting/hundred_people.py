"""Mails to a hundred people, alike but for what a test is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.reporting.rates import Rate
from pipelines.constant_contact.reporting.rows import Mail

if TYPE_CHECKING:
    import datetime as dt


def rate(part: int, whole: int = 100) -> Rate:
    return Rate(part=part, whole=whole)


def mail_to_a_hundred(called: str, sent_at: dt.datetime, /, **changes: Any) -> Mail:
    """Half opened, a tenth clicked. `called`: its names and ids, and those of its campaign."""
    values: dict[str, Any] = {
        "activity_id": called,
        "campaign_id": called,
        "name": called,
        "subject": called,
        "is_resend": False,
        "sent_at": sent_at,
        "sent_date": sent_at.date(),
        "sends": 100,
        "deliveries": 100,
        "opened": rate(50),
        "clicked": rate(10),
        "opted_out": rate(1),
        "bounced": rate(0),
    }
    return Mail(**(values | changes))
