"""Versions of contacts, lists and memberships: half-open, made from differences, the same when made twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import duckdb
import pendulum
import pytest

from pipelines.constant_contact.sync.history import record_history

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from accounts import Account

FIRST, SECOND, THIRD = (pendulum.datetime(2026, 1, day) for day in (1, 2, 3))
BOTH = frozenset({"contacts", "contact_lists"})
TABLES = """
create table contacts (contact_id text, first_name text, updated_at timestamptz, deleted_at date);
create table contact_lists (list_id text, name text, membership_count bigint, deleted_at timestamptz);
create table contacts__list_memberships (contact_id text, list_id text);
insert into contacts values ('c1', 'Ada', '2025-01-01', null), ('c2', null, '2025-01-01', null);
insert into contact_lists values ('l1', 'News', 2, null);
insert into contacts__list_memberships values ('c1', 'l1'), ('c2', 'l1');
"""
Row = dict[str, Any]


@dataclass
class Small:
    """The four things that a history asks of a warehouse, over a DuckDB in memory."""

    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    target: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(dataset="main"))

    def __post_init__(self) -> None:
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute(TABLES)

    def query(self, sql: str) -> list[Row]:
        found = self.connection.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def execute(self, sql: str) -> None:
        self.connection.execute(sql)

    def qualified(self, table: str) -> str:
        return f'"{table}"'

    def columns(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for row in self.query(
            "select table_name, column_name from information_schema.columns order by ordinal_position"
        ):
            found.setdefault(row["table_name"], []).append(row["column_name"])
        return {name: tuple(columns) for name, columns in found.items()}

    def night(self, at: pendulum.DateTime, *changes: str) -> None:
        for change in changes:
            self.execute(change)
        record_history(self, BOTH, at=at)  # type: ignore[arg-type]

    def versions(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Rows with the days on which they began and ended."""
        found = self.connection.execute(
            f"select {', '.join(columns)}, day(valid_from), day(valid_to) from {table}_history order by all"
        )
        return found.fetchall()


@pytest.fixture
def small() -> Small:
    """Two contacts on one list, their histories begun on the 1st."""
    here = Small()
    here.night(FIRST)
    return here


def test_the_first_versions_begin_with_the_run(small: Small) -> None:
    """What a first run finds is valid from its start, and open."""
    assert [("c1", "Ada", 1, None), ("c2", None, 1, None)] == small.versions(
        "contacts", "contact_id", "first_name"
    )
    assert [("l1", "News", 1, None)] == small.versions("contact_lists", "list_id", "name")


@pytest.mark.parametrize(
    "change",
    [
        "update contacts set first_name = 'Augusta' where contact_id = 'c1'",
        "update contacts set first_name = null where contact_id = 'c1'",
        "update contacts set deleted_at = date '2026-01-02' where contact_id = 'c1'",
    ],
)
def test_a_changed_attribute_makes_a_version(small: Small, change: str) -> None:
    """A version ends at the start of the run that saw the change, and the next one begins there."""
    small.night(SECOND, change)

    assert [("c1", 1, 2), ("c1", 2, None), ("c2", 1, None)] == small.versions("contacts", "contact_id")


@pytest.mark.parametrize(
    "change",
    [
        "update contacts set updated_at = '2026-01-02'",
        "update contact_lists set membership_count = 7",
    ],
)
def test_a_touch_alone_makes_no_version(small: Small, change: str) -> None:
    """A new time of change, or another number of members, is no other contact or list."""
    small.night(SECOND, change)

    assert [("c1", 1, None), ("c2", 1, None)] == small.versions("contacts", "contact_id")
    assert [("l1", 1, None)] == small.versions("contact_lists", "list_id")


def test_a_membership_that_ends_and_begins_again_has_two_versions(small: Small) -> None:
    """The time off the list lies between two versions of the membership."""
    small.night(SECOND, "delete from contacts__list_memberships where contact_id = 'c1'")
    small.night(THIRD, "insert into contacts__list_memberships values ('c1', 'l1')")

    assert [("c1", "l1", 1, 2), ("c1", "l1", 3, None), ("c2", "l1", 1, None)] == small.versions(
        "contacts__list_memberships", "contact_id", "list_id"
    )


def test_running_twice_changes_nothing(small: Small) -> None:
    """A second run over the same tables leaves the same versions."""
    small.night(SECOND, "update contacts set first_name = 'Augusta' where contact_id = 'c1'")
    before = small.versions("contacts", "contact_id", "first_name")

    small.night(SECOND)
    small.night(THIRD)

    assert before == small.versions("contacts", "contact_id", "first_name")


def test_a_failure_in_between_leaves_the_last_state_and_is_made_up_for(small: Small) -> None:
    """A run that dies while a history is written leaves no version ended without its successor."""
    small.execute("update contacts set first_name = 'Augusta' where contact_id = 'c1'")
    small.execute("insert into contacts values ('c3', 'Augusta', '2025-01-01', null)")
    small.execute("create unique index names on contacts_history (first_name)")
    with pytest.raises(duckdb.ConstraintException):
        record_history(small, BOTH, at=SECOND)  # type: ignore[arg-type]
    small.execute("rollback")
    between = small.versions("contacts", "contact_id")
    small.execute("drop index names")

    small.night(THIRD)

    assert [("c1", 1, None), ("c2", 1, None)] == between
    assert [("c1", 1, 3), ("c1", 3, None), ("c2", 1, None), ("c3", 3, None)] == small.versions(
        "contacts", "contact_id"
    )


def test_a_clock_that_went_back_ends_no_version_before_it_began(small: Small) -> None:
    """Versions follow one another even when a run starts before the last one."""
    small.night(THIRD, "update contacts set first_name = 'Augusta' where contact_id = 'c1'")
    small.night(SECOND, "update contacts set first_name = 'Ada' where contact_id = 'c1'")

    assert [("c1", "Ada", 1, 3), ("c1", "Ada", 3, None)] == small.versions(
        "contacts", "contact_id", "first_name"
    )[:2]


def test_a_column_that_is_new_joins_the_history(small: Small) -> None:
    """A declared column that comes later is null in the versions that ended before it."""
    small.night(
        SECOND, "alter table contacts add column last_name text", "update contacts set last_name = 'L'"
    )

    assert [("c1", "L", 2, None), ("c1", None, 1, 2), ("c2", "L", 2, None), ("c2", None, 1, 2)] == (
        small.versions("contacts", "contact_id", "last_name")
    )


@pytest.mark.long
def test_a_night_writes_the_histories(account: Callable[..., Account]) -> None:
    """A real second night ends one version of a renamed contact and one membership, without a request more."""
    here = account(contacts=40, campaigns=0)
    here.complete_night()
    quiet = here.complete_night().requests_sent
    here.sandbox.change_contact(3, first_name="Renamed")
    before = here.values("select count(*) from contacts_history")

    result = here.complete_night()

    assert [before[0] + 1] == here.values("select count(*) from contacts_history")
    assert ["Renamed"] == here.values(
        "select n.first_name from contacts_history as o join contacts_history as n"
        " on n.contact_id = o.contact_id and n.valid_from = o.valid_to where n.valid_to is null"
    )
    assert quiet == result.requests_sent


@pytest.mark.long
def test_histories_can_be_switched_off(account: Callable[..., Account]) -> None:
    """Without the setting there are no history tables."""
    here = account(contacts=10, campaigns=0)
    here.configure(history="false")

    here.complete_night()

    assert [] == here.values(
        "select table_name from information_schema.tables where table_name like '%_history'"
    )
