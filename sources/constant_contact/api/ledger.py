"""The request ledger: a SQLite file that all processes on a key share.

Knows: starts of requests, counts per UTC day, and what the server said, per key. Must not know: limits,
clocks, HTTP; what is allowed is decided in `budget`.
Every call happens inside `transaction()`, which holds the file's write lock, so that reading a count and
raising it are one step for all processes. The write-ahead log loses nothing when a process is killed.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from sources.constant_contact.api.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pendulum

    from sources.constant_contact.api.clock import Clock

BUSY_S: Final = 30.0
_SCHEMA: Final = """
create table if not exists starts (key text not null, lane text not null, at_s real not null);
create index if not exists starts_by_time on starts (key, lane, at_s);
create table if not exists days (
    key text not null, day text not null, spent integer not null, primary key (key, day)
) without rowid;
create table if not exists marks (key text not null, name text not null, value, primary key (key, name))
without rowid;
"""


class Ledger:
    """The rows of one key. Thread-safe. Times of starts are on the machine's monotonic clock, in seconds."""

    def __init__(self, path: Path, *, key: str, busy_s: float = BUSY_S) -> None:
        self.path = path
        self._key = key
        self._busy_s = busy_s
        self._lock = threading.RLock()
        self._depth = 0
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Holds the write lock of the file; committed at the end, and undone by any exception. Can be
        nested.
        """
        with self._lock:
            if self._depth:
                yield
                return
            connection = self._begin()
            self._depth = 1
            try:
                yield
            except sqlite3.Error as error:
                self._roll_back(connection)
                raise self._broken(error) from error
            except BaseException:
                self._roll_back(connection)
                raise
            else:
                self._commit(connection)
            finally:
                self._depth = 0

    def _begin(self) -> sqlite3.Connection:
        try:
            if self._connection is None:
                self._connection = self._open()
            self._connection.execute("begin immediate")
        except sqlite3.Error as error:
            raise self._broken(error) from error
        return self._connection

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError(
                f"state_dir {self.path.parent} cannot be created ({error.strerror}); set state_dir to a "
                "writable folder"
            ) from error
        self._make_private()
        connection = sqlite3.connect(
            self.path, timeout=self._busy_s, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            connection.executescript(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _make_private(self) -> None:
        """The files that SQLite puts beside it take the mode of this one."""
        with suppress(OSError):  # there already, or SQLite says better what is wrong
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL, 0o600))

    def _commit(self, connection: sqlite3.Connection) -> None:
        try:
            connection.execute("commit")
        except sqlite3.Error as error:
            self._roll_back(connection)
            raise self._broken(error) from error

    @staticmethod
    def _roll_back(connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("rollback")

    def _broken(self, error: sqlite3.Error) -> LedgerError:
        said = str(error)
        if "locked" in said or "busy" in said:
            fix = "another program holds it: end that program, then run again"
        elif "unable to open" in said or "readonly" in said or "read-only" in said:
            fix = "make it and its folder writable, or set state_dir to another folder"
        elif "full" in said:
            fix = "make room on the disk, then run again"
        else:
            fix = "delete it while no ctct runs, then run again"
        return LedgerError(f"the request ledger {self.path} cannot be used ({said}); {fix}")

    def times(self, clock: Clock) -> tuple[pendulum.DateTime, float]:
        """(the wall clock in UTC, the clock of starts): this machine's, whose processes share them."""
        return clock.now(), clock.monotonic()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _one(self, sql: str, *values: object) -> object:
        assert self._connection is not None
        row = self._connection.execute(sql, (self._key, *values)).fetchone()
        return None if row is None else row[0]

    def add_start(self, lane: str, at_s: float) -> None:
        self._one("insert into starts (key, lane, at_s) values (?, ?, ?)", lane, at_s)

    def move_start(self, lane: str, from_s: float, to_s: float) -> None:
        self._one(
            "update starts set at_s = ?4 where rowid ="
            " (select rowid from starts where key = ?1 and lane = ?2 and at_s = ?3 limit 1)",
            lane,
            from_s,
            to_s,
        )

    def nth_last_start(self, lane: str, count: int) -> float | None:
        """None = fewer than `count` starts are remembered."""
        found = self._one(
            "select at_s from starts where key = ? and lane = ? order by at_s desc limit 1 offset ?",
            lane,
            count - 1,
        )
        return None if found is None else float(str(found))

    def forget_starts(self, lane: str, *, before_s: float, after_s: float) -> None:
        """Drops old starts, and those of before the machine was last switched on, which look to be in the
        future.
        """
        self._one("delete from starts where key = ? and lane = ? and at_s < ?", lane, before_s)
        self._one("delete from starts where key = ? and lane = ? and at_s > ?", lane, after_s)

    def spent(self, day: str) -> int:
        return int(str(self._one("select spent from days where key = ? and day = ?", day) or 0))

    def spent_after(self, day: str) -> int:
        """The sum over all days later than `day`."""
        return int(str(self._one("select coalesce(sum(spent), 0) from days where key = ? and day > ?", day)))

    def charge(self, *days: str) -> None:
        """One request more on `days` and on every later day on record; the earliest first."""
        for day in dict.fromkeys(days):
            self._one("insert into days (key, day, spent) values (?, ?, 0) on conflict do nothing", day)
        self._one("update days set spent = spent + 1 where key = ? and day >= ?", days[0])

    def raise_day(self, day: str, spent: int) -> None:
        """At least `spent` on `day`; never lowers a count."""
        self._one(
            "insert into days (key, day, spent) values (?, ?, ?)"
            " on conflict do update set spent = max(spent, excluded.spent)",
            day,
            spent,
        )

    def history(self) -> dict[str, int]:
        """Requests per UTC day, oldest first."""
        assert self._connection is not None
        rows = self._connection.execute(
            "select day, spent from days where key = ? order by day", (self._key,)
        )
        return {str(day): int(spent) for day, spent in rows.fetchall()}

    def current_day(self) -> str | None:
        found = self._one("select value from marks where key = ? and name = 'current_day'")
        return None if found is None else str(found)

    def set_current_day(self, day: str) -> None:
        self._set_mark("current_day", day)

    def parked_until(self) -> float | None:
        """Seconds since 1970, UTC."""
        found = self._one("select value from marks where key = ? and name = 'parked_until_s'")
        return None if found is None else float(str(found))

    def set_parked_until(self, until_s: float) -> None:
        self._set_mark("parked_until_s", until_s)

    def cooling_until(self, lane: str) -> float:
        """On the monotonic clock; 0.0 = not cooling."""
        return float(
            str(self._one("select value from marks where key = ? and name = ?", f"cooling_{lane}") or 0.0)
        )

    def set_cooling_until(self, lane: str, until_s: float, *, longest_s: float) -> None:
        """Prolongs, never shortens; but a mark of before the last start of the machine is replaced."""
        before_s = self.cooling_until(lane)
        if before_s < until_s or before_s > until_s + longest_s:
            self._set_mark(f"cooling_{lane}", until_s)

    def _set_mark(self, name: str, value: object) -> None:
        self._one("insert or replace into marks (key, name, value) values (?, ?, ?)", name, value)
