"""How contacts, lists and memberships came to be what they are: slowly changing dimensions of type 2, by SQL.

`<table>_history` has the table's declared columns, and `valid_from` and `valid_to` (UTC, half-open, null: still so).
Each run compares the open versions with the tables: a version ends, and the next begins, at the start of the run that
saw the difference, for when it happened the API does not say. No request; nothing is told by the load, so a run that
died before this, or a night that was skipped, is made up for by the next one, and running twice changes nothing.
All of it is one transaction, in SQL that DuckDB and PostgreSQL share.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import pendulum

from sources.constant_contact.catalogue import table
from sources.constant_contact.catalogue.columns import DELETED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse

SUFFIX = "_history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    table: str
    resource: str
    """What a run must have read for the table to be up to date."""
    ignored_columns: tuple[str, ...] = ()
    """Columns whose change alone makes no new version: they say that something was touched, not what it became."""
    without: tuple[str, ...] = (DELETED,)
    """Columns that the history does not have."""

    @property
    def key(self) -> tuple[str, ...]:
        return table(self.table).key

    @property
    def name(self) -> str:
        return self.table + SUFFIX


TRACKED = (
    Tracked(
        table="contacts",
        resource="contacts",
        ignored_columns=(
            "updated_at",
            "email_address__updated_at",
            "update_source",
            "sms_channel__update_source",
        ),
    ),
    # Members come and go every night; how many there were is counted from the memberships' history.
    Tracked(
        table="contact_lists",
        resource="contact_lists",
        ignored_columns=("updated_at",),
        without=("membership_count",),
    ),
    Tracked(table="contacts__list_memberships", resource="contacts"),
)


def record_history(warehouse: Warehouse, wanted: frozenset[str], *, at: pendulum.DateTime) -> None:
    """Bring the histories of what was read in step with the tables; `at`: the start of the run."""
    columns = warehouse.columns()
    for one in TRACKED:
        if one.resource not in wanted or one.table not in columns:
            continue
        declared = [column.name for column in table(one.table).columns if column.name not in one.without]
        there = [name for name in declared if name in columns[one.table]]
        if one.name not in columns:
            warehouse.execute(_created(warehouse, one, there))
        else:
            for name in there:
                if name not in columns[one.name]:
                    warehouse.execute(_widened(warehouse, one, name))
        statements = _statements(warehouse, one, there, _not_before(warehouse, one, at))
        warehouse.execute("; ".join(("begin transaction", *statements, "commit")))


def _created(warehouse: Warehouse, one: Tracked, names: Sequence[str]) -> str:
    moment = "cast(null as timestamp with time zone)"
    return (
        f"create table if not exists {warehouse.qualified(one.name)} as select {', '.join(names)},"
        f" {moment} as valid_from, {moment} as valid_to from {warehouse.qualified(one.table)} where 1 = 0"
    )


def _widened(warehouse: Warehouse, one: Tracked, name: str) -> str:
    """A column that the catalogue declares since the history began; earlier versions do not know it."""
    kind = warehouse.query(
        "select data_type from information_schema.columns"
        f" where table_name = '{one.table}' and column_name = '{name}'"
        f" and table_schema = '{warehouse.target.dataset}'"
    )[0]["data_type"]
    return f"alter table {warehouse.qualified(one.name)} add column {name} {kind}"


def _not_before(warehouse: Warehouse, one: Tracked, at: pendulum.DateTime) -> str:
    """`at` as SQL; where the clock went back, the last moment on record, so that no version ends before it began."""
    last = warehouse.query(
        f"select max(valid_from) as began, max(valid_to) as ended from {warehouse.qualified(one.name)}"
    )[0]
    known = [pendulum.instance(found) for found in last.values() if found is not None]  # type: ignore[call-overload]
    moment = max([at, *known]).astimezone(UTC).isoformat()
    return f"cast('{moment}' as timestamp with time zone)"


def _statements(warehouse: Warehouse, one: Tracked, names: Sequence[str], at: str) -> list[str]:
    """End what is no longer so, begin what is new, drop versions that never lasted."""
    history, current = warehouse.qualified(one.name), warehouse.qualified(one.table)
    same = " and ".join(f"{history}.{name} = c.{name}" for name in one.key)
    told = [name for name in names if name not in {*one.key, *one.ignored_columns}]
    differs = " or ".join(f"{history}.{name} is distinct from c.{name}" for name in told)
    changed = (
        f"update {history} set valid_to = {at} from {current} as c"
        f" where {same} and {history}.valid_to is null and ({differs})"
    )
    gone = (
        f"update {history} set valid_to = {at} where valid_to is null"
        f" and not exists (select 1 from {current} as c where {same})"
    )
    open_ = " and ".join(f"h.{name} = c.{name}" for name in one.key)
    begun = (
        f"insert into {history} ({', '.join(names)}, valid_from, valid_to)"
        f" select {', '.join(f'c.{name}' for name in names)}, {at}, null from {current} as c"
        f" where not exists (select 1 from {history} as h where {open_} and h.valid_to is null)"
    )
    brief = f"delete from {history} where valid_to <= valid_from"
    return [*([changed] if differs else []), gone, begun, brief]
