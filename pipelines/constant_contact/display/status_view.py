"""How `ctct status` looks on a terminal of 80 columns. Draws a `StatusReport`; reads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.constant_contact.display.summary import STATUS_WORDS
from pipelines.constant_contact.display.tally import duration, many

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pipelines.constant_contact.display.status import (
        AuditCount,
        AuditStatus,
        Backfill,
        Quota,
        RunStatus,
        StatusReport,
        TableStatus,
        Warehouse,
    )

MAX_DIFFERENCES = 8
FOLD_WIDTH = 79
BYTES_PER_MB = 1_000_000
INDENT = (0, 0, 0, 2)
STATUS_WIDTH, REQUESTS_WIDTH, ROWS_WIDTH = 13, 15, 14
"""So that tables of one run each stand below one another."""


def render(report: StatusReport) -> Group:
    style = "bold green" if report.verdict.fresh else "bold yellow"
    parts: list[RenderableType] = [Text(report.verdict.sentence, style=style)]
    parts += [_heading("Warehouse"), *_warehouse(report.warehouse)]
    if report.warehouse.exists and not report.tables:
        parts.append(_line(f"dataset {report.dataset} has no tables yet: run `ctct sync`", "yellow"))
    if report.tables:
        parts += [_heading(f"Tables in {report.dataset}"), _tables(report.tables, fresh=True)]
    if report.marts:
        parts += [_heading(f"Marts in {report.dataset}_analytics"), _tables(report.marts, fresh=False)]
    if report.runs:
        parts += [_heading("Last runs"), runs_table(report.runs), *_last_run_notes(report.runs[0])]
    if report.set_aside:
        parts += [_heading("Rows set aside, see _ctct_set_aside"), _tables(report.set_aside, fresh=False)]
    if report.audit is not None:
        parts += [_heading("Audit"), *_audit(report.audit)]
    if report.quota is not None:
        parts += [_heading("Quota"), _line(_quota(report.quota))]
    if report.backfill:
        parts += [_heading("Backfill"), *(_line(_backfill(part)) for part in report.backfill)]
    return Group(*parts)


def _heading(title: str) -> RenderableType:
    return Padding(Text(title, style="bold"), (1, 0, 0, 0))


def _line(text: str, style: str = "") -> RenderableType:
    return Padding(Text(text, style=style), INDENT)


def _warehouse(warehouse: Warehouse) -> list[RenderableType]:
    if not warehouse.exists:
        return [_line(warehouse.location), _line("not there yet: run `ctct sync`", "yellow")]
    size = "" if warehouse.size_bytes is None else f" ({warehouse.size_bytes / BYTES_PER_MB:,.1f} MB)"
    command = Text(folded(warehouse.open_with), style="cyan", no_wrap=True)
    hint = "" if " -c " not in warehouse.open_with else ", then for example: sql('show all tables')"
    return [_line(warehouse.location + size), _line(f"open it with{hint}"), command]


def folded(command: str, width: int = FOLD_WIDTH) -> str:
    """A shell command as lines that can be copied: a backslash ends each but the last.

    Lines after the first are not indented, because inside quotes a blank would become part of the word.
    """
    lines = []
    while len(command) > width:
        at = command.rfind(" ", 1, width - 1) + 1 or width - 1
        while command[at - 1] == "\\":  # a backslash of its own must not stand before ours
            at -= 1
        lines.append(command[:at])
        command = command[at:]
    return "\\\n".join([*lines, command])


def _tables(tables: Sequence[TableStatus], *, fresh: bool) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, overflow="ellipsis", max_width=44)
    grid.add_column(justify="right")
    grid.add_column(no_wrap=True)
    for table in tables:
        when = "" if table.changed_at is None else f"changed {_minute(table.changed_at)}"
        grid.add_row(
            Text(table.name), Text(many(table.rows, "row")), Text(when if fresh else "", style="dim")
        )
    return Padding(grid, INDENT)


def runs_table(runs: Sequence[RunStatus]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, min_width=STATUS_WIDTH)
    for width in (REQUESTS_WIDTH, ROWS_WIDTH, 0):
        grid.add_column(justify="right", no_wrap=True, min_width=width)
    for run in runs:
        word, style = STATUS_WORDS.get(run.status, (run.status, ""))
        grid.add_row(
            Text(_minute(run.started_at)),
            Text(word.lower(), style=style),
            Text(many(run.requests_sent, "request")),
            Text(many(run.rows, "row")),
            Text(_took(run), style="dim"),
        )
    return Padding(grid, INDENT)


def _took(run: RunStatus) -> str:
    if run.started_at is None or run.ended_at is None:
        return ""
    return duration((run.ended_at - run.started_at).total_seconds())


def _last_run_notes(run: RunStatus) -> list[RenderableType]:
    notes: list[RenderableType] = []
    if run.stopped_reason:
        notes.append(_line(f"last run: {run.stopped_reason}", "yellow"))
    if run.resume_after is not None:
        notes.append(_line(f"run again after {_minute(run.resume_after)} UTC to go on"))
    notes += [_line(f"warning: {warning}", "yellow") for warning in run.warnings]
    return notes


def _audit(audit: AuditStatus) -> list[RenderableType]:
    when = f"checked {_minute(audit.checked_at)} UTC"
    if not audit.differences:
        counts = many(audit.counts, "count")
        return [_line(f"{counts} of the account agree with the warehouse, none differs; {when}", "green")]
    head = f"{len(audit.differences):,} of {audit.counts:,} counts differ from the account, {when}:"
    lines = [_line(head, "yellow")]
    lines += [_line(_difference(difference)) for difference in audit.differences[:MAX_DIFFERENCES]]
    if len(audit.differences) > MAX_DIFFERENCES:
        lines.append(_line(f"and {len(audit.differences) - MAX_DIFFERENCES:,} more: see --json", "dim"))
    return lines


def _difference(difference: AuditCount) -> str:
    scope = "" if difference.scope in {"", "total"} else f" of {difference.scope} "
    scope += (difference.scope_name or difference.scope_id) if scope else ""
    why = f" ({difference.explanation})" if difference.explanation else ""
    counts = f"{difference.source_count:,} in the account, {difference.loaded_count:,} here"
    return f"{difference.table}{scope}: {counts}{why}"


def _quota(quota: Quota) -> str:
    kept = f", {quota.reserve_per_day:,} kept for other programs" if quota.reserve_per_day else ""
    return f"{quota.used_today:,} of {quota.per_day:,} requests used today{kept}; {quota.left_today:,} left"


def _backfill(backfill: Backfill) -> str:
    if not backfill.total:
        return f"{backfill.resource}: {backfill.done:,} {backfill.unit} read, the total is not known yet"
    percent = backfill.done / backfill.total
    return (
        f"{backfill.resource}: {backfill.done:,} of {backfill.total:,} {backfill.unit} read ({percent:.0%})"
    )


def _minute(time: dt.datetime | None) -> str:
    return "at an unknown time" if time is None else f"{time:%Y-%m-%d %H:%M}"
