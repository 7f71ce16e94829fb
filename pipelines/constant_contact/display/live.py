"""The live table on a terminal: rows and pages per resource, requests, quota, what is being waited for.

Fits 80 columns. Draws a `Tally`; decides nothing.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from pipelines.constant_contact.display.summary import summary
from pipelines.constant_contact.display.tally import ResourceTally, Tally, duration, many, sentence
from pipelines.constant_contact.events import (
    Event,
    Noted,
    RunEnded,
    RunStarted,
    TransformEnded,
    TransformStarted,
    Waiting,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RESOURCES_SHOWN = 14


class Terminal:
    """The live table; lines that must stay (warnings, the summary) scroll above it."""

    def __init__(self, console: Console, tally: Tally) -> None:
        self._console = console
        self._tally = tally
        self._lock = threading.Lock()
        # Standard output is left alone: with --json it belongs to one JSON object.
        self._live = Live(
            console=console,
            get_renderable=self._draw,
            refresh_per_second=5,
            transient=True,
            redirect_stdout=False,
        )

    def __call__(self, event: Event) -> None:
        # rich draws while it holds its own lock, and drawing takes ours: never call rich while holding ours.
        with self._lock:
            self._tally.take(event)
        match event:
            case RunStarted() | TransformStarted():
                self._live.start()
            case Waiting() if not self._live.is_started:  # there is no table yet to say it in
                self._console.print(sentence(event), style="yellow", highlight=False)
            case Warned():
                self._console.print(sentence(event), style="yellow", highlight=False)
            case Noted():
                self._console.print(sentence(event), highlight=False)
            case TransformEnded():
                style = "red" if event.failures else "dim"
                self._console.print(sentence(event), style=style, highlight=False)
            case RunEnded():
                self.close()
                self._console.print(summary(event.result), highlight=False)
            case _:
                pass

    def _draw(self) -> RenderableType:
        with self._lock:
            return live_view(self._tally)

    def close(self) -> None:
        self._live.stop()


def live_view(tally: Tally) -> Group:
    """The table as it stands, fitted to 80 columns."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, overflow="ellipsis", min_width=30, max_width=38)
    table.add_column(justify="right", min_width=14)
    table.add_column(justify="right", min_width=14)
    shown, hidden = _resources_shown(tally.resources)
    for name, resource in shown.items():
        table.add_row(
            Text(name), Text(many(resource.rows, "row")), Text(many(resource.pages, "page"), style="dim")
        )
    if hidden:
        table.add_row(Text(f"and {hidden} more", style="dim"))
    parts: list[RenderableType] = []
    if tally.started is not None:
        target = f"{tally.started.destination} · {tally.started.dataset}"
        parts.append(Text(target, style="bold", no_wrap=True, overflow="ellipsis"))
    parts.append(table)
    elapsed = duration(tally.clock() - tally.started_at)
    so_far = " · ".join(part for part in (tally.today(), tally.committed(), elapsed) if part)
    parts += [Text(tally.counts()), Text(so_far, style="dim")]
    if tally.transforming:
        parts.append(Spinner("dots", text=tally.building()))
    elif tally.waiting is not None and tally.wait_left_s() > 0:
        parts.append(Text(f"waiting {tally.wait_left_s():.0f} s: {tally.waiting.reason}", style="yellow"))
    return Group(*parts)


def _resources_shown(resources: Mapping[str, ResourceTally]) -> tuple[dict[str, ResourceTally], int]:
    """The most recently read ones, in the order in which they first appeared, and how many are left out."""
    latest = sorted(resources, key=lambda name: resources[name].seen_at, reverse=True)[:MAX_RESOURCES_SHOWN]
    return {name: resources[name] for name in resources if name in latest}, len(resources) - len(latest)
