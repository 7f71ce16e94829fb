"""What processes that share a board tell each other about profiles: who runs which, and when each last succeeded.

A round begins with the first process and ends with the last one. Within it each profile is run once, whoever takes it;
one that a process died with is taken by another. Must not know: files, settings, requests, runs.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from pipelines.constant_contact.errors import UserError
from sources.constant_contact.api.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pendulum import DateTime

    from pipelines.constant_contact.profiles.board import Board

RUNNING, CUT, DONE = "running", "cut", "done"
"""Of a profile in a round; `cut`: it used its share up and may have more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A profile that this process runs now."""

    profile: str
    share: int


def note_end(board: Board, profile: str, at: DateTime, *, complete: bool) -> None:
    """Of a run outside of rounds. What cannot be kept only changes an order."""
    with suppress(UserError, ApiError), board.open() as content:
        _note_end(content, profile, at, complete=complete)


def _note_end(content: dict[str, Any], profile: str, at: DateTime, *, complete: bool) -> None:
    content["attempted"][profile] = at.to_iso8601_string()
    if complete:
        content["succeeded"][profile] = at.to_iso8601_string()


class Round:
    """The part of one process in a round, while the block lasts. `keys`: profile -> the key whose day it spends."""

    def __init__(self, board: Board, keys: Mapping[str, str]) -> None:
        self._board, self._keys = board, dict(keys)
        self._name = uuid.uuid4().hex[:12]

    def __enter__(self) -> Self:
        with self._board.open() as content:
            self._board.join(self._name)
            self._forget_dead(content)
            if not content["members"]:
                content["profiles"] = {}
            content["members"][self._name] = self._keys
        return self

    def __exit__(self, *_: object) -> None:
        try:
            with self._board.open() as content:
                self._forget(content, self._name)
        finally:
            self._board.leave(self._name)

    def claim(self, grant: Callable[[str, int, int], int], least: int) -> Claim | None:
        """The profile whose turn it is: the one that succeeded longest ago, then those that were cut. None: no more.

        `grant`: (profile, requests reserved by runs under way on its key, profiles waiting there) -> its share, which
        may be 0 at the first time. One that has run goes on only with `least` requests.
        """
        with self._board.open() as content:
            self._forget_dead(content)
            for state in (None, CUT):
                for profile in self._in_order(content, state):
                    share = grant(profile, *self._neighbours(content, self._keys[profile], state))
                    has_run = state == CUT and content["profiles"][profile]["began"]
                    if state is None or share >= (least if has_run else 1):
                        content["profiles"][profile] = self._entry(RUNNING, profile, share=share)
                        return Claim(profile=profile, share=share)
        return None

    def finish(self, profile: str, at: DateTime, *, complete: bool, cut: bool) -> None:
        """After a run. `cut`: it used its share up, and may have what others leave."""
        with self._board.open() as content:
            content["profiles"][profile] = self._entry(CUT if cut else DONE, profile)
            _note_end(content, profile, at, complete=complete)

    def put_back(self, profile: str) -> None:
        """It had no share, so it has not run."""
        with self._board.open() as content:
            content["profiles"][profile] = self._entry(CUT, profile, began=False)

    def _entry(self, state: str, profile: str, *, share: int = 0, began: bool = True) -> dict[str, Any]:
        return {
            "state": state,
            "member": self._name,
            "key": self._keys[profile],
            "share": share,
            "began": began,
        }

    def _in_order(self, content: Mapping[str, Any], state: str | None) -> Sequence[str]:
        """Mine that are in this state (None: nobody took them yet), the oldest success first, never the oldest."""
        entries = content["profiles"]
        mine = [name for name in self._keys if entries.get(name, {}).get("state") == state]
        return sorted(
            mine,
            key=lambda name: (content["succeeded"].get(name, ""), content["attempted"].get(name, ""), name),
        )

    @staticmethod
    def _neighbours(content: Mapping[str, Any], key: str, state: str | None) -> tuple[int, int]:
        """(requests reserved on this key, profiles that wait for some), by all processes."""
        entries = content["profiles"]
        reserved = sum(
            one["share"] for one in entries.values() if one["state"] == RUNNING and one["key"] == key
        )
        wanted = {
            name for mine in content["members"].values() for name, its_key in mine.items() if its_key == key
        }
        states = [entries.get(name, {}).get("state") for name in wanted]
        return reserved, states.count(None) + (states.count(CUT) if state == CUT else 0)

    def _forget_dead(self, content: dict[str, Any]) -> None:
        for member in [name for name in content["members"] if name != self._name]:
            if not self._board.is_there(member):
                self._forget(content, member)

    @staticmethod
    def _forget(content: dict[str, Any], member: str) -> None:
        """With what it had under way, which is anybody's again."""
        content["members"].pop(member, None)
        content["profiles"] = {
            name: one
            for name, one in content["profiles"].items()
            if (one["state"], one["member"]) != (RUNNING, member)
        }
