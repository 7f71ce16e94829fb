"""What a plan is made of: questions that were asked, what is loaded, lines of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sources.constant_contact.state.failures import failed_ids, failure_of, held_ids

if TYPE_CHECKING:
    from pendulum import DateTime

    from sources.constant_contact.warehouse import Warehouse
    from sources.constant_contact.windows import SyncOptions

MOST_REQUESTS = 10
"""What a plan may cost: as good as nothing, beside a day of 10,000."""

Probe = Callable[[str, Mapping[str, str]], Any]
"""path, parameters -> the JSON body, or None where the API refuses the question. One request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    resource: str
    why: str
    """What would be read, and what is assumed, in a few words."""
    rows: int | None
    """None: not known beforehand."""
    requests: int


class Asked:
    """Questions; none is asked beyond what a plan may cost."""

    def __init__(self, probe: Probe, spent: Callable[[], int]) -> None:
        """`spent`: requests so far, with those that a question costs on top (a token, another try)."""
        self._probe = probe
        self._spent = spent
        self._known: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, Any] | None] = {}

    @property
    def spent(self) -> int:
        return self._spent()

    @property
    def left(self) -> int:
        return MOST_REQUESTS - self.spent

    def ask(self, path: str, params: Mapping[str, str]) -> dict[str, Any] | None:
        """The answer; None when it was refused, is no object, or may not be asked any more. Asked once in a plan."""
        question = (path, tuple(sorted(params.items())))
        if question not in self._known:
            if self.left <= 0:
                return None
            body = self._probe(path, params)
            self._known[question] = body if isinstance(body, dict) else None
        return self._known[question]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    wanted: frozenset[str]
    warehouse: Warehouse
    loaded: Callable[[str], int]
    state: Mapping[str, Any]
    options: SyncOptions
    now: DateTime
    asked: Asked
    remaining_today: int
    """Requests that may still be sent."""

    def waits(self, resource: str) -> bool:
        """Whether a resource failed and is not asked for in the next run."""
        failure = failure_of(self.state, resource)
        alone = self.wanted == {resource}
        return failure is not None and not alone and not failure.is_due("", self.options, now=self.now)

    def waiting(self, resource: str) -> frozenset[str]:
        """Objects of it that are not asked for in the next run."""
        return held_ids(self.state, resource, self.options, now=self.now)

    def tried_again(self, resource: str) -> frozenset[str]:
        return failed_ids(self.state, resource) - self.waiting(resource)
