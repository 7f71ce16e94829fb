"""`ctct status`: what it collects from any state of the warehouse, and how it reads at 80 columns."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import small_warehouse
from rich.console import Console

from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
from pipelines.constant_contact.display.status import (
    AuditCount,
    Backfill,
    Quota,
    StatusReport,
    TableStatus,
    collect,
    to_json,
)
from pipelines.constant_contact.display.status_view import folded, render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOAD_0, LOAD_1 = (dt.datetime(2026, 11, day, 2, tzinfo=dt.UTC) for day in (20, 21))


def nothing_installed(_name: str) -> None:
    return None


def collected(path: Path, *parts: str) -> StatusReport:
    small_warehouse.write(path, *parts)
    report = collect(
        small_warehouse.query_of(path),
        small_warehouse.DATASET,
        destination=DbtProfile(kind="duckdb", duckdb_path=path),
        quota=Quota(used_today=31, per_day=10_000, reserve_per_day=500),
        which=nothing_installed,
    )
    part = Backfill(resource="email_opens", done=12, total=40, unit="campaigns")
    return replace(report, backfill=(part,))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> StatusReport:
    return collected(tmp_path_factory.mktemp("status") / "small.duckdb", *small_warehouse.ALL)


def shown(report: StatusReport) -> list[str]:
    console = Console(record=True, width=80, file=io.StringIO())
    console.print(render(report))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_tables_have_rows_and_the_time_of_their_newest_row(report: StatusReport) -> None:
    """A table is as fresh as its newest row's load; the pipeline's own tables are not listed."""
    assert report.tables == (
        TableStatus(name="account", rows=1, changed_at=LOAD_1),
        TableStatus(name="contacts", rows=small_warehouse.CONTACTS, changed_at=LOAD_1),
    )


def test_a_load_that_was_not_completed_is_no_freshness(report: StatusReport) -> None:
    """Only loads with status 0 count."""
    assert report.loaded_at == LOAD_1


def test_marts_are_counted(report: StatusReport) -> None:
    """The analytics dataset is listed with its rows."""
    assert {mart.name: mart.rows for mart in report.marts} == {
        "campaign_activities": small_warehouse.MAILS,
        "contacts": small_warehouse.CONTACTS,
        "email_events": small_warehouse.MAILS * 12 * 3,
        "lists": 3,
    }


def test_runs_come_newest_first_with_their_rows_summed(report: StatusReport) -> None:
    """Rows of a run are the sum over its tables; warnings are a list."""
    assert [(run.run_id, run.status, run.rows, run.warnings) for run in report.runs] == [
        ("r2", "complete", 52, ("segments skipped",)),
        ("r1", "partial", 400, ()),
    ]


def test_audit_is_that_of_the_newest_audited_run(report: StatusReport) -> None:
    """Differences of older runs are history."""
    assert report.audit is not None
    assert (report.audit.run_id, report.audit.counts) == ("r2", 2)
    assert report.audit.differences == (
        AuditCount(
            table="contacts__list_memberships",
            scope="list",
            scope_id="l1",
            scope_name="Trade",
            source_count=201,
            loaded_count=200,
            explanation="",
        ),
    )


def test_json_is_one_object_with_utc_times(report: StatusReport) -> None:
    """Times are ISO 8601 in UTC; what is derived from the quota is in it."""
    fields = json.loads(to_json(report))

    assert fields["loaded_at"] == "2026-11-21T02:00:00+00:00"
    assert fields["quota"] == {
        "used_today": 31,
        "per_day": 10_000,
        "reserve_per_day": 500,
        "left_today": 9_469,
    }
    assert fields["tables"][1]["rows"] == small_warehouse.CONTACTS


def test_status_fits_80_columns(report: StatusReport) -> None:
    """No line is longer, with long names too."""
    long = TableStatus(name="a_table_name_" * 8, rows=123_456_789, changed_at=LOAD_1)

    lines = shown(replace(report, tables=(*report.tables, long)))

    assert max(len(line) for line in lines) <= 80


def test_status_reads_in_sections(report: StatusReport) -> None:
    """The lines that matter are there as written."""
    lines = [" ".join(line.split()) for line in shown(report)]

    for expected in (
        "contacts 400 rows changed 2026-11-21 02:00",
        "2026-11-21 02:00 complete 31 requests 52 rows 30.0 s",
        "2026-11-20 02:00 stopped early 900 requests 400 rows 4 min 0 s",
        "1 of 2 counts differ from the account, checked 2026-11-21 02:00 UTC:",
        "contacts__list_memberships of list Trade: 201 in the account, 200 here",
        "31 of 10,000 requests used today, 500 kept for other programs; 9,469 left",
        "email_opens: 12 of 40 campaigns read (30%)",
    ):
        assert expected in lines


def test_last_run_that_stopped_says_when_to_go_on(report: StatusReport) -> None:
    """Why it stopped and from when it can be continued."""
    text = " ".join(" ".join(shown(replace(report, runs=report.runs[1:]))).split())

    assert "last run: The daily quota is spent. run again after 2026-11-21 00:00 UTC to go on" in text


def test_missing_file_is_a_status(tmp_path: Path) -> None:
    """Before the first sync there is no file, and the status says what to run."""
    report = collect(
        None, "constant_contact", destination=DbtProfile(kind="duckdb", duckdb_path=tmp_path / "no.duckdb")
    )

    assert (report.warehouse.exists, report.tables, report.runs, report.audit) == (False, (), (), None)
    assert "  not there yet: run `ctct sync`" in shown(report)


def test_empty_warehouse_is_a_status(tmp_path: Path) -> None:
    """A file without a table is told apart from no file."""
    report = collected(tmp_path / "empty.duckdb")

    assert "  dataset constant_contact has no tables yet: run `ctct sync`" in shown(report)


def test_broken_record_does_not_hide_the_rest(tmp_path: Path) -> None:
    """JSON that cannot be read counts as nothing; the run is still listed."""
    broken = "update raw._ctct_runs set rows = 'oops', warnings = null"

    report = collected(tmp_path / "small.duckdb", small_warehouse.RAW, small_warehouse.RECORDS, broken)

    assert [(run.run_id, run.rows, run.warnings) for run in report.runs] == [("r2", 0, ()), ("r1", 0, ())]


def test_line_that_opens_the_warehouse_works_as_shown(tmp_path: Path) -> None:
    """Copied from the terminal, folded and with odd characters in the path, the line opens the file."""
    folder = tmp_path / ("a long 'folder' name with $HOME, `ticks` and \"quotes\" " * 2)
    folder.mkdir()
    report = collected(folder / "small.duckdb", *small_warehouse.ALL)
    lines = shown(report)
    start = next(number for number, line in enumerate(lines) if "open it with" in line) + 1
    command = "\n".join(lines[start : lines.index("", start)])

    done = subprocess.run(
        ["sh", "-c", command],
        input="print(sql('select count(*) from constant_contact.contacts').fetchall())\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert command.count("\\\n") >= 2
    assert done.stdout == f"[({small_warehouse.CONTACTS},)]\n"


def test_duckdb_shell_is_named_where_it_is_installed(tmp_path: Path) -> None:
    """With the shell on the path the line is the short one."""
    path = small_warehouse.write(tmp_path / "small.duckdb")

    report = collect(
        small_warehouse.query_of(path),
        small_warehouse.DATASET,
        destination=DbtProfile(kind="duckdb", duckdb_path=path),
        which=lambda name: f"/usr/bin/{name}",
    )

    assert report.warehouse.open_with == f"duckdb -readonly {path}"


def test_postgres_line_has_no_password() -> None:
    """psql asks for the password itself."""
    destination = DbtProfile(kind="postgres", host="db", user="ann", password="hunter2", dbname="mail")

    report = collect(None, "constant_contact", destination=destination)

    assert report.warehouse.open_with == "psql -h db -p 5432 -U ann mail"
    assert "hunter2" not in to_json(report)


@pytest.mark.parametrize("width", [20, 33, 79])
def test_folding_loses_nothing(width: int) -> None:
    """Without its folds a command is what it was, and no line is too long."""
    command = r'python -c "a = \"x\\y\"; b = 1" ' + "x" * 100

    lines = folded(command, width).split("\n")

    assert "\n".join(lines).replace("\\\n", "") == command
    assert max(len(line) for line in lines) <= width


def test_the_servers_word_on_the_day_is_believed(served: Callable[..., object]) -> None:
    """A key that the server parked has nothing left, however few requests were counted."""
    from pipelines.constant_contact.commands import _quota  # noqa: PLC0415 - dlt takes two seconds
    from pipelines.constant_contact.request import load_settings  # noqa: PLC0415
    from sources.constant_contact.api.budget import Budget  # noqa: PLC0415

    served(contacts=1, campaigns=0)
    own = load_settings()
    budget = Budget.of(own.connection())
    budget.park()
    budget.close()
    quota = _quota(own)
    assert quota is not None
    assert 0 == quota.left_today
