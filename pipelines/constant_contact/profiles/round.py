"""What processes on one state folder tell each other about profiles: who runs which, and when each last succeeded.

A round begins with the first process and ends with the last one. Within it each profile is run once, whoever takes it;
one that a process died with is taken by another. Knows files and locks. Must not know: settings, requests, runs.
"""

from __future__ import annotations

import json
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from filelock import FileLock, Timeout

from pipelines.constant_contact import files
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pendulum import DateTime

    from sources.constant_contact.source import Settings

LOCK_TIMEOUT_S = 60.0
RUNNING, CUT, DONE = "running", "cut", "done"
"""Of a profile in a round; `cut`: it used its share up and may have more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A profile that this process runs now."""

    profile: str
    share: int


class Board:
    """The file that all processes read and write, under a lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "profiles.json"
        self._lock = FileLock(folder / "profiles.lock", timeout=LOCK_TIMEOUT_S, mode=0o600)

    @contextmanager
    def open(self) -> Iterator[dict[str, Any]]:
        """Its content, written when the block ends. Raises UserError where it cannot be."""
        try:
            with files.private():
                self.folder.mkdir(parents=True, exist_ok=True)
                with self._lock:
                    content = self._read()
                    yield content
                    beside = self._file.with_suffix(".new")
                    beside.write_text(json.dumps(content, indent=1), encoding="utf-8")
                    beside.replace(self._file)
        except (OSError, Timeout) as error:
            reason = getattr(error, "strerror", None) or "another process keeps its lock"
            raise UserError(
                f"{self._file} cannot be written ({reason}); make its folder writable, or set state_dir to another one"
            ) from error

    def _read(self) -> dict[str, Any]:
        """What cannot be read is forgotten: it orders runs, it is no record of them."""
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            content = {}
        empty: dict[str, Any] = {"succeeded": {}, "attempted": {}, "members": {}, "profiles": {}}
        kept = content if isinstance(content, dict) else {}
        return {name: kept[name] if isinstance(kept.get(name), dict) else empty[name] for name in empty}


def folder_of(own: Settings) -> Path:
    """Where they tell it each other, in the state folder."""
    return own.connection().state_dir / "profiles"


def note_end(folder: Path, profile: str, at: DateTime, *, complete: bool) -> None:
    """Of a run outside of rounds. What cannot be kept only changes an order."""
    with suppress(UserError), Board(folder).open() as content:
        _note_end(content, profile, at, complete=complete)


def _note_end(content: dict[str, Any], profile: str, at: DateTime, *, complete: bool) -> None:
    content["attempted"][profile] = at.to_iso8601_string()
    if complete:
        content["succeeded"][profile] = at.to_iso8601_string()


class Round:
    """The part of one process in a round, while the block lasts. `keys`: profile -> the key whose day it spends."""

    def __init__(self, folder: Path, keys: Mapping[str, str]) -> None:
        self._board, self._keys = Board(folder), dict(keys)
        self._name = uuid.uuid4().hex[:12]
        self._presence = self._lock_of(self._name)

    def __enter__(self) -> Self:
        with self._board.open() as content:
            self._presence.acquire()
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
            self._presence.release()
            self._path_of(self._name).unlink(missing_ok=True)

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
            lock = self._lock_of(member)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                continue
            lock.release()
            self._path_of(member).unlink(missing_ok=True)
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

    def _path_of(self, member: str) -> Path:
        return self._board.folder / f"{member}.member"

    def _lock_of(self, member: str) -> FileLock:
        return FileLock(self._path_of(member), mode=0o600)
