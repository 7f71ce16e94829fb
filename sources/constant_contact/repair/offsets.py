"""Counts that the API keeps apart from its own rows: by how much is remembered, and forgotten when it no longer holds.

Pure: the lines that are left when all was searched in, changes of the state out. State: see `state.offsets`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sources.constant_contact.repair.findings import ContactFilter
from sources.constant_contact.repair.stages import OF_CONTACTS, filter_of
from sources.constant_contact.state import counting
from sources.constant_contact.state import offsets as offsets_state
from sources.constant_contact.state.offsets import OffsetsState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.constant_contact.repair.audit_line import AuditLine, Lines
    from sources.constant_contact.repair.findings import Known
    from sources.constant_contact.state.changes import State, StateChange


def offset_changes(lines: Lines, state: State, known: Known, *, all_read: bool) -> Iterator[StateChange]:
    """`all_read`: whether this run has read every contact."""
    offsets = OffsetsState.of(state)
    new: Counter[str] = Counter()
    for line in lines:
        if line.scope not in OF_CONTACTS:
            continue
        before = offsets.offset(line.scope, line.scope_id)
        offset = before
        if line.difference == 0:
            offset = None
        elif not line.ok and (all_read or _is_proved(line, known)):
            offset = line.difference
            new[line.scope] += 1
            if line.scope in {"total", "consent"} or before is not None:  # it moves by itself
                yield counting.says(line.scope, line.scope_id, something=False)
        if offset != before:
            yield offsets_state.stands_apart(line.scope, line.scope_id, offset)
    for scope, count in new.items():
        if count > 1 and offsets.by_scope.get(scope):  # several stand apart anew, as some did before
            yield counting.counts_by(scope, counting.UNKNOWN)


def _is_proved(line: AuditLine, known: Known) -> bool:
    """Whether the API's own rows were counted and are as many as are loaded."""
    if line.scope == "total":
        everything = known.counts.get(ContactFilter(kind="all"))
        deleted = known.counts.get(ContactFilter(kind="deleted"))
        return everything is not None and deleted is not None and everything - deleted == line.loaded_count
    if line.scope == "consent" and line.scope_id in {"explicit", "implicit"}:
        return known.scanned
    return known.counts.get(filter_of(line)) == line.loaded_count
