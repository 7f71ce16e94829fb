"""What happens during a run, as data.

`run` emits these; progress (rich, plain lines) and the run record listen. No listener is needed, and no
event knows who listens. Times are UTC, durations are seconds, counts are rows unless the name says otherwise.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pendulum

    from sources.constant_contact.repair.audit_line import AuditLine

Status = Literal["complete", "partial", "failed"]
PARTIAL_EXIT_CODE = 75  # EX_TEMPFAIL: stopped on purpose, run again to go on
Cause = Literal["", "busy", "quota", "requests", "login", "other"]
EXIT_CODES: Mapping[Status, int] = {"complete": 0, "partial": PARTIAL_EXIT_CODE, "failed": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    run_id: str
    started_at: pendulum.DateTime
    destination: str
    """What a person recognises: a file path, or host and database; never a password."""
    dataset: str
    requests_per_second: float
    remaining_today: int
    allowed_today: int | None = None
    """Requests of a UTC day, those kept for other programs left out; None: not known."""
    requests_sent: int = 0
    """By this run before it began to read."""
    planned_requests: int | None = None
    """What `ctct plan` said today."""
    usual_requests: int | None = None
    """What complete runs of the same choice took lately; None: there is none to go by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    resource: str
    rows: int
    requests: int
    """Requests that this piece cost; 0 for rows that came with another resource's page."""
    requests_sent: int
    """By this run so far."""
    remaining_today: int
    pieces_ahead: int = 0
    """Pieces of work that are known and not finished; each costs a request or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The run stands still on purpose (back-off, a busy server)."""

    reason: str
    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLoaded:
    """One load package is committed: its rows and the state that goes with them are safe."""

    number: int
    requests: int
    rows: Mapping[str, int]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something that a person wants to know and need not act on."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformStarted:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MartStarted:
    """One model of the transforms begins to be built."""

    name: str
    number: int
    """Of `total`, counting models and the tests that come before it."""
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformEnded:
    models: int
    tests: int
    failures: tuple[str, ...]
    seconds: float


UNDER_WAY = "the reading is under way; the next run goes on with it"
"""Explains a difference that a run leaves which did not come to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The whole run; `_ctct_runs` and `--json` are made from it."""

    run_id: str
    status: Status
    started_at: pendulum.DateTime
    ended_at: pendulum.DateTime
    requests_sent: int
    requests_today: int
    remaining_today: int
    rows: Mapping[str, int]
    """Rows loaded, by table."""
    profile: str = "default"
    account_id: str | None = None
    """`encoded_account_id`; None: not known."""
    set_aside: Mapping[str, int] = field(default_factory=dict)
    """Rows in `_ctct_set_aside` at the end, by the table that they belong to."""
    warnings: tuple[str, ...] = ()
    audit: tuple[AuditLine, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Keys: extract, load, transform, total."""
    resume_after: pendulum.DateTime | None = None
    stopped_reason: str = ""
    """Why a partial run stopped, or the error of a failed one: one sentence, redacted."""
    cause: Cause = ""
    """Why it is not complete: the warehouse was busy, the day's quota or --max-requests is spent, the login is not
    accepted, or something else."""
    drift: tuple[str, ...] = ()
    """What the API sent that it did not send before: new fields, values that do not fit their column."""
    planned_requests: int | None = None
    remaining_work: tuple[str, ...] = ()
    """What a partial run has not read yet, one line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    result: RunResult


Event = (
    RunStarted
    | PageRead
    | Waiting
    | GroupLoaded
    | Warned
    | Noted
    | TransformStarted
    | MartStarted
    | TransformEnded
    | RunEnded
)
Listener = Callable[[Event], None]


def one_at_a_time(listener: Listener) -> Listener:
    """The same listener for events of several threads."""
    lock = threading.Lock()

    def emit(event: Event) -> None:
        with lock:
            listener(event)

    return emit
