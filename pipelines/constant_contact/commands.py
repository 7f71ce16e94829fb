"""The commands' bodies: they bring configuration, work and display together, and choose the exit code."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import sys
import webbrowser
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pendulum

from pipelines.constant_contact import files, otel
from pipelines.constant_contact.destinations.target import default_dataset
from pipelines.constant_contact.destinations.unusable import no_dataset
from pipelines.constant_contact.destinations.warehouse import Warehouse, opened_for_reading
from pipelines.constant_contact.display import log_lines, progress
from pipelines.constant_contact.display.run_json import as_object
from pipelines.constant_contact.erasure.outputs import note
from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.events import EXIT_CODES, Waiting
from pipelines.constant_contact.mart_changes import update_marts
from pipelines.constant_contact.notify.settings import read_notify
from pipelines.constant_contact.notify.watch import alerts_where_unreadable, checked, watched
from pipelines.constant_contact.profiles.board import board_of
from pipelines.constant_contact.profiles.round import note_end
from pipelines.constant_contact.request import load_settings, patience_of, published_copy
from pipelines.constant_contact.sync.outputs import renew_outputs
from pipelines.constant_contact.sync.run import sync as run_sync
from sources.constant_contact.leftovers import set_what_must_hold
from sources.constant_contact.state.dataset import section_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta
    from pathlib import Path

    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.display.answer import Form
    from pipelines.constant_contact.display.status import Quota, StatusReport
    from pipelines.constant_contact.events import Listener, RunResult, TransformEnded
    from pipelines.constant_contact.reporting.data import Scope
    from pipelines.constant_contact.request import SyncRequest
    from sources.constant_contact.source import Settings


def carried_out(wanted: SyncRequest, *, quiet: bool) -> RunResult:
    """One sync, with its progress, its alerts and its metrics."""
    warnings: list[str] = []
    target = wanted.target
    after = otel.sent_after(lambda: _status(target, None, absent_is_fine=True), warnings.append)
    try:
        with after, progress.listener(quiet=quiet) as listener:
            result = watched(target, lambda: run_sync(wanted, listener), warnings.append)
    finally:
        for warning in warnings:
            log_lines.warn(warning)
    return result


def sync(wanted: SyncRequest, *, as_json: bool) -> int:
    quiet_libraries()
    result = carried_out(wanted, quiet=as_json)
    with contextlib.suppress(UserError):  # another profile's settings: only an order depends on it
        board, at = board_of(load_settings()), result.ended_at
        note_end(board, wanted.target.profile, at, complete=result.status == "complete")
    if as_json:
        sys.stdout.write(json.dumps(as_object(result)) + "\n")
    return EXIT_CODES[result.status]


def plan(wanted: SyncRequest, *, as_json: bool, brief: bool = False) -> int:
    """`brief`: the price alone, in sentences."""
    from pipelines.constant_contact.planning import probe  # noqa: PLC0415
    from pipelines.constant_contact.planning.plan import to_json  # noqa: PLC0415
    from pipelines.constant_contact.planning.view import price, render  # noqa: PLC0415
    from sources.constant_contact.source import unused_settings  # noqa: PLC0415

    quiet_libraries()
    for unused in unused_settings():
        log_lines.warn(unused.sentence)
    made = probe.plan_sync(wanted)
    if as_json:
        sys.stdout.write(to_json(made) + "\n")
    else:
        draw(" ".join(price(made)) if brief else render(made))
    return 0


def status(target: Target, *, form: str, max_age: str | None, notify: bool = False) -> int:
    """0; with `max_age` or `notify` 1 where the last complete run is older."""
    from pipelines.constant_contact.display import prometheus  # noqa: PLC0415
    from pipelines.constant_contact.display.status import to_json  # noqa: PLC0415
    from pipelines.constant_contact.display.status_view import render  # noqa: PLC0415

    quiet_libraries()
    report = status_of(target, max_age=max_age, notify=notify)
    if form == "json":
        sys.stdout.write(to_json(report) + "\n")
    elif form == "prometheus":
        sys.stdout.write(prometheus.render(report))
    else:
        draw(render(report))
    return 1 if (notify or max_age is not None) and not report.verdict.fresh else 0


def status_of(
    target: Target, *, max_age: str | None, notify: bool, absent_is_fine: bool = False
) -> StatusReport:
    """`notify`: send the alerts too. `absent_is_fine`: a dataset that is not there yet has a status too."""
    oldest = None if max_age is None else _duration("--max-age", max_age)
    if not notify:
        return _status(target, oldest, absent_is_fine=absent_is_fine)
    with alerts_where_unreadable(target, log_lines.warn):
        report = _status(
            target,
            read_notify(target.profile).stale_after if oldest is None else oldest,
            absent_is_fine=absent_is_fine,
        )
    checked(target, report.verdict, log_lines.warn)
    otel.send(lambda: report, log_lines.warn)
    return report


def _status(target: Target, oldest: timedelta | None, *, absent_is_fine: bool) -> StatusReport:
    from pipelines.constant_contact.display.backfill import backfill  # noqa: PLC0415
    from pipelines.constant_contact.display.status import collect  # noqa: PLC0415
    from pipelines.constant_contact.display.verdict import DEFAULT_MAX_AGE  # noqa: PLC0415

    own = load_settings(target.profile)
    opened = _for_reading(target)
    first = target.dataset == default_dataset(target.profile)  # which the next sync would make
    if (opened.exists or not first) and not absent_is_fine:
        _must_be_loaded(opened, empty_is_fine=first)
    report = collect(
        opened.query if opened.exists else None,
        target.dataset,
        destination=opened.dbt,
        profile=target.profile,
        quota=_quota(own),
        max_age=DEFAULT_MAX_AGE if oldest is None else oldest,
    )
    state = section_of(opened.committed_state() if opened.exists else {})
    return replace(report, backfill=backfill(state, report))


def runs(target: Target, *, limit: int, as_json: bool) -> int:
    from pipelines.constant_contact.display import run_history  # noqa: PLC0415

    quiet_libraries()
    opened = _for_reading(target)
    _must_be_loaded(opened, empty_is_fine=False)
    history = run_history.collect(opened.query, opened.target.dataset, limit)
    if as_json:
        sys.stdout.write(run_history.to_json(opened.target.dataset, history) + "\n")
    else:
        draw(run_history.render(history))
    return 0


def _for_reading(target: Target) -> Warehouse:
    copy = published_copy(load_settings(target.profile))
    return opened_for_reading(target, copy, log_lines.warn)


def _duration(option: str, text: str) -> timedelta:
    from sources.constant_contact.windows import duration  # noqa: PLC0415

    try:
        return duration(text, setting=option)
    except ValueError as error:
        raise UserError(str(error)) from error


def _must_be_loaded(opened: Warehouse, *, empty_is_fine: bool) -> None:
    """Raises UserError for a dataset that is not there, with those that are; nothing is made of it."""
    opened.must_exist()
    if not opened.merges:
        raise UserError(
            f"this command reads a database, and {opened.name} is none; read it with tools of your own"
        )
    if opened.columns():
        return
    others = opened.datasets()
    if others or not empty_is_fine:
        raise UserError(no_dataset(opened.target.dataset, opened.name, others))


def transform(target: Target, *, select: tuple[str, ...], full_refresh: bool, docs: Path | None) -> int:
    from pipelines.constant_contact import transform as transforms  # noqa: PLC0415

    quiet_libraries()
    own = load_settings(target.profile)
    with progress.listener() as listener:
        patience = patience_of(own, None, lambda why, left_s: listener(Waiting(reason=why, wait_s=left_s)))
        opened = Warehouse(target, create=False, patience=patience)
        opened.must_exist()
        if docs is not None:
            _must_be_writable(docs)
        _must_be_loaded(opened, empty_is_fine=False)
        where: Any = {
            "destination": opened.dbt,
            "dataset": target.dataset,
            "work_dir": opened.work_dir / "transforms",
        }
        try:
            with opened.alone():
                ended = _built(opened, where, listener=listener, select=select, whole=full_refresh, own=own)
                if docs is not None:
                    with opened.kept_for_dbt():
                        transforms.docs(**where, out=docs)
            renew_outputs(opened, own, log_lines.warn)
        except transforms.NothingSelectedError as error:
            raise UserError(str(error)) from error
        except transforms.DocsError as error:
            raise RunFailed(str(error)) from error
    return 1 if ended.failures else 0


def _built(
    opened: Warehouse, where: Any, *, listener: Listener, select: tuple[str, ...], whole: bool, own: Settings
) -> TransformEnded:
    """What was asked for, or what follows from the changes since the last build."""
    from pipelines.constant_contact.transform import run_transforms  # noqa: PLC0415

    if not select:
        return update_marts(opened, listener=listener, time_zone=own.time_zone, whole=whole)
    with opened.kept_for_dbt():
        return run_transforms(
            **where, listener=listener, select=select, full_refresh=whole, time_zone=own.time_zone
        )


def _must_be_writable(file: Path) -> None:
    """Known before the minutes of a build are spent."""
    try:
        files.make_folder(file.parent)
        if file.exists():
            file.open("ab").close()
        else:
            with files.replacing(file):
                pass
            file.unlink()
    except OSError as error:
        raise UserError(
            f"the page {file} cannot be written: {error.strerror}; choose another file"
        ) from error


def report(
    target: Target,
    *,
    out: Path,
    show: bool,
    since: str | None,
    campaign: str | None,
    addresses: bool,
) -> int:
    from pipelines.constant_contact.reporting.data import Scope, UnknownCampaignError  # noqa: PLC0415

    quiet_libraries()
    scope = Scope(since=_day("--since", since), campaign_id=campaign, addresses=addresses)
    opened = _for_reading(target)
    _must_be_loaded(opened, empty_is_fine=False)
    try:
        page = write_report(opened, out, scope)
    except UnknownCampaignError as error:
        raise UserError(str(error)) from error
    sys.stdout.write(f"{page}\n")
    if show:
        webbrowser.open(page.absolute().as_uri())
    return 0


def export(target: Target, *, out: Path, form: Literal["parquet", "csv"], select: tuple[str, ...]) -> int:
    from pipelines.constant_contact.exporting import export as write  # noqa: PLC0415

    quiet_libraries()
    opened = _for_reading(target)
    _must_be_loaded(opened, empty_is_fine=False)
    for one in write(opened, out, form=form, select=select):
        note(opened.location.state_folder, one.file, "export")
        _write_line(f"{one.file}  {one.rows:,} rows")
    return 0


def questions() -> int:
    from pipelines.constant_contact.sql import list_questions  # noqa: PLC0415

    list_questions(_write_line)
    return 0


def sql(
    target: Target, statement: str | None, *, ask: str | None, as_csv: bool, as_json: bool, as_of: str | None
) -> int:
    from pipelines.constant_contact.sql import moment_asked, run_sql  # noqa: PLC0415

    if as_csv and as_json:
        raise UserError("choose --csv or --json, not both")
    quiet_libraries()
    opened = _for_reading(target)
    at = None if as_of is None else moment_asked(as_of, opened, load_settings(target.profile).time_zone)
    form: Form = "csv" if as_csv else "json" if as_json else "table"
    return run_sql(opened, statement, ask=ask, form=form, at=at)


def _day(option: str, text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{option} {text!r} is no day; write it as 2026-01-31") from error


def write_report(opened: Warehouse, out: Path, scope: Scope | None = None) -> Path:
    from pipelines.constant_contact.reporting.report import write_report as write  # noqa: PLC0415

    note(opened.location.state_folder, out, "report")
    try:
        return write(
            query=opened.query,
            dataset=opened.target.dataset,
            analytics_dataset=opened.target.analytics,
            out=out,
            generated_at=pendulum.now("UTC"),
            scope=scope,
        )
    except OSError as error:
        raise UserError(
            f"the report {out} cannot be written: {error.strerror}; choose another file"
        ) from error


def quiet_libraries() -> None:
    """Dlt and its friends speak through our own sentences; their logs are for a debugger."""
    set_what_must_hold()
    os.environ.setdefault("RUNTIME__LOG_LEVEL", "CRITICAL")
    logging.getLogger("dlt").setLevel(os.environ["RUNTIME__LOG_LEVEL"])  # where it was configured before this
    if not log_lines.OPTIONS.verbose:
        logging.getLogger("httpx").setLevel(logging.WARNING)


def _quota(own: Settings) -> Quota | None:
    from pipelines.constant_contact.display.status import Quota  # noqa: PLC0415
    from sources.constant_contact.api.budget import Budget  # noqa: PLC0415

    connection = own.connection()
    with _closing(Budget.of(connection)) as budget:
        used, left = budget.spent_today(), budget.remaining_today()
    return Quota(
        used_today=used,
        per_day=connection.requests_per_day,
        reserve_per_day=connection.reserve_per_day,
        known_left=left,
    )


@contextlib.contextmanager
def _closing(budget: Any) -> Iterator[Any]:
    try:
        yield budget
    finally:
        budget.close()


def _write_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def draw(renderable: Any) -> None:
    """As wide as the terminal; into a pipe or a file 80 columns without the blanks that fill a line."""
    from pipelines.constant_contact.display.console import console  # noqa: PLC0415 - rich, only when shown

    shown = console()
    if shown.is_terminal:
        shown.print(renderable)
        return
    with shown.capture() as captured:
        shown.print(renderable)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
