"""`ctct runs`: the runs that a warehouse has on record, newest first, as a table or as JSON."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from pipelines.constant_contact.display.plain_text import json_text
from pipelines.constant_contact.display.status import RunStatus, recorded_runs
from pipelines.constant_contact.display.status_view import runs_table
from pipelines.constant_contact.reporting.dataset_view import DatasetView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.constant_contact.reporting.dataset_view import Query

NOTE_INDENT = (0, 0, 0, 4)


def collect(query: Query, dataset: str, limit: int) -> tuple[RunStatus, ...]:
    return recorded_runs(DatasetView.read(query, dataset), limit)


def to_json(dataset: str, runs: Sequence[RunStatus]) -> str:
    """One object; times as ISO 8601 in UTC."""
    fields = {"dataset": dataset, "runs": [asdict(run) for run in runs]}
    return json_text(fields, default=_iso, indent=2)


def _iso(value: object) -> str:
    assert isinstance(value, dt.datetime)
    return value.isoformat()


def render(runs: Sequence[RunStatus]) -> Group:
    """One line a run, and below it why it did not end complete and what it warned of."""
    if not runs:
        return Group(Text("No run is on record yet: run `ctct sync`.", style="yellow"))
    parts: list[RenderableType] = []
    for run in runs:
        parts.append(runs_table([run]))
        notes = ([run.stopped_reason] if run.stopped_reason else []) + [
            f"warning: {one}" for one in run.warnings
        ]
        parts += [Padding(Text(note, style="yellow"), NOTE_INDENT) for note in notes]
    return Group(*parts)
