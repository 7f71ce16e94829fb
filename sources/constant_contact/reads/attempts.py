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

from sources.constant_contact.state.failures import WHOLE

if TYPE_CHECKING:
    from pendulum import DateTime

    from sources.constant_contact.state.failures import Failure

MAX_FAILED = 5
"""More objects than this, and more than one in ten of those asked for, make a failed run."""
MANY_AT_FIRST = 4
"""When so many fail before anything is answered, the server is down."""


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
