"""Reading one object with care: left out where it cannot be read, noted in the state, tried again later.

What was tried in this run is kept by `attempts`; what a failure leaves in the state, by `failures`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.attempts import ApiObject, LeftOut
from sources.constant_contact.state import failures
from sources.constant_contact.state.failures import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange

OF_ONE_OBJECT = (
    BadRequest, BodyTooLarge, Conflict, CursorLoop, ForeignLink, LinkUnreadable, NotFound, Redirected, RowsMissing,
    StillPreparing, Unexplained,
)  # fmt: skip


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
    if isinstance(error, Throttled):
        return _is_answered(reading)
    return isinstance(error, (*OF_ONE_OBJECT, Retryable))


def _is_answered(reading: Reading) -> bool:
    """Whether the server takes requests of this key at all: one that every login may send."""
    try:
        reading.client.with_few_attempts().get_json(endpoint("account_privileges").path)
    except ApiError:
        return False
    return True


def failed(reading: Reading, item: ApiObject, error: ApiError) -> tuple[StateChange, ...]:
    """Note a failure; what to keep of it in the state."""
    before = failures.failure_of(reading.state, item.resource, item.object_id)
    after = failures.once_more(before, item.object_id, version=item.version, now=reading.now)
    next_try = reading.now if item.always else after.next_try
    left = LeftOut(object=item, reason=str(error), runs=after.runs, next_try=next_try, before=before)
    is_server = isinstance(error, Retryable) and not isinstance(error, Throttled)
    reading.attempts.fails(item, left, is_server=is_server)
    return (after.kept(item.resource, item.object_id),)


def recovered(reading: Reading, item: ApiObject) -> tuple[StateChange, ...]:
    """What to change in the state now that the object is read."""
    if failures.failure_of(reading.state, item.resource, item.object_id) is None:
        return ()
    return (failures.forgotten(item.resource, item.object_id),)


def withdrawn(reading: Reading, *, but: str) -> tuple[StateChange, ...]:
    """The failures of this run taken back, where it ended because the server failed as a whole: that says nothing of
    the objects that were asked for meanwhile.

    `but`: the resource whose failures must stay, because the mark has moved past them.
    """
    if reading.reader.outcome.error is None:
        return ()
    return tuple(
        _as_before(left)
        for left in reading.attempts.left_out.values()
        if left.asked and left.object.resource != but
    )


def _as_before(left: LeftOut) -> StateChange:
    item = left.object
    if left.before is None:
        return failures.forgotten(item.resource, item.object_id)
    return left.before.kept(item.resource, item.object_id)
