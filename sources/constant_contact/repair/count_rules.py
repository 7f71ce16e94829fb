"""Which rows a count of the API counts: tried on the loaded rows, which costs nothing.

The contract does not say whether a count holds deleted contacts or only those that may be mailed. Where a count is not
that of the contacts that are not deleted, and another rule fits all counts of its kind, that rule is taken. Where none
fits although every contact was read, the count says nothing, and is not searched for again.
SQL that DuckDB and PostgreSQL share. State: see `state.counting`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sources.constant_contact.state.counting import UNKNOWN, CountRules, counts_by, says
from sources.constant_contact.warehouse import literals

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sources.constant_contact.repair.audit_line import AuditLine
    from sources.constant_contact.repair.ports import Tables
    from sources.constant_contact.state.changes import StateChange

CONTACTS, PERMISSION = "contacts", "email_address__permission_to_send"
ACTIVE = ("explicit", "implicit")
COUNTED = ("explicit", "implicit", "pending_confirmation", "unsubscribed")
"""Permissions that have a count of their own."""
WORDS: Mapping[str, str] = {
    "with_deleted": "this count holds deleted contacts too",
    "active": "this count holds only contacts that may be mailed",
    "active_with_deleted": "this count holds contacts that may be mailed, deleted ones too",
    "counted": "this count is the sum of the four consents",
    UNKNOWN: "this count follows no rule that is known; contacts are counted and read without it",
}
"""Rule -> what the audit says of a count that follows it."""
GROUPS: Mapping[str, str] = {"list": "contacts__list_memberships", "tag": "contacts__taggings"}
SURE = 10
"""Contacts by which counts are off where a rule that fits is no accident."""

Numbers = dict[tuple[str, str], dict[str, int]]
"""(scope, id) -> rule -> how many loaded contacts it counts."""


def numbers(tables: Tables, consents: Mapping[str, str], columns: Collection[str]) -> Numbers:
    """`consents`: the name of a count -> its permission."""
    counts: Numbers = defaultdict(lambda: dict.fromkeys(WORDS, 0))
    names = {permission: name for name, permission in consents.items()}
    if CONTACTS not in columns:
        return counts
    for row in tables.query(
        f"select c.{PERMISSION} as permission, {_sums()} from {tables.qualified(CONTACTS)} as c group by c.{PERMISSION}"
    ):
        permission, every, live = str(row["permission"]), int(str(row["every_one"])), int(str(row["live"]))
        total = counts["total", ""]
        total["with_deleted"] += every
        total["active"] += live if permission in ACTIVE else 0
        total["active_with_deleted"] += every if permission in ACTIVE else 0
        total["counted"] += live if permission in COUNTED else 0
        if permission in names:
            counts["consent", names[permission]]["with_deleted"] = every
    for scope, table in GROUPS.items():
        for group in _by_group(tables, scope, table) if table in columns else ():
            of_group = counts[scope, str(group["id"])]
            of_group["with_deleted"], of_group["active"] = (
                int(str(group["every_one"])),
                int(str(group["active"])),
            )
    return counts


def _sums() -> str:
    active = literals(ACTIVE)
    live = "c.deleted_at is null"
    return (
        f"count(*) as every_one, sum(case when {live} then 1 else 0 end) as live,"
        f" sum(case when {live} and c.{PERMISSION} in ({active}) then 1 else 0 end) as active"
    )


def _by_group(tables: Tables, scope: str, table: str) -> Sequence[Mapping[str, Any]]:
    return tables.query(
        f"select s.{scope}_id as id, {_sums()} from {tables.qualified(table)} as s"
        f" join {tables.qualified(CONTACTS)} as c on c.contact_id = s.contact_id group by s.{scope}_id"
    )


def by_rule(line: AuditLine, rules: CountRules, counts: Numbers) -> AuditLine:
    """The line with the rows counted as the API counts them."""
    rule = rules.rule(line.scope, line.scope_id)
    if rule is None or line.ok:
        return line
    if rule == UNKNOWN:
        return replace(line, ok=True, explanation=WORDS[rule])
    loaded = counts[line.scope, line.scope_id][rule]
    ok = loaded == line.source_count
    return replace(line, loaded_count=loaded, ok=ok, explanation=WORDS[rule] if ok else line.explanation)


def learned(
    lines: Sequence[AuditLine], rules: CountRules, counts: Numbers, *, all_read: bool
) -> Iterator[StateChange]:
    """What these lines, with the rows counted in the usual way, teach; `all_read`: in this run."""
    for scope in ("total", "consent", *GROUPS):
        of_scope = [line for line in lines if line.scope == scope]
        known = rules.by_count.get(scope)
        if not of_scope:
            continue
        if all(line.ok for line in of_scope):
            if all_read:
                yield from _forget(scope, rules)
            continue
        off_by = sum(abs(line.source_count - line.loaded_count) for line in of_scope)
        rule = next((rule for rule in WORDS if _fits(rule, of_scope, counts)), None)
        if rule is not None and rule != known and (all_read or off_by >= SURE):
            yield from _forget(scope, rules)
            yield counts_by(scope, rule)


def _fits(rule: str, lines: Sequence[AuditLine], counts: Numbers) -> bool:
    counted = [(counts[line.scope, line.scope_id][rule], line.source_count) for line in lines]
    return rule != UNKNOWN and all(loaded == source for loaded, source in counted)


def _forget(scope: str, rules: CountRules) -> Iterator[StateChange]:
    for count in rules.by_count:
        if count == scope:
            yield counts_by(scope, None)
        elif count.split(":")[0] == scope:
            yield says(scope, count.partition(":")[2], something=True)
