"""Child tables carry their parent's key, their own columns and the loader's, in new and in existing warehouses."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from sources.constant_contact.catalogue import CATALOGUE, chosen

CHILDREN = [child for name in sorted(chosen()) for child in CATALOGUE[name].children]


def columns(one: Any, table: str) -> list[str]:
    return [
        row["column_name"]
        for row in one.query(
            "select column_name from information_schema.columns"
            f" where table_schema = 'constant_contact' and table_name = '{table}'"
        )
        if row["column_name"] != "_dlt_load_id"
    ]


def test_child_tables_have_no_columns_of_their_parent(account: Any) -> None:
    """A new warehouse has the declared columns in each of them, and nothing else."""
    one = account(contacts=10, campaigns=0)
    one.complete_night()
    for child in CHILDREN:
        assert sorted(child.column_names) == sorted(columns(one, child.name))


@pytest.mark.long
def test_columns_of_the_parent_that_hold_nothing_are_dropped_once(account: Any) -> None:
    """The next run says so and loads as before; a column that holds a value stays."""
    one = account(contacts=10, campaigns=0)
    one.complete_night()
    with duckdb.connect(str(one.warehouse)) as there:
        for name in ("first_name", "updated_at", "create_source"):
            there.execute(f"alter table constant_contact.contacts__notes add column {name} text")
        there.execute("alter table constant_contact.contacts__taggings add column last_name text")
        there.execute("alter table constant_contact.contacts__notes add column mine text")
        there.execute("alter table constant_contact.contacts__list_memberships add column job_title text")
        there.execute("update constant_contact.contacts__list_memberships set job_title = 'Cook'")
    [warning] = one.complete_night().warnings
    assert warning.startswith("4 empty column(s) of contacts__taggings, contacts__notes were dropped")
    assert "mine" in columns(one, "contacts__notes")
    assert "first_name" not in columns(one, "contacts__notes")
    assert "job_title" in columns(one, "contacts__list_memberships")
    assert () == one.complete_night(full_refresh=True).warnings
    mine = "contacts__list_memberships.job_title"
    assert [] == [line for line in one.differences() if not line.startswith(mine)]
