"""What a run commits, group by group: rows and state in one load package each, and how much that was so far."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from pipelines.constant_contact.destinations.load_failures import failed_load
from pipelines.constant_contact.events import GroupLoaded
from pipelines.constant_contact.freed_memory import give_back
from pipelines.constant_contact.sync import records
from pipelines.constant_contact.sync.ending import rows_by_table
from pipelines.constant_contact.sync.groups import Groups, most_is_of
from sources.constant_contact.batches import Batch, Group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.sync.messages import Messages
    from pipelines.constant_contact.sync.to_write import Tables, ToWrite
    from sources.constant_contact.api.client import Client
    from sources.constant_contact.reader import Reader
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.source import Settings
    from sources.constant_contact.state.changes import State, StateChange


class Commits:
    """Of one run, the repair's included."""

    def __init__(
        self,
        warehouse: Warehouse,
        client: Client,
        own: Settings,
        messages: Messages,
        *,
        to_write: ToWrite,
        first: Sequence[StateChange] = (),
        always: Sequence[StateChange] = (),
    ) -> None:
        """`first`: changes of the state that the first group brings; `always`: those that each one says again."""
        self.tables = warehouse
        self._client, self._messages, self._to_write = client, messages, to_write
        self._groups = Groups(own.requests_per_commit, own.size())
        self._first, self._always = tuple(first), tuple(always)
        self.rows: Counter[str] = Counter()
        """Table -> rows that were committed."""
        self.number = 0
        self.load_s = 0.0
        self.has_read = False
        """Whether the server has answered anything."""

    def state(self) -> State:
        """As committed."""
        return records.source_state(self.tables)

    def read(self, reading: Reading) -> None:
        """Read its slices, and commit what comes."""
        for group in self._groups.of(reading.reader.batches(), partial(self._seen, reading.reader)):
            self._commit(group)

    def all_is_read(self) -> None:
        """From here on rows are changed by SQL too, so that nothing says any more what is loaded."""
        self._to_write.read()

    def commit(self, batch: Batch) -> None:
        """Commit a batch that cost no request."""
        self._commit(Group(batches=[batch]))

    def _seen(self, reader: Reader, batch: Batch) -> None:
        if batch.requests or batch.rows:
            self.has_read = True
            self._messages.page_read(self._client, reader, batch)

    def _commit(self, group: Group) -> None:
        began = time.monotonic()
        tables = self._to_write.of(group)
        rows, counts = group.rows, rows_by_table(tables)
        group.let_go()
        try:
            self._load(group, tables, rows)
        except self.tables.troubles() as error:
            raise failed_load(error, self.tables.name) from error
        give_back()
        seconds = time.monotonic() - began
        self.load_s += seconds
        self.number += 1
        self.rows.update(counts)
        self._messages.emit(
            GroupLoaded(number=self.number, requests=group.requests, rows=counts, seconds=seconds)
        )

    def _load(self, group: Group, tables: Tables, rows: int) -> None:
        """`rows`: that the group had, children included."""
        from sources.constant_contact.source import loaded  # noqa: PLC0415 - two seconds

        own = records.with_each_commit(self.tables, self._client.connection.key, self._client.budget)
        self.tables.must_have_room(sum(some.nbytes for found in tables.values() for some in found.values()))
        changes = (*self._first, *group.state, *self._always, *own)
        new = self._to_write.new(tables)
        fills = most_is_of(tables, new)
        held_s = self.tables.load(loaded(tables, changes, new))
        self._groups.took(rows, held_s, new=fills)
        self._first = ()
