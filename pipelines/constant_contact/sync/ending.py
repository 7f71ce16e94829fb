"""How a run ended, and what its figures mean: pure functions of what happened."""

from __future__ import annotations

import uuid
from collections import Counter
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pendulum
import pyarrow.compute as pc

from pipelines.constant_contact.errors import Busy
from pipelines.constant_contact.events import RunResult
from sources.constant_contact.api.budget import Budget, next_midnight
from sources.constant_contact.api.errors import (
    ApiError,
    LoginFailed,
    NotLoggedIn,
    QuotaSpent,
    RequestCapReached,
    TokenRevoked,
    Unauthorized,
)
from sources.constant_contact.catalogue import tables as catalogue_tables
from sources.constant_contact.catalogue.columns import DELETED
from sources.constant_contact.reads.left_out import refused_resources
from sources.constant_contact.state.campaigns import CampaignsState
from sources.constant_contact.state.contacts import ContactsState
from sources.constant_contact.state.failures import WHOLE
from sources.constant_contact.state.fields import FieldsState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from pipelines.constant_contact.errors import UserError
    from pipelines.constant_contact.events import Cause, Status
    from sources.constant_contact.api.connection import Connection
    from sources.constant_contact.reads.permissions import Granted
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.rows import BadValue

LOGIN_ERRORS = (LoginFailed, NotLoggedIn, TokenRevoked, Unauthorized)
INDISPENSABLE = ("contacts", "contact_lists", "email_campaigns")
"""Where one of these cannot be listed, the run has failed; anything else that cannot be read is left out."""


def ended_by(
    reading: Reading, failure: UserError | None, *, has_read: bool, granted: Granted
) -> tuple[Status, str]:
    """Status and reason, by how reading ended."""
    outcome = reading.reader.outcome
    if failure is not None:
        return "partial" if isinstance(failure, Busy) else "failed", str(failure)
    if outcome.error is not None:
        if not isinstance(outcome.error, ApiError | ValueError):
            raise outcome.error
        return "failed", str(outcome.error)
    if outcome.postponed is not None:
        return "partial", str(outcome.postponed)
    reason = _nothing_read(reading, granted, has_read=has_read) or _too_much_left_out(reading)
    return ("failed", reason) if reason else ("complete", "")


def _nothing_read(reading: Reading, granted: Granted, *, has_read: bool) -> str:
    left = {each.resource: each.reason for each in reading.reader.outcome.skipped}
    whole = [each for each in reading.attempts.left_out.values() if each.object.object_id == WHOLE]
    left |= {each.object.resource: each.reason for each in whole if each.asked}
    without = {*left, *refused_resources(reading, granted)}
    if left and (not has_read or reading.wanted <= without):
        return f"nothing that was wanted could be read: {next(iter(left.values()))}"
    return ""


def _too_much_left_out(reading: Reading) -> str:
    """The reason why a run has failed though the server answered."""
    attempts = reading.attempts
    for name in INDISPENSABLE:
        left = attempts.left_out.get((name, WHOLE))
        reason = next(
            (
                each.reason
                for each in reading.reader.outcome.skipped
                if each.resource == name and not each.refused
            ),
            left.reason if left else "",
        )
        if reason:
            return f"{name} could not be listed: {reason}"
    for name, reason in attempts.given_up.items():
        return f"one object of {name} after the other failed: {reason}"
    if attempts.too_many:
        failed, asked = attempts.too_many
        return f"{failed} of {asked} objects could not be read; the warnings name them, run again later"
    return ""


def never_begun(
    connection: Connection, reason: str, begun: pendulum.DateTime, *, cause: Cause = "busy"
) -> RunResult:
    """The result of a run that could not read anything: it waited in vain, or nothing is left of the day."""
    now = pendulum.now("UTC")
    with closing(Budget.of(connection)) as budget:
        spent, left = budget.spent_today(), budget.remaining_today()
    seconds = dict.fromkeys(("extract", "load", "transform"), 0.0)
    return RunResult(
        run_id=uuid.uuid4().hex[:12],
        status="partial",
        started_at=begun,
        ended_at=now,
        requests_sent=0,
        requests_today=spent,
        remaining_today=left,
        rows={},
        seconds={**seconds, "total": (now - begun).total_seconds()},
        profile=connection.profile,
        resume_after=next_midnight(now) if cause == "quota" else now,
        stopped_reason=reason,
        cause=cause,
    )


def finished(result: RunResult, reading: Reading, warnings: Sequence[str]) -> RunResult:
    """The result with what is known only at the very end."""
    cause = _cause(result.status, reading.reader.outcome.error or reading.reader.outcome.postponed)
    return replace(result, warnings=tuple(warnings), cause=cause, drift=tuple(_drift(reading)))


def _cause(status: Status, error: BaseException | None) -> Cause:
    if status == "complete":
        return ""
    if status == "failed":
        return "login" if isinstance(error, LOGIN_ERRORS) else "other"
    if isinstance(error, QuotaSpent):
        return "quota"
    return "requests" if isinstance(error, RequestCapReached) else "busy"


def _drift(reading: Reading) -> Iterator[str]:
    """New fields, except those of the first reading, which knows no earlier ones; and values of another type."""
    known = FieldsState.of(reading.state)
    if (
        ContactsState.of(reading.state) != ContactsState()
        or CampaignsState.of(reading.state).mark is not None
    ):
        for of in catalogue_tables():
            for column in sorted(set(reading.unknown.columns_of(of.name)) - set(known.columns_of(of.name))):
                yield f"new field {column} of {of.name}"
    for table, column in sorted({(bad.table, bad.column) for bad in reading.bad_values}):
        yield f"values of {table}.{column} that do not fit its type"


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


def rows_by_table(found: Mapping[str, Mapping[str, pa.Table]]) -> dict[str, int]:
    """What a person would count of the tables of each resource; tables of our own are left out."""
    return {
        name: count
        for tables in found.values()
        for name, rows in tables.items()
        if not name.startswith("_") and (count := rows_counted(rows))
    }


def resume_after(postponed: BaseException | None) -> pendulum.DateTime | None:
    if isinstance(postponed, QuotaSpent):
        return postponed.resets_at
    return pendulum.now("UTC") if isinstance(postponed, RequestCapReached) else None


def with_all_tables(
    found: dict[str, dict[str, Any]],
    empty: dict[str, dict[str, Any]],
    columns: Callable[[str], Collection[str]],
) -> dict[str, dict[str, Any]]:
    """What was found, and every other table without rows that is not there yet with all its columns.

    `columns`: those that a table has in the destination.
    """
    missing = {
        name: {one: rows for one, rows in tables.items() if not set(rows.column_names) <= set(columns(one))}
        for name, tables in empty.items()
    }
    both = {name: {**tables, **found.get(name, {})} for name, tables in missing.items()}
    return {name: tables for name, tables in ({**found, **both}).items() if tables}
