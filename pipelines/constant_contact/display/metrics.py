"""A status as numbers with names, whoever asks for them: Prometheus' text or OpenTelemetry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from pipelines.constant_contact.display.status import StatusReport

    Sample = tuple[Mapping[str, str], float]
    Metric = tuple[str, str, list[Sample]]


def metrics(report: StatusReport) -> Iterator[Metric]:
    """Name, help and samples with their labels; times are seconds since 1970, durations seconds.

    Every sample has the label `dataset`. A metric may have no sample.
    """
    for name, help_text, samples in _metrics(report):
        yield (
            f"ctct_{name}",
            help_text,
            [({"dataset": report.dataset, **own}, value) for own, value in samples],
        )


def _metrics(report: StatusReport) -> Iterator[Metric]:
    yield (
        "fresh",
        "1 where the last complete run is younger than the maximal age.",
        [({}, float(report.verdict.fresh))],
    )
    yield "max_age_seconds", "The maximal age of the last complete run.", [({}, report.verdict.max_age_s)]
    yield "last_complete_run_timestamp_seconds", "End of the last complete run.", _time(report.completed_at)
    yield from _last_run(report)
    yield (
        "table_rows",
        "Rows of a raw table.",
        [({"table": one.name}, float(one.rows)) for one in report.tables],
    )
    yield (
        "table_changed_timestamp_seconds",
        "When the newest row of a raw table was loaded.",
        [({"table": one.name}, one.changed_at.timestamp()) for one in report.tables if one.changed_at],
    )
    yield (
        "rows_set_aside",
        "Rows that have no place in their table yet.",
        [({"table": one.name}, float(one.rows)) for one in report.set_aside],
    )
    if report.audit is not None:
        yield "audit_counts", "Counts that the newest audit compared.", [({}, float(report.audit.counts))]
        yield "audit_differences", "Counts that differ.", [({}, float(len(report.audit.differences)))]
    if report.quota is not None:
        yield "requests_used_today", "Requests of this UTC day.", [({}, float(report.quota.used_today))]
        yield "requests_left_today", "Requests left in this UTC day.", [({}, float(report.quota.left_today))]


def _last_run(report: StatusReport) -> Iterator[Metric]:
    if not report.runs:
        return
    newest = report.runs[0]
    states = ("complete", "partial", "failed")
    how: list[Sample] = [({"status": state}, float(state == newest.status)) for state in states]
    yield "last_run_status", "1 for how the last run ended.", how
    yield "last_run_timestamp_seconds", "End of the last run.", _time(newest.ended_at)
    yield "last_run_requests", "Requests of the last run.", [({}, float(newest.requests_sent))]
    yield "last_run_rows", "Rows that the last run loaded.", [({}, float(newest.rows))]
    if newest.started_at and newest.ended_at:
        seconds = (newest.ended_at - newest.started_at).total_seconds()
        yield "last_run_duration_seconds", "How long the last run took.", [({}, seconds)]


def _time(time: dt.datetime | None) -> list[Sample]:
    return [] if time is None else [({}, time.timestamp())]
