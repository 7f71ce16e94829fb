"""What is kept out of the warehouse on purpose: contacts that were erased, and columns that the settings exclude.

Pure. Nobody erased and nothing excluded is the common case, and costs one test of a truth value a batch.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sources.constant_contact.catalogue import CATALOGUE, FEEDS, LANDING_PAGES, Table
from sources.constant_contact.catalogue.columns import RAW_SUFFIX
from sources.constant_contact.catalogue.endpoint import KNOWN_EVENTS, KNOWN_UNTIL, VERSION_READ
from sources.constant_contact.catalogue.events import COUNTS as COUNTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sources.constant_contact.catalogue import Endpoint

Row = dict[str, Any]

FORGOTTEN, FORGOTTEN_ROWS = "_ctct_forgotten", "_ctct_forgotten_rows"
"""Tables of the dataset: keyed hashes of the id and the addresses of each erased contact, and how many events of each
e-mail went with them.
"""
ADDRESS = "email_address"
BY_ADDRESS = frozenset({"contact_export", "event_registrations", *FEEDS, *LANDING_PAGES})
"""Tables in which this column is the address of the person whose row it is. Where a row has a contact id, that decides:
somebody else may have the address by now.
"""
NEEDED: Mapping[str, frozenset[str]] = {
    "contacts": frozenset({"created_at", "email_address__permission_to_send", "email_address__opt_out_date"}),
    "contact_lists": frozenset({"membership_count"}),
    "contact_tags": frozenset({"contacts_count"}),
    "email_campaigns": frozenset({"current_status", "campaign_activities"}),
    "email_campaign_activities": frozenset({"role", "campaign_id"}),
    "events": frozenset({"status", "event_end", "default_track__track_id", *COUNTED}),
    "event_registrations": frozenset({"track_id"}),
}
"""Columns that later runs read back from the warehouse, beside keys and the times that say what is newer."""
COUNTS = frozenset(
    {
        "account",
        "contact_counts",
        "email_campaign_stats",
        "email_campaign_activity_stats",
        "email_campaign_summaries",
    }
)
"""Tables without a person in them, whose columns the runs and the audit need."""


def hash_of(key: str, word: str) -> str:
    """What is kept of the id or an address of an erased contact. `key`: hexadecimal."""
    return hmac.digest(bytes.fromhex(key), word.strip().lower().encode(), "sha256").hex()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The erased contacts of a dataset."""

    key: str = ""
    hashes: frozenset[str] = frozenset()
    """Of ids and of addresses; no id is an address."""
    returned: set[str] = field(default_factory=set)
    """Hashes of those that this run saw in the account again, not deleted."""
    gone: set[str] = field(default_factory=set)
    """Hashes of those that this run saw as deleted."""

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def covers(self, row: Mapping[str, Any], resource: str = "") -> bool:
        """Whether a row of the API is of an erased contact: by its id, else by its address where that says whose."""
        if not self.hashes or not isinstance(row, dict):
            return False
        word = row.get("contact_id")
        if not word and resource in BY_ADDRESS:
            word = row.get(ADDRESS)
        return isinstance(word, str) and hash_of(self.key, word) in self.hashes

    def kept(self, rows: list[Row], resource: str = "") -> list[Row]:
        """The rows of everybody else."""
        return [row for row in rows if not self.covers(row, resource)] if self.hashes else rows

    def note(self, rows: Sequence[Row]) -> None:
        """Remember which erased contacts the listing of contacts shows, and how."""
        for row in rows:
            if self.covers(row):
                seen = hash_of(self.key, row["contact_id"])
                (self.gone if row.get("deleted_at") else self.returned).add(seen)


class Excluded:
    """The columns that stay null: table -> names. Raises ValueError with one sentence for one that cannot.

    `bridges`: tables made from the arrays in these columns, which stay empty.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._columns: dict[str, tuple[str, ...]] = {}
        self.bridges: tuple[str, ...] = ()
        for name in names:
            resource, of, column = _checked(name)
            if column not in self._columns.get(of.name, ()):
                self._columns[of.name] = (*self._columns.get(of.name, ()), column)
                self.bridges += tuple(each.name for each in resource.bridges(of, column))

    def __bool__(self) -> bool:
        return bool(self._columns)

    def of(self, table: str) -> tuple[str, ...]:
        """Excluded columns of a table, with those that keep a value which did not fit."""
        names = self._columns.get(table, ())
        return (*names, *(f"{name}{RAW_SUFFIX}" for name in names))

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def emptied(self, tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
        """The same tables with nulls in the excluded columns, and nothing in the tables made from these."""
        if not self._columns:
            return tables
        return {
            name: rows.slice(0, 0) if name in self.bridges else _without_values(rows, self.of(name))
            for name, rows in tables.items()
        }


def _without_values(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    for name in names:
        index = rows.schema.get_field_index(name)
        if index >= 0:
            kind = rows.schema.field(index)
            rows = rows.set_column(index, kind, pa.nulls(rows.num_rows, kind.type))
    return rows


def _checked(name: str) -> tuple[Endpoint, Table, str]:
    tables = {table.name: (of, table) for of in CATALOGUE.values() for table in of.tables}
    table_name, dot, column = str(name).strip().rpartition(".")
    if not dot or not column:
        raise ValueError(f"exclude_columns has {name!r}; write table.column, such as contacts.first_name")
    if table_name not in tables:
        raise ValueError(
            f"exclude_columns has {name!r}, but there is no table {table_name!r}{_near(table_name, tables)}"
        )
    of, table = tables[table_name]
    needed = {
        *table.key,
        *table.newest,
        "deleted_at",
        VERSION_READ,
        KNOWN_UNTIL,
        KNOWN_EVENTS,
        of.changed,
        *NEEDED.get(table_name, ()),
    }
    if column in table.key:
        raise ValueError(
            f"exclude_columns has {name!r}, a key column, without which its rows cannot be kept in step"
        )
    if column in needed or (column.startswith("_") and column != "_extra") or table_name in COUNTS:
        raise ValueError(
            f"exclude_columns has {name!r}, which the next sync needs to know what is loaded; drop it"
        )
    if column not in table.column_names:
        _must_be_possible(name, table, column)
    return of, table, column


def _must_be_possible(name: str, table: Table, column: str) -> None:
    """Raises ValueError for an undeclared column that is an object's name, or a slip of the pen."""
    if parts := [one for one in table.column_names if one.startswith(f"{column}__")]:
        raise ValueError(
            f"exclude_columns has {name!r}, an object whose fields are columns; name those: {', '.join(parts)}"
        )
    if near := _near(column, table.column_names):
        raise ValueError(f"exclude_columns has {name!r}, but {table.name} has no column {column!r}{near}")


def _near(name: str, known: Iterable[str]) -> str:
    """An undeclared column may come yet, so one that is like no other is taken as it is."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.8)
    return f"; did you mean {found[0]!r}?" if found else ""
