"""By how many rows a count of the API may stand above what is loaded, because rows without a usable key are set aside.

Reads `_ctct_set_aside`, which the source fills. No request.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sources.constant_contact.catalogue import SET_ASIDE
from sources.constant_contact.catalogue.columns import DELETED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sources.constant_contact.repair.ports import Tables

TABLE = SET_ASIDE.name
CONTACTS, MEMBERSHIPS, TAGGINGS = "contacts", "contacts__list_memberships", "contacts__taggings"
SETS = {"list": ("list_memberships", MEMBERSHIPS), "tag": ("taggings", TAGGINGS)}


@dataclass(slots=True, kw_only=True)
class SetAsideCounts:
    """Rows that a count may hold beside the loaded ones."""

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


def set_aside_counts(tables: Tables, columns: Mapping[str, Collection[str]]) -> SetAsideCounts:
    counts = SetAsideCounts()
    if TABLE not in columns:
        return counts
    rows = tables.query(
        f"select table_name, read_for, count(*) as found from {tables.qualified(TABLE)}"
        f" where {DELETED} is distinct from true group by table_name, read_for"
    )
    for row in rows:
        name, count = str(row["table_name"]), int(str(row["found"]))
        counts.events[name, str(row["read_for"] or "")] += count
        for scope, (_, table) in SETS.items():
            counts.items[scope] += count if name == table else 0
        counts.contacts += count if name == CONTACTS else 0
    if counts.contacts:
        texts = tables.query(
            f"select row_json from {tables.qualified(TABLE)} where table_name = '{CONTACTS}'"
            f" and {DELETED} is distinct from true"
        )
        for text in texts:
            _count_contact(counts, _row(str(text["row_json"])))
    return counts


def _row(text: str) -> Any:
    """None for one that is nested deeper than Python reads: nothing is known of it."""
    try:
        return json.loads(text)
    except RecursionError:
        return None


def _count_contact(counts: SetAsideCounts, row: Any) -> None:
    contact: dict[str, Any] = row if isinstance(row, dict) else {}
    address = contact.get("email_address")
    permission = address.get("permission_to_send") if isinstance(address, dict) else None
    counts.consents[permission if isinstance(permission, str) else ""] += 1
    for scope, (name, _) in SETS.items():
        members = contact.get(name)
        if isinstance(members, list):
            counts.members.update((scope, str(group)) for group in members)
        elif members is not None or not contact:
            counts.items[scope] += 1
