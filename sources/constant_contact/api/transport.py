"""Retry over budget over wire: the only way in which a request leaves.

Knows: how long to wait before which attempt. Must not know: tokens, rows, endpoints.

Every attempt passes the budget. Waits are exponential with full jitter (a random part of the whole wait, so
that many clients do not come back together), up to a cap. `throttled` means another program is on the key:
all processes on it pause shortly. `quota_exceeded` parks all of them and is raised at once. Retry-After is
honoured up to a bound, which a failing server gets once for one request; one that names no time to come is no word.
Sources: api_guide/rate_limits; the server documents no Retry-After, so it is a bonus where it is seen.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Literal, NoReturn, TypeVar

from sources.constant_contact.api.budget import next_midnight
from sources.constant_contact.api.errors import (
    ApiError,
    ConnectionLost,
    Fatal,
    NotJson,
    QuotaSpent,
    Retryable,
    ServerBusy,
    Throttled,
    Unreachable,
    error_class,
    from_answer,
    parse_error_body,
)
from sources.constant_contact.api.events import OnWait, Waiting
from sources.constant_contact.api.wire import Answer, Request, Wire

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from sources.constant_contact.api.budget import Budget, Kind
    from sources.constant_contact.api.clock import Clock
    from sources.constant_contact.api.connection import Connection
    from sources.constant_contact.api.redact import Redactor

T = TypeVar("T")
Reason = Literal["throttled", "server_busy", "connection", "bad_body", "preparing"]

FIRST_CONTACT_ATTEMPTS: Final = (
    4  # a host that has never answered is more likely a wrong address than an outage
)
THROTTLED_BASE_S: Final = 1.0
THROTTLED_CAP_S: Final = 8.0
LONGEST_RETRY_AFTER_S: Final = 120.0


def check(answer: Answer, path: str) -> None:
    """Raises the error of an unsuccessful answer; 429 for the day excepted, which the transport has taken
    before.
    """
    if not 200 <= answer.status < 300:  # noqa: PLR2004  any 2xx: 202, 204 and 209 are all documented
        raise from_answer(answer.status, answer.body, path, gateway_key=answer.gateway_key)


class Transport:
    """Thread-safe."""

    def __init__(
        self,
        connection: Connection,
        *,
        budget: Budget,
        clock: Clock,
        rng: random.Random,
        redactor: Redactor,
        on_wait: OnWait | None = None,
    ) -> None:
        self._connection = connection
        self._budget = budget
        self._clock = clock
        self._rng = rng
        self._redact = redactor
        self._on_wait = on_wait
        self._wire = Wire(connection, clock)
        self._reached: set[str] = set()
        self.server_skew_s: float | None = None  # the server's clock minus ours, by its last Date header

    def send(
        self,
        request: Request,
        accept: Callable[[Answer], T],
        *,
        kind: Kind = "api",
        max_attempts: int | None = None,
    ) -> T:
        """What `accept` makes of the answer. `accept` raises the errors of the answer, of which the Retryable
        ones lead to another attempt; `max_attempts` where there should be fewer than the connection's.
        """
        attempt, asked_s = 0, 0.0
        while True:
            attempt += 1
            try:
                return self._accepted(self._attempt(request, kind), accept)
            except (Retryable, Unreachable) as error:
                is_last = attempt == max_attempts or self._is_last(error, attempt, request.url)
                if is_last or (isinstance(error, ServerBusy) and asked_s >= LONGEST_RETRY_AFTER_S):
                    raise self._given_up(error, attempt) from None
                asked_s += (error.retry_after_s or 0.0) if isinstance(error, Retryable) else 0.0
                self._back_off(error, attempt, kind)
            except ApiError as error:
                raise self._cleaned(error) from None

    def _attempt(self, request: Request, kind: Kind) -> Answer:
        granted = self._budget.acquire(kind)
        answer = self._wire.exchange(request, lambda: self._budget.departed(granted, kind))
        self._reached.add(_host(request.url))
        if answer.server_time_s is not None:
            self.server_skew_s = answer.server_time_s - self._clock.now().timestamp()
        if kind == "api" and not 200 <= answer.status < 300:  # noqa: PLR2004
            self._look_at_refusal(answer, request.path)
        return answer

    def _accepted(self, answer: Answer, accept: Callable[[Answer], T]) -> T:
        try:
            return accept(answer)
        except Retryable as error:
            error.retry_after_s = retry_after_s(answer.retry_after, self._clock.now().timestamp())
            raise

    def _look_at_refusal(self, answer: Answer, path: str) -> None:
        key = answer.gateway_key or parse_error_body(answer.body).error_key
        kind = error_class(answer.status, key)
        if kind is QuotaSpent:
            self._park()
        if issubclass(kind, Throttled | ServerBusy):
            error = from_answer(answer.status, answer.body, path, gateway_key=answer.gateway_key)
            assert isinstance(error, Retryable)
            error.retry_after_s = retry_after_s(answer.retry_after, self._clock.now().timestamp())
            raise error

    def _park(self) -> NoReturn:
        raise self._budget.refusal(self._budget.park())

    def _is_last(self, error: ApiError, attempt: int, url: str) -> bool:
        most = self._connection.max_attempts
        if isinstance(error, Unreachable):
            if error.permanent:
                return True
            if _host(url) not in self._reached:
                most = min(most, FIRST_CONTACT_ATTEMPTS)
        return attempt >= most

    def _back_off(self, error: ApiError, attempt: int, kind: Kind) -> None:
        wait_s = self._backoff_s(error, attempt)
        if isinstance(error, Throttled):
            self._budget.cool_down(wait_s, kind)
        self.wait(Waiting(reason=_reason(error), seconds=wait_s))

    def _backoff_s(self, error: ApiError, attempt: int) -> float:
        asked_s = error.retry_after_s if isinstance(error, Retryable) else None
        if asked_s:
            return asked_s + self._rng.uniform(0, 0.25)
        if isinstance(error, Throttled):
            # At least a second: the window that was overrun has to pass.
            longest_s = min(THROTTLED_CAP_S, THROTTLED_BASE_S * 2 ** (attempt - 1))
            return THROTTLED_BASE_S + self._rng.uniform(0, longest_s)
        longest_s = min(self._connection.backoff_cap_s, self._connection.backoff_base_s * 2 ** (attempt - 1))
        return self._rng.uniform(0, longest_s)

    def _given_up(self, error: ApiError, attempts: int) -> ApiError:
        if isinstance(error, Throttled) and error.status is not None and error.error_key is None:
            # 429 without a word, again and again at a kept pace: most likely the day's quota. The ledger is
            # not told, since it may be another program that is too fast; so the next run tries again.
            return self._budget.refusal(next_midnight(self._clock.now()))
        if attempts > 1:
            error.args = (f"{error.args[0]} (tried {attempts} times)",)
        return self._cleaned(error)

    def _cleaned(self, error: ApiError) -> ApiError:
        error.args = tuple(self._redact(str(part)) for part in error.args)
        return error

    def wait(self, waiting: Waiting) -> None:
        if self._on_wait is not None:
            self._on_wait(waiting)
        self._clock.sleep(waiting.seconds)

    def close(self) -> None:
        self._wire.close()


def _host(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def _reason(error: ApiError) -> Reason:
    if isinstance(error, Throttled):
        return "throttled"
    if isinstance(error, ServerBusy):
        return "server_busy"
    if isinstance(error, ConnectionLost | Fatal):
        return "connection"
    return "bad_body" if isinstance(error, NotJson) else "connection"


def retry_after_s(value: str | None, now_s: float) -> float | None:
    """Seconds to wait by a Retry-After header (seconds or an HTTP date), within bounds; None when there is
    none.
    """
    if not value:
        return None
    try:
        wanted_s = float(value)
    except ValueError:
        try:
            wanted_s = parsedate_to_datetime(value).timestamp() - now_s
        except (ValueError, TypeError, OverflowError):
            return None
    if wanted_s != wanted_s:  # noqa: PLR0124  "nan" is a float that no comparison bounds
        return None
    return min(max(wanted_s, 0.0), LONGEST_RETRY_AFTER_S)
