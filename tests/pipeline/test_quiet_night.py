"""A night in which nothing happened writes nothing but its record; one in which little happened writes that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

SMALL = ["contact_tags", "contact_lists", "custom_fields", "account"]
MOST_OPENINGS = 9
"""Of the warehouse in a night; each costs as much as fifty questions."""


def test_a_night_writes_what_changed_and_opens_the_file_a_few_times(
    account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing; then one tag with a new name; then the old name again, which no earlier night's rows hide."""
    one = account(contacts=8, campaigns=1)
    one.complete_night(select=SMALL)
    openings: list[object] = []
    connect = duckdb.connect

    def counted(*arguments: object, **named: object) -> object:
        openings.append(arguments)
        return connect(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(duckdb, "connect", counted)
    loads = one.values("select count(*) from _dlt_loads")[0]
    openings.clear()

    quiet = one.complete_night(select=SMALL)
    opened = len(openings)

    assert ({}, loads + 1) == (quiet.rows, one.values("select count(*) from _dlt_loads")[0])
    assert opened <= MOST_OPENINGS
    assert 2 == one.values("select count(*) from _ctct_runs")[0]
    tag = one.sandbox.tags[0]
    for name in ("renamed", tag["name"]):
        tag["name"] = name
        assert {"contact_tags": 1} == one.complete_night(select=SMALL).rows
        assert [name] == one.values(f"select name from contact_tags where tag_id = '{tag['tag_id']}'")


@pytest.mark.long
def test_the_record_is_one_row_whatever_way_it_is_written(account: Callable[..., Account]) -> None:
    """The first one comes in a load package, later ones as SQL; nothing that had a value is null."""
    one = account(contacts=8, campaigns=1)
    for _ in range(2):
        one.complete_night(select=["contacts", "contact_counts", *SMALL])

    rows = one.query("select * from _ctct_runs order by started_at")
    audits = one.query("select run_id, count(*) as lines from _ctct_audit group by run_id")

    first, second = ({name for name, value in row.items() if value is not None} for row in rows)
    assert first == second
    assert 1 == len({row["lines"] for row in audits})
    assert {row["run_id"] for row in rows} == {row["run_id"] for row in audits}
