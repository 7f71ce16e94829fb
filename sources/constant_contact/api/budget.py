"""When the next request may start, and whether there may be one at all today.

Knows: the two limits of a key, the run's own cap, and the ledger that all processes on the key share.
Must not know: what is asked, HTTP.

Pacing. The server counts arrivals in any sliding second, so what matters is that request i + N does not
arrive less than a second after request i (N = requests_per_second). Each start is recorded when the request
is allowed, moved when it really leaves later than that (`departed`), and the next is allowed 1 s + MARGIN_S
after the N-th last one. The margin is what two requests' ways to the server may differ by: at 80 ms the rate
is 3.70 of 4 requests a second.
Refused: reserving evenly spaced slots and sleeping until them. A process that stalls (a page is parsed, a
collection of garbage) then sends its overdue slots at once, beside those of the others, and the server
refuses.

Sources: api_guide/rate_limits (4 a second and 10,000 a UTC day per key); the token endpoint allows one a
second.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import pendulum

from sources.constant_contact.api.clock import SYSTEM_CLOCK, Clock
from sources.constant_contact.api.errors import QuotaSpent, RequestCapReached
from sources.constant_contact.api.stores import ledger

if TYPE_CHECKING:
    from sources.constant_contact.api.catalog_ledger import CatalogLedger
    from sources.constant_contact.api.connection import Connection
    from sources.constant_contact.api.ledger import Ledger

MARGIN_S: Final = 0.08
LATE_S: Final = 0.01
TOKEN_REQUESTS_PER_SECOND: Final = 1.0
# Sent so shortly before 00:00 UTC, a request may arrive after it: it counts for both days.
ON_THE_WAY_S: Final = 10
MIDNIGHT_SLACK_S: Final = 60  # as far as our clock may run ahead of the server's
LONGEST_PARK_S: Final = 25 * 3600
LONGEST_COOL_DOWN_S: Final = 120
A_MOMENT_S: Final = 0.2  # in which a page or two are read

# "login" is paced with the token requests and counted, but never refused: a person is waiting.
Kind = Literal["api", "token", "login"]


class Start(NamedTuple):
    """When a request was allowed."""

    here_s: float
    """On this machine's monotonic clock."""
    on_record_s: float
    """On the ledger's, which is the same where the ledger is a file of this machine."""


