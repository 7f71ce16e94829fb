"""How a run ended, and what its figures mean: pure functions of what happened."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pendulum
import pyarrow.compute as pc

from sources.constant_contact.api.errors import ApiError, QuotaSpent, RequestCapReached
from sources.constant_contact.catalogue import CATALOGUE
from sources.constant_contact.catalogue.columns import DELETED

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from pipelines.constant_contact.errors import RunFailed
    from pipelines.constant_contact.events import Status
    from sources.constant_contact.reader import Outcome
    from sources.constant_contact.rows import BadValue


def ended_by(
    outcome: Outcome, failure: RunFailed | None, *, has_read: bool, wanted: frozenset[str]
) -> tuple[Status, str]:
    """Status and reason, by how reading ended."""
    if failure is not None:
        return "failed", str(failure)
    if outcome.error is not None:
        if not isinstance(outcome.error, ApiError | ValueError):
            raise outcome.error
        return "failed", str(outcome.error)
    if outcome.postponed is not None:
        return "partial", str(outcome.postponed)
    refused = {skipped.resource for skipped in outcome.skipped if skipped.refused}
    if outcome.skipped and (not has_read or wanted <= refused):
        return "failed", f"nothing that was wanted could be read: {outcome.skipped[0].reason}"
    return "complete", ""


def rows_counted(rows: pa.Table) -> int:
    """How many rows a person would count: a marker that only empties a set is none."""
    if DELETED not in rows.column_names:
        return int(rows.num_rows)
    return int(rows.num_rows) - int(pc.sum(rows.column(DELETED)).as_py() or 0)


def value_warnings(bad: Iterable[BadValue]) -> list[str]:
    """One sentence a column, however many batches it was odd in."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for each in bad:
        counts[each.table, each.column, each.raw_column] += each.count
    return [
        f"{count} value(s) of {table}.{column} do not fit its type; kept in {raw}"
        for (table, column, raw), count in counts.items()
    ]


def needed_privilege(resource: str) -> str:
    """The privilege to ask for; the refusal itself does not name it."""
    of = CATALOGUE.get(resource)
    return f" (it needs the privilege {of.privilege})" if of is not None and of.privilege else ""


def resume_after(postponed: BaseException | None) -> pendulum.DateTime | None:
    if isinstance(postponed, QuotaSpent):
        return postponed.resets_at
    return pendulum.now("UTC") if isinstance(postponed, RequestCapReached) else None


def with_all_tables(
    found: dict[str, dict[str, Any]], empty: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What was found, and every other table without rows."""
    return {name: {**tables, **found.get(name, {})} for name, tables in empty.items()} | {
        name: tables for name, tables in found.items() if name not in empty
    }
