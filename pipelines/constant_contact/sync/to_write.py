"""What of a group of batches goes into its load package: not what is loaded as it is, and no table in vain.

Each table of a load package costs a tenth of a second, with rows or without, and in a quiet night no row of the small
collections is news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.constant_contact.sync.ending import with_all_tables
from sources.constant_contact.catalogue import CATALOGUE, SET_ASIDE, endpoint
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.first_load import FirstLoad
from sources.constant_contact.reads.unchanged import LoadedDigests

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pyarrow as pa

    from sources.constant_contact.batches import Group
    from sources.constant_contact.warehouse import Warehouse

    Tables = dict[str, dict[str, pa.Table]]
    """Resource -> table -> rows."""


class ToWrite:
    """Sees all groups of a run, in their order."""

    def __init__(
        self,
        warehouse: Warehouse,
        wanted: frozenset[str],
        *,
        there: Collection[str] = (),
        merges: bool = False,
    ) -> None:
        """`warehouse`: as it was when the run began, with the tables that were `there` in the destination. Where
        nothing `merges`, all that was read is written.
        """
        self._warehouse, self._wanted = warehouse, wanted
        self._first_load = FirstLoad(warehouse, there)
        self._begun = False
        self._compares = merges
        self._written: set[str] = set()

    def of(self, group: Group) -> Tables:
        """The first group brings the tables that are not there yet, so that all of them exist after the first load."""
        tables = group.tables()
        if self._compares:
            tables = {name: news for name, found in tables.items() if (news := self._news(name, found))}
        if not self._begun:
            self._begun = True
            tables = with_all_tables(tables, self._without_rows(), self._warehouse.columns)
        return tables

    def _without_rows(self) -> Tables:
        """All tables, that of rows set aside among them: whoever counts those finds none, not no table."""
        from sources.constant_contact.source import empty_tables  # noqa: PLC0415 - two seconds

        empty = empty_tables(self._wanted)
        next(iter(empty.values()))[SET_ASIDE.name] = arrow_schema(SET_ASIDE).empty_table()
        return empty

    def new(self, tables: Mapping[str, Mapping[str, pa.Table]]) -> set[str]:
        """Resources of which all rows of this group are new to the warehouse."""
        return {name for name, found in tables.items() if self._first_load.only_new(endpoint(name), found)}

    def read(self) -> None:
        """Reading has ended: from here on rows are changed by SQL too, so that nothing says what is loaded."""
        self._compares = False

    def _news(self, name: str, found: dict[str, pa.Table]) -> dict[str, pa.Table]:
        """Only the first group that has rows of a resource is compared: the next one may take back what it wrote."""
        of = CATALOGUE[name]
        if name in self._written or not all(self._warehouse.is_kept(each.name) for each in of.tables):
            return found
        self._written.add(name)
        changed = LoadedDigests(self._warehouse, of).changed(found)
        return changed if any(rows.num_rows for rows in changed.values()) else {}
