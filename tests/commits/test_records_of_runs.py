"""Records of runs: written as SQL, kept in files while the warehouse cannot take them, and told in one sentence."""

from __future__ import annotations

import datetime as dt
import json
import os
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.constant_contact.sync import record_rows, unrecorded
from pipelines.constant_contact.sync.agreement import taken_back
from pipelines.constant_contact.sync.record_rows import MANY, fits, write
from pipelines.constant_contact.sync.set_aside import MAX_NAMED, Kind, by_table, warning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

KINDS = {
    "runs": {
        "run_id": "text",
        "sent": "bigint",
        "ok": "bool",
        "ended_at": "timestamp",
        "day": "date",
        "said": "text",
        "seconds": "double",
    }
}
AT = dt.datetime(2026, 11, 20, 3, 4, 5, 678_901, tzinfo=dt.timezone(dt.timedelta(hours=-5)))


class RecordTables:
    """A warehouse with a table of runs and the loader's own, in memory."""

    def __init__(self, *, merges: bool = True) -> None:
        self.merges = merges
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute(
            "create table runs (run_id text, sent bigint, ok boolean, ended_at timestamptz, day date, said text,"
            " seconds double, _dlt_load_id text, _dlt_id text);"
            " create table _dlt_loads (load_id text); insert into _dlt_loads values ('1.5'), ('1.25')"
        )

    def columns(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        rows = self.connection.execute(
            "select table_name, column_name from duckdb_columns() where not internal"
        )
        for table, column in rows.fetchall():
            found.setdefault(table, []).append(column)
        return found

    def qualified(self, name: str) -> str:
        return f'"{name}"'

    def query(self, sql: str) -> list[dict[str, Any]]:
        found = self.connection.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def execute(self, sql: str) -> None:
        self.connection.execute(sql)


@pytest.fixture
def tables() -> RecordTables:
    return RecordTables()


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("said", 'it\'s "quoted"; drop table runs; --', 'it\'s "quoted"; drop table runs; --'),
        ("said", "Zoë \U0001f600\nsecond line", "Zoë \U0001f600\nsecond line"),
        ("said", "a\0b", "ab"),
        ("said", "", ""),
        ("said", None, None),
        ("sent", 2**62, 2**62),
        ("sent", 0, 0),
        ("sent", None, None),
        ("ok", True, True),
        ("ok", False, False),
        ("ok", None, None),
        ("day", dt.date(2026, 11, 20), dt.date(2026, 11, 20)),
        ("day", "2026-11-20", dt.date(2026, 11, 20)),
        ("seconds", 0.1, 0.1),
        ("seconds", 1e-9, 1e-9),
    ],
)
def test_a_value_is_read_back_as_it_was(
    tables: RecordTables, column: str, value: object, expected: object
) -> None:
    write(tables, {"runs": [{"run_id": "r1", column: value}]}, KINDS)  # type: ignore[arg-type]
    assert [{column: expected}] == tables.query(f'select "{column}" from runs')


@pytest.mark.parametrize("value", [AT, AT.isoformat()])
def test_a_time_keeps_its_instant(tables: RecordTables, value: object) -> None:
    """Whatever its offset, and to the microsecond; also as it stood in a file."""
    write(tables, {"runs": [{"run_id": "r1", "ended_at": value}]}, KINDS)  # type: ignore[arg-type]
    [found] = tables.query("select epoch_us(ended_at) as at from runs")
    assert (AT - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) == found["at"]


def test_what_is_written_twice_is_one_row(tables: RecordTables) -> None:
    """The later one, of this run alone; each has an id of its own, and the newest load."""
    for number in (1, 2):
        rows = [{"run_id": "r'1", "sent": number}, {"run_id": "r'1", "sent": 10 * number}]
        write(tables, {"runs": rows}, KINDS)  # type: ignore[arg-type]
        write(tables, {"runs": [{"run_id": f"other {number}"}]}, KINDS)  # type: ignore[arg-type]
    found = tables.query("select run_id, sent, _dlt_load_id, _dlt_id from runs order by run_id, sent")
    assert [("other 1", None), ("other 2", None), ("r'1", 2), ("r'1", 20)] == [
        (row["run_id"], row["sent"]) for row in found
    ]
    assert {"1.5"} == {row["_dlt_load_id"] for row in found}
    assert 4 == len({row["_dlt_id"] for row in found})


