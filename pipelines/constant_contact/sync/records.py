"""The pipeline's own tables: `_ctct_runs`, one row per run, and `_ctct_audit`, one per count compared."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pendulum

from pipelines.constant_contact.destinations.warehouse import SOURCE
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.sync import record_rows, unrecorded
from pipelines.constant_contact.sync.agreement import RUNS, table_rows
from sources.constant_contact.state import dataset as dataset_state
from sources.constant_contact.state.dataset import DatasetState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.events import RunResult
    from pipelines.constant_contact.sync.unrecorded import Rows
    from sources.constant_contact.api.budget import Budget
    from sources.constant_contact.state.changes import State, StateChange

AUDIT = "_ctct_audit"
"""In the state: key -> day and requests, so that a run that was killed is counted up to its last group."""
_T, _N, _A, _B = "text", "bigint", "timestamp", "bool"
COLUMNS: dict[str, dict[str, str]] = {
    RUNS: {
        "run_id": _T,
        "started_at": _A,
        "ended_at": _A,
        "status": _T,
        "stopped_reason": _T,
        "requests_sent": _N,
        "requests_today": _N,
        "remaining_today": _N,
        "resume_after": _A,
        "planned_requests": _N,
        "rows": _T,
        "warnings": _T,
        "seconds": _T,
        "ledger_day": "date",
        "ledger_key": _T,
        "account_id": _T,
        "commit_number": _N,
        "table_rows": _T,
        "version": _T,
    },
    AUDIT: {
        "run_id": _T,
        "checked_at": _A,
        "table_name": _T,
        "scope": _T,
        "scope_id": _T,
        "scope_name": _T,
        "source_count": _N,
        "loaded_count": _N,
        "ok": _B,
        "explanation": _T,
    },
}
USUAL_RUNS = 5
KEYS = {RUNS: ["run_id"], AUDIT: ["run_id", "table_name", "scope", "scope_id"]}


def recorded(
    warehouse: Warehouse, result: RunResult, ledger_key: str, warn: Callable[[str], None], *, now: bool
) -> None:
    """Write a run's record, and those kept by earlier runs; the first ones in a load package of their own.

    Where that is impossible (nothing was ever loaded, a package waits that would be loaded first, the destination does
    not answer), or `now` is false, it is kept for the next run: a run does not fail because its record does.
    """
    reason = _obstacle(warehouse) if now else "the warehouse is busy"
    refusals: tuple[type[Exception], ...] = (UserError, *warehouse.troubles())
    if not reason:
        try:
            return _write(warehouse, result, ledger_key)
        except refusals as error:
            reason = str(error)
    try:
        keep(warehouse.location.state_folder, result, ledger_key)
    except OSError as error:
        warn(f"this run is not recorded: {reason}, and {error}")
    else:
        if now:
            warn(f"this run is not recorded yet, the next one will do it: {reason}")


def keep(state_folder: Path, result: RunResult, ledger_key: str) -> None:
    """For the next run to write. Raises OSError."""
    rows = {RUNS: [_run(result, ledger_key)], AUDIT: _audit(result)}
    unrecorded.keep(state_folder, result.run_id, rows)


def _write(warehouse: Warehouse, result: RunResult, ledger_key: str) -> None:
    earlier = unrecorded.kept(warehouse.location.state_folder)
    with warehouse.kept_open():
        rows = {RUNS: [_run(result, ledger_key) | _left(warehouse)], AUDIT: _audit(result)}
        together = unrecorded.together(rows, earlier)
        if written := record_rows.fits(warehouse, together, COLUMNS):
            record_rows.write(warehouse, together, COLUMNS)
    if not written:
        warehouse.load(_resources(together))
    for file in earlier:
        file.unlink(missing_ok=True)


def _left(warehouse: Warehouse) -> dict[str, Any]:
    """What the run left: whose rows, the number of its last commit, and how many rows each raw table has now."""
    counts = table_rows(warehouse, warehouse.columns())
    state = DatasetState.of(source_state(warehouse))
    return {
        "account_id": state.account_id,
        "commit_number": state.commit or None,
        "table_rows": json.dumps(counts, sort_keys=True),
    }


def _obstacle(warehouse: Warehouse) -> str:
    if SOURCE not in warehouse.pipeline.schema_names:
        return "nothing is loaded yet"
    return "its last group is not loaded yet" if warehouse.pipeline.has_pending_data else ""


def _resources(rows: Rows) -> list[Any]:
    import dlt  # noqa: PLC0415 - two seconds, which `--help` must not cost

    merge: Any = {"disposition": "merge", "strategy": "delete-insert"}
    columns: dict[str, Any] = {
        name: {column: {"data_type": kind} for column, kind in kinds.items()}
        for name, kinds in COLUMNS.items()
    }
    return [
        dlt.resource(
            found,
            name=name,
            write_disposition=merge,
            primary_key=KEYS[name],
            columns=columns[name],
            max_table_nesting=0,
        )
        for name, found in rows.items()
        if found and name in COLUMNS
    ]


def with_each_commit(warehouse: Warehouse, ledger_key: str, budget: Budget) -> tuple[StateChange, ...]:
    """What every group commits besides its own: its number, and the day's requests on this key."""
    day, spent = budget.counted()
    return (
        dataset_state.committed_once_more(source_state(warehouse)),
        dataset_state.counted(ledger_key, day, spent),
    )


