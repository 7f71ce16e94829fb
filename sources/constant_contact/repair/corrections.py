"""What is written because of what no row says: memberships and events that a complete reading lacks, contacts gone.

SQL that DuckDB and PostgreSQL share.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.repair.members import GROUPS
from sources.constant_contact.repair.set_aside_counts import CONTACTS
from sources.constant_contact.warehouse import literal, literals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.constant_contact.repair.findings import Findings
    from sources.constant_contact.repair.ports import Tables


def correct(tables: Tables, findings: Findings) -> None:
    """What no row says: memberships and events that a complete reading lacks, contacts that answered 404 by their id.

    Contacts that were read just now are left alone: their rows are newer than any conclusion.
    """
    for of, ids in findings.left.items():
        table = GROUPS.get(of.kind)
        if table is not None:
            for listed in _in_portions(ids - findings.fresh):
                tables.execute(
                    f"delete from {tables.qualified(table)}"
                    f" where {of.kind}_id = {literal(of.value)} and contact_id in ({listed})"
                )
    for listed in _in_portions(findings.gone):
        tables.execute(
            f"update {tables.qualified(CONTACTS)} set deleted_at = current_date"
            f" where deleted_at is null and contact_id in ({listed})"
        )
    for (feed, activity), keys in findings.events.items():
        _delete_vanished(tables, feed, activity, keys)


def _delete_vanished(tables: Tables, feed: str, activity: str, there: set[tuple[Any, ...]]) -> None:
    """Loaded events of one e-mail that its feed does not have any more."""
    key, name = endpoint(feed).table.key, tables.qualified(feed)
    rows = tables.query(
        f"select {', '.join(key)} from {name} where campaign_activity_id = {literal(activity)}"
    )
    gone = [row for row in rows if tuple(row[column] for column in key) not in there]
    for row in gone:
        same = " and ".join(f"{column} = {_value(row[column])}" for column in key)
        tables.execute(f"delete from {name} where {same}")


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return f"cast('{value.isoformat()}' as timestamp with time zone)"
    return str(value) if isinstance(value, int) else literal(str(value))


def _in_portions(ids: set[str], size: int = 5_000) -> Iterator[str]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), size):
        yield literals(ordered[start : start + size])
