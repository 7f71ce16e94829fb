"""Accounts under test: a sandbox that answers, and a warehouse that nights bring in step with it.

Two kinds with the same verbs. `Account` goes through everything: dlt, load packages, DuckDB on disk. `Quick` runs
the same reads and consequences and puts their batches on an in-memory DuckDB by itself, with the merge the catalogue
describes; a night takes a fraction of a second, which is what makes whole matrices of nights affordable.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import account_comparison
import duckdb
import pendulum
from account_tables import ASKED_FOR

from sources.constant_contact.api.client import Client
from sources.constant_contact.batches import Group
from sources.constant_contact.catalogue import resource_names, table
from sources.constant_contact.sql_warehouse import SqlWarehouse
from sources.constant_contact.state.changes import apply_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa
    import pytest

    from pipelines.constant_contact.events import Event, RunResult
    from sources.constant_contact.reader import Outcome
    from sources.constant_contact.reads.attempts import LeftOut
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact_sandbox import Sandbox, Server

PREFIX = "SOURCES__CONSTANT_CONTACT__"
SCHEMA = "constant_contact"
Row = dict[str, Any]


@dataclass(kw_only=True)
class Compared:
    """What both kinds can say about themselves."""

    sandbox: Sandbox
    server: Server
    monkeypatch: pytest.MonkeyPatch

    def query(self, sql: str) -> list[Row]:
        raise NotImplementedError

    def values(self, sql: str) -> list[Any]:
        """First column of the rows."""
        return [next(iter(row.values())) for row in self.query(sql)]

    def differences(self, **which: Any) -> list[str]:
        return account_comparison.differences(self.sandbox, self.query, **which)

    def contents(self) -> dict[str, list[str]]:
        return account_comparison.contents(self.query)

    def log_in(self) -> None:
        """Give a token that lives: a day that passed may have ended the last one."""
        self.configure(access_token=self.sandbox.tokens.valid_access_token(self.sandbox.epoch))

    def configure(self, **settings: object) -> None:
        for name, value in settings.items():
            self.monkeypatch.setenv(PREFIX + name.upper(), str(value))


EVERY_NIGHT = frozenset(resource_names()) - ASKED_FOR.keys()
"""What a test reads that does not say what."""


@dataclass(kw_only=True)
class Account(Compared):
    """The whole way: `sync` as the command line calls it."""

    warehouse: Path
    events: list[Event] = field(default_factory=list)

    def night(self, **request: Any) -> RunResult:
        """One sync, without transforms."""
        from pipelines.constant_contact.request import SyncRequest  # noqa: PLC0415 - dlt takes two seconds
        from pipelines.constant_contact.sync.run import sync  # noqa: PLC0415 - dlt takes two seconds

        return sync(SyncRequest(transform=False, **request), self.events.append)

    def complete_night(self, **request: Any) -> RunResult:
        """A sync that must come to its end."""
        self.log_in()
        result = self.night(**request)
        assert ("complete", "") == (result.status, result.stopped_reason)
        return result

    def query(self, sql: str) -> list[Row]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            connection.execute(f"set schema = '{SCHEMA}'")
            return _dicts(connection.execute(sql))


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A `Quick` account between two nights."""

    state: Mapping[str, Any]
    rows: Mapping[str, pa.Table]


