"""One object, or one auxiliary resource, that cannot be read costs itself: it is left out, said, and tried again later.

An object is what one request or one chain of pages is about: the detail of a campaign, one feed of one e-mail, the
criteria of a segment, a whole small collection. What its failure leaves in the state: see `failures`.
When six objects of a resource fail in a row, it is the resource that fails, and no more of it is asked for in this run.
Must not know: which resources there are.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sources.constant_contact import failures
from sources.constant_contact.api.errors import (
    ApiError,
    BadRequest,
    BodyTooLarge,
    Conflict,
    CursorLoop,
    Forbidden,
    ForeignLink,
    LinkUnreadable,
    NotFound,
    Redirected,
    Retryable,
    RowsMissing,
    StillPreparing,
    Throttled,
    Unexplained,
)
from sources.constant_contact.batches import Batch, StateChange
from sources.constant_contact.failures import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from pendulum import DateTime

    from sources.constant_contact.failures import Failure
    from sources.constant_contact.reads.reading import Reading

MAX_FAILED = 5
"""More objects than this, and more than one in ten of those asked for, make a failed run."""
MANY_AT_FIRST = 4
"""When so many fail before anything is answered, the server is down."""
OF_ONE_OBJECT = (
    BadRequest, BodyTooLarge, Conflict, CursorLoop, ForeignLink, LinkUnreadable, NotFound, Redirected, RowsMissing,
    StillPreparing, Unexplained,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiObject:
    resource: str
    object_id: str = WHOLE
    title: str = ""
    """What a person would call it; empty for a whole resource."""
    version: str = ""
    """Of the campaign or segment that it belongs to: with another one a failure is forgotten."""
    owner: str = ""
    """What counts as one object when failures are counted: an e-mail, whichever of its reports fail."""
    always: bool = False
    """Whether it is asked for in every run, however often it failed."""

    @property
    def counted_as(self) -> str:
        return self.owner or (self.resource if self.object_id == WHOLE else self.object_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An object that this run has not read, or not to its end."""

    object: ApiObject
    reason: str
    """Empty where it was not asked for."""
    runs: int
    """Runs in a row in which it failed."""
    next_try: DateTime
    before: Failure | None

    @property
    def asked(self) -> bool:
        return bool(self.reason)


