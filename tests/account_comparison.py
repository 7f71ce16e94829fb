"""Whether a warehouse holds an account exactly: every row and every column of every raw table, in both directions.

The expected side is made from the account's own rows by rules written down anew (`account_rows`, `account_tables`), so
that an error in the pipeline's own flattening cannot hide itself. Must not use anything of the pipeline.
Left out on purpose: html_content (not asked for, as it is large), and the pages that the pipeline does not read.
What an account no longer shows may stay where the pipeline keeps history: see `_may_stay`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from account_rows import Row, Tables, account
from account_tables import (
    ASKED_FOR,
    HISTORIES,
    KEYS,
    LANDING_PAGES,
    MARKED,
    OF_A_CONTACT,
    OPT_IN,
    OWNED,
    OWNERS,
    REPEATED,
    VERSIONS,
)

if TYPE_CHECKING:
    from sources.constant_contact_sandbox import Sandbox

Query = Callable[[str], list[Row]]
"""SQL -> rows as column -> value; table names without a schema mean the raw dataset."""

BOOKKEEPING = ("_dlt_load_id", "_dlt_id", "version_read", "known_until", "known_events")
SHOWN = 5


def differences(
    sandbox: Sandbox,
    query: Query,
    *,
    tables: Collection[str] = tuple(KEYS),
    dataset: str = "constant_contact",
) -> list[str]:
    """One line per table and kind of difference, empty when the warehouse holds the account exactly."""
    with sandbox.lock:
        expected = account(sandbox, ASKED_FOR.keys() - set(tables))
    found = {
        row["table_name"]
        for row in query(f"select table_name from information_schema.tables where table_schema = '{dataset}'")
    }
    # Versions of rows are the pipeline's own, made from the tables that are compared here.
    raw = {name for name in found if not name.startswith(("_dlt_", "_ctct_")) and name not in VERSIONS}
    told = [f"{name}: the table is missing" for name in tables if name not in raw | OPT_IN]
    told += [
        f"{name}: a table that nobody expects; a new one is in tests/published.json after `python -m tests.generated`"
        for name in sorted(raw - set(tables) - LANDING_PAGES.keys() - ASKED_FOR.keys() - OPT_IN)
    ]
    for name in tables:
        if name in raw:
            told += _compare(name, expected, _current(name, query, expected))
    return told


def _kept_in_step(table: str, expected: Tables, rows: list[Row]) -> list[Row]:
    """Without reports of contacts that are not kept in step."""
    if table not in (*OF_A_CONTACT, "contacts_sms_engagement_history"):
        return rows
    others = expected.unread | (expected.touched if table == "contact_rates" else set())
    return [row for row in rows if row["contact_id"] not in others]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One row that is not as in the account."""

    table: str
    key: tuple[Any, ...]
    kind: str
    """missing, surplus or differs"""
    words: str = ""


def problems(sandbox: Sandbox, query: Query) -> Iterator[Problem]:
    """The same row by row; a table that is missing has no rows, unless it has to be asked for."""
    with sandbox.lock:
        expected = account(sandbox, ASKED_FOR)
    there = {row["table_name"] for row in query("select table_name from information_schema.tables")}
    for table, key in KEYS.items():
        if table in OPT_IN - there:
            continue
        should = _by_key(key, expected.rows[table])
        actual = _by_key(key, _current(table, query, expected) if table in there else [])
        for at in should.keys() | actual.keys():
            if at not in actual:
                yield Problem(table=table, key=at, kind="missing")
            elif at not in should:
                if not _may_stay(table, at, actual[at], expected):
                    yield Problem(table=table, key=at, kind="surplus")
            else:
                for column, words in _row_differences(table, should[at], actual[at]):
                    yield Problem(table=table, key=at, kind="differs", words=f"{column}: {words}")


def _compare(table: str, expected: Tables, loaded: list[Row]) -> Iterator[str]:
    key = (KEYS | LANDING_PAGES | ASKED_FOR)[table]
    should = _by_key(key, _kept_in_step(table, expected, expected.rows[table]))
    actual = _by_key(key, _kept_in_step(table, expected, loaded))
    may_repeat = table in REPEATED
    for side, rows in (("the account", should), ("the warehouse", actual)):
        twice = [at for at, same in rows.items() if len(same) > 1]
        if twice and not may_repeat:
            yield f"{table}: {side} has {len(twice)} key(s) more than once: {_some(twice)}"
    missing = [at for at in should if at not in actual]
    if missing:
        yield f"{table}: {len(missing)} of {len(should)} key(s) are missing: {_some(missing)}"
    surplus = [at for at in actual if at not in should and not _may_stay(table, at, actual[at], expected)]
    if surplus:
        yield f"{table}: {len(surplus)} key(s) that the account does not have: {_some(surplus)}"
    other: Counter[str] = Counter()
    example: dict[str, str] = {}
    for at in should.keys() & actual.keys():
        for column, words in _row_differences(table, should[at], actual[at]):
            other[column] += 1
            example.setdefault(column, f"{dict(zip(key, at, strict=True))}: {words}")
    for column, count in other.items():
        yield f"{table}.{column}: differs in {count} row(s), first {example[column]}"


