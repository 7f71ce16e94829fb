"""Whose rows they are, who wrote the state, how much was committed.

version            of the state; 0.1.0 wrote none, and everything it wrote is still read as it is
account_id         the account whose rows are loaded
commit             how many packages were committed, so that state and rows can be told to belong together
requests_counted   key of the ledger -> day, requests: for a machine whose own ledger is gone
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from sources.constant_contact.state.changes import StateChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.constant_contact.state.changes import State

SOURCE = "constant_contact"
"""The section of our source among those of a pipeline, and its schema."""
STATE_VERSION = 2
VERSION, ACCOUNT_ID, COMMIT, COUNTED = "version", "account_id", "commit", "requests_counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetState:
    version: int = 1
    account_id: str | None = None
    commit: int = 0
    was_written: bool = False
    """Whether by a version later than 0.1.0, which says its version."""

    @classmethod
    def of(cls, state: State) -> Self:
        account_id = state.get(ACCOUNT_ID)
        return cls(
            version=state.get(VERSION, 1),
            account_id=str(account_id) if account_id else None,
            commit=state.get(COMMIT, 0),
            was_written=VERSION in state,
        )


def section_of(pipeline_state: Mapping[str, Any]) -> State:
    """Our part of what the load tool keeps for a pipeline; empty where there is none."""
    found: State = (pipeline_state.get("sources") or {}).get(SOURCE, {})
    return found


def written_by_this_version() -> StateChange:
    return StateChange(path=(VERSION,), value=STATE_VERSION)


def belongs_to(account_id: str) -> StateChange:
    return StateChange(path=(ACCOUNT_ID,), value=account_id)


def committed_once_more(state: State) -> StateChange:
    return StateChange(path=(COMMIT,), value=DatasetState.of(state).commit + 1)


def requests_counted(state: State, ledger_key: str) -> tuple[str, int] | None:
    """(UTC day, requests) of a key."""
    entry = state.get(COUNTED, {}).get(ledger_key)
    return None if entry is None else (entry["day"], entry["requests"])


def counted(ledger_key: str, day: str, requests: int) -> StateChange:
    return StateChange(path=(COUNTED, ledger_key), value={"day": day, "requests": requests})