def test_tables_of_which_nothing_is_known_or_nothing_is_new_are_left_alone(tables: RecordTables) -> None:
    write(tables, {"runs": [], "elsewhere": [{"run_id": "r1"}]}, KINDS)  # type: ignore[arg-type]
    assert [] == tables.query("select * from runs")


def test_a_record_that_breaks_leaves_the_earlier_one(tables: RecordTables) -> None:
    """Deleting and writing are one transaction."""
    write(tables, {"runs": [{"run_id": "r1", "sent": 1}]}, KINDS)  # type: ignore[arg-type]
    with pytest.raises(duckdb.Error):
        write(tables, {"runs": [{"run_id": "r1", "day": "no day"}]}, KINDS)  # type: ignore[arg-type]
    tables.execute("rollback")
    assert [{"sent": 1}] == tables.query("select sent from runs")


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        pytest.param("", True, id="all is there"),
        pytest.param("drop table runs", False, id="the first run of a version"),
        pytest.param("alter table runs drop column said", False, id="a column is new"),
        pytest.param("alter table runs drop column _dlt_id", False, id="a table of somebody else"),
        pytest.param("drop table _dlt_loads", False, id="nothing was ever loaded"),
    ],
)
def test_rows_are_written_where_every_column_is_there(
    tables: RecordTables, break_it: str, expected: bool
) -> None:
    if break_it:
        tables.execute(break_it)
    assert expected is fits(tables, {"runs": [{"run_id": "r1"}]}, KINDS)  # type: ignore[arg-type]
    assert fits(tables, {"runs": []}, KINDS) is ("_dlt_loads" in tables.columns())  # type: ignore[arg-type]


@pytest.mark.parametrize(("number", "expected"), [(MANY, True), (MANY + 1, False)])
def test_many_rows_are_cheaper_as_a_load(tables: RecordTables, number: int, expected: bool) -> None:
    rows = {"runs": [{"run_id": "r1"}] * (number - 1), "more": [{}]}
    assert expected is fits(tables, rows, KINDS)  # type: ignore[arg-type]


def test_where_nothing_is_replaced_nothing_is_written_by_sql() -> None:
    assert not fits(RecordTables(merges=False), {"runs": [{"run_id": "r1"}]}, KINDS)  # type: ignore[arg-type]
    assert "_dlt_load_id" == record_rows.LOAD_ID


def test_records_wait_in_files_the_oldest_first(tmp_path: Path) -> None:
    """Times and dates as ISO 8601; whatever else JSON has no word for, as its text."""
    at = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
    rows = {"runs": [{"run_id": "r1", "ended_at": at, "day": at.date(), "path": tmp_path, "said": "Zoë"}]}
    unrecorded.keep(tmp_path, "r1", rows)
    unrecorded.keep(tmp_path, "r0", {"runs": [{"run_id": "r0"}]})
    folder = tmp_path / unrecorded.FOLDER
    os.utime(folder / "r1.json", ns=(1, 1))
    found = unrecorded.kept(tmp_path)
    assert ["r1.json", "r0.json"] == [file.name for file in found]
    [row] = found[folder / "r1.json"]["runs"]
    assert {
        "run_id": "r1",
        "ended_at": "2026-11-20T03:00:00+00:00",
        "day": "2026-11-20",
        "path": str(tmp_path),
        "said": "Zoë",
    } == row
    assert {0o600} == {file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert 0o700 == folder.stat().st_mode & 0o777


def test_a_record_that_is_kept_again_replaces_the_first(tmp_path: Path) -> None:
    for number in (1, 2):
        unrecorded.keep(tmp_path, "r1", {"runs": [{"sent": number}]})
    assert [{"runs": [{"sent": 2}]}] == [*unrecorded.kept(tmp_path).values()]
    assert ["r1.json"] == [file.name for file in (tmp_path / unrecorded.FOLDER).iterdir()]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\0" * 20, b"\xff\xfe", b"5", b"null", b'["runs"]', b"[1]", b'{"runs": 5}']
)
def test_a_file_that_is_no_record_is_left_for_a_person(tmp_path: Path, content: bytes) -> None:
    """The others are recorded all the same."""
    unrecorded.keep(tmp_path, "r1", {"runs": [{"sent": 1}]})
    damaged = tmp_path / unrecorded.FOLDER / "r0.json"
    damaged.write_bytes(content)
    assert ["r1.json"] == [file.name for file in unrecorded.kept(tmp_path)]
    assert content == damaged.read_bytes()