@dataclass(slots=True)
class Attempts:
    """What was asked for in this run and what failed, for all threads."""

    left_out: dict[tuple[str, str], LeftOut] = field(default_factory=dict)
    """(resource, object id) -> what was left out."""
    given_up: dict[str, str] = field(default_factory=dict)
    """Resource whose objects failed one after the other -> the last reason."""
    is_down: bool = False
    """Nothing has been answered since the server failed over an object, which took a minute or more."""
    has_answered: bool = False
    """Whether anything was answered in this run."""
    _asked: set[str] = field(default_factory=set)
    _failed: set[str] = field(default_factory=set)
    _works: set[str] = field(default_factory=set)
    _in_a_row: dict[str, set[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def too_many(self) -> tuple[int, int] | None:
        """(failed, asked for) where so many objects failed that the run has."""
        failed, asked = len(self._failed), len(self._asked)
        return (failed, asked) if failed > MAX_FAILED and failed * 10 > asked else None

    def is_doubtful(self, item: ApiObject) -> bool:
        """Whether to give up soon: the same object failed just now, or nothing has been answered since one did."""
        return self.is_down or item.counted_as in self._failed

    def answered(self) -> None:
        self.is_down, self.has_answered = False, True

    def has_given_up(self, item: ApiObject) -> bool:
        whole = self.left_out.get((item.resource, WHOLE))
        return item.resource in self.given_up or (whole is not None and whole.asked)

    def works(self, resource: str) -> bool:
        """Whether an object of it was read in this run."""
        return resource in self._works

    def is_dead(self) -> bool:
        """Whether the server fails over everything: not only the first things it was asked for in this run."""
        return self.is_down and not self.has_answered and len(self._failed) >= MANY_AT_FIRST

    def asks(self, item: ApiObject) -> None:
        with self._lock:
            self._asked.add(item.counted_as)

    def succeeds(self, item: ApiObject) -> None:
        self.answered()
        with self._lock:
            self._works.add(item.resource)
            self._in_a_row.pop(item.resource, None)

    def fails(self, item: ApiObject, left: LeftOut, *, is_server: bool) -> None:
        with self._lock:
            self._asked.add(item.counted_as)
            self._failed.add(item.counted_as)
            self.left_out[item.resource, item.object_id] = left
            self.is_down = self.is_down or is_server
            row = self._in_a_row.setdefault(item.resource, set())
            row.add(item.counted_as)
            if len(row) > MAX_FAILED:
                self.given_up[item.resource] = left.reason

    def waits(self, item: ApiObject, left: LeftOut) -> None:
        with self._lock:
            self.left_out.setdefault((item.resource, item.object_id), left)


def attempt(
    reading: Reading, item: ApiObject, read: Callable[[Reading], Iterator[Batch]]
) -> Generator[Batch, None, bool]:
    """What `read` makes of one object; False where it is left out, which is noted in the state and for the person.

    `read` gets the reading to ask with: one that gives up soon where the object failed the last time.
    """
    if is_held(reading, item) or reading.attempts.has_given_up(item):
        return False
    reading.attempts.asks(item)
    try:
        for batch in read(asking(reading, item)):
            if batch.requests:
                reading.attempts.succeeds(item)
            yield batch
    except ApiError as error:
        if not is_of_one_object(reading, item.resource, error) or (item.always and reading.once):
            raise
        yield Batch(resource=item.resource, state=failed(reading, item, error))
        if reading.attempts.is_dead():
            raise
        return False
    if changes := recovered(reading, item):
        yield Batch(resource=item.resource, state=changes)
    return True


def is_held(reading: Reading, item: ApiObject) -> bool:
    """Whether the object waits for a later run; then it is noted as left out."""
    known = failures.failure_of(reading.state, item.resource, item.object_id)
    if known is None or item.always or known.is_due(item.version, reading.options, now=reading.now):
        return False
    if item.object_id == WHOLE and (item.resource in reading.answered or reading.wanted == {item.resource}):
        return False  # it costs nothing, or nothing else is to be read
    left = LeftOut(object=item, reason="", runs=known.runs, next_try=known.next_try, before=known)
    reading.attempts.waits(item, left)
    return True


def has_failed_before(reading: Reading, item: ApiObject) -> bool:
    known = failures.failure_of(reading.state, item.resource, item.object_id)
    return known is not None and item.version in {"", known.version}


def asking(reading: Reading, item: ApiObject) -> Reading:
    """The reading to ask for this object with."""
    doubtful = has_failed_before(reading, item) or reading.attempts.is_doubtful(item)
    return reading.with_few_attempts() if doubtful else reading


def is_of_one_object(reading: Reading, resource: str, error: ApiError) -> bool:
    """Whether the error says nothing of the run as a whole."""
    if isinstance(error, Forbidden):
        return error.kind in {"unknown", "privilege"} and reading.attempts.works(resource)
    return isinstance(error, OF_ONE_OBJECT) or (
        isinstance(error, Retryable) and not isinstance(error, Throttled)
    )


def failed(reading: Reading, item: ApiObject, error: ApiError) -> tuple[StateChange, ...]:
    """Note a failure; what to keep of it in the state."""
    before = failures.failure_of(reading.state, item.resource, item.object_id)
    after = failures.once_more(before, item.object_id, version=item.version, now=reading.now)
    next_try = reading.now if item.always else after.next_try
    left = LeftOut(object=item, reason=str(error), runs=after.runs, next_try=next_try, before=before)
    reading.attempts.fails(item, left, is_server=isinstance(error, Retryable))
    return (StateChange(path=_path(item), value=after.as_state()),)


def recovered(reading: Reading, item: ApiObject) -> tuple[StateChange, ...]:
    """What to change in the state now that the object is read."""
    if failures.failure_of(reading.state, item.resource, item.object_id) is None:
        return ()
    return (StateChange(path=_path(item), value=None),)


def withdrawn(reading: Reading, *, but: str) -> tuple[StateChange, ...]:
    """The failures of this run taken back, where it ended because the server failed as a whole: that says nothing of
    the objects that were asked for meanwhile.

    `but`: the resource whose failures must stay, because the mark has moved past them.
    """
    if reading.reader.outcome.error is None:
        return ()
    return tuple(
        StateChange(path=_path(left.object), value=None if left.before is None else left.before.as_state())
        for left in reading.attempts.left_out.values()
        if left.asked and left.object.resource != but
    )


def _path(item: ApiObject) -> tuple[str, str, str]:
    return failures.STATE, item.resource, item.object_id
