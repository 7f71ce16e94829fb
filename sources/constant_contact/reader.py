"""Reads an account: slices of work on a few threads, one stream of batches out.

A slice is one cursor chain or one small question; it may call further slices into being once it knows more. Slices
run side by side, because one chain waits for its own answers and would leave half the allowed rate unused; the
client's ledger keeps all of them together under the limits. What is fresh comes before what is a backfill.
Must not know: dlt, tables, endpoints. Which slices there are is the business of `reads`.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sources.constant_contact.api.errors import ApiError, Forbidden, Postponed, Skippable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sources.constant_contact.api.errors import ForbiddenKind
    from sources.constant_contact.batches import Batch

READERS = 8
"""Threads. At 4 requests a second and 0.5 s an answer two would do; more keep the rate when answers take 2 s."""
CLOSE_TIMEOUT_S = 2.0
"""How long `close` waits for readers: one may sleep for two minutes, or wait for an answer that never comes."""
LAST_BATCHES_S = 5.0
"""How long after one slice has ended the run the others may bring what they are reading."""
READ_AHEAD = 64
"""Requests whose rows may wait for the loader before reading pauses; bounds memory and what a crash can cost."""


def pages_at_once(requests_per_commit: int, most: int) -> int:
    """How many pages of a large collection may be one batch: an eighth of what a crash may cost."""
    return max(1, min(most, requests_per_commit // 8))


def within(requests: int, *, at_once: int = 1, read_ahead: int = READ_AHEAD) -> Reader:
    """A reader never further ahead of its loader than so many requests (at least 2), those under way included, of which
    one reader may have as many as `at_once`.
    """
    readers = max(1, min(READERS, requests // 2))
    return Reader(readers=readers, read_ahead=max(1, min(read_ahead, requests - readers - at_once + 1)))


class _Waiting:
    """Batches on their way to the loader, which may ask for `read_ahead` requests at most; None ends them."""

    def __init__(self, read_ahead: int) -> None:
        self._most = read_ahead
        self._batches: deque[Batch | None] = deque()
        self._requests = 0
        self._moved = threading.Condition()

    def put(self, batch: Batch | None) -> None:
        """Waits for room; a batch that is larger than all of it goes when nothing else waits."""
        with self._moved:
            weight = _weight(batch)
            self._moved.wait_for(lambda: not self._batches or self._requests + weight <= self._most)
            self._requests += weight
            self._batches.append(batch)
            self._moved.notify_all()

    def get(self, timeout_s: float = 0.0) -> Batch | None:
        """The next one; raises `queue.Empty` when there is none in time."""
        with self._moved:
            if not self._moved.wait_for(lambda: self._batches, timeout_s):
                raise queue.Empty
            batch = self._batches.popleft()
            self._requests -= _weight(batch)
            self._moved.notify_all()
            return batch


def _weight(batch: Batch | None) -> int:
    return 0 if batch is None else max(1, batch.requests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    resource: str
    priority: int
    """Lower comes first: 0 small collections and what tells what changed, 9 backfill."""
    title: str
    """What a person would call the piece, for the list of what is left when a run stops."""
    read: Callable[[], Iterator[Batch]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    resource: str
    reason: str
    refused: bool = False
    """Whether the server forbids the whole resource."""
    kind: ForbiddenKind = "unknown"
    """What the refusal itself says is missing."""


class Stopped(Exception):  # noqa: N818 - no failure, only a signal between the reader's own threads
    """Another slice ended the run; leave."""


@dataclass(slots=True)
class Outcome:
    """How reading ended; complete when nothing is set."""

    postponed: Postponed | None = None
    error: BaseException | None = None
    skipped: list[Skipped] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    """title -> slices not (wholly) read."""
    answered: set[str] = field(default_factory=set)
    """Resources of which something was read."""


class Reader:
    """Runs slices; `batches()` is the one way out. Start it by iterating; `close()` may be called at any time."""

    def __init__(self, *, readers: int = READERS, read_ahead: int = READ_AHEAD) -> None:
        self.outcome = Outcome()
        self._todo: queue.PriorityQueue[tuple[int, int, Slice | None]] = queue.PriorityQueue()
        self._out = _Waiting(read_ahead)
        self._order = itertools.count()
        self._open = 0
        self._last: list[Slice] = []
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._over_at_s: float | None = None
        self._refused: set[str] = set()
        self._threads = [
            threading.Thread(target=self._work, name=f"reader-{number}", daemon=True)
            for number in range(readers)
        ]
        self._started = False

    def add(self, slice_: Slice) -> None:
        with self._lock:
            self._open += 1
        self._todo.put((slice_.priority, next(self._order), slice_))

    def add_last(self, slice_: Slice) -> None:
        """One that waits until all others are finished, those that they call into being included."""
        with self._lock:
            self._last.append(slice_)

    def ahead(self) -> int:
        """Slices that are known and not finished; each costs a request or more."""
        with self._lock:
            return self._open + len(self._last)

    def check(self) -> None:
        """Raise `Stopped` when the run is over; slices call it between two requests."""
        if self._ending.is_set():
            raise Stopped

    def skip(self, resource: str, reason: str) -> None:
        """Note that something is left out."""
        with self._lock:
            self.outcome.skipped.append(Skipped(resource=resource, reason=reason))

    def refuse(self, resource: str, error: Forbidden) -> None:
        """Note that the server forbids a resource; nothing more of it is tried in this run."""
        with self._lock:
            if resource not in self._refused:
                self._refused.add(resource)
                skipped = Skipped(resource=resource, reason=str(error), refused=True, kind=error.kind)
                self.outcome.skipped.append(skipped)

    def end(self, error: ApiError) -> None:
        """Nothing is read at all, for this reason."""
        if isinstance(error, Postponed):
            self.outcome.postponed = error
        else:
            self.outcome.error = error
        self._ending.set()

    def start(self) -> None:
        if self._started:
            return
        self._started = True
        if self._open == 0 and self._finishes():
            self._out.put(None)
            return
        for thread in self._threads:
            thread.start()

    def batches(self) -> Iterator[Batch]:
        """Everything read, in an order that keeps each slice's own. Ends when all is read or the run is over."""
        self.start()
        while True:
            try:
                batch = self._out.get(0.5)
            except queue.Empty:
                if self._is_late():
                    return
                continue
            if batch is None:
                return
            yield batch

    def poll(self) -> tuple[Batch | None, bool]:
        """(a batch if one is ready, whether more may come), without waiting."""
        self.start()
        try:
            batch = self._out.get()
        except queue.Empty:
            return None, not self._is_late()
        return batch, batch is not None

    def _is_late(self) -> bool:
        """Whether the run has been over for so long that a slice without news is waiting for its next attempt."""
        return self._over_at_s is not None and time.monotonic() > self._over_at_s + LAST_BATCHES_S

    def close(self) -> None:
        """Waits for readers at most `CLOSE_TIMEOUT_S`; one that is later ends by itself, and with the process."""
        self._ending.set()
        until_s = time.monotonic() + CLOSE_TIMEOUT_S
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < until_s:
            try:  # readers may stand at a full queue
                self._out.get(0.05)
            except queue.Empty:
                continue

    def _work(self) -> None:
        while True:
            _, _, slice_ = self._todo.get()
            if slice_ is None:
                return
            try:
                self._read(slice_)
            finally:
                self._done()

    def _read(self, slice_: Slice) -> None:
        if slice_.resource in self._refused:
            return
        try:
            self.check()
            for batch in slice_.read():
                if batch.requests:
                    self.outcome.answered.add(batch.resource)
                self._out.put(batch)
                self.check()
        except Forbidden as error:
            if error.kind == "deactivated":  # the application, no resource
                self._end(slice_, error=error)
            else:
                self.refuse(slice_.resource, error)
        except Skippable as error:
            self.skip(slice_.resource, str(error))
        except Postponed as error:
            self._end(slice_, postponed=error)
        except Stopped:
            self._end(slice_)
        except BaseException as error:  # noqa: BLE001 - a thread's error belongs to whoever iterates
            self._end(slice_, error=error)

    def _end(
        self, slice_: Slice, *, postponed: Postponed | None = None, error: BaseException | None = None
    ) -> None:
        with self._lock:
            outcome = self.outcome
            outcome.left[slice_.title] = outcome.left.get(slice_.title, 0) + 1
            outcome.postponed = outcome.postponed or postponed
            outcome.error = outcome.error or error
            self._over_at_s = self._over_at_s or time.monotonic()
        self._ending.set()

    def _done(self) -> None:
        with self._lock:
            self._open -= 1
            is_last = self._open == 0
        if is_last and self._finishes():
            for _ in self._threads:
                self._todo.put((99, next(self._order), None))
            self._out.put(None)

    def _finishes(self) -> bool:
        """Whether nothing is left to read; what was to wait for all others begins where there is something."""
        with self._lock:
            waiting, self._last = self._last, []
            self._open += len(waiting)
        for slice_ in waiting:
            self._todo.put((slice_.priority, next(self._order), slice_))
        return not waiting
