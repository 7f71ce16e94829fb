"""A change of the state: a path and a value. Only the modules beside this one make them. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sources.constant_contact.windows import moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pendulum import DateTime

State = Mapping[str, Any]
"""Plain JSON. Its sections: see the package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    path: tuple[str, ...]
    value: Any
    """JSON; None removes the entry and parents that it leaves empty."""


def apply_changes(state: dict[str, Any], changes: Iterable[StateChange]) -> None:
    """Change `state` in place, in order."""
    for change in changes:
        parents = [state]
        for step in change.path[:-1]:
            parents.append(parents[-1].setdefault(step, {}))
        if change.value is not None:
            parents[-1][change.path[-1]] = copy.deepcopy(change.value)
            continue
        parents[-1].pop(change.path[-1], None)
        for parent, step in zip(reversed(parents[:-1]), reversed(change.path[:-1]), strict=True):
            if not parent[step]:
                del parent[step]


def changed(state: State, changes: Iterable[StateChange]) -> dict[str, Any]:
    """A copy of `state` with the changes."""
    copied = copy.deepcopy(dict(state))
    apply_changes(copied, changes)
    return copied


def time_of(text: str | None) -> DateTime | None:
    """A time that was written, UTC."""
    return None if text is None else moment(text, setting="a time in the state")


def text_of(at: DateTime | None) -> str | None:
    return None if at is None else at.isoformat()
