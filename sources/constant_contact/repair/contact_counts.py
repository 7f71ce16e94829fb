"""Counts of contacts, of all of them and by consent, list and tag, beside the loaded contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pendulum

from sources.constant_contact.repair.audit_line import compared
from sources.constant_contact.repair.count_rules import by_rule, numbers
from sources.constant_contact.repair.explanations import by_offset, by_returned, by_rows_set_aside, by_unread
from sources.constant_contact.repair.set_aside_counts import MEMBERSHIPS, TAGGINGS, set_aside_counts
from sources.constant_contact.state.counting import CountRules
from sources.constant_contact.state.failures import recent_ids
from sources.constant_contact.state.forgotten import ForgottenState
from sources.constant_contact.state.offsets import OffsetsState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sources.constant_contact.repair.audit_line import AuditLine, Lines
    from sources.constant_contact.repair.ports import Tables
    from sources.constant_contact.repair.set_aside_counts import SetAsideCounts
    from sources.constant_contact.state.changes import State

CONTACTS = "contacts"
CONSENTS: Mapping[str, str] = {
    "explicit": "explicit",
    "implicit": "implicit",
    "pending": "pending_confirmation",
    "unsubscribed": "unsubscribed",
}
"""The name of a count -> the permission that it counts."""
EMAIL_LISTS = " and coalesce(g.channel_type, 'email') = 'email'"
"""The members of an SMS list are no memberships of contacts, as the API shows them."""


def contact_lines(
    tables: Tables,
    wanted: frozenset[str],
    *,
    state: State,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> Lines:
    """The part of the audit about contacts, lists and tags, which the repair asks for again and again."""
    columns = tables.columns() if columns is None else columns
    if CONTACTS not in wanted or CONTACTS not in columns:
        return []
    lines = [*_lines(tables, wanted, columns)]
    rules = CountRules.of(state)
    if rules.by_count:
        counted = numbers(tables, CONSENTS, columns)
        lines = [by_rule(line, rules, counted) for line in lines]
    return _explained(lines, state)


def _lines(
    tables: Tables, wanted: frozenset[str], columns: Mapping[str, Sequence[str]]
) -> Iterator[AuditLine]:
    set_aside = set_aside_counts(tables, columns)
    if "contact_counts" in wanted and "contact_counts" in columns:
        yield from _by_consent(tables, set_aside)
    for line in _of_groups(tables, wanted, columns):
        yield by_rows_set_aside(line, set_aside.of_group(line.scope, line.scope_id))


def _explained(lines: Lines, state: State) -> Lines:
    offsets = OffsetsState.of(state)
    returned = len(ForgottenState.of(state).returned)
    unread = len(recent_ids(state, CONTACTS, now=pendulum.now("UTC")))
    of_offset = [by_offset(line, offsets.offset(line.scope, line.scope_id)) for line in lines]
    return [by_unread(by_returned(line, returned), unread) for line in of_offset]


def _by_consent(tables: Tables, set_aside: SetAsideCounts) -> Iterator[AuditLine]:
    latest = tables.query(
        f"select {', '.join(('total', *CONSENTS))} from {tables.qualified('contact_counts')}"
        " order by counted_on desc limit 1"
    )
    if not latest:
        return
    loaded = {
        row["permission"]: int(str(row["loaded"]))
        for row in tables.query(
            "select email_address__permission_to_send as permission, count(*) as loaded"
            f" from {tables.qualified(CONTACTS)} where deleted_at is null group by email_address__permission_to_send"
        )
    }
    for line in compared(CONTACTS, "total", "", latest[0]["total"], sum(loaded.values())):
        yield by_rows_set_aside(line, set_aside.contacts)
    for name, permission in CONSENTS.items():
        for line in compared(
            CONTACTS, "consent", name, latest[0][name], loaded.get(permission, 0), name=name
        ):
            yield by_rows_set_aside(line, set_aside.of_consent(permission))


def _of_groups(
    tables: Tables, wanted: frozenset[str], columns: Mapping[str, Sequence[str]]
) -> Iterator[AuditLine]:
    if "contact_lists" in wanted and {"contact_lists", MEMBERSHIPS} <= columns.keys():
        only = EMAIL_LISTS if "channel_type" in columns["contact_lists"] else ""
        yield from _by_group(tables, MEMBERSHIPS, "list", "contact_lists", "membership_count", only=only)
    if "contact_tags" in wanted and {"contact_tags", TAGGINGS} <= columns.keys():
        yield from _by_group(tables, TAGGINGS, "tag", "contact_tags", "contacts_count")


def _by_group(
    tables: Tables, table: str, scope: str, collection: str, count: str, *, only: str = ""
) -> Iterator[AuditLine]:
    rows = tables.query(
        f"select g.{scope}_id as id, g.name as name, g.{count} as source, coalesce(m.loaded, 0) as loaded"
        f" from {tables.qualified(collection)} as g left join ("
        f"select s.{scope}_id, count(*) as loaded from {tables.qualified(table)} as s"
        f" join {tables.qualified(CONTACTS)} as c on c.contact_id = s.contact_id"
        f" where c.deleted_at is null group by s.{scope}_id"
        f") as m on m.{scope}_id = g.{scope}_id where g.deleted_at is null{only} order by g.{scope}_id"
    )
    for row in rows:
        yield from compared(
            table, scope, str(row["id"]), row["source"], row["loaded"], name=str(row["name"] or "")
        )
