"""Rows in the catalog database of a lake, which machines without a disk share: documents, locked while they change.

Knows: PostgreSQL, sessions, locks of rows. Must not know: what a row is for, requests, tokens.

One table, `constant_contact_pipeline.state`. A lock is a row's own and lasts for one transaction, so that it ends with
the machine that has it: a process that dies loses its connection at once, a machine that is cut off within a minute
(`keepalive`).
Source: https://www.postgresql.org/docs/current/explicit-locking.html, runtime-config-connection.html.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from sources.constant_contact.api import keepalive
from sources.constant_contact.api.errors import CatalogLost, ConfigError
from sources.constant_contact.api.redact import without_passwords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from psycopg import Connection, Cursor, Error

Content = dict[str, Any]
SCHEMA: Final = "constant_contact_pipeline"
TABLE: Final = f"{SCHEMA}.state"
SETTING: Final = "DESTINATION__DUCKLAKE__CREDENTIALS__CATALOG"
INSTALL: Final = "pip install 'constant-contact-pipeline[lake]'"
LOCK_WAIT_S: Final = 30.0
_MAKE: Final = f"""
begin;
select pg_advisory_xact_lock(hashtextextended('{SCHEMA}', 0));
create schema if not exists {SCHEMA};
create table if not exists {TABLE} (name text primary key, content jsonb not null);
commit
"""


class Rows:
    """What one transaction reads and writes. Raises CatalogLost, ConfigError."""

    def __init__(self, catalog: Catalog, connection: Connection[Any], locked: str) -> None:
        self._catalog, self._connection = catalog, connection
        self.locked = locked
        self.content: Content = {}
        """Of the row that is locked; empty where there was none."""
        self.now_s = 0.0
        """The server's clock when the lock was obtained, in seconds since 1970, UTC."""
        self.is_open = True
        """Until it is committed or undone, or its session is lost."""

    def begin(self, lock_wait_s: float) -> None:
        """One way there and back, since every request waits for it."""
        lock = (
            f"insert into {TABLE} values (%(name)s, '{{}}') on conflict do nothing;"
            f"select content from {TABLE} where name = %(name)s for update;"
        )
        cursor = self._execute(
            f"begin; set local lock_timeout = {int(lock_wait_s * 1000)};{lock if self.locked else ''}"
            "select extract(epoch from clock_timestamp())::float8",
            {"name": self.locked},
        )
        found = [cursor.fetchall() for _ in _results(cursor) if cursor.description]
        self.now_s = float(found[-1][0][0])
        self.content = found[0][0][0] if self.locked else {}

    def all(self, *prefixes: str) -> dict[str, Content]:
        """Name -> content of the rows whose names begin in one of these ways, all of one instant."""
        sql = f"select name, content from {TABLE} where name ^@ any(%(prefixes)s) order by name"
        return dict(self._execute(sql, {"prefixes": list(prefixes)}).fetchall())

    def kept_as_it_is(self, name: str) -> Content:
        """A row that others may read and nobody changes until this transaction ends."""
        sql = f"select content from {TABLE} where name = %(name)s for share"
        row = self._execute(sql, {"name": name}).fetchone()
        return dict(row[0]) if row else {}

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        from psycopg.types.json import Jsonb  # noqa: PLC0415 - an extra

        self._execute(
            f"insert into {TABLE} values (%(name)s, %(content)s)"
            " on conflict (name) do update set content = excluded.content",
            {"name": name, "content": Jsonb(dict(content))},
        )

    def delete(self, *names: str) -> None:
        self._execute(f"delete from {TABLE} where name = any(%(names)s)", {"names": list(names)})

    def commit(self) -> None:
        """Ends the transaction, and with it the lock."""
        if self.is_open:
            self._execute("commit")
            self.is_open = False

    def undo(self) -> None:
        if self.is_open:
            self.is_open = False
            with suppress(CatalogLost, ConfigError):
                self._execute("rollback")

    def _execute(self, sql: str, values: Mapping[str, object] | None = None) -> Cursor[Any]:
        import psycopg  # noqa: PLC0415

        try:
            return self._connection.execute(sql.encode(), values)
        except psycopg.Error as error:
            self.is_open = self.is_open and not self._connection.closed
            raise self._catalog.failed(error) from error


def _results(cursor: Cursor[Any]) -> Iterator[None]:
    """One after the other, of several statements in one message."""
    yield
    while cursor.nextset():
        yield