class Budget:
    """Shared by the threads of a process; processes, and machines too, share the ledger beneath it."""

    def __init__(
        self,
        ledger: Ledger | CatalogLedger,
        *,
        requests_per_second: float,
        requests_per_day: int,
        reserve_per_day: int = 0,
        max_requests: int | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._rates: dict[str, float] = {"api": requests_per_second, "token": TOKEN_REQUESTS_PER_SECOND}
        self._limit = requests_per_day - reserve_per_day
        self._max_requests = max_requests
        self._granted = 0
        self._last_start: dict[str, Start] = {}
        self._remaining: tuple[float, int] | None = None
        self._counting = threading.Lock()
        # One waiting thread per lane and process: the others queue here instead of at the file.
        self._turns = {"api": threading.Lock(), "token": threading.Lock()}

    @classmethod
    def of(
        cls, connection: Connection, *, clock: Clock = SYSTEM_CLOCK, max_requests: int | None = None
    ) -> Budget:
        return cls(
            ledger(connection),
            requests_per_second=connection.requests_per_second,
            requests_per_day=connection.requests_per_day,
            reserve_per_day=connection.reserve_per_day,
            max_requests=max_requests,
            clock=clock,
        )

    @property
    def requests_granted(self) -> int:
        """Requests that this run was allowed to send, of every kind."""
        return self._granted

    def acquire(self, kind: Kind = "api") -> Start:
        """Returns when a request may be sent, and must be sent at once; what it returns is for `departed`.

        Raises QuotaSpent, RequestCapReached.
        """
        with self._turns[_lane(kind)]:
            while (wait_s := self.try_acquire(kind)) > 0:
                self._clock.sleep(wait_s)
            return self._last_start[_lane(kind)]

    def departed(self, granted: Start, kind: Kind = "api") -> None:
        """To be called when the request has really left. Connecting and a busy machine take time; when it was
        much, the start on record is moved, so that the next request keeps its distance from the real one.
        """
        late_s = self._clock.monotonic() - granted.here_s
        if late_s > LATE_S:
            with self._ledger.transaction():
                self._ledger.move_start(_lane(kind), granted.on_record_s, granted.on_record_s + late_s)

    def try_acquire(self, kind: Kind = "api") -> float:
        """0.0 = granted and counted; otherwise the seconds after which to ask again."""
        with self._counting, self._ledger.transaction():
            if self._max_requests is not None and self._granted >= self._max_requests:
                raise RequestCapReached(limit=self._max_requests)
            # Read after the ledger's lock was obtained: waiting for it takes time.
            now, now_s = self._ledger.times(self._clock)
            here_s = self._clock.monotonic()
            day = self._enter_day(now)
            if kind != "login":
                self._refuse_when_spent(now, day)
            wait_s = self._wait_s(_lane(kind), now_s)
            if wait_s > 0:
                return wait_s
            self._ledger.add_start(_lane(kind), now_s)
            self._last_start[_lane(kind)] = Start(here_s, now_s)
            self._ledger.charge(day, _day(now.add(seconds=ON_THE_WAY_S)))
            self._granted += 1
        return 0.0

    def _wait_s(self, lane: str, now_s: float) -> float:
        rate = self._rates[lane]
        count = max(1, int(rate))
        window_s = max(1.0, 1 / rate) + MARGIN_S
        self._ledger.forget_starts(lane, before_s=now_s - 2 * window_s, after_s=now_s)
        earlier_s = self._ledger.nth_last_start(lane, count)
        paced_s = 0.0 if earlier_s is None else earlier_s + window_s - now_s
        cooling_s = self._ledger.cooling_until(lane) - now_s
        # A longer one was written before the machine was last switched on, when the clock stood elsewhere.
        return max(paced_s, cooling_s if cooling_s <= LONGEST_COOL_DOWN_S else 0.0, 0.0)

    def _enter_day(self, now: pendulum.DateTime) -> str:
        """The UTC day, after taking note of a clock that went back.

        Requests counted on a day that is now in the future may belong to any day from today to that one. So
        they are added to today, and each new request is charged to today and to every later day on record: a
        clock that moves back and forth over midnight is never granted more, and is right again one day later.
        """
        day = _day(now)
        latest = self._ledger.current_day()
        if latest is not None and day < latest:
            self._ledger.raise_day(day, self._ledger.spent(day) + self._ledger.spent_after(day))
        if day != latest:
            self._ledger.set_current_day(day)
        return day

    def _refuse_when_spent(self, now: pendulum.DateTime, day: str) -> None:
        spent = self._ledger.spent(day)
        parked_until = self._parked_until(now)
        if parked_until is not None:
            raise QuotaSpent(resets_at=parked_until, spent=spent, limit=self._limit, by_server=True)
        if spent >= self._limit:
            raise QuotaSpent(resets_at=next_midnight(now), spent=spent, limit=self._limit)

    def _parked_until(self, now: pendulum.DateTime) -> pendulum.DateTime | None:
        until_s = self._ledger.parked_until()
        # Later than any midnight to come: written by a clock that was wrong, so it says nothing.
        if until_s is None or not now.timestamp() < until_s < now.timestamp() + LONGEST_PARK_S:
            return None
        return pendulum.from_timestamp(until_s)

    def _now(self) -> pendulum.DateTime:
        with self._ledger.transaction():
            return self._ledger.times(self._clock)[0]

    def park(self) -> pendulum.DateTime:
        """Take the server's word that the day is spent, for all processes. Returns when requests are possible
        again: the next 00:00 UTC. In the first minute of a day the server's clock may still be in the old
        one, so that then the next try is a minute later.
        """
        now = self._now()
        since_midnight_s = (now - now.start_of("day")).total_seconds()
        fresh_day = since_midnight_s < MIDNIGHT_SLACK_S and self.spent_today() < self._limit
        resets_at = now.start_of("day").add(seconds=2 * MIDNIGHT_SLACK_S) if fresh_day else next_midnight(now)
        self.park_until(resets_at)
        return resets_at

    def park_until(self, resets_at: pendulum.DateTime) -> None:
        """No request by any process on this key before `resets_at` (UTC)."""
        with self._ledger.transaction():
            self._ledger.set_parked_until(resets_at.timestamp())

    def cool_down(self, wait_s: float, kind: Kind = "api") -> None:
        """The server refused the pace: nobody on this key sends for `wait_s` seconds."""
        with self._ledger.transaction():
            _, now_s = self._ledger.times(self._clock)
            self._ledger.set_cooling_until(
                _lane(kind),
                now_s + min(wait_s, LONGEST_COOL_DOWN_S),
                longest_s=LONGEST_COOL_DOWN_S,
            )

    def spent_today(self) -> int:
        """Requests counted on this UTC day by all processes on the key."""
        with self._ledger.transaction():
            return self._ledger.spent(self._enter_day(self._now()))

    def counted(self) -> tuple[str, int]:
        """The UTC day (YYYY-MM-DD) and the requests counted on it, by all processes on the key."""
        with self._ledger.transaction():
            day = self._enter_day(self._now())
            return day, self._ledger.spent(day)

    def remaining_today(self) -> int:
        """Requests that may still be sent today, by any process; the run's own cap is not looked at."""
        with self._ledger.transaction():
            now = self._now()
            if self._parked_until(now) is not None:
                return 0
            return max(0, self._limit - self._ledger.spent(self._enter_day(now)))

    def remaining_for_run(self) -> int:
        """Requests that this run may still send: of today's, and of its own cap."""
        left = self.remaining_today()
        return left if self._max_requests is None else min(left, self._max_requests - self._granted)

    def remaining_lately(self) -> int:
        """The same as of a moment ago at most, for those who only show it and ask after every page."""
        at_s = self._clock.monotonic()
        known = self._remaining
        if known is None or at_s - known[0] > A_MOMENT_S:
            known = self._remaining = (at_s, self.remaining_today())
        return known[1]

    def history(self) -> dict[str, int]:
        """Requests per UTC day, oldest first, as far as the ledger goes back."""
        with self._ledger.transaction():
            return self._ledger.history()

    def seed(self, day: str, spent: int) -> None:
        """Make known what was counted elsewhere (UTC day as YYYY-MM-DD); raises the count, never lowers
        it.
        """
        with self._ledger.transaction():
            self._ledger.raise_day(day, spent)

    def refusal(self, resets_at: pendulum.DateTime) -> QuotaSpent:
        """The error that says what `park` was told."""
        return QuotaSpent(resets_at=resets_at, spent=self.spent_today(), limit=self._limit, by_server=True)

    def close(self) -> None:
        self._ledger.close()


def _day(moment: pendulum.DateTime) -> str:
    return moment.format("YYYY-MM-DD")


def _lane(kind: Kind) -> str:
    return "api" if kind == "api" else "token"


def next_midnight(now: pendulum.DateTime) -> pendulum.DateTime:
    """The next 00:00 UTC."""
    return now.in_timezone("UTC").start_of("day").add(days=1)
