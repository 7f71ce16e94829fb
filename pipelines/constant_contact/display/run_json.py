"""The one object that `--json` prints for a run, and for a command that ended before it had a result."""

from __future__ import annotations

from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.events import PARTIAL_EXIT_CODE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pendulum import DateTime

    from pipelines.constant_contact.events import RunResult
    from sources.constant_contact.repair.audit_line import AuditLine


def version() -> str:
    return installed("constant-contact-pipeline")


def as_object(result: RunResult) -> dict[str, Any]:
    """Times are ISO 8601 in UTC, durations seconds, counts rows or requests."""
    return {
        "status": result.status,
        "run_id": result.run_id,
        "profile": result.profile,
        "account_id": result.account_id,
        "version": version(),
        "started_at": result.started_at.to_iso8601_string(),
        "ended_at": result.ended_at.to_iso8601_string(),
        "requests": {"sent": result.requests_sent, "remaining_today": result.remaining_today},
        "rows": dict(result.rows),
        "set_aside": dict(result.set_aside),
        "resume_after": _iso(result.resume_after),
        "audit": audit_object(result.audit),
        "warnings": list(result.warnings),
        "seconds": {name: round(value, 3) for name, value in result.seconds.items()},
        "reason": result.stopped_reason,
        "remaining_work": list(result.remaining_work),
    }


def audit_object(lines: Sequence[AuditLine]) -> dict[str, Any]:
    """How many counts were compared and agree, and those that differ, named; `_ctct_audit` has all of them."""
    different = [line for line in lines if not line.ok]
    return {
        "checked": len(lines),
        "agree": len(lines) - len(different),
        "differences": [
            {
                "table": line.table,
                "scope": line.scope,
                "scope_id": line.scope_id,
                "scope_name": line.scope_name,
                "source_count": line.source_count,
                "loaded_count": line.loaded_count,
                "explanation": line.explanation,
            }
            for line in different
        ],
    }


def unfinished(
    reason: str, exit_code: int, *, resume_after: DateTime | None = None, profile: str | None = None
) -> dict[str, Any]:
    """The keys of a run's object for a command that has no result; null is what is not known."""
    return {
        "status": "partial" if exit_code == PARTIAL_EXIT_CODE else "failed",
        "run_id": None,
        "profile": profile,
        "account_id": None,
        "version": version(),
        "started_at": None,
        "ended_at": None,
        "requests": {"sent": None, "remaining_today": None},
        "rows": {},
        "set_aside": {},
        "resume_after": _iso(resume_after),
        "audit": audit_object(()),
        "warnings": [],
        "seconds": dict.fromkeys(("extract", "load", "transform", "total"), 0.0),
        "reason": reason,
        "remaining_work": [],
    }


def _iso(time: DateTime | None) -> str | None:
    return None if time is None else time.to_iso8601_string()
