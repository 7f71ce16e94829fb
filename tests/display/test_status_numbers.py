"""A status and a run as numbers for programs: Prometheus' text, JSON of runs, lines of a log."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pendulum
import pytest

from pipelines.constant_contact.display import log_lines, prometheus, run_json
from pipelines.constant_contact.display.metrics import metrics
from pipelines.constant_contact.display.run_history import to_json
from pipelines.constant_contact.display.status import (
    AuditCount,
    AuditStatus,
    Quota,
    RunStatus,
    StatusReport,
    TableStatus,
    Warehouse,
)
from pipelines.constant_contact.display.verdict import Verdict
from pipelines.constant_contact.events import Noted, PageRead, RunEnded, RunResult, Warned
from sources.constant_contact.repair.audit_line import AuditLine

AT = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
AT_S = AT.timestamp()
DIFFERENT = AuditCount(
    table="contacts",
    scope="total",
    scope_id="",
    scope_name="",
    source_count=2,
    loaded_count=1,
    explanation="",
)
EMPTY = StatusReport(
    warehouse=Warehouse(kind="duckdb", location="x", exists=True, size_bytes=1, open_with="x"),
    dataset="raw",
    verdict=Verdict(fresh=False, since=None, max_age_s=93_600.0, sentence="Stale"),
    completed_at=None,
    loaded_at=None,
    tables=(),
    marts=(),
    runs=(),
    audit=None,
    set_aside=(),
    quota=None,
)
RUN = RunStatus(
    run_id="r1",
    status="partial",
    started_at=AT,
    ended_at=AT + dt.timedelta(seconds=90),
    requests_sent=7,
    planned_requests=None,
    rows=1_234,
    stopped_reason="",
    resume_after=None,
    warnings=(),
)


def numbers(report: StatusReport) -> dict[str, list[float]]:
    """Name -> values, of the metrics that have any."""
    return {name: [value for _, value in samples] for name, _, samples in metrics(report) if samples}


def test_an_empty_status_has_the_verdict_and_nothing_else() -> None:
    assert {"ctct_fresh": [0.0], "ctct_max_age_seconds": [93_600.0]} == numbers(EMPTY)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"verdict": replace(EMPTY.verdict, fresh=True)}, {"ctct_fresh": [1.0]}),
        ({"completed_at": AT}, {"ctct_last_complete_run_timestamp_seconds": [AT_S]}),
        (
            {"quota": Quota(used_today=30, per_day=100, reserve_per_day=20)},
            {"ctct_requests_used_today": [30.0], "ctct_requests_left_today": [50.0]},
        ),
        (
            {"audit": AuditStatus(run_id="r", checked_at=AT, counts=9, differences=(DIFFERENT,))},
            {"ctct_audit_counts": [9.0], "ctct_audit_differences": [1.0]},
        ),
        (
            {
                "tables": (
                    TableStatus(name="a", rows=5, changed_at=AT),
                    TableStatus(name="b", rows=0, changed_at=None),
                )
            },
            {"ctct_table_rows": [5.0, 0.0], "ctct_table_changed_timestamp_seconds": [AT_S]},
        ),
        (
            {"set_aside": (TableStatus(name="a", rows=3, changed_at=None),)},
            {"ctct_rows_set_aside": [3.0]},
        ),
        (
            {"runs": (RUN, replace(RUN, status="complete", requests_sent=99))},
            {
                "ctct_last_run_status": [0.0, 1.0, 0.0],
                "ctct_last_run_timestamp_seconds": [AT_S + 90],
                "ctct_last_run_requests": [7.0],
                "ctct_last_run_rows": [1_234.0],
                "ctct_last_run_duration_seconds": [90.0],
            },
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_known_is_a_number_with_a_name(
    more: dict[str, Any], expected: dict[str, list[float]]
) -> None:
    """Times as seconds since 1970; of runs only the newest."""
    assert numbers(EMPTY) | expected == numbers(replace(EMPTY, **more))


@pytest.mark.parametrize("missing", ["started_at", "ended_at"])
def test_a_run_without_both_times_has_no_duration(missing: str) -> None:
    found = numbers(replace(EMPTY, runs=(replace(RUN, **{missing: None}),)))
    assert "ctct_last_run_duration_seconds" not in found
    assert (missing == "started_at") is ("ctct_last_run_timestamp_seconds" in found)


@pytest.mark.parametrize(
    ("quota", "left"),
    [
        (Quota(used_today=0, per_day=100), 100),
        (Quota(used_today=100, per_day=100), 0),
        (Quota(used_today=120, per_day=100), 0),
        (Quota(used_today=50, per_day=100, reserve_per_day=60), 0),
        (Quota(used_today=0, per_day=100, known_left=0), 0),  # the server called the day spent
        (Quota(used_today=99, per_day=100, known_left=7), 7),
    ],
)
def test_what_is_left_of_a_day(quota: Quota, left: int) -> None:
    assert left == quota.left_today


def test_prometheus_reads_one_head_for_the_samples_of_all_datasets() -> None:
    """Names with signs of the format are escaped."""
    odd = replace(EMPTY, dataset='a\\b"c\nd')
    lines = prometheus.render(EMPTY, odd).splitlines()
    assert 'ctct_fresh{dataset="raw"} 0' == lines[2]
    assert r'ctct_fresh{dataset="a\\b\"c\nd"} 0' == lines[3]
    assert "# TYPE ctct_fresh gauge" == lines[1]
    assert lines[0].startswith("# HELP ctct_fresh 1 where the last complete run")
    assert 2 == sum(line.startswith("# TYPE") for line in lines)
    assert "" == prometheus.render()


def test_prometheus_gets_whole_numbers_whole() -> None:
    """And times to the second, however large."""
    report = replace(
        EMPTY, completed_at=AT, tables=(TableStatus(name="a", rows=12_345_678_901, changed_at=None),)
    )
    text = prometheus.render(report)
    assert 'ctct_table_rows{dataset="raw",table="a"} 12345678901\n' in text
    assert 'ctct_last_complete_run_timestamp_seconds{dataset="raw"} 1767268800\n' in text


def test_runs_as_json_have_times_in_utc() -> None:
    found = json.loads(to_json("raw", [RUN, replace(RUN, started_at=None, warnings=("odd\x1b",))]))
    assert "raw" == found["dataset"]
    assert ["2026-01-01T12:00:00+00:00", None] == [run["started_at"] for run in found["runs"]]
    assert ["odd\x1b"] == found["runs"][1]["warnings"]
    assert {"dataset": "raw", "runs": []} == json.loads(to_json("raw", []))


def ended(**more: Any) -> RunResult:
    at = pendulum.datetime(2026, 1, 1, 12)
    values: dict[str, Any] = {
        "run_id": "r1",
        "status": "complete",
        "started_at": at,
        "ended_at": at.add(seconds=90),
        "requests_sent": 7,
        "requests_today": 9,
        "remaining_today": 91,
        "rows": {"contacts": 5},
    }
    return RunResult(**(values | more))


def counted(*, ok: bool) -> AuditLine:
    return AuditLine(
        table="contacts",
        scope="list",
        scope_id="l1",
        scope_name="News",
        source_count=2,
        loaded_count=1,
        ok=ok,
    )


def test_a_run_as_an_object_says_everything_by_name() -> None:
    """Times in UTC, durations in thousandths of a second, counts that differ by name."""
    found = run_json.as_object(
        ended(
            status="partial",
            account_id="a07e1",
            set_aside={"events": 2},
            warnings=("odd",),
            seconds={"total": 90.12345},
            resume_after=pendulum.datetime(2026, 1, 2),
            stopped_reason="daily quota spent",
            remaining_work=("more",),
            audit=(counted(ok=True), counted(ok=False)),
        )
    )
    assert {
        "status": "partial",
        "run_id": "r1",
        "profile": "default",
        "account_id": "a07e1",
        "version": run_json.version(),
        "started_at": "2026-01-01T12:00:00Z",
        "ended_at": "2026-01-01T12:01:30Z",
        "requests": {"sent": 7, "remaining_today": 91},
        "rows": {"contacts": 5},
        "set_aside": {"events": 2},
        "resume_after": "2026-01-02T00:00:00Z",
        "audit": {
            "checked": 2,
            "agree": 1,
            "differences": [
                {
                    "table": "contacts",
                    "scope": "list",
                    "scope_id": "l1",
                    "scope_name": "News",
                    "source_count": 2,
                    "loaded_count": 1,
                    "explanation": "",
                }
            ],
        },
        "warnings": ["odd"],
        "seconds": {"total": 90.123},
        "reason": "daily quota spent",
        "remaining_work": ["more"],
    } == found


@pytest.mark.parametrize(
    ("exit_code", "status"), [(75, "partial"), (1, "failed"), (2, "failed"), (0, "failed")]
)
def test_a_command_without_a_result_has_the_keys_of_one(exit_code: int, status: str) -> None:
    """So that a program reads both alike; null is what is not known."""
    found = run_json.unfinished("busy", exit_code, profile="shop")
    assert found.keys() == run_json.as_object(ended()).keys()
    assert (status, "busy", "shop") == (found["status"], found["reason"], found["profile"])
    assert (None, None, None) == (found["run_id"], found["started_at"], found["resume_after"])
    assert {"sent": None, "remaining_today": None} == found["requests"]
    assert {"extract": 0.0, "load": 0.0, "transform": 0.0, "total": 0.0} == found["seconds"]
    later = run_json.unfinished("quota", 75, resume_after=pendulum.datetime(2026, 1, 2))
    assert "2026-01-02T00:00:00Z" == later["resume_after"]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """`written(call, json)` -> what a sentence puts on standard error."""

    def of(write: Any, *, as_json: bool) -> str:
        monkeypatch.setattr(log_lines.OPTIONS, "json", as_json)
        write("a\x1bb")
        output = capsys.readouterr()
        assert "" == output.out
        return str(output.err)

    return of


@pytest.mark.parametrize(
    ("write", "words", "level"),
    [
        (log_lines.say, "ctct: a\\x1bb\n", "error"),
        (log_lines.warn, "warning: a\\x1bb\n", "warning"),
        (log_lines.note, "a\\x1bb\n", "info"),
    ],
    ids=["say", "warn", "note"],
)
def test_a_sentence_is_a_line_of_text_or_an_object(written: Any, write: Any, words: str, level: str) -> None:
    """On standard error, with nothing that acts."""
    assert words == written(write, as_json=False)
    text = written(write, as_json=True)
    found = json.loads(text)
    assert (level, "a\x1bb") == (found["level"], found["message"])
    assert "\x1b" not in text
    assert 1 == text.count("\n")


def test_a_line_has_its_time_in_utc_to_the_millisecond() -> None:
    found = json.loads(log_lines.line("info", "x", {"at": AT, "where": Path("/a"), "n": 1}))
    assert dt.datetime.fromisoformat(found["time"]).utcoffset() == dt.timedelta()
    assert ("Z", 24) == (found["time"][-1], len(found["time"]))
    assert (AT.isoformat(), "/a", 1) == (found["at"], found["where"], found["n"])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Warned(message="odd"), {"event": "warned", "level": "warning", "message": "odd"}),
        (Noted(message="good"), {"event": "noted", "level": "info", "message": "good"}),
        (
            PageRead(resource="contacts", rows=5, requests=1, requests_sent=3, remaining_today=9),
            {
                "event": "page_read",
                "level": "info",
                "message": "page read",
                "resource": "contacts",
                "rows": 5,
            },
        ),
        (RunEnded(result=ended()), {"event": "run_ended", "message": "run ended"}),
    ],
    ids=["warned", "noted", "page", "ended"],
)
def test_an_event_is_an_object_with_its_fields(event: Any, expected: dict[str, Any]) -> None:
    """One a line."""
    stream = io.StringIO()
    log_lines.JsonLines(stream)(event)
    assert expected.items() <= json.loads(stream.getvalue()).items()
    assert 1 == stream.getvalue().count("\n")
