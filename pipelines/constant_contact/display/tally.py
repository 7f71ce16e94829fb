"""What the events of a run add up to so far, and how each event reads as a sentence.

Both displays draw from it: the live table (`live.py`) and plain lines (`progress.py`). Knows the events and a
clock in seconds that it is given; no stream, no rich.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.constant_contact.events import (
    Event,
    GroupLoaded,
    MartStarted,
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
SHORTEST_WINDOW_S = 3.0
"""A rate of less than this is an accident of when the answers came."""


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
    pieces_ahead: int = 0
    remaining_today: int | None = None
    groups: int = 0
    rows_committed: int = 0
    waiting: Waiting | None = None
    waiting_until: float = 0.0
    transforming: bool = False
    mart: MartStarted | None = None
    samples: deque[tuple[float, int]] = field(default_factory=deque)

    def take(self, event: Event) -> None:
        now = self.clock()
        match event:
            case RunStarted():
                self.started, self.started_at = event, now
                self.remaining_today = event.remaining_today
                self.requests_sent = event.requests_sent
                self.samples.append((now, event.requests_sent))
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
                self.transforming, self.mart = False, None
            case MartStarted():
                self.mart = event
            case _:
                pass

    def _page(self, page: PageRead, now: float) -> None:
        resource = self.resources.setdefault(page.resource, ResourceTally())
        resource.rows += page.rows
        resource.pages += page.requests
        resource.seen_at = now
        # Threads report out of order: the higher count is the later one.
        if page.requests_sent >= self.requests_sent:
            self.requests_sent, self.pieces_ahead = page.requests_sent, page.pieces_ahead
        left = page.remaining_today
        self.remaining_today = left if self.remaining_today is None else min(self.remaining_today, left)
        self.samples.append((now, self.requests_sent))
        while len(self.samples) > 1 and now - self.samples[0][0] > RATE_WINDOW_S:
            self.samples.popleft()

    def requests_per_second(self) -> float | None:
        """Of the last seconds, never above what is allowed; None until they are enough to tell."""
        if not self.samples:
            return None
        (first_at, first), (last_at, last) = self.samples[0], self.samples[-1]
        if last_at - first_at < SHORTEST_WINDOW_S:
            return None
        rate = (last - first) / (last_at - first_at)
        return rate if self.started is None else min(rate, self.started.requests_per_second)

    def expected(self) -> tuple[int, bool]:
        """Requests of the whole run so far as is known, and whether that is an estimate of all of them.

        Without a plan and without earlier runs it is what was sent and what is known to lie ahead: a lower bound.
        """
        known = self.requests_sent + self.pieces_ahead
        if self.started is None:
            return known, False
        planned = self.started.planned_requests or self.started.usual_requests
        return (known, False) if planned is None or planned < known else (planned, True)

    def time_left(self) -> str:
        """How long what is expected takes at the allowed rate; empty where that is not known or over."""
        total, is_estimate = self.expected()
        left = total - self.requests_sent
        if self.started is None or not self.started.requests_per_second or left <= 0:
            return ""
        today = self.remaining_today is not None and left > self.remaining_today
        seconds = (self.remaining_today or 0 if today else left) / self.started.requests_per_second
        shown = f"{math.ceil(seconds)} s" if seconds <= 59 else duration(max(60, seconds))  # noqa: PLR2004 - a minute
        if today:
            return f"{shown} left today, then more on another day"
        return f"{shown} left" if is_estimate else f"at least {shown} left"

    def counts(self) -> str:
        """Requests of those expected, rate, time left."""
        total, is_estimate = self.expected()
        sent = many(self.requests_sent, "request")
        if total > self.requests_sent:
            sent = f"{self.requests_sent:,} of {'about' if is_estimate else 'at least'} {total:,} requests"
        rate = self.requests_per_second()
        parts = (sent, "" if rate is None else f"{rate:.1f}/s", self.time_left())
        return " · ".join(part for part in parts if part)

    def today(self) -> str:
        """What is spent of today's requests; empty before anything is known."""
        if self.remaining_today is None:
            return ""
        allowed = None if self.started is None else self.started.allowed_today
        if allowed is None:
            return f"{self.remaining_today:,} left today"
        return f"{max(0, allowed - self.remaining_today):,} of today's {allowed:,} spent"

    def committed(self) -> str:
        """What is safe in the warehouse; empty before the first commit."""
        if not self.groups:
            return ""
        return f"{many(self.rows_committed, 'row')} committed in {many(self.groups, 'group')}"

    def building(self) -> str:
        if self.mart is None:
            return "building and testing the marts"
        return (
            f"building and testing the marts: {self.mart.name} ({self.mart.number:,} of {self.mart.total:,})"
        )

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
        case PageRead() | MartStarted() | RunEnded():
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
    if round(seconds, 1) < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
