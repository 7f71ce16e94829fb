"""What is loaded already, asked of a SQL destination: tables, contacts, and here the events of e-mails."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sources.constant_contact.sql_contacts import SqlContacts
from sources.constant_contact.sql_tables import instant
from sources.constant_contact.warehouse import EPOCH, KnownTimes, Warehouse, literal
from sources.constant_contact.withheld import FORGOTTEN, FORGOTTEN_ROWS, Forgotten

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class SqlWarehouse(SqlContacts):
    """A `Warehouse` over a SQL destination."""

    def event_counts(self, table: str) -> Mapping[str, int]:
        if table not in self._existing:
            return {}
        found = self._query(
            f"select campaign_activity_id, count(*) from {self._qualify(table)} group by campaign_activity_id"
        )
        counts = Counter({str(activity): int(count) for activity, count in found[1]})
        counts.update(self.forgotten_events(table))
        return counts

    def forgotten_events(self, table: str) -> Mapping[str, int]:
        if FORGOTTEN_ROWS not in self._existing:
            return {}
        found = self._query(
            f"select campaign_activity_id, sum(erased_rows) from {self._qualify(FORGOTTEN_ROWS)}"
            f" where table_name = {literal(table)} group by campaign_activity_id"
        )
        return {str(activity): int(count) for activity, count in found[1]}

    def forgotten(self) -> Forgotten:
        if FORGOTTEN not in self._existing:
            return Forgotten()
        rows = self._query(f"select hash_key, contact_hash from {self._qualify(FORGOTTEN)}")[1]
        return (
            Forgotten(key=str(rows[0][0]), hashes=frozenset(str(row[1]) for row in rows))
            if rows
            else Forgotten()
        )

    def event_times(self, table: str, activity_id: str) -> KnownTimes:
        if table not in self._existing:
            return KnownTimes(())
        found = self._query(
            f"select created_time from {self._qualify(table)} where campaign_activity_id = {literal(activity_id)}"
        )
        return KnownTimes(row[0] for row in found[1])

    def events_at(self, table: str, activity_id: str, at: int) -> list[dict[str, Any]]:
        if table not in self._existing:
            return []
        return self._dicts(
            f"select * from {self._qualify(table)} where campaign_activity_id = {literal(activity_id)}"
            f" and created_time = {instant(EPOCH + timedelta(microseconds=at))}"
        )

    def is_kept(self, table: str) -> bool:  # noqa: ARG002 - part of the protocol
        return False

    def stretch(self, tables: Collection[str]) -> AbstractContextManager[None]:  # noqa: ARG002 - part of the protocol
        return nullcontext()


def nothing_loaded() -> Warehouse:
    """The warehouse of somebody who has none: no table is there, so no question is ever sent."""
    return SqlWarehouse(lambda _sql: ((), ()), str, {})
