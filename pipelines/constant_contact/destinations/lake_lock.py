"""A dataset's lock on the server of a lake's catalog, and whether it is still held.

A server that restarts, or a connection that breaks, ends the session that has the lock; DuckDB opens its own sessions
anew without a word and would go on beside the machine that has the lock now. So the session is asked before each use.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations import advisory_lock, lake_catalog
from pipelines.constant_contact.errors import RunFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg import Connection

    from pipelines.constant_contact.destinations.waiting import Patience


class Held:
    """Of a catalog that is a file: nobody else has it open."""

    def assure(self) -> None:
        """Raises RunFailed where the lock has been lost."""

    def is_alone(self) -> bool:
        """Whether nothing that began before the lock was taken could still commit."""
        return True


class HeldOnServer(Held):
    """By a session of its own, which threads may share."""

    def __init__(self, connection: Connection[Any], dataset: str) -> None:
        self._connection, self._dataset = connection, dataset
        self._since = self._ask("select clock_timestamp()::text")

    def assure(self) -> None:
        import psycopg  # noqa: PLC0415 - an extra

        try:
            self._ask("select 1")
        except psycopg.Error as error:
            raise RunFailed(
                f"the lock of dataset {self._dataset!r} on the catalog's server is lost, its session has ended there; "
                "what was committed stays, run again to go on"
            ) from error

    def is_alone(self) -> bool:
        """A writer that lost the lock may be at its last transaction, which shows on the server while it lasts."""
        older = self._ask(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and backend_type = 'client backend'"
            f" and pid <> pg_backend_pid() and xact_start < '{self._since}'"
        )
        return not older

    def _ask(self, sql: str) -> Any:
        row = self._connection.execute(sql.encode()).fetchone()
        return row[0] if row else None


@contextmanager
def held(credentials: Any, dataset: str, patience: Patience, advice: str) -> Iterator[HeldOnServer]:
    """For as long as the block lasts. Raises Busy."""
    with lake_catalog.connect(credentials) as connection:
        patience.until_free(
            lambda: advisory_lock.take(
                lambda sql: connection.execute(sql.encode()).fetchone(),
                dataset,
                lake_catalog.schema(credentials),
            ),
            advisory_lock.reason,
            advice,
        )
        yield HeldOnServer(connection, dataset)
