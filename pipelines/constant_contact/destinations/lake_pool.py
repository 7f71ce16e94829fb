"""One DuckDB for all of a command's connections to a lake.

dlt opens a DuckDB for each connection that it borrows, which loads the extensions and attaches the catalog anew: a
second or two each, some hundred times a run. Here one is opened, and each borrower gets a cursor of it. Their
statements run in transactions of their own, as in databases of their own.

Even a statement that only names a schema is a transaction on the catalog's server, so a cursor that comes back serves
the next borrower as it is: where it stands, and what is attached, is not said to it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dlt.destinations.impl.duckdb.configuration import DuckDbConnectionPool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.constant_contact.destinations.lake_lock import Held

ATTACH, SECRET = "ATTACH IF NOT EXISTS ", "CREATE OR REPLACE "
"""Begin what holds for the whole DuckDB: once is enough. Secrets are the only ones that are replaced."""
OWN: Final = ("USE ", "SET search_path ")
"""What holds for a cursor until it is told otherwise, in this order."""
WHERE: Final = "SELECT current_database();"
"""dlt asks before it detaches the lake from a connection, which others are using here."""


class SharedLake(DuckDbConnectionPool):
    """`keeps`: stays open until the process ends. A catalog that is a file is let go when nobody uses it.

    `held`: the lock under which it is used, where there is one; nothing is begun without it then.
    """

    def __init__(self, credentials: Any, *, keeps: bool) -> None:
        super().__init__(credentials, always_open_connection=False)
        self.held: Held | None = None
        self.done: set[str] = set()
        self._keeps, self._idle = keeps, list[_Borrowed]()
        if keeps:
            self._conn_borrows += 1

    def borrow_conn(
        self,
        global_config: Mapping[str, Any] | None = None,
        local_config: Mapping[str, Any] | None = None,
        pragmas: Sequence[str] | None = None,
    ) -> Any:
        """The search path waits for the lake to be attached, which the caller does. Raises RunFailed."""
        if self.held is not None:
            self.held.assure()
        with self._conn_lock:
            if self._idle:
                self._conn_borrows += 1
                return self._idle.pop()
            if self._conn is None:
                self.done.clear()
        local = {name: value for name, value in (local_config or {}).items() if name != "search_path"}
        return _Borrowed(
            super().borrow_conn(dict(global_config or {}), local, list(pragmas or ())), self.done
        )

    def return_conn(self, borrowed_conn: Any) -> int:
        if not (self._keeps and borrowed_conn.is_reusable):
            return int(super().return_conn(borrowed_conn))
        with self._conn_lock:
            self._idle.append(borrowed_conn)
            self._conn_borrows -= 1
            return int(self._conn_borrows)


class _Borrowed:
    """A cursor whose borrower, when it is done, leaves the lake attached: others are using it."""

    def __init__(self, cursor: Any, done: set[str]) -> None:
        self._cursor, self._done = cursor, done
        self._stands: tuple[str, ...] = ()
        self.is_reusable = True

    def execute(self, sql: Any, *values: Any) -> Any:
        text = sql if isinstance(sql, str) else ""
        if text in self._done or text in self._stands:
            return self._cursor
        found = self._carried_out(sql, text, *values)
        if text.startswith(ATTACH):
            self._done.add(text)
        elif text.startswith(OWN[0]):
            self._stands = (text,)
        elif text.startswith(OWN[1]):
            self._stands = (*self._stands[:1], text)
        return found

    def sql(self, query: str) -> Any:
        """Where the cursor stands is not told, so that nobody leads it out of the lake."""
        if query == WHERE:
            return _Elsewhere()
        if query in self._done:
            return None
        found = self._cursor.sql(query)
        if query.strip().startswith(SECRET):
            self._done.add(query)
        return found

    def commit(self) -> Any:
        self.is_reusable, was = False, self.is_reusable
        committed = self._cursor.commit()
        self.is_reusable = was
        return committed

    def _carried_out(self, sql: Any, text: str, *values: Any) -> Any:
        """A cursor with temporary tables, or with an error behind it, is not for others."""
        if " TEMP " in text.upper():
            self.is_reusable = False
        try:
            return self._cursor.execute(sql, *values)
        except Exception:
            if text != "ROLLBACK;" and not text.startswith(
                OWN[1]
            ):  # nothing to roll back; no such schema yet
                self.is_reusable = False
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class _Elsewhere:
    """The answer of a connection that stands outside the lake."""

    def fetchone(self) -> tuple[str]:
        return ("memory",)
