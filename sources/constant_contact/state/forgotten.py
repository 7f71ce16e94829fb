"""Erased contacts that the account has again: `returned`, their hashes, so that counts are explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange

if TYPE_CHECKING:
    from collections.abc import Collection

    from sources.constant_contact.state.changes import State

FORGOTTEN, RETURNED = "forgotten", "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenState:
    returned: frozenset[str] = frozenset()

    @classmethod
    def of(cls, state: State) -> Self:
        return cls(returned=frozenset(state.get(FORGOTTEN, {}).get(RETURNED, ())))


def returned(hashes: Collection[str]) -> StateChange:
    """All of them, as they are now."""
    return StateChange(path=(FORGOTTEN, RETURNED), value=sorted(hashes) or None)