class Catalog:
    """One session at a time, opened when it is needed, and anew where it was lost between two transactions.

    Thread-safe: one transaction at a time.
    """

    def __init__(self, address: str, *, lock_wait_s: float = LOCK_WAIT_S) -> None:
        """`address`: as libpq reads it, password included."""
        self._address, self._lock_wait_s = address, lock_wait_s
        self._turn = threading.RLock()
        self._connection: Connection[Any] | None = None
        self._has_answered = False

    @contextmanager
    def transaction(self, locked: str = "") -> Iterator[Rows]:
        """Committed at its end, undone by any exception. `locked`: the row that no other machine gets meanwhile.

        Raises ConfigError where the database never answered, CatalogLost where it no longer does.
        """
        with self._turn:
            rows = self._begun(locked)
            try:
                yield rows
            except BaseException:
                rows.undo()
                raise
            rows.commit()

    def _begun(self, locked: str) -> Rows:
        is_kept = self._connection is not None
        try:
            return self._begin(locked)
        except CatalogLost:
            if not is_kept or self._connection is not None:  # a session of just now, or one that is well
                raise
        return self._begin(locked)

    def _begin(self, locked: str) -> Rows:
        rows = Rows(self, self.connection(), locked)
        try:
            rows.begin(self._lock_wait_s)
        except BaseException:
            rows.undo()
            raise
        return rows

    def lock_until_closed(self, name: str) -> None:
        """A lock of the session, which ends with it; nobody waits for it."""
        self._ask(f"select pg_advisory_lock({_advisory(name)})")

    def is_locked(self, name: str) -> bool:
        """Whether another session has it."""
        return not self._ask(f"select pg_try_advisory_xact_lock_shared({_advisory(name)})")

    def _ask(self, sql: str) -> Any:
        import psycopg  # noqa: PLC0415

        with self._turn:
            try:
                row = self.connection().execute(sql.encode()).fetchone()
            except psycopg.Error as error:
                raise self.failed(error) from error
        return row[0] if row else None

    def connection(self) -> Connection[Any]:
        """The session, opened where there is none; each statement by itself is committed."""
        if self._connection is None:
            self._connection = self._opened()
            self._has_answered = True
        return self._connection

    def _opened(self) -> Connection[Any]:
        try:
            import psycopg  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ConfigError(
                f"store = catalog needs packages that are not installed; run: {INSTALL}"
            ) from error
        try:
            connection = psycopg.connect(
                self._address,
                autocommit=True,
                cursor_factory=psycopg.ClientCursor,  # several statements in one message
                client_encoding="utf8",
                **keepalive.of_client(),  # type: ignore[arg-type]  # of the libpq, by name
            )
        except psycopg.Error as error:
            raise self.failed(error) from error
        try:
            _make_ready(connection)
        except psycopg.Error as error:
            connection.close()
            raise self.failed(error) from error
        return connection

    def failed(self, error: Error) -> CatalogLost | ConfigError:
        """What a person is told; a session that is lost is forgotten."""
        import psycopg  # noqa: PLC0415

        if self._connection is None or self._connection.closed:
            self._connection = None
        said = without_passwords(str(error).partition("\n")[0])
        if isinstance(error, psycopg.errors.LockNotAvailable):
            return CatalogLost(
                f"another process keeps a lock in the catalog of the lake, waited {self._lock_wait_s:g} s; end it, "
                "then run again"
            )
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            return ConfigError(
                f"the role of the lake's catalog may keep nothing there ({said}); let it create a schema, or run "
                f"once: create schema {SCHEMA} authorization <that role>"
            )
        if self._has_answered:
            return CatalogLost(f"the catalog of the lake no longer answers ({said}); run again when it does")
        return ConfigError(f"the catalog of the lake does not answer: {said}; correct {SETTING}")

    def close(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def _advisory(name: str) -> str:
    """`name`: of a process, letters and digits."""
    return f"hashtextextended('{SCHEMA} {name}', 0)"


def _make_ready(connection: Connection[Any]) -> None:
    """The table where it is not there: a role that may not make one needs none then."""
    for statement in keepalive.statements():
        connection.execute(statement.encode())
    connection.execute(b"set idle_in_transaction_session_timeout = 0")  # a refresh may take a while
    found = connection.execute(f"select to_regclass('{TABLE}')".encode()).fetchone()
    if found is None or found[0] is None:
        connection.execute(_MAKE.encode())
