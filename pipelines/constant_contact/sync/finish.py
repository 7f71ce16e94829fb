"""The end of a run: audit and repair, erasure, histories, marts, the record, and files beside the warehouse."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pendulum

from pipelines.constant_contact.destinations.warehouse import SOURCE
from pipelines.constant_contact.erasure.sweep import Swept, clean_up, returned_sentence, sweep
from pipelines.constant_contact.errors import Busy, RunFailed
from pipelines.constant_contact.events import UNDER_WAY, RunEnded, RunResult, TransformEnded
from pipelines.constant_contact.mart_changes import update_marts
from pipelines.constant_contact.sync import records, set_aside
from pipelines.constant_contact.sync.ending import ended_by, finished, resume_after, value_warnings
from pipelines.constant_contact.sync.history import record_history
from pipelines.constant_contact.sync.outputs import renew_outputs
from pipelines.constant_contact.sync.recovery import FINISHING
from sources.constant_contact.batches import Batch
from sources.constant_contact.reads.api_objects import withdrawn
from sources.constant_contact.reads.left_out import granted, left_out_resources, sentences
from sources.constant_contact.repair.audit import audit
from sources.constant_contact.repair.export_check import export_checked
from sources.constant_contact.repair.repair import repair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.constant_contact.events import Status
    from pipelines.constant_contact.sync.context import Begun, Read, Run
    from sources.constant_contact.repair.audit_line import Lines

CAMPAIGNS = "email_campaigns"


@dataclass(slots=True, kw_only=True)
class _End:
    """What the steps of the end have come to so far."""

    status: Status
    reason: str
    is_busy: bool
    lines: Lines = ()
    set_aside: Mapping[str, int]
    swept: Swept
    transform: TransformEnded | None = None


class Finish:
    def __init__(self, run: Run, begun: Begun, read: Read) -> None:
        self._run, self._begun, self._read = run, begun, read
        self._reading, self._warehouse = begun.reading, run.warehouse

    def result(self) -> RunResult:
        """Carry out the end; whatever becomes of it is in the result."""
        run, warn = self._run, self._run.messages.warn
        allowed = granted(self._reading)
        status, reason = ended_by(
            self._reading, self._read.failure, has_read=self._begun.commits.has_read, granted=allowed
        )
        is_busy = isinstance(self._read.failure, Busy)
        end = _End(status=status, reason=reason, is_busy=is_busy, set_aside={}, swept=Swept())
        self._carry_out(end)
        for sentence in (
            *clean_up(self._warehouse, end.swept, run.messages.emit),
            *returned_sentence(run.state()),
            *sentences(self._reading, allowed),
            *value_warnings(self._reading.bad_values),
        ):
            warn(sentence)
        result = self._result(end)
        records.recorded(self._warehouse, result, run.client.connection.key, warn, now=not end.is_busy)
        if end.status != "failed" and not end.is_busy:
            renew_outputs(self._warehouse, run.own, warn)
        result = finished(result, self._reading, run.messages.warnings)
        run.messages.emit(RunEnded(result=result))
        return result

    def _carry_out(self, end: _End) -> None:
        """The steps in their order, each noted when it is done; one that cannot be carried out ends them."""
        try:
            if self._read.failure is None and (changes := withdrawn(self._reading, but=CAMPAIGNS)):
                self._begun.commits.commit(Batch(resource=CAMPAIGNS, state=changes))
            if self._warehouse.merges and not end.is_busy:
                end.lines = self._audited(end.status)
                with self._warehouse.kept_open():
                    end.set_aside = set_aside.noted(self._warehouse, self._run.messages.warn)
                    end.swept = self._swept(end.status)
                    self._keep_history(end.status)
            if end.status != "failed" and not end.is_busy:
                end.transform = self._transform()
        except Busy as error:
            end.status, end.reason, end.is_busy = "partial", str(error), True
        except RunFailed as error:  # a load of what was repaired, or a destination that is gone
            end.reason = end.reason if end.status == "failed" else str(error)
            end.status = "failed"

    def _audited(self, status: Status) -> Lines:
        if not self._has_tables(status):
            return ()
        run, commits = self._run, self._begun.commits
        wanted = run.wanted - left_out_resources(self._reading)
        under_way = UNDER_WAY if status == "partial" else ""
        with self._warehouse.kept_open():
            lines = audit(self._warehouse, wanted, state=run.state(), under_way=under_way)
        if status == "partial":
            return lines
        for step in (repair, export_checked):
            repaired = step(self._reading, commits, wanted, lines)
            lines = repaired.lines
            for warning in repaired.warnings:
                run.messages.warn(warning)
        return lines

    def _has_tables(self, status: Status) -> bool:
        return status != "failed" and SOURCE in self._warehouse.pipeline.schema_names

    def _swept(self, status: Status) -> Swept:
        """Personal data whose time is over, before histories and marts are made from the rest."""
        if not self._has_tables(status):
            return Swept()
        run = self._run
        complete, resumed = status == "complete", FINISHING in run.messages.warnings
        return sweep(self._warehouse, run.own, at=run.started_at, complete=complete, resumed=resumed)

    def _keep_history(self, status: Status) -> None:
        if self._run.own.history and self._has_tables(status):
            record_history(self._warehouse, self._run.wanted, at=self._run.started_at)

    def _transform(self) -> TransformEnded | None:
        run = self._run
        if run.own.login == "partner" or not (  # no table of which there are marts
            run.request.transform and self._warehouse.location.kind.transforms
        ):
            return None
        ended = update_marts(self._warehouse, listener=run.messages.hear, time_zone=run.own.time_zone)
        run.messages.warnings += ended.failures  # the listener has shown them already
        return ended

    def _result(self, end: _End) -> RunResult:
        run, commits, outcome = self._run, self._begun.commits, self._reading.reader.outcome
        budget, (status, reason) = run.client.budget, _with_marts(end)
        return RunResult(
            run_id=run.run_id,
            profile=run.request.target.profile,
            account_id=self._begun.identity.account_id,
            status=status,
            started_at=run.started_at,
            ended_at=pendulum.now("UTC"),
            requests_sent=run.client.requests_sent,
            requests_today=budget.spent_today(),
            remaining_today=budget.remaining_today(),
            rows=dict(commits.rows),
            set_aside=end.set_aside,
            warnings=tuple(run.messages.warnings),
            audit=tuple(end.lines),
            seconds={
                "extract": self._read.extract_s,
                "load": commits.load_s,
                "transform": end.transform.seconds if end.transform else 0.0,
                "total": time.monotonic() - run.started_s,
            },
            planned_requests=self._begun.planned_requests,
            resume_after=resume_after(outcome.postponed),
            stopped_reason=reason,
            remaining_work=tuple(_left(outcome.left)),
        )


def _with_marts(end: _End) -> tuple[Status, str]:
    """A run whose marts failed has failed, though its tables are loaded and its outputs are renewed."""
    failures = end.transform.failures if end.transform else ()
    if failures and end.status == "complete":
        return "failed", f"{len(failures)} model(s) or test(s) failed; the raw tables are loaded"
    return end.status, end.reason


def _left(left: Mapping[str, int]) -> Iterator[str]:
    for title, count in left.items():
        yield f"{title} ({count} pieces)" if count > 1 else title
