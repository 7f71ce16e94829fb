"""Rows that the API sent without a usable key: how many there are, what a count may owe to them, one warning a run.

Reads `_ctct_set_aside`, which the source fills. No request.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations.warehouse import SOURCE
from sources.constant_contact.catalogue import SET_ASIDE
from sources.constant_contact.catalogue.columns import DELETED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse

TABLE = SET_ASIDE.name
MAX_NAMED = 5
CONTACTS, MEMBERSHIPS, TAGGINGS = "contacts", "contacts__list_memberships", "contacts__taggings"
SETS = {"list": ("list_memberships", MEMBERSHIPS), "tag": ("taggings", TAGGINGS)}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Rows of one table with the same fault."""

    table: str
    key: str
    reason: str
    rows: int


def kinds(opened: Warehouse, columns: Mapping[str, Collection[str]] | None = None) -> Sequence[Kind]:
    """All that is set aside by now, most rows first."""
    if TABLE not in (opened.columns() if columns is None else columns):
        return ()
    rows = opened.query(
        f"select table_name, key, reason, count(*) as found from {opened.qualified(TABLE)}"
        f" where {DELETED} is distinct from true group by table_name, key, reason order by 4 desc, 1, 2, 3"
    )
    return [
        Kind(
            table=str(row["table_name"]),
            key=str(row["key"]),
            reason=str(row["reason"]),
            rows=int(str(row["found"])),
        )
        for row in rows
    ]


def noted(opened: Warehouse, warn: Callable[[str], None]) -> dict[str, int]:
    """Rows by table, after one warning where there are any."""
    if SOURCE not in opened.pipeline.schema_names:
        return {}
    found = kinds(opened)
    if found:
        warn(warning(found))
    return by_table(found)


def by_table(found: Sequence[Kind]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for kind in found:
        counts[kind.table] += kind.rows
    return dict(sorted(counts.items()))


def warning(found: Sequence[Kind]) -> str:
    """One sentence for all of them."""
    named = [f"{kind.rows} of {kind.table} without a usable {kind.key} ({kind.reason})" for kind in found]
    more = f" and {len(named) - MAX_NAMED} other kinds" if len(named) > MAX_NAMED else ""
    return (
        f"{sum(kind.rows for kind in found)} row(s) are set aside in {TABLE}: {', '.join(named[:MAX_NAMED])}{more}; "
        "they are asked for again at growing intervals"
    )


@dataclass(slots=True, kw_only=True)
class Owed:
    """By how many rows a count may stand above what is loaded."""

    events: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(feed, e-mail) -> rows"""
    contacts: int = 0
    consents: Counter[str] = field(default_factory=Counter)
    """permission -> contacts; empty: it says none"""
    members: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(list or tag, its id) -> contacts that say they are in it"""
    items: Counter[str] = field(default_factory=Counter)
    """list or tag -> items of contacts that do not say in which"""

    def of_group(self, scope: str, group: str) -> int:
        return self.members[scope, group] + self.items[scope]

    def of_consent(self, permission: str) -> int:
        return self.consents[permission] + self.consents[""]


def owed(opened: Warehouse, columns: Mapping[str, Collection[str]]) -> Owed:
    found = Owed()
    if TABLE not in columns:
        return found
    rows = opened.query(
        f"select table_name, read_for, count(*) as found from {opened.qualified(TABLE)}"
        f" where {DELETED} is distinct from true group by table_name, read_for"
    )
    for row in rows:
        name, count = str(row["table_name"]), int(str(row["found"]))
        found.events[name, str(row["read_for"] or "")] += count
        for scope, (_, table) in SETS.items():
            found.items[scope] += count if name == table else 0
        found.contacts += count if name == CONTACTS else 0
    if found.contacts:
        texts = opened.query(
            f"select row_json from {opened.qualified(TABLE)} where table_name = '{CONTACTS}'"
            f" and {DELETED} is distinct from true"
        )
        for text in texts:
            _count_contact(found, json.loads(str(text["row_json"])))
    return found


def _count_contact(found: Owed, row: Any) -> None:
    contact: Row = row if isinstance(row, dict) else {}
    address = contact.get("email_address")
    permission = address.get("permission_to_send") if isinstance(address, dict) else None
    found.consents[permission if isinstance(permission, str) else ""] += 1
    for scope, (name, _) in SETS.items():
        members = contact.get(name)
        if isinstance(members, list):
            found.members.update((scope, str(each)) for each in members)
        elif members is not None or not contact:
            found.items[scope] += 1
