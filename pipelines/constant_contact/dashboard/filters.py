"""Which mailings a page is about, as the address of the page spells it.

Pure: text in, values out. An address can be kept as a bookmark, so its words stay: account, from, to, list, campaign,
segment, opens.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.reporting.rows import Period, days_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.constant_contact.dashboard.snapshot import Mailing

ALL = "all"
PEOPLE = "people"
DEFAULT_DAYS = 365
RANGES = ((30, "30 days"), (90, "90 days"), (DEFAULT_DAYS, "12 months"))
"""Days up to the newest load, and what a person calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was chosen; an empty text or None is no limit."""

    account: str
    """A dataset, or ALL."""
    since: dt.date | None
    """First day, as the marts count days."""
    until: dt.date | None
    """Last day."""
    list_id: str = ""
    campaign_id: str = ""
    segment_id: str = ""
    people_only: bool = False
    """Opens and clicks that look like a program's are left out."""

    def period(self) -> Period | None:
        """None without a first or a last day: such a period has none before it."""
        if self.since is None or self.until is None:
            return None
        return Period(start=min(days_before(self.since, 1), self.until), end=self.until)

    def during(self, period: Period) -> Filters:
        return replace(self, since=period.start + dt.timedelta(days=1), until=period.end)

    def hold(self, mailing: Mailing) -> bool:
        day = mailing.mail.sent_date
        return (
            (self.since is None or day >= self.since)
            and (self.until is None or day <= self.until)
            and (not self.list_id or self.list_id in mailing.list_ids)
            and (not self.segment_id or self.segment_id in mailing.segment_ids)
            and self.campaign_id in {"", mailing.mail.campaign_id}
        )

    def query(self, **changed: object) -> str:
        """The part of an address behind `?`, with some filters set to something else."""
        wanted = replace(self, **changed)  # type: ignore[arg-type]  # names of this class, from our own templates
        words = {
            "account": wanted.account,
            "from": wanted.since.isoformat() if wanted.since else "",
            "to": wanted.until.isoformat() if wanted.until else "",
            "list": wanted.list_id,
            "campaign": wanted.campaign_id,
            "segment": wanted.segment_id,
            "opens": PEOPLE if wanted.people_only else "",
        }
        return urlencode({name: word for name, word in words.items() if word or name in {"from", "to"}})


def parse(words: Mapping[str, str], *, account: str, today: dt.date) -> Filters:
    """What an address asks for. `account`, `today`: where it names none. Raises UserError for a day that is none, and
    for days in the wrong order.
    """
    since = _day(words, "from", today - dt.timedelta(days=DEFAULT_DAYS - 1))
    until = _day(words, "to", today)
    if since and until and since > until:
        raise UserError(f"from {since} is later than to {until}; exchange them")
    return Filters(
        account=words.get("account") or account,
        since=since,
        until=until,
        list_id=words.get("list", ""),
        campaign_id=words.get("campaign", ""),
        segment_id=words.get("segment", ""),
        people_only=words.get("opens") == PEOPLE,
    )


def _day(words: Mapping[str, str], name: str, default: dt.date) -> dt.date | None:
    """An empty word is no limit, a missing one the default."""
    word = words.get(name)
    if word is None:
        return default
    try:
        return dt.date.fromisoformat(word) if word else None
    except ValueError as error:
        raise UserError(f"{name}={word[:40]} is no day; write it as 2026-01-31") from error
