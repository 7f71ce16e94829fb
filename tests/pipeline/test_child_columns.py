"""Child tables of an existing warehouse have no columns of their parent (test_exact_nights.py has new ones)."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest


def columns(one: Any, table: str) -> list[str]:
    return [
        row["column_name"]
        for row in one.query(
            "select column_name from information_schema.columns"
            f" where table_schema = 'constant_contact' and table_name = '{table}'"
        )
        if row["column_name"] != "_dlt_load_id"
    ]


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
