"""One DuckDB for all of a command's connections to a lake.

dlt opens a DuckDB for each connection that it borrows, which loads the extensions and attaches the catalog anew: a
second or two each, some hundred times a run. Here one is opened, and each borrower gets a cursor of it. Their
statements run in transactions of their own, as in databases of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlt.destinations.impl.duckdb.configuration import DuckDbConnectionPool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.constant_contact.destinations.lake_lock import Held


class SharedLake(DuckDbConnectionPool):
    """`keeps`: stays open until the process ends. A catalog that is a file is let go when nobody uses it.

    `held`: the lock under which it is used, where there is one; nothing is begun without it then.
    """

    def __init__(self, credentials: Any, *, keeps: bool) -> None:
        super().__init__(credentials, always_open_connection=False)
        self.held: Held | None = None
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
        local = {name: value for name, value in (local_config or {}).items() if name != "search_path"}
        return _Borrowed(super().borrow_conn(dict(global_config or {}), local, list(pragmas or ())))


class _Borrowed:
    """A cursor whose borrower, when it is done, leaves the lake attached: others are using it."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def execute(self, sql: Any, *values: Any) -> Any:
        kept = sql.partition(";DETACH ")[0] if isinstance(sql, str) and sql.startswith("USE memory;") else sql
        return self._cursor.execute(kept, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)
