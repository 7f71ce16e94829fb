"""What the audit of the feeds asks of the tables: the newest totals, and what is loaded of each e-mail."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sources.constant_contact.catalogue import FEEDS, REPORTED_ROLES
from sources.constant_contact.warehouse import literals
from sources.constant_contact.withheld import FORGOTTEN_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sources.constant_contact.repair.ports import Tables

    Row = Mapping[str, Any]

ACTIVITIES, SUMMARIES = "email_campaign_activities", "email_campaign_summaries"
PERSONS: Mapping[str, str] = {
    "email_opens": "unique_counts__opens",
    "email_clicks": "unique_counts__clicks",
}
"""feed -> the column of the summaries that counts the contacts in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One feed as it is loaded, by e-mail."""

    events: Counter[str]
    persons: Counter[str]
    """Contacts with events."""
    erased: Mapping[str, int]
    """Events that were erased with their contact."""


class EventRows:
    """The tables, asked for what the run has read."""

    def __init__(self, tables: Tables, wanted: frozenset[str], columns: Mapping[str, Sequence[str]]) -> None:
        self._tables, self._wanted, self._columns = tables, wanted, columns

    def latest_of_emails(self) -> Sequence[Row]:
        """The newest totals of each."""
        return self._latest("email_campaign_activity_stats", "campaign_activity_id")

    def latest_of_campaigns(self) -> Sequence[Row]:
        """The newest totals of each."""
        return self._latest("email_campaign_stats", "campaign_id")

    def _latest(self, table: str, key: str) -> Sequence[Row]:
        if table not in self._wanted or table not in self._columns:
            return []
        name = self._tables.qualified(table)
        names = dict.fromkeys((key, "campaign_id", "last_refresh_time", *FEEDS.values()))
        rows = self._tables.query(
            f"select {', '.join(f's.{column}' for column in names)} from {name} as s"
            f" join (select {key} as k, max(last_refresh_time) as newest from {name}"
            f" group by {key}) as n on n.k = s.{key} and n.newest = s.last_refresh_time order by s.{key}"
        )
        return [*{str(row[key]): row for row in rows}.values()]

    def summaries(self) -> Sequence[Row]:
        if SUMMARIES not in self._wanted or SUMMARIES not in self._columns:
            return []
        return self._tables.query(
            f"select campaign_id, {', '.join(PERSONS.values())} from {self._tables.qualified(SUMMARIES)}"
        )

    def members(self, totals: Sequence[Row]) -> Mapping[str, set[str]]:
        """Campaign -> its e-mails that have reports, whether they have totals or not."""
        rows = [*totals]
        if ACTIVITIES in self._columns:
            listed = literals(REPORTED_ROLES)
            rows += self._tables.query(
                f"select campaign_id, campaign_activity_id from {self._tables.qualified(ACTIVITIES)}"
                f" where role in ({listed})"
            )
        members: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            members[str(row["campaign_id"])].add(str(row["campaign_activity_id"]))
        return members

    def names(self) -> Mapping[str, str]:
        """Campaign -> its name."""
        if "email_campaigns" not in self._columns:
            return {}
        rows = self._tables.query(
            f"select campaign_id, name from {self._tables.qualified('email_campaigns')}"
        )
        return {str(row["campaign_id"]): str(row["name"] or "") for row in rows}

    def loaded(self, feed: str, *, persons: bool) -> Loaded:
        """`persons`: whether contacts are compared; only then they are counted, for they cost a sort."""
        distinct = "count(distinct contact_id)" if persons and feed in PERSONS else "0"
        rows = self._tables.query(
            f"select campaign_activity_id as id, count(*) as events, {distinct} as persons"
            f" from {self._tables.qualified(feed)} group by campaign_activity_id"
        )
        return Loaded(
            events=Counter({str(row["id"]): int(str(row["events"])) for row in rows}),
            persons=Counter({str(row["id"]): int(str(row["persons"])) for row in rows}),
            erased=self._erased(feed),
        )

    def _erased(self, feed: str) -> Mapping[str, int]:
        if FORGOTTEN_ROWS not in self._columns:
            return {}
        rows = self._tables.query(
            f"select campaign_activity_id as id, sum(erased_rows) as erased"
            f" from {self._tables.qualified(FORGOTTEN_ROWS)}"
            f" where table_name = '{feed}' group by campaign_activity_id"
        )
        return {str(row["id"]): int(str(row["erased"])) for row in rows}
