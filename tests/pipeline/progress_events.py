"""A sample run as its events, and what a console shows of them."""

from __future__ import annotations

import io

import pendulum
from rich.console import Console

from pipelines.constant_contact.events import (
    RunResult,
)
from sources.constant_contact.repair.audit_line import AuditLine

RESULT = RunResult(
    run_id="r1",
    status="complete",
    started_at=pendulum.datetime(2026, 1, 1),
    ended_at=pendulum.datetime(2026, 1, 1, 0, 3),
    requests_sent=312,
    requests_today=352,
    remaining_today=9_648,
    rows={"contacts": 12_500, "email_opens": 0, "_ctct_audit": 4},
    seconds={"total": 182.4},
)


def recorded(renderable: object, width: int = 80) -> str:
    console = Console(record=True, width=width, file=io.StringIO())
    console.print(renderable)
    return console.export_text()


def audit(*, ok: bool, number: int = 1) -> AuditLine:
    return AuditLine(
        table="contacts__list_memberships",
        scope="list",
        scope_id=f"l{number}",
        scope_name=f"List {number}",
        source_count=120,
        loaded_count=120 if ok else 118,
        ok=ok,
    )