class Quick(Compared):
    """Reads and consequences as in a sync; batches go straight to an in-memory DuckDB."""

    def __init__(self, **compared: Any) -> None:
        super().__init__(**compared)
        self.state: dict[str, Any] = {}
        self.lives_now = False
        """Whether a night takes place when the sandbox's clock says, rather than today."""
        self.requests_sent = 0
        """By the last night."""
        self.began: pendulum.DateTime | None = None
        """The last night."""
        self.left_out: Mapping[tuple[str, str], LeftOut] = {}
        """By the last night: (resource, id of the object) -> why."""
        self._columns: dict[str, list[str]] = {}
        self._filled: set[str] = set()
        self._connection = duckdb.connect(config={"threads": 1})
        self._connection.execute(f"create schema {SCHEMA}")
        self._connection.execute(f"set schema = '{SCHEMA}'")

    def night(
        self,
        *,
        select: Sequence[str] = (),
        max_requests: int | None = None,
        full_refresh: bool = False,
        asked_ids: Mapping[str, Sequence[str]] | None = None,
        a_commit: int = 40,
        killed_after: int | None = None,
    ) -> Outcome:
        """One run that commits every `a_commit` requests; killed after so many commits, the rest is lost."""
        from sources.constant_contact.repair.cascades import apply_cascades  # noqa: PLC0415 - dlt takes two seconds
        from sources.constant_contact.source import begin, empty_tables, settings  # noqa: PLC0415

        self.log_in()
        own, wanted = settings(), frozenset(select or EVERY_NIGHT)
        for tables in empty_tables(wanted).values():
            for name, rows in tables.items():
                self.merge(name, rows)
        client = Client(own.connection(), max_requests=max_requests)
        reading = begin(
            own,
            client=client,
            wanted=wanted,
            warehouse=self.loaded(),
            state=self.state,
            full_refresh=full_refresh,
            asked_ids=asked_ids,
            now=self.now(),
        )
        self.left_out, self.began = reading.attempts.left_out, reading.now
        try:
            for number, group in enumerate(_groups(reading, a_commit)):
                if number == killed_after:
                    return reading.reader.outcome
                for tables in group.tables().values():
                    for name, rows in tables.items():
                        self.merge(name, rows)
                apply_changes(self.state, group.state)
        finally:
            reading.reader.close()
            client.close()
            self.requests_sent = client.requests_sent
        apply_cascades(self, wanted)
        return reading.reader.outcome

    def now(self) -> pendulum.DateTime | None:
        """When its nights take place; None: today."""
        return pendulum.instance(self.sandbox.now) if self.lives_now else None

    def forget(self, *, ids: Sequence[str] = (), addresses: Sequence[str] = ()) -> None:
        """What `ctct forget` enters in its register; rows stay."""
        from pipelines.constant_contact.erasure.register import entering  # noqa: PLC0415 - dlt takes two seconds
        from pipelines.constant_contact.erasure.search import Traces  # noqa: PLC0415
        from sources.constant_contact.withheld import FORGOTTEN  # noqa: PLC0415

        traces = Traces(ids=tuple(ids), owned=tuple(addresses))
        at = pendulum.now("UTC")
        for statement in entering(self, {}, traces, reason="asked", at=at):  # type: ignore[arg-type]
            self.execute(statement)
        self._columns[FORGOTTEN] = ["contact_hash", "hash_key"]

    def complete_night(self, **how: Any) -> Outcome:
        """A run that must come to its end."""
        outcome = self.night(**how)
        if outcome.error is not None:
            raise outcome.error
        assert outcome.postponed is None
        assert ([], []) == (outcome.skipped, list(self.left_out.values()))
        return outcome

    def nights(self, limit: int = 200, **how: Any) -> int:
        """Runs, each cut by its `max_requests`, until one comes to its end; returns how many it took."""
        for number in range(1, limit + 1):
            outcome = self.night(**how)
            if outcome.error is not None:
                raise outcome.error
            if outcome.postponed is None:
                return number
        raise AssertionError(f"not done after {limit} nights; state {self.state}")

    def query(self, sql: str) -> list[Row]:
        return _dicts(self._connection.cursor().execute(f"set schema = '{SCHEMA}'; {sql}"))

    def kept(self) -> Kept:
        """What the nights so far left here."""
        run = self._connection.execute
        rows = {name: run(f'select * from "{name}"').to_arrow_table() for name in self._columns}
        return Kept(state=deepcopy(self.state), rows=rows)

    def go_on_from(self, kept: Kept) -> None:
        """As if those nights had been of this account, which is new and answers the same."""
        self.state = deepcopy(kept.state)
        for name, rows in kept.rows.items():
            self.merge(name, rows)

    def begin_with(self, first_night: dict[str, Kept], **how: Any) -> None:
        """A first night that comes to its end, or what the one before of an account made in the same way left."""
        if "kept" in first_night:
            self.go_on_from(first_night["kept"])
            return
        self.complete_night(**how)
        first_night["kept"] = self.kept()

    def loaded(self) -> SqlWarehouse:
        """What a reading asks, answered by the tables as they are now."""
        return SqlWarehouse(self.select, lambda name: f'"{name}"', self.columns())

    def columns(self) -> Mapping[str, tuple[str, ...]]:
        return {name: tuple(columns) for name, columns in self._columns.items()}

    def qualified(self, name: str) -> str:
        return f'"{name}"'

    def execute(self, sql: str) -> None:
        self._connection.execute(sql)

    def select(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        cursor = self._connection.cursor()
        cursor.execute(f"set schema = '{SCHEMA}'; {sql}")
        return [column[0] for column in cursor.description or ()], cursor.fetchall()

    def merge(self, name: str, rows: pa.Table) -> None:
        """Delete-insert on the key; a child set on its parent's key, the marker rows of empty sets left out."""
        if not rows.num_rows and {*rows.column_names} <= {*self._columns.get(name, ())}:
            return
        self._connection.register("incoming", rows)
        self._make_room(name, rows)
        if rows.num_rows:
            self._replace(name, rows)
        self._connection.unregister("incoming")

    def _make_room(self, name: str, incoming: pa.Table) -> None:
        """The table and every column of it."""
        run = self._connection.execute
        if name not in self._columns:
            run(f'create table "{name}" as select * from incoming where false')
            self._columns[name] = list(incoming.column_names)
        for column in incoming.column_names:
            if column not in self._columns[name]:
                kind = run(f'select any_value(typeof("{column}")) from incoming').fetchall()[0][0]
                run(f'alter table "{name}" add column "{column}" {kind}')
                self._columns[name].append(column)

    def _replace(self, name: str, incoming: pa.Table) -> None:
        of = table(name)
        key = of.key if of.parent is None else table(of.parent).key
        if name in self._filled:
            matches = " and ".join(f'old."{column}" = incoming."{column}"' for column in key)
            self._connection.execute(f'delete from "{name}" as old using incoming where {matches}')
        marker = "" if "_deleted" not in incoming.column_names else " where _deleted is distinct from true"
        self._connection.execute(f'insert into "{name}" by name select * from incoming{marker}')
        self._filled.add(name)


def _groups(reading: Reading, a_commit: int) -> Iterator[Group]:
    group = Group()
    for batch in reading.reader.batches():
        group.add(batch)
        if group.requests >= a_commit:
            yield group
            group = Group()
    if group.batches:
        yield group


def _dicts(found: duckdb.DuckDBPyConnection) -> list[Row]:
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
