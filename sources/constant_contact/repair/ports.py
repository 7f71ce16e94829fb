"""What the wing needs of others: the loaded tables by SQL, and a run that commits what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import State
    from sources.constant_contact.warehouse import Warehouse


class Tables(Protocol):
    """The raw tables, asked and changed by SQL that DuckDB and PostgreSQL share."""

    def columns(self) -> Mapping[str, Sequence[str]]:
        """Table -> its columns, as they are now."""

    def qualified(self, table: str) -> str:
        """Its name in a statement."""

    def query(self, sql: str) -> Sequence[Mapping[str, Any]]:
        """Rows of one statement."""

    def execute(self, sql: str) -> object:
        """Carry out statements."""

    def loaded(self) -> Warehouse:
        """The questions that a reading asks, answered by the tables as they are now."""


class Commits(Protocol):
    """The run that the repair is a part of."""

    @property
    def tables(self) -> Tables: ...

    def state(self) -> State:
        """As committed."""

    def read(self, reading: Reading) -> None:
        """Read its slices, and commit what comes."""

    def commit(self, batch: Batch) -> None:
        """Commit a batch that cost no request."""
