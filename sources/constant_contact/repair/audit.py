"""Every count the API offers against the warehouse. No request: the counts were read with their rows.

What a count includes: contacts that are not deleted, in all of them. `total` takes in every consent, also those that
have no count of their own (temporary hold, not set, known by SMS only); a deleted contact is on no list.
One statement per table, each an aggregate; DuckDB and PostgreSQL share the SQL.
Source: contract (ContactsCounts, ContactList.membership_count, Tag2.contacts_count, StatsEmail*.last_refresh_time);
api_guide/contacts_delete. A count that the API computes apart from its rows may never agree with them: what a
complete reading has shown once is remembered in the state and explained, see `offsets` and `state.totals`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.constant_contact.repair.contact_counts import contact_lines
from sources.constant_contact.repair.event_totals import event_lines

if TYPE_CHECKING:
    from sources.constant_contact.repair.audit_line import Lines
    from sources.constant_contact.repair.ports import Tables
    from sources.constant_contact.state.changes import State


def audit(tables: Tables, wanted: frozenset[str], *, state: State, under_way: str = "") -> Lines:
    """One line per count, for tables that are loaded and were part of the run.

    `under_way`: why the reading is not complete, if so; a difference then is no alarm and says that instead.
    """
    columns = tables.columns()
    lines = [
        *contact_lines(tables, wanted, state=state, columns=columns),
        *event_lines(tables, wanted, state=state, columns=columns),
    ]
    if not under_way:
        return lines
    return [line if line.ok else line.explained(under_way) for line in lines]


def audited_again(tables: Tables, wanted: frozenset[str], lines: Lines, *, state: State) -> Lines:
    """The audit anew; counts of events that agreed are left as they were, for nothing of theirs was read since."""
    events = [line for line in lines if line.scope.startswith("campaign")]
    if all(line.ok for line in events):
        return [*contact_lines(tables, wanted, state=state), *events]
    return audit(tables, wanted, state=state)
