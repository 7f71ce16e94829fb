"""What the warehouse holds of a choice of contacts, and what is deleted from it when the account lacks it.

SQL that DuckDB and PostgreSQL share.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.sync.audit import CONTACTS, MEMBERSHIPS, TAGGINGS
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.heal import WHOLE, Choice, Findings, Span
from sources.constant_contact.warehouse import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse

PERMISSION = "email_address__permission_to_send"
GROUPS = {"list": MEMBERSHIPS, "tag": TAGGINGS}


class SqlMembers:
    """What the warehouse holds of a choice; SQL that DuckDB and PostgreSQL share."""

    def __init__(self, opened: Warehouse) -> None:
        self._opened = opened

    def count(self, of: Choice) -> int:
        (row,) = self._opened.query(f"select count(*) as found {self._from(of)}")
        return int(str(row["found"]))

    def seconds(self, of: Choice) -> Sequence[tuple[int, int]]:
        second = "cast(floor(extract(epoch from c.created_at)) as bigint)"
        rows = self._opened.query(
            f"select {second} as second, count(*) as found {self._from(of)} group by {second} order by {second}"
        )
        return [(int(str(row["second"] or 0)), int(str(row["found"]))) for row in rows]

    def ids(self, of: Choice, span: Span) -> set[str]:
        bounds = ""
        if span != WHOLE:
            for sign, at in ((">=", span.after), ("<", span.before)):
                bounds += f" and extract(epoch from c.created_at) {sign} {at}" if at is not None else ""
        rows = self._opened.query(f"select c.contact_id as id {self._from(of)}{bounds}")
        return {str(row["id"]) for row in rows}

    def _from(self, of: Choice) -> str:
        name = f"from {self._opened.qualified(CONTACTS)} as c"
        live = "c.deleted_at is null"
        if of.kind in GROUPS:
            joined = f"join {self._opened.qualified(GROUPS[of.kind])} as s on s.contact_id = c.contact_id"
            return f"{name} {joined} where s.{of.kind}_id = {literal(of.value)} and {live}"
        if of.kind == "consent":
            return f"{name} where c.{PERMISSION} = {literal(of.value)} and {live}"
        conditions = {
            "all": "1 = 1",
            "deleted": "c.deleted_at is not null",
            "active": f"c.{PERMISSION} in ('explicit', 'implicit') and {live}",
        }
        return f"{name} where {conditions[of.kind]}"


def correct(opened: Warehouse, found: Findings) -> None:
    """What no row says: memberships and events that a complete reading lacks, contacts that answered 404 by their id.

    Contacts that were read just now are left alone: their rows are newer than any conclusion.
    """
    for choice, ids in found.left.items():
        table = GROUPS.get(choice.kind)
        if table is not None:
            for listed in _in_portions(ids - found.fresh):
                opened.execute(
                    f"delete from {opened.qualified(table)}"
                    f" where {choice.kind}_id = {literal(choice.value)} and contact_id in ({listed})"
                )
    for listed in _in_portions(found.gone):
        opened.execute(
            f"update {opened.qualified(CONTACTS)} set deleted_at = current_date"
            f" where deleted_at is null and contact_id in ({listed})"
        )

    for (feed, activity), keys in found.events.items():
        _delete_vanished(opened, feed, activity, keys)


def _delete_vanished(opened: Warehouse, feed: str, activity: str, there: set[tuple[Any, ...]]) -> None:
    """Loaded events of one e-mail that its feed does not have any more."""
    key, name = endpoint(feed).table.key, opened.qualified(feed)
    rows = opened.query(
        f"select {', '.join(key)} from {name} where campaign_activity_id = {literal(activity)}"
    )
    gone = [row for row in rows if tuple(row[column] for column in key) not in there]
    for row in gone:
        same = " and ".join(f"{column} = {_value(row[column])}" for column in key)
        opened.execute(f"delete from {name} where {same}")


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return f"cast('{value.isoformat()}' as timestamp with time zone)"
    return str(value) if isinstance(value, int) else literal(str(value))


def _in_portions(ids: set[str], size: int = 5_000) -> Iterator[str]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), size):
        yield ", ".join(map(literal, ordered[start : start + size]))
