"""`ctct status` and `ctct runs` as commands: verdict, exit codes, forms, and what is not there."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import small_warehouse
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app
from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
from pipelines.constant_contact.display.backfill import backfill
from pipelines.constant_contact.display.status import AuditCount, AuditStatus, Backfill, collect
from pipelines.constant_contact.display.verdict import completed_at, verdict
from pipelines.constant_contact.events import UNDER_WAY
from sources.constant_contact.state.changes import changed
from sources.constant_contact.state.feeds import FirstReading, came_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
SAMPLE = re.compile(r'ctct_[a-z_]+\{dataset="[^"]*"(,[a-z]+="[^"]*")*\} -?[0-9.e+-]+')
SET_ASIDE = """
create table raw._ctct_set_aside (table_name text, row_key text, reason text, last_seen_at timestamptz);
insert into raw._ctct_set_aside values
    ('email_opens', 'k1', 'no contact_id', '2026-11-21 02:00:00+00'),
    ('email_opens', 'k2', 'no contact_id', '2026-11-20 02:00:00+00')
"""


def ctct(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def warehouse(served: Callable[..., Any]) -> Path:
    """A warehouse of two runs, the newest complete one of 2026-11-21 02:00:30 UTC, with two rows set aside."""
    _, folder = served(contacts=1, campaigns=0)
    return small_warehouse.write(folder / "account.duckdb", *small_warehouse.ALL, SET_ASIDE)


@pytest.mark.parametrize(
    ("ended", "hours", "fresh", "words"),
    [
        (
            NOW - dt.timedelta(hours=10),
            26,
            True,
            "Fresh since 2026-11-21 02:00 UTC: the last complete run ended 10 h",
        ),
        (NOW - dt.timedelta(hours=26), 26, True, "Fresh since 2026-11-20 10:00 UTC"),
        (
            NOW - dt.timedelta(hours=27),
            26,
            False,
            "Stale since 2026-11-21 11:00 UTC: the last complete run ended 27 h",
        ),
        (NOW - dt.timedelta(days=9), 1, False, "ended 9 days ago, more than 1 h 0 min"),
        (None, 26, False, "Stale: nothing was loaded yet; run `ctct sync`"),
    ],
)
def test_the_verdict_is_the_age_of_the_last_complete_run(
    ended: dt.datetime | None, hours: int, fresh: bool, words: str
) -> None:
    """Fresh up to the maximal age, stale from the moment it was passed."""
    found = verdict(ended, None, max_age=dt.timedelta(hours=hours), now=NOW)
    assert fresh == found.fresh
    assert words in found.sentence


def test_a_warehouse_without_a_record_is_as_fresh_as_its_load() -> None:
    """Another tool loaded it; with a record, only complete runs count."""
    assert NOW == completed_at((), NOW)


def test_status_begins_with_its_verdict_and_has_no_trailing_blanks(warehouse: Path) -> None:
    """A line that mail and logs can show, and rows set aside by table."""
    code, output, _ = ctct("status")
    assert 0 == code
    assert output.startswith("Fresh since " if "Fresh" in output else "Stale since 2026-11-22 04:00 UTC")
    assert [] == [line for line in output.splitlines() if line != line.rstrip()]
    assert re.search(r"Rows set aside.*\n +email_opens +2 rows", output)


@pytest.mark.parametrize(("max_age", "expected"), [("1m", 1), ("9000d", 0), ("soon", 2)])
def test_max_age_is_the_exit_code(warehouse: Path, max_age: str, expected: int) -> None:
    """0 fresh, 1 stale, 2 for what is no duration."""
    assert expected == ctct("status", "--max-age", max_age)[0]


def test_json_has_the_verdict_every_count_and_the_rows_set_aside(warehouse: Path) -> None:
    """The audit's full list is here; `sync --json` has only what differs."""
    fields = json.loads(ctct("status", "--json")[1])
    assert {"fresh", "since", "max_age_s", "sentence"} == fields["verdict"].keys()
    assert [True, False] == [line["ok"] for line in fields["audit"]["lines"]]
    assert [("email_opens", 2)] == [(one["name"], one["rows"]) for one in fields["set_aside"]]


