"""Questions about loaded contacts: which have news, which were never looked at, which are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.constant_contact.sql_tables import SqlTables, instant
from sources.constant_contact.warehouse import Rows, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime


class SqlContacts(SqlTables):
    """The contacts of a SQL destination, and what events they have; `Warehouse` says what each answer is."""

    def contacts_with_news(
        self, events: Collection[str], known_in: str, until: str, count: str, most: int
    ) -> list[tuple[str, datetime]]:
        latest = self._latest_events(events)
        if latest is None or "deleted_at" not in self.columns("contacts"):
            return []
        known, is_news = "", ""
        if until in self.columns(known_in):
            is_counted = count in self.columns(known_in)
            greatest = f"max({until}) as until" + (f", max({count}) as number" if is_counted else "")
            rows = f"select contact_id, {greatest} from {self._qualify(known_in)} group by contact_id"
            known = f" left join ({rows}) as known on known.contact_id = happened.contact_id"
            is_late = " or happened.number > known.number" if is_counted else ""
            is_news = f" and (known.until is null or happened.latest > known.until{is_late})"
        found = self._first(
            "happened.contact_id, happened.latest",
            f"({latest}) as happened join {self._qualify('contacts')} as c on c.contact_id = happened.contact_id{known}"
            f" where c.deleted_at is null{is_news}",
            "happened.latest desc, happened.contact_id desc",
            most,
        )
        return [(str(row[0]), row[1]) for row in found]

    def contacts_without(
        self,
        table: str,
        events: Collection[str],
        *,
        after: tuple[datetime, str] | None = None,
        before: tuple[datetime, str] | None = None,
        most: int,
    ) -> list[tuple[datetime, str]]:
        if not {"deleted_at", "created_at"} <= set(self.columns("contacts")):
            return []
        source = f"{self._qualify('contacts')} as c"
        where = "c.deleted_at is null and c.created_at is not null"
        others = [f"select contact_id from {self._qualify(table)}"] if self.columns(table) else []
        latest = self._latest_events(events)
        for number, rows in enumerate([*others, *([latest] if latest else [])]):
            ids = f"(select distinct contact_id from ({rows}) as rows_{number})"
            source += f" left join {ids} as other_{number} on other_{number}.contact_id = c.contact_id"
            where += f" and other_{number}.contact_id is null"
        for place, sign in ((after, ">"), (before, "<")):
            if place is not None:
                at, key = instant(place[0]), literal(place[1])
                where += (
                    f" and (c.created_at {sign} {at} or (c.created_at = {at} and c.contact_id {sign} {key}))"
                )
        order = "asc" if after is not None else "desc"
        found = self._first(
            "c.created_at, c.contact_id",
            f"{source} where {where}",
            f"c.created_at {order}, c.contact_id {order}",
            most,
        )
        return [(row[0], str(row[1])) for row in found]

    def contacts_created(self, after: datetime | None, most: int) -> list[tuple[datetime, str]]:
        if "created_at" not in self.columns("contacts"):
            return []
        place = "c.created_at, c.contact_id"
        return [(row[0], str(row[1])) for row in self._first(place, self._created(after), place, most)]

    def count_created(self, after: datetime | None) -> int:
        known = "created_at" in self.columns("contacts")
        return int(self._query(f"select count(*) from {self._created(after)}")[1][0][0]) if known else 0

    def deletion_marks(self, table: str) -> Mapping[str, Any]:
        if "deleted_at" not in self.columns(table):
            return {}
        rows = self._query(
            f"select contact_id, max(deleted_at) from {self._qualify(table)}"
            " where deleted_at is not null group by contact_id"
        )[1]
        return {str(contact): at for contact, at in rows}

    def _created(self, after: datetime | None) -> str:
        later = "" if after is None else f" and c.created_at > {instant(after)}"
        return f"{self._qualify('contacts')} as c where c.created_at is not null{later}"

    def _latest_events(self, events: Collection[str]) -> str | None:
        """contact_id, latest, number: a select over those of these tables that are there; None where none is."""
        parts = [
            "select contact_id, max(created_time) as latest, count(*) as number"
            f" from {self._qualify(name)} group by contact_id"
            for name in events
            if {"contact_id", "created_time"} <= set(self.columns(name))
        ]
        if not parts:
            return None
        every = " union all ".join(parts)
        return (
            "select contact_id, max(latest) as latest, sum(number) as number"
            f" from ({every}) as every_event group by contact_id"
        )

    def _first(self, columns: str, source: str, order: str, most: int) -> Rows:
        """The first rows in an order, in words that every SQL has."""
        names = ", ".join(name.split(".")[1] for name in columns.split(", "))
        ranked = f"select {columns}, row_number() over (order by {order}) as place from {source}"
        return self._query(f"select {names} from ({ranked}) as ranked where place <= {most} order by place")[
            1
        ]