def source_state(warehouse: Warehouse) -> State:
    """The state of our source in the working folder."""
    return dataset_state.section_of(warehouse.pipeline.state)


def requests_counted(warehouse: Warehouse, ledger_key: str) -> Iterator[tuple[str, int]]:
    """(UTC day, requests) that the destination knows of, for a machine whose own ledger is gone."""
    committed = dataset_state.section_of(warehouse.committed_state())
    if counted := dataset_state.requests_counted(committed, ledger_key):
        yield counted
    if {"ledger_day", "ledger_key", "requests_today"} <= set(warehouse.columns().get(RUNS, ())):
        rows = warehouse.query(
            f"select ledger_day, max(requests_today) as requests from {warehouse.qualified(RUNS)}"
            f" where ledger_key = '{ledger_key}' group by ledger_day order by ledger_day desc limit 2"
        )
        for row in rows:
            yield str(row["ledger_day"])[:10], int(str(row["requests"]))


def usual_requests(warehouse: Warehouse) -> int | None:
    """The middle one of what the last complete runs took; None where there is none."""
    if not {"status", "started_at", "requests_sent"} <= set(warehouse.columns().get(RUNS, ())):
        return None
    rows = warehouse.query(
        f"select requests_sent from {warehouse.qualified(RUNS)} where status = 'complete'"
        f" order by started_at desc limit {USUAL_RUNS}"
    )
    counts = sorted(int(str(row["requests_sent"])) for row in rows)
    return counts[len(counts) // 2] if counts else None


def _run(result: RunResult, ledger_key: str) -> dict[str, Any]:
    return {
        "run_id": result.run_id,
        "started_at": result.started_at,
        "ended_at": result.ended_at,
        "status": result.status,
        "stopped_reason": result.stopped_reason,
        "requests_sent": result.requests_sent,
        "requests_today": result.requests_today,
        "remaining_today": result.remaining_today,
        "resume_after": result.resume_after,
        "planned_requests": result.planned_requests,
        "rows": json.dumps(dict(result.rows), sort_keys=True),
        "warnings": json.dumps(result.warnings),
        "seconds": json.dumps({name: round(value, 3) for name, value in result.seconds.items()}),
        "ledger_day": pendulum.instance(result.ended_at).in_timezone("UTC").date(),
        "ledger_key": ledger_key,
        "version": version("constant-contact-pipeline"),
    }


def _audit(result: RunResult) -> list[dict[str, Any]]:
    return [
        {
            "run_id": result.run_id,
            "checked_at": result.ended_at,
            "table_name": line.table,
            "scope": line.scope,
            "scope_id": line.scope_id,
            "scope_name": line.scope_name,
            "source_count": line.source_count,
            "loaded_count": line.loaded_count,
            "ok": line.ok,
            "explanation": line.explanation,
        }
        for line in result.audit
    ]