def test_prometheus_reads_every_line(warehouse: Path) -> None:
    """Each sample has a help and a type line before it; the ones that alerts need are there."""
    code, output, _ = ctct("status", "--format", "prometheus")
    lines = output.splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert 0 == code
    assert [] == [line for line in samples if not SAMPLE.fullmatch(line)]
    named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert named == {line.partition("{")[0] for line in samples}
    assert 'ctct_last_run_status{dataset="constant_contact",status="complete"} 1' in lines
    assert 'ctct_rows_set_aside{dataset="constant_contact",table="email_opens"} 2' in lines
    assert 'ctct_audit_differences{dataset="constant_contact"} 1' in lines


def test_runs_lists_the_history_newest_first(warehouse: Path) -> None:
    """One line a run, then why it stopped and what it warned of."""
    code, output, _ = ctct("runs")
    shown = [re.sub(" +", " ", line).strip() for line in output.splitlines()]
    assert (0, shown) == (
        code,
        [
            "2026-11-21 02:00 complete 31 requests 52 rows 30.0 s",
            "warning: segments skipped",
            "2026-11-20 02:00 stopped early 900 requests 400 rows 4 min 0 s",
            "The daily quota is spent.",
        ],
    )
    fields = json.loads(ctct("runs", "--limit", "1", "--json")[1])
    assert [("r2", "complete", 31)] == [
        (run["run_id"], run["status"], run["requests_sent"]) for run in fields["runs"]
    ]


@pytest.mark.parametrize("command", ["status", "runs", "report", "transform"])
def test_a_dataset_that_is_not_there_is_named_with_those_that_are(warehouse: Path, command: str) -> None:
    """Exit 2, and nothing is made in the warehouse."""
    code, output, errors = ctct(command, "--dataset", "elsewhere")
    assert (2, "", 1) == (code, output, len(errors.splitlines()))
    assert "there is no dataset 'elsewhere' in" in errors
    assert "choose one that is there with --dataset: constant_contact" in errors
    with duckdb.connect(str(warehouse), read_only=True) as database:
        schemas = {
            row[0]
            for row in database.execute("select schema_name from information_schema.schemata").fetchall()
        }
    assert not {"elsewhere", "elsewhere_analytics"} & schemas


def test_a_warehouse_that_is_not_there_has_a_status(served: Callable[..., Any]) -> None:
    """A machine before its first sync: stale, exit 0; with a maximal age exit 1."""
    served(contacts=1, campaigns=0)
    code, output, _ = ctct("status")
    assert (0, True) == (code, output.startswith("Stale: nothing was loaded yet"))
    assert 1 == ctct("status", "--max-age", "26h")[0]


@pytest.mark.long
def test_status_says_how_far_a_first_read_has_come(account: Callable[..., Account]) -> None:
    """After a run that was cut: contacts of those the API counts, campaigns so far, and feeds by their e-mails."""
    here = account(
        contacts=6_000, campaigns=3, max_events=600
    )  # 12 pages: begun and not ended, whoever is first
    selected = {"select": ("contacts", "contact_counts", "email_campaigns", "email_sends")}
    assert "partial" == here.night(max_requests=12, **selected).status
    progress = json.loads(ctct("status", "--json")[1])["backfill"]
    contacts = next(part for part in progress if part["resource"] == "contacts")
    assert 0 < contacts["done"] < contacts["total"]
    assert "contacts: " in ctct("status")[1]

    while here.night(**selected).status == "partial":
        pass
    assert [] == json.loads(ctct("status", "--json")[1])["backfill"]


def test_a_feed_is_read_once_a_row_of_it_is_loaded() -> None:
    """By e-mail: one that is under way or has no row yet is unread, whatever else differs."""
    lines = tuple(
        AuditCount(
            table="email_sends",
            scope="campaign_activity",
            scope_id=scope_id,
            scope_name="",
            source_count=there,
            loaded_count=loaded,
            explanation=explanation,
        )
        for scope_id, there, loaded, explanation in (
            ("read", 5, 5, ""),
            ("moved", 6, 5, UNDER_WAY),
            ("under way", 900, 500, UNDER_WAY),
            ("not begun", 5, 0, UNDER_WAY),
            ("out of reach", 5, 0, "explained otherwise"),
            ("nothing there", 0, 0, ""),
        )
    )
    empty = collect(None, "raw", destination=DbtProfile(kind="duckdb", duckdb_path=Path("none.duckdb")))
    audit = AuditStatus(run_id="r", checked_at=None, counts=6, differences=(), lines=lines)
    state = changed({}, [came_to("under way", "email_sends", FirstReading(next_link="/x", at=1))])

    expected = Backfill(resource="email_sends", done=3, total=5, unit="e-mails")
    assert (expected,) == backfill(state, replace(empty, audit=audit))
