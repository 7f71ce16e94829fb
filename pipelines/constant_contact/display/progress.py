"""What a person sees of a run: a live table on a terminal, one line at a time anywhere else, then a summary.

Knows the events (`events.py`) and nothing of what causes them; reads no clock but the one it is given.
Everything is written to the stream it is given (standard error by default), so that standard output stays
free for `--json`. Events may come from several threads. rich is imported only when it is needed, for
`ctct --help` must not wait for it.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from pipelines.constant_contact.display import log_lines
from pipelines.constant_contact.display.tally import Tally, many, sentence
from pipelines.constant_contact.events import (
    Event,
    Listener,
    MartStarted,
    PageRead,
    RunEnded,
    RunResult,
    Waiting,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


PLAIN_INTERVAL_S = 5.0
SHORT_WAIT_S = 1.0  # back-off below this is part of normal work, not worth a line


class _Plain:
    """One line per thing worth knowing, no control characters: for log files and mail from cron."""

    def __init__(self, stream: TextIO, tally: Tally, *, interval_s: float = PLAIN_INTERVAL_S) -> None:
        self._stream = stream
        self._tally = tally
        self._interval_s = interval_s
        self._lock = threading.Lock()
        self._last_line_at: float | None = None

    def __call__(self, event: Event) -> None:
        with self._lock:
            self._tally.take(event)
            if isinstance(event, PageRead | MartStarted) and not self._due():
                return
            for line in self._lines(event):
                self._stream.write(line + "\n")
            self._stream.flush()

    def _due(self) -> bool:
        now = self._tally.clock()
        if self._last_line_at is not None and now - self._last_line_at < self._interval_s:
            return False
        self._last_line_at = now
        return True

    def _lines(self, event: Event) -> list[str]:
        match event:
            case PageRead():
                rows = self._tally.resources[event.resource].rows
                counts = (f"{many(rows, 'row')} read", self._tally.counts(), self._tally.today())
                return [f"{event.resource}: {' · '.join(part for part in counts if part)}"]
            case MartStarted():
                return [self._tally.building()]
            case RunEnded():
                return ["", *summary_text(event.result).splitlines()]
            case Waiting() if event.wait_s < SHORT_WAIT_S:
                return []
            case _:
                return [sentence(event)]


class _Quiet:
    """Only what a person must know: warnings, and the summary of a run that did not end complete."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        match event:
            case Warned():
                self._stream.write(f"{sentence(event)}\n")
            case RunEnded() if event.result.status != "complete":
                self._stream.write(summary_text(event.result))
            case _:
                return
        self._stream.flush()


@contextmanager
def listener(
    stream: TextIO | None = None, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic
) -> Iterator[Listener]:
    """Yield the listener that suits `stream` (standard error by default); closes its display on leaving.

    `quiet` shows warnings, and the summary of a run that is not complete; nothing else.
    """
    stream = sys.stderr if stream is None else stream
    display, close = _display(stream, quiet=quiet, tally=Tally(clock=clock))
    try:
        yield display
    finally:
        close()


def _display(stream: TextIO, *, quiet: bool, tally: Tally) -> tuple[Listener, Callable[[], None]]:
    if log_lines.OPTIONS.json:
        return log_lines.JsonLines(stream), _nothing
    if log_lines.OPTIONS.verbose:
        return _Plain(stream, tally, interval_s=0.0), _nothing
    if quiet:
        return _Quiet(stream), _nothing
    if not stream.isatty():
        return _Plain(stream, tally), _nothing
    from pipelines.constant_contact.display.console import console  # noqa: PLC0415 - rich, only when shown
    from pipelines.constant_contact.display.live import Terminal  # noqa: PLC0415 - rich, only when shown

    screen = console(stream)
    if screen.is_dumb_terminal:
        return _Plain(stream, tally), _nothing
    terminal = Terminal(screen, tally)
    return terminal, terminal.close


def _nothing() -> None:
    return


def summary_text(result: RunResult) -> str:
    """The block that ends a run, without colour, 80 columns wide."""
    from pipelines.constant_contact.display import summary as _summary  # noqa: PLC0415 - rich, only when shown

    return _summary.summary_text(result)