def test_without_a_folder_nothing_waits(tmp_path: Path) -> None:
    assert {} == unrecorded.kept(tmp_path / "nowhere")


def test_earlier_records_come_before_the_own_one(tmp_path: Path) -> None:
    earlier = {
        tmp_path / "a": {"runs": [{"n": 1}]},
        tmp_path / "b": {"tables": [{"n": 2}], "runs": [{"n": 3}]},
    }
    own = {"runs": [{"n": 4}], "audit": []}
    found = unrecorded.together(own, earlier)
    assert {"runs": [{"n": 1}, {"n": 3}, {"n": 4}], "tables": [{"n": 2}], "audit": []} == found
    assert ([{"n": 4}], [{"n": 1}]) == (own["runs"], earlier[tmp_path / "a"]["runs"])
    assert json.dumps(found)


def kind(number: int, rows: int = 1) -> Kind:
    return Kind(table=f"t{number}", key="id", reason="it is null", rows=rows)


@pytest.mark.parametrize(
    ("kinds", "named", "more"),
    [(1, 1, ""), (MAX_NAMED, MAX_NAMED, ""), (MAX_NAMED + 1, MAX_NAMED, " and 1 other kinds")],
)
def test_what_is_set_aside_is_one_sentence(kinds: int, named: int, more: str) -> None:
    said = warning([kind(number, rows=2) for number in range(kinds)])
    assert said.startswith(
        f"{2 * kinds} row(s) are set aside in _ctct_set_aside: 2 of t0 without a usable id"
    )
    assert named == said.count("without a usable id (it is null)")
    assert f"{more}; they are asked for again at growing intervals" in said


def test_what_is_set_aside_is_counted_by_table() -> None:
    """In the order of their names, whatever the fault."""
    found = by_table([kind(2, 3), kind(1, 5), Kind(table="t2", key="other", reason="x", rows=4)])
    assert [("t1", 5), ("t2", 7)] == [*found.items()]
    assert {} == by_table([])


@pytest.mark.parametrize(
    ("tables", "sections"),
    [
        ((), set()),
        (("contact_tags",), set()),
        (("contacts",), {"contacts"}),
        (("contacts__list_memberships",), {"contacts"}),
        (("email_opens",), {"feeds", "totals"}),
        (("email_opens", "email_clicks"), {"feeds", "totals"}),
        (("email_campaigns",), {"campaigns"}),
        (("email_campaigns", "email_campaign_activities"), {"campaigns"}),
        (("landing_page_opens",), {"landing_pages"}),
        (("no_table_of_ours",), set()),
    ],
)
def test_the_state_forgets_what_it_says_of_tables_that_were_changed(
    tables: tuple[str, ...], sections: set[str]
) -> None:
    """Each part of it once; what is compared with counts anyway keeps its state."""
    found = taken_back(tables)
    assert sections == {change.path[0] for change in found}
    assert len(found) == len({change.path for change in found})
    assert all(change.value is None for change in found)