def _row_differences(table: str, should: list[Row], actual: list[Row]) -> Iterator[tuple[str, str]]:
    """(column, words) of rows that share a key: one row each, or the repeats of one event."""
    if table in REPEATED:
        numbers = sorted(row["occurrence"] for row in actual)
        if numbers != list(range(1, len(should) + 1)):
            yield "occurrence", f"numbers {numbers} for {len(should)} equal event(s)"
            return
    bare = [{k: v for k, v in row.items() if k != "occurrence"} for row in actual]
    expected, loaded = sorted(should, key=repr), sorted(bare, key=repr)
    for one, other in zip(expected, loaded, strict=False):
        for column in sorted({*one, *other}):
            if not _same(one.get(column), other.get(column)):
                yield column, f"{one.get(column)!r} in the account, {other.get(column)!r} in the warehouse"


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _may_stay(table: str, at: tuple[Any, ...], rows: list[Row], expected: Tables) -> bool:
    """Whether rows that the account no longer shows are kept by design.

    Vanished tags, fields, segments and the like are marked with deleted_at (a field's choices stay with it); the
    e-mails and reports of a removed campaign stay as they were last seen, the e-mails with the status REMOVED. Jobs
    that the API has forgotten stay, and what an automation did that is gone, and all of an event that is gone.
    """
    keys = {name: {row[key] for row in expected.rows[name]} for name, key in OWNERS.items()}
    owner = next((name for name, of in OWNED.items() if table in of), None)
    if table == "bulk_activities":
        return True
    if owner is not None and at[0] not in keys[owner]:
        return True
    if table in MARKED:
        return all(row.get("deleted_at") is not None for row in rows)
    if table == "email_campaign_activities":
        return at[0] in expected.removed and all(row["current_status"] == "REMOVED" for row in rows)
    if table in {"contact_activity", "contact_activity_summary"}:
        return at[1] in expected.removed
    return table.startswith("email_") and table != "email_campaigns" and at[0] in expected.removed


def _current(table: str, query: Query, expected: Tables) -> list[Row]:
    """The rows as loaded, with JSON read where the account has arrays or objects; of a history the latest per id."""
    rows = query(f'select * from "{table}"')
    if table in HISTORIES:
        latest: dict[str, Row] = {}
        for row in sorted(rows, key=lambda row: row["last_refresh_time"]):
            latest[row[HISTORIES[table]]] = row
        twice = Counter((row[HISTORIES[table]], row["last_refresh_time"]) for row in rows)
        rows = [
            *latest.values(),
            *(row for row in rows if twice[row[HISTORIES[table]], row["last_refresh_time"]] > 1),
        ]
    if table == "segment_members":
        rows = list(_last_readings(rows))
    if table == "contact_counts":
        newest = max((row["counted_on"] for row in rows), default=None)
        rows = [
            {k: v for k, v in row.items() if k != "counted_on"} for row in rows if row["counted_on"] == newest
        ]
    nested = _nested(expected.rows[table])
    return [
        {
            column: _loaded(value, nested=column in nested)
            for column, value in row.items()
            if _counts(column, value)
        }
        for row in rows
    ]


def _nested(rows: Iterable[Row]) -> set[str]:
    """Columns that hold arrays or objects."""
    return {column for row in rows for column, value in row.items() if isinstance(value, list | dict)}


def _last_readings(rows: Collection[Row]) -> Iterator[Row]:
    """Of each segment the members of its last reading."""
    latest: dict[str, datetime] = {}
    for row in rows:
        latest[row["segment_id"]] = max(row["read_on"], latest.get(row["segment_id"], row["read_on"]))
    for row in rows:
        if row["read_on"] == latest[row["segment_id"]]:
            yield {column: value for column, value in row.items() if column != "read_on"}


def _counts(column: str, value: Any) -> bool:
    """Nulls say the same as a column that is not there; so does the marker of child tables when it is false."""
    return value is not None and column not in BOOKKEEPING and not (column == "_deleted" and value is False)


def _loaded(value: Any, *, nested: bool) -> Any:
    """A loaded value in the form of an expected one."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return json.loads(value) if nested and isinstance(value, str) else value


def _by_key(key: tuple[str, ...], rows: Iterable[Row]) -> dict[tuple[Any, ...], list[Row]]:
    grouped: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        grouped.setdefault(tuple(row.get(name) for name in key), []).append(row)
    return grouped


def _some(keys: list[tuple[Any, ...]]) -> str:
    listed = ", ".join(" + ".join(map(str, key)) for key in keys[:SHOWN])
    return listed + (", ..." if len(keys) > SHOWN else "")


def contents(query: Query) -> dict[str, list[str]]:
    """Every raw table's rows as sorted text, without what the load tool adds: equal when nothing has changed."""
    names = [
        row["table_name"]
        for row in query(
            "select table_name from information_schema.tables where table_schema = 'constant_contact'"
            " and table_name not like '\\_%' escape '\\'"
        )
        if row["table_name"] not in VERSIONS
    ]
    return {
        name: sorted(
            repr({k: v for k, v in row.items() if k not in BOOKKEEPING})
            for row in query(f'select * from "{name}"')
        )
        for name in names
    }
