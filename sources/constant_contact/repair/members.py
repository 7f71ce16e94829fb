"""The loaded contacts that a filter of the API selects, counted and named. SQL that DuckDB and PostgreSQL share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.constant_contact.reads.created_range import EVER
from sources.constant_contact.repair.set_aside_counts import CONTACTS, MEMBERSHIPS, TAGGINGS
from sources.constant_contact.warehouse import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sources.constant_contact.reads.created_range import CreatedRange
    from sources.constant_contact.repair.findings import ContactFilter
    from sources.constant_contact.repair.ports import Tables

PERMISSION = "email_address__permission_to_send"
GROUPS = {"list": MEMBERSHIPS, "tag": TAGGINGS}


class LoadedContacts:
    """Deleted ones only where the filter selects them."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def count(self, of: ContactFilter) -> int:
        (row,) = self._tables.query(f"select count(*) as found {self._from(of)}")
        return int(str(row["found"]))

    def seconds(self, of: ContactFilter) -> Sequence[tuple[int, int]]:
        """(second of creation since 1970, how many), ascending; 0 where it is not known, which SQL puts last."""
        second = "cast(floor(extract(epoch from c.created_at)) as bigint)"
        rows = self._tables.query(
            f"select {second} as second, count(*) as found {self._from(of)} group by {second}"
        )
        return sorted((int(str(row["second"] or 0)), int(str(row["found"]))) for row in rows)

    def ids(self, of: ContactFilter, created: CreatedRange) -> set[str]:
        bounds = ""
        if created != EVER:
            for sign, at in ((">=", created.after), ("<", created.before)):
                bounds += f" and extract(epoch from c.created_at) {sign} {at}" if at is not None else ""
        rows = self._tables.query(f"select c.contact_id as id {self._from(of)}{bounds}")
        return {str(row["id"]) for row in rows}

    def _from(self, of: ContactFilter) -> str:
        name = f"from {self._tables.qualified(CONTACTS)} as c"
        live = "c.deleted_at is null"
        if of.kind in GROUPS:
            joined = f"join {self._tables.qualified(GROUPS[of.kind])} as s on s.contact_id = c.contact_id"
            return f"{name} {joined} where s.{of.kind}_id = {literal(of.value)} and {live}"
        if of.kind == "consent":
            return f"{name} where c.{PERMISSION} = {literal(of.value)} and {live}"
        conditions = {
            "all": "1 = 1",
            "deleted": "c.deleted_at is not null",
            "active": f"c.{PERMISSION} in ('explicit', 'implicit') and {live}",
        }
        return f"{name} where {conditions[of.kind]}"
