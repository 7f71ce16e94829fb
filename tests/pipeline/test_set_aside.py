"""Rows without a usable key: kept beside their table, counted, told, asked for again, gone when the source heals."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from account_tables import KEYS
from served_rows import changed_rows
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app
from pipelines.constant_contact.sync.set_aside import MAX_NAMED
from sources.constant_contact.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable

ASIDE = "_ctct_set_aside"
FEED = "/reports/email_reports/"


def spoil(number: int = 1, **fields: Any) -> Callable[[list[Any]], None]:
    """Change fields of a row, by its place on the page; `...` removes one."""

    def change(rows: list[Any]) -> None:
        if len(rows) > number:
            for name, value in fields.items():
                if value is ...:
                    rows[number].pop(name, None)
                else:
                    rows[number][name] = value

    return change


def replaced(value: Any) -> Callable[[list[Any]], None]:
    def change(rows: list[Any]) -> None:
        if len(rows) > 1:
            rows[1] = value

    return change


def set_aside(one: Any) -> list[tuple[Any, ...]]:
    found = one.query(f"select table_name, key, reason from {ASIDE} order by 1, 2, 3")
    return [tuple(row.values()) for row in found]


def test_none_are_none_and_not_no_table(account: Any) -> None:
    """The table is there from the first run on, without a row."""
    one = account(contacts=5, campaigns=0)
    one.complete_night(select=("contact_tags",))
    assert [] == set_aside(one)


CASES = {
    "an open without its contact": (
        "email_opens",
        spoil(contact_id=...),
        "contact_id",
        "it has no contact_id",
    ),
    "an open at no time": (
        "email_opens",
        spoil(2, created_time="0000-00-00T00:00:00Z"),
        "created_time",
        "its created_time is a text that is no timestamp",
    ),
    "a contact that is an object": (
        "contacts",
        spoil(contact_id={"id": 1}),
        "contact_id",
        "its contact_id is an object",
    ),
    "a tag that is a text": (
        "contact_tags",
        replaced("x"),
        "tag_id",
        "it is a text where an object should be",
    ),
    "a list without an id": ("contact_lists", spoil(list_id=None), "list_id", "it has no list_id"),
    "a membership without an id": (
        "contacts",
        spoil(2, list_memberships=[None]),
        "list_id",
        "it has no list_id",
    ),
    "a campaign without an id": (
        "email_campaigns",
        spoil(campaign_id=""),
        "campaign_id",
        "it has no campaign_id",
    ),
}
PATHS = {"email_campaigns": "/emails"}
READ = ("contacts", "contact_counts", "contact_lists", "contact_tags", "email_campaigns", "email_opens")
"""Resources of the cases: nights of all of them take several times as long."""
TABLES = {each.name for name in READ for each in CATALOGUE[name].tables} & KEYS.keys()


def changes_of(cases: list[str]) -> dict[str, Callable[[list[Any]], None]]:
    """Table -> what is done to its pages in these cases."""
    by_table: dict[str, list[Callable[[list[Any]], None]]] = {}
    for table, change, _, _ in (CASES[case] for case in cases):
        by_table.setdefault(table, []).append(change)

    def one_after_the_other(changes: list[Callable[[list[Any]], None]]) -> Callable[[list[Any]], None]:
        def change(rows: list[Any]) -> None:
            for each in changes:
                each(rows)

        return change

    return {table: one_after_the_other(changes) for table, changes in by_table.items()}


@pytest.mark.parametrize(
    "cases",
    [pytest.param(list(CASES), id="all"), *(pytest.param([c], id=c, marks=pytest.mark.long) for c in CASES)],
)
def test_a_row_without_its_key_costs_itself_and_comes_back(account: Any, cases: list[str]) -> None:
    """The night is complete with every count explained; the next one asks again, and all is as in the account."""
    one = account(contacts=40, campaigns=3)
    activity = max(
        (a for c in one.sandbox.campaigns.rows for a in c.reported), key=lambda a: len(a.events["opens"])
    )
    paths = PATHS | {"email_opens": f"{FEED}{activity.activity_id}/tracking/opens"}
    with ExitStack() as stack:
        for table, changes in changes_of(cases).items():
            stack.enter_context(changed_rows(one.sandbox, changes, paths.get(table, f"/{table}")))
        result = one.complete_night(select=READ)
    assert {CASES[case][2:] for case in cases} == {row[1:] for row in set_aside(one)}
    assert [] == [line for line in result.audit if not line.ok]
    assert sum(result.set_aside.values()) == len(set_aside(one))
    [told] = [warning for warning in result.warnings if ASIDE in warning]
    kinds = Counter(set_aside(one)).items()
    named = [
        kind for kind, rows in kinds if f"{rows} of {kind[0]} without a usable {kind[1]} ({kind[2]})" in told
    ]
    assert min(len(kinds), MAX_NAMED) == len(named), told
    healed = one.complete_night(select=READ)
    assert ([], {}, ()) == (set_aside(one), dict(healed.set_aside), healed.warnings)
    assert [] == one.differences(tables=TABLES)


@pytest.mark.long
def test_a_row_that_stays_without_its_key_is_asked_for_at_growing_intervals(
    account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A feed of which a row is set aside is read again in the next night, after one day, two, four; not in between."""
    import pendulum  # noqa: PLC0415

    one = account(contacts=40, campaigns=1)
    activity = one.sandbox.campaigns.rows[0].reported[0].activity_id
    path = f"{FEED}{activity}/tracking/opens"
    real, nights, read = pendulum.now("UTC"), 9, []
    with changed_rows(one.sandbox, spoil(contact_id=...), path):
        for night in range(nights):
            monkeypatch.setattr(pendulum, "now", lambda *_: real.add(days=night))  # noqa: B023
            before = one.sandbox.log.by_path_template.copy()
            assert [] == [line for line in one.complete_night().audit if not line.ok]
            asked = one.sandbox.log.by_path_template - before
            read.append(sum(count for name, count in asked.items() if name.endswith("/tracking/opens")))
    assert [1, 1, 1, 0, 1, 0, 0, 0, 1] == read
    assert [4] == one.values(f"select attempts from {ASIDE}")


