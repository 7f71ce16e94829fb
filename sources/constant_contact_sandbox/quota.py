"""The sandbox's own strict count of the two limits, and its request log.

Counts at arrival: a request is too fast when it and the requests of the second before it are more than
the limit (any sliding second, server's monotonic clock), and over quota when the UTC day (sandbox clock)
has had its number. Source: api_guide/rate_limits.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["served", "throttled", "quota_exceeded"]
_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/|$)|(?<=email_campaigns/)[^/]+|(?<=email_campaign_activities/)[^/]+"
)


@dataclass(slots=True)
class Limits:
    """One application's limits; None switches a limit off."""

    per_second: int | None
    per_day: int | None
    refused_count_per_second: bool
    refused_count_per_day: bool
    _window: deque[float] = field(default_factory=deque)
    _day: int = -1
    today: int = 0

    def arrive(self, monotonic_s: float, utc_day: int) -> Verdict:
        """Count one request that has just arrived."""
        if utc_day != self._day:
            self._day, self.today = utc_day, 0
        window = self._window
        while window and window[0] <= monotonic_s - 1.0:
            window.popleft()
        verdict: Verdict = "served"
        if self.per_day is not None and self.today >= self.per_day:
            verdict = "quota_exceeded"
        elif self.per_second is not None and len(window) >= self.per_second:
            verdict = "throttled"
        if verdict == "served" or self.refused_count_per_second:
            window.append(monotonic_s)
        if verdict == "served" or self.refused_count_per_day:
            self.today += 1
        return verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it arrived. `at`: sandbox clock, seconds since 1970; `monotonic_s`: arrival, for
    pacing tests.
    """

    at: float
    monotonic_s: float
    method: str
    path: str
    query: str
    status: int
    fault: str | None


class RequestLog(deque[Request]):
    """The last 20,000 requests, and counters over all of them. Token calls have path /oauth2/..."""

    def __init__(self) -> None:
        super().__init__(maxlen=20_000)
        self.served = self.refused_second = self.refused_day = self.total = 0
        self.by_path_template: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()
        self.first_at: float | None = None
        self.last_at: float | None = None

    def add(self, request: Request, verdict: Verdict) -> None:
        self.append(request)
        self.total += 1
        self.served += verdict == "served"
        self.refused_second += verdict == "throttled"
        self.refused_day += verdict == "quota_exceeded"
        self.by_path_template[_ID.sub("{id}", request.path)] += 1
        self.by_status[request.status] += 1
        self.first_at = request.monotonic_s if self.first_at is None else self.first_at
        self.last_at = request.monotonic_s

    def reset(self) -> None:
        """Forget everything, counters included."""
        self.clear()
        self.served = self.refused_second = self.refused_day = self.total = 0
        self.by_path_template.clear()
        self.by_status.clear()
        self.first_at = self.last_at = None
