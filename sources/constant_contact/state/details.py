"""Details of which there is no row to say that they were read: resource -> id of the object -> version of which there
was nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange, time_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pendulum import DateTime

    from sources.constant_contact.state.changes import State

DETAILS = "details"


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsState:
    """Of one resource."""

    nothing: Mapping[str, str] = field(default_factory=dict)
    """Object id -> version."""

    @classmethod
    def of(cls, state: State, resource: str) -> Self:
        return cls(nothing=state.get(DETAILS, {}).get(resource, {}))

    def readings(self) -> Iterator[tuple[str, str, DateTime]]:
        """(object id, version, when it was read), of what was noted by `nothing_at`."""
        for object_id, words in self.nothing.items():
            version, _, read_on = words.rpartition(" ")
            at = time_of(read_on)
            assert at is not None
            yield object_id, version, at


def nothing_of(resource: str, object_id: str, version: str | None) -> StateChange:
    """`version`: of which there was nothing; None where there is something, or the object is gone."""
    return StateChange(path=(DETAILS, resource, object_id), value=version)


def nothing_at(resource: str, object_id: str, version: str, at: DateTime) -> StateChange:
    """The same of what is read again after a while."""
    return nothing_of(resource, object_id, f"{version} {at.isoformat()}")


def read_again(resource: str) -> StateChange:
    """Nothing is known of what was read."""
    return StateChange(path=(DETAILS, resource), value=None)
