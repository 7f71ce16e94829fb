"""What the events of a run add up to so far, and how each event reads as a sentence.

Both displays draw from it: the live table (`live.py`) and plain lines (`progress.py`). Knows the events and a
clock in seconds that it is given; no stream, no rich.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.constant_contact.events import (
    Event,
    GroupLoaded,
    Noted,
    PageRead,
    RunEnded,
    RunStarted,
    TransformEnded,
    TransformStarted,
    Waiting,
    Warned,
)

if TYPE_CHECKING:
    from collections.abc import Callable

RATE_WINDOW_S = 10.0


@dataclass(slots=True, kw_only=True)
class ResourceTally:
    rows: int = 0
    pages: int = 0
    seen_at: float = 0.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the events so far add up to; both displays draw from it."""

    clock: Callable[[], float]
    started: RunStarted | None = None
    started_at: float = 0.0
    resources: dict[str, ResourceTally] = field(default_factory=dict)
    requests_sent: int = 0
    remaining_today: int | None = None
    groups: int = 0
    rows_committed: int = 0
    waiting: Waiting | None = None
    waiting_until: float = 0.0
    transforming: bool = False
    samples: deque[tuple[float, int]] = field(default_factory=deque)

    def take(self, event: Event) -> None:
        now = self.clock()
        match event:
            case RunStarted():
                self.started, self.started_at = event, now
                self.remaining_today = event.remaining_today
                self.samples.append((now, 0))
            case PageRead():
                self._page(event, now)
            case Waiting():
                self.waiting, self.waiting_until = event, now + event.wait_s
            case GroupLoaded():
                self.groups += 1
                self.rows_committed += sum(event.rows.values())
            case TransformStarted():
                self.transforming = True
            case TransformEnded():
                self.transforming = False
            case _:
                pass

    def _page(self, page: PageRead, now: float) -> None:
        resource = self.resources.setdefault(page.resource, ResourceTally())
        resource.rows += page.rows
        resource.pages += page.requests
        resource.seen_at = now
        # Threads report out of order: the higher count is the later one.
        self.requests_sent = max(self.requests_sent, page.requests_sent)
        left = page.remaining_today
        self.remaining_today = left if self.remaining_today is None else min(self.remaining_today, left)
        self.samples.append((now, self.requests_sent))
        while len(self.samples) > 1 and now - self.samples[0][0] > RATE_WINDOW_S:
            self.samples.popleft()

    def requests_per_second(self) -> float:
        if len(self.samples) < 2:  # noqa: PLR2004 - a rate needs two points
            return 0.0
        (first_at, first), (last_at, last) = self.samples[0], self.samples[-1]
        return (last - first) / (last_at - first_at) if last_at > first_at else 0.0

    def counts(self) -> str:
        parts = [many(self.requests_sent, "request"), f"{self.requests_per_second():.1f}/s"]
        if self.remaining_today is not None:
            parts.append(f"{self.remaining_today:,} left today")
        return " · ".join(parts)

    def wait_left_s(self) -> float:
        return max(0.0, self.waiting_until - self.clock())


def sentence(event: Event) -> str:
    match event:
        case RunStarted():
            return (
                f"syncing to {event.destination} ({event.dataset}): {event.remaining_today:,} requests left "
                f"today, at most {event.requests_per_second:g} a second"
            )
        case Waiting():
            return f"waiting {event.wait_s:.0f} s: {event.reason}"
        case GroupLoaded():
            rows = f"{many(sum(event.rows.values()), 'row')} in {many(len(event.rows), 'table')}"
            requests = many(event.requests, "request")
            return f"group {event.number} committed: {rows}, {requests}, {event.seconds:.1f} s"
        case Warned() | Noted():
            return f"warning: {event.message}" if isinstance(event, Warned) else event.message
        case TransformStarted():
            return "building and testing the marts"
        case TransformEnded():
            return _marts(event)
        case PageRead() | RunEnded():
            raise AssertionError(event)


def _marts(event: TransformEnded) -> str:
    if not event.models and not event.failures:
        return "marts: up to date, nothing that they are made of has changed"
    built = f"{many(event.models, 'model')} built, {many(event.tests, 'test')} run"
    failed = f", {len(event.failures)} failed" if event.failures else ""
    return "\n".join([f"marts: {built}{failed}, {event.seconds:.1f} s", *event.failures])


def many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration(seconds: float) -> str:
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
