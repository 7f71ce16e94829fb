"""The block that ends a run: what happened, what was loaded, what the audit found, what to do next.

Made from a `RunResult` alone, so that a run just ended and a recorded one read the same.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.constant_contact.display.console import console
from pipelines.constant_contact.display.tally import duration, many
from pipelines.constant_contact.planning.cost import error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.constant_contact.events import RunResult
    from sources.constant_contact.repair.audit_line import AuditLine

WIDTH = 80  # where no terminal says otherwise
MAX_LINES = 8  # of one kind (differences, unread work)
STATUS_WORDS = {
    "complete": ("Complete", "bold green"),
    "partial": ("Stopped early", "bold yellow"),
    "failed": ("Failed", "bold red"),
}


def summary(result: RunResult) -> Group:
    word, style = STATUS_WORDS[result.status]
    head = Text.assemble((word, style), f": {_spent(result)}")
    parts: list[RenderableType] = [head]
    if result.stopped_reason:
        parts.append(Text(result.stopped_reason))
    parts.append(_rows_table(result.rows))
    parts += [_bullet(line, style) for line, style in _notes(result)]
    return Group(*parts)


def _bullet(line: str, style: str) -> RenderableType:

    indent = len(line) - len(line.lstrip())
    return Padding(Text(line.strip(), style=style), (0, 0, 0, indent))


def summary_text(result: RunResult) -> str:
    """The same block without colour, 80 columns wide."""
    buffer = StringIO()
    console(buffer, width=WIDTH, color_system=None, force_terminal=False).print(summary(result))
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _spent(result: RunResult) -> str:
    total_s = result.seconds.get("total", (result.ended_at - result.started_at).total_seconds())
    requests = many(result.requests_sent, "request")
    if result.planned_requests is not None:
        requests += f" ({result.planned_requests:,} planned{_plan_error(result)})"
    return f"{requests}, {duration(total_s)}, {result.remaining_today:,} left today."


def _plan_error(result: RunResult) -> str:
    """How far the plan was off, for a run that came to its end."""
    off = error(result.planned_requests, result.requests_sent) if result.status == "complete" else None
    if off is None or not round(off, 2):
        return ""
    return f", {abs(off):.0%} too {'many' if off > 0 else 'few'}"


def _rows_table(rows: Mapping[str, int]) -> RenderableType:

    changed = {table: count for table, count in sorted(rows.items()) if count and not table.startswith("_")}
    if not changed:
        return Text("No rows were new or changed.", style="dim")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, overflow="ellipsis", max_width=50)
    grid.add_column(justify="right")
    for table, count in changed.items():
        grid.add_row(Text(table), Text(f"{count:,}"))
    grid.add_row(Text("rows loaded", style="dim"), Text(f"{sum(changed.values()):,}", style="dim"))
    return Padding(grid, (0, 0, 0, 2))


def _notes(result: RunResult) -> list[tuple[str, str]]:
    notes: list[tuple[str, str]] = [(f"warning: {warning}", "yellow") for warning in result.warnings]
    notes += [(line, style) for line, style in audit_lines(result.audit)]
    if result.remaining_work:
        notes.append(("Not read yet:", ""))
        notes += [(f"  {line}", "dim") for line in _capped(result.remaining_work)]
    if result.resume_after is not None:
        when = result.resume_after.in_timezone("UTC").format("YYYY-MM-DD HH:mm")
        notes.append((f"Run the same command again after {when} UTC; it goes on where this run stopped.", ""))
    elif result.status == "partial":
        notes.append(("Run the same command again; it goes on where this run stopped.", ""))
    return notes


def audit_lines(audit: Sequence[AuditLine]) -> list[tuple[str, str]]:
    """One line when every count agrees, else also the counts that differ; (text, style)."""
    if not audit:
        return []
    wrong = [line for line in audit if not line.ok]
    if not wrong:
        counts = many(len(audit), "count")
        return [(f"Audit: {counts} of the account checked, all agree with the warehouse.", "green")]
    lines = [f"  {_difference(line)}" for line in wrong]
    head = f"Audit: {len(wrong):,} of {len(audit):,} counts differ from the account:"
    return [(head, "yellow"), *((line, "yellow") for line in _capped(lines))]


def _difference(line: AuditLine) -> str:
    scope = "" if line.scope == "total" else f" of {line.scope} {line.scope_name or line.scope_id}"
    why = f" ({line.explanation})" if line.explanation else ""
    return f"{line.table}{scope}: {line.source_count:,} in the account, {line.loaded_count:,} here{why}"


def _capped(lines: Sequence[str]) -> list[str]:
    if len(lines) <= MAX_LINES:
        return list(lines)
    indent = " " * (len(lines[0]) - len(lines[0].lstrip()))
    return [*lines[:MAX_LINES], f"{indent}and {len(lines) - MAX_LINES:,} more: `ctct status --json` has all"]