@pytest.mark.long
def test_status_and_json_say_what_is_set_aside(account: Any) -> None:
    """Table, key and reason in the text, rows by table in the JSON of sync and of status."""
    one = account(contacts=10, campaigns=0)
    with changed_rows(one.sandbox, spoil(tag_id=None), "/contact_tags"):
        run = CliRunner().invoke(app, ["sync", "--no-transform", "--json", "--select", "contact_tags"])
    assert (0, {"contact_tags": 1}) == (run.exit_code, json.loads(run.stdout)["set_aside"])
    text = " ".join(CliRunner().invoke(app, ["status"]).stdout.split())
    assert "Rows set aside, see _ctct_set_aside contact_tags 1 row" in text
    assert "1 of contact_tags without a usable tag_id (it has no tag_id)" in text
    [kind] = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)["set_aside"]
    assert ("contact_tags", 1) == (kind["name"], kind["rows"])


@pytest.mark.long
def test_a_loaded_row_that_comes_without_its_id_is_not_taken_for_deleted(account: Any) -> None:
    """A list whose row has no id tonight keeps its row and its members."""
    one = account(contacts=30, campaigns=0)
    read = ("contacts", "contact_counts", "contact_lists", "segments", "account_emails")
    one.complete_night(select=read)
    members = one.values("select count(*) from contacts__list_memberships")
    keys = {"contact_lists": "list_id", "segments": "segment_id", "account_emails": "email_id"}
    with ExitStack() as stack:
        for table, key in keys.items():
            path = {"account_emails": "/account/emails"}.get(table, f"/{table}")
            stack.enter_context(changed_rows(one.sandbox, spoil(**{key: None}), path))
        one.complete_night(select=read)
    for table in keys:
        assert [0] == one.values(f"select count(deleted_at) from {table}")
    assert {*keys} == {row[0] for row in set_aside(one)}
    assert members == one.values("select count(*) from contacts__list_memberships")
    one.complete_night(select=read)
    tables = {each.name for name in read for each in CATALOGUE[name].tables} & KEYS.keys()
    assert ([], []) == (one.differences(tables=tables), set_aside(one))


@pytest.mark.long
def test_the_library_sets_rows_aside_too(account: Any) -> None:
    """The same table from `constant_contact()` in a pipeline of one's own."""
    import dlt  # noqa: PLC0415 - two seconds

    from sources.constant_contact import constant_contact  # noqa: PLC0415

    one = account(contacts=20, campaigns=1)
    pipeline = dlt.pipeline("ctct", destination="duckdb", dataset_name="constant_contact")
    with changed_rows(one.sandbox, spoil(contact_id=None), "/contacts"):
        pipeline.run(constant_contact().with_resources(*READ))
    assert [("contacts", "contact_id", "it has no contact_id")] == set_aside(one)
    pipeline.run(constant_contact().with_resources(*READ))
    assert ([], []) == (set_aside(one), one.differences(tables=TABLES))
