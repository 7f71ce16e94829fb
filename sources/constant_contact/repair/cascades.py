"""What follows from loaded rows without a request: links to what is gone, and copies of a contact's fate.

The API takes a membership away when its list is deleted, and marks the events of a deleted contact, but no contact or
event then looks changed. And by how many of a contact's events are loaded when its report was read, the next run knows
that one came late (see reads/contact_moves). Each statement says what must hold, whatever came before, so running it
twice, or after a crash, is the same as running it once. SQL that DuckDB and PostgreSQL share.
Source: contract (ContactResource.deleted_at, *TrackingActivity.deleted_at); api_guide/lists_delete, tags_delete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.constant_contact.catalogue import FEEDS, LANDING_PAGES
from sources.constant_contact.catalogue.endpoint import KNOWN_EVENTS, KNOWN_UNTIL
from sources.constant_contact.reads.contact_moves import EVENTS
from sources.constant_contact.reads.contact_reports import REPORTS
from sources.constant_contact.repair.cascade_batches import POINTING

if TYPE_CHECKING:
    from collections.abc import Collection

    from sources.constant_contact.repair.ports import Tables
    from sources.constant_contact.withheld import Excluded


def apply_cascades(tables: Tables, wanted: frozenset[str], excluded: Excluded | None = None) -> None:
    """Carry out what follows, for the tables that are there and were part of this run. `excluded` columns stay null."""
    columns = tables.columns()
    for table, column, collection in POINTING:
        if {"contacts", collection} <= wanted and table in columns and collection in columns:
            tables.execute(
                f"delete from {tables.qualified(table)} where {column} in"
                f" (select {column} from {tables.qualified(collection)} where deleted_at is not null)"
            )
    if "contacts" not in columns or "contacts" not in wanted:
        return
    if "contacts__list_memberships" in columns:
        # Only a contact that vanished for good needs this: any other one's own row says that it is on no list.
        tables.execute(
            f"delete from {tables.qualified('contacts__list_memberships')} where contact_id in"
            f" (select contact_id from {tables.qualified('contacts')} where deleted_at is not null)"
        )
    for table in (*FEEDS, *LANDING_PAGES):
        if table in columns:
            _follow_contact(tables, table, set(columns[table]) - set(excluded.of(table) if excluded else ()))
    for table in sorted(wanted.intersection(REPORTS) & columns.keys()):
        if KNOWN_EVENTS in columns[table]:
            _count_events(tables, table, [name for name in EVENTS if name in columns])


def _count_events(tables: Tables, table: str, events: Collection[str]) -> None:
    """A report that was just read shows how many events of its contact are loaded."""
    reports = tables.qualified(table)
    new = f"{KNOWN_EVENTS} is null and {KNOWN_UNTIL} is not null"
    theirs = " union all ".join(
        f"select contact_id from {tables.qualified(name)} where contact_id in"
        f" (select contact_id from {reports} where {new})"
        for name in events
    )
    if theirs:
        tables.execute(
            f"update {reports} set {KNOWN_EVENTS} = counted.number from"
            f" (select contact_id, count(*) as number from ({theirs}) as theirs group by contact_id) as counted"
            f" where counted.contact_id = {reports}.contact_id and {new}"
        )


def _follow_contact(tables: Tables, table: str, columns: Collection[str]) -> None:
    """An event shows the day its contact was deleted, and a bounce the contact's address of today."""
    events, contacts = tables.qualified(table), tables.qualified("contacts")
    tables.execute(
        f"update {events} set deleted_at = c.deleted_at from {contacts} as c"
        f" where c.contact_id = {events}.contact_id and {events}.deleted_at is distinct from c.deleted_at"
    )
    if "current_email_address" in columns:
        tables.execute(
            f"update {events} set current_email_address = c.email_address__address from {contacts} as c"
            f" where c.contact_id = {events}.contact_id and c.email_address__address is not null"
            f" and {events}.current_email_address is distinct from c.email_address__address"
        )
