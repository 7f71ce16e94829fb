"""One sync: read in groups, commit each, set right what follows from it, transform, record.

Reading goes on in the background while a group is loaded, so a run takes as long as its requests. Everything
that happens is emitted as an event; nothing is printed here.
"""

from __future__ import annotations

import time
import uuid
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pendulum

from pipelines.constant_contact.destinations.folder import alone
from pipelines.constant_contact.destinations.load_failures import failed_load
from pipelines.constant_contact.destinations.location import locate
from pipelines.constant_contact.destinations.warehouse import SOURCE, Warehouse
from pipelines.constant_contact.erasure.sweep import Swept, clean_up, returned, returned_sentence, sweep
from pipelines.constant_contact.errors import Busy, RunFailed
from pipelines.constant_contact.events import (
    UNDER_WAY,
    GroupLoaded,
    PageRead,
    RunEnded,
    RunResult,
    Status,
    TransformEnded,
    Waiting,
    Warned,
    one_at_a_time,
)
from pipelines.constant_contact.freed_memory import give_back
from pipelines.constant_contact.mart_changes import update_marts
from pipelines.constant_contact.request import load_settings, patience_of, published_copy
from pipelines.constant_contact.sync import records, set_aside
from pipelines.constant_contact.sync.audit import audit
from pipelines.constant_contact.sync.beginning import (
    finish_pending,
    no_longer_true,
    run_started,
    whose_account,
)
from pipelines.constant_contact.sync.consequences import apply_cascades
from pipelines.constant_contact.sync.ending import (
    ended_by,
    finished,
    never_begun,
    resume_after,
    rows_by_table,
    value_warnings,
)
from pipelines.constant_contact.sync.export_check import export_checked
from pipelines.constant_contact.sync.groups import Groups, most_is_of
from pipelines.constant_contact.sync.healing import Host, heal
from pipelines.constant_contact.sync.history import record_history
from pipelines.constant_contact.sync.outputs import renew_outputs
from pipelines.constant_contact.sync.recovery import FINISHING, repair_folder
from pipelines.constant_contact.sync.to_write import ToWrite
from sources.constant_contact.api.client import Client
from sources.constant_contact.batches import Batch, Group
from sources.constant_contact.identity import Identity
from sources.constant_contact.kept_rows import asked_for
from sources.constant_contact.leftovers import remove_loaded_rows
from sources.constant_contact.reader import Reader
from sources.constant_contact.reads.api_objects import withdrawn
from sources.constant_contact.reads.left_out import granted, left_out_resources, sentences
from sources.constant_contact.sql_warehouse import nothing_loaded
from sources.constant_contact.state.changes import changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.constant_contact.errors import UserError
    from pipelines.constant_contact.events import AuditLine, Listener
    from pipelines.constant_contact.request import SyncRequest
    from sources.constant_contact.api import events as api_events
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.source import Settings
    from sources.constant_contact.state.changes import State, StateChange

CAMPAIGNS = "email_campaigns"


def sync(request: SyncRequest, listener: Listener, *, own: Settings | None = None) -> RunResult:
    """Carry out one sync. Raises UserError for what a person must set right first; other ends are in the result."""
    own = own or load_settings(request.target.profile)
    wanted = request.wanted(own.chosen(), own.login_kind())
    emit = one_at_a_time(listener)
    location = locate(request.target)
    if (copy := published_copy(own)) is not None:
        location.kind.check_copy(location.place, request.target, copy)
    patience = patience_of(own, request.wait, lambda why, left_s: emit(Waiting(reason=why, wait_s=left_s)))
    begun = pendulum.now("UTC")
    try:
        with alone(location.state_folder, request.target, patience):
            location.kind.limit_memory(location.place, own.size().database_mb)
            repair_folder(location.work_dir)
            for folder in (location.work_dir, location.earlier_folder()):
                remove_loaded_rows(folder, SOURCE)
            opened = Warehouse(request.target, location=location, patience=patience)
            with opened.locked(), closing(_Night(request, wanted, own, opened, emit)) as night:
                try:
                    return night.run()
                except opened.troubles() as error:
                    raise failed_load(error, opened.name) from error
    except Busy as error:  # before anything was read
        result = never_begun(own.connection(), str(error), begun)
        records.keep(location.state_folder, result, own.connection().key)
        emit(RunEnded(result=result))
        return result


class _Night:
    """The state of one run while it lasts."""

    def __init__(
        self,
        request: SyncRequest,
        wanted: frozenset[str],
        own: Settings,
        opened: Warehouse,
        emit: Listener,
    ) -> None:
        self.request, self.wanted, self.own, self.opened = request, wanted, own, opened
        self._emit = emit
        self.run_id = uuid.uuid4().hex[:12]
        self.started_at = pendulum.now("UTC")
        self.started = time.monotonic()
        self.client = Client(own.connection(), on_wait=self._api_waits, max_requests=request.max_requests)
        self.rows: dict[str, int] = {}
        self.set_aside: dict[str, int] = {}
        self.warnings: list[str] = []
        self.planned: int | None = None
        self.commits = 0
        self.groups = Groups(own.requests_per_commit, own.size())
        self.has_read = False
        self.to_write = ToWrite(nothing_loaded(), wanted)
        self.failure: UserError | None = None
        self.identity = Identity(account_id=None)
        self.taken_back: tuple[StateChange, ...] = ()
        self.load_s = 0.0
        self.extract_s = 0.0

    def close(self) -> None:
        self.client.close()

    def run(self) -> RunResult:
        from sources.constant_contact.source import begin, unused_settings  # noqa: PLC0415 - two seconds

        for unused in unused_settings():
            self._warn(unused.sentence)
        for sentence in self.opened.left_out(transform=self.request.transform):
            self._warn(sentence)
        self.client.check_login()
        self.identity, refusal = whose_account(
            self.opened, self.client, accept=self.request.accept_account, warn=self._warn
        )
        with self.opened.kept_open():  # nothing is asked of the API until the first slice is read
            finish_pending(self.opened, self.client, warn=self._warn)
            self.taken_back = no_longer_true(self.opened, warn=self._warn)
            started = run_started(
                self.opened,
                self.client,
                self.request,
                self.own,
                run_id=self.run_id,
                started_at=self.started_at,
            )
            self.planned = started.planned_requests
            self._emit(started)
            reading = begin(
                self.own,
                client=self.client,
                wanted=self.wanted,
                warehouse=self.opened.loaded(ahead=asked_for(self.wanted)),
                state=changed(self._state(), self.taken_back),
                full_refresh=self.request.full_refresh,
                asked_ids=self.request.asked_ids,
                now=self.started_at,
                identity=self.identity,
            )
            there = self.opened.columns() if self.opened.merges else ()
            self.to_write = ToWrite(reading.warehouse, self.wanted, there=there, merges=self.opened.merges)
        try:
            if refusal is None:
                self._read(reading)
            else:
                reading.reader.end(refusal)
        except (RunFailed, Busy) as error:  # a load that broke, or could not begin: what came before stays
            self.failure = error
        finally:
            reading.reader.close()
            reading.warehouse.close()
        return self._end(reading)

    def _read(self, reading: Reading) -> None:
        began = time.monotonic()
        for group in self.groups.of(reading.reader.batches(), partial(self._page_read, reading.reader)):
            self._commit(group)
        self.extract_s = time.monotonic() - began - self.load_s
        self.to_write.read()
        if isinstance(reading.reader.outcome.error, Busy):
            raise reading.reader.outcome.error
        if self.opened.merges:
            with self.opened.kept_open():
                apply_cascades(self.opened, self.wanted, reading.excluded)
        for change in returned(self._state(), reading.forgotten):
            self._commit(Group(batches=[Batch(resource="contacts", state=(change,))]))

    def _page_read(self, reader: Reader, batch: Batch) -> None:
        if batch.requests or batch.rows:
            self.has_read = True
            self._emit(
                PageRead(
                    resource=batch.resource,
                    rows=batch.rows,
                    requests=batch.requests,
                    requests_sent=self.client.requests_sent,
                    remaining_today=self.client.budget.remaining_lately(),
                    pieces_ahead=reader.ahead(),
                )
            )

    def _commit(self, group: Group) -> None:
        from sources.constant_contact.source import loaded  # noqa: PLC0415

        began = time.monotonic()
        tables = self.to_write.of(group)
        rows, counts = group.rows, rows_by_table(tables)
        group.let_go()
        try:
            always = records.with_each_commit(self.opened, self.client.connection.key, self.client.budget)
            self.opened.must_have_room(
                sum(rows.nbytes for found in tables.values() for rows in found.values())
            )
            changes = (*self.taken_back, *group.state, *self.identity.changes, *always)
            new = self.to_write.new(tables)
            fills = most_is_of(tables, new)
            held_s = self.opened.load(loaded(tables, changes, new))
            self.groups.took(rows, held_s, new=fills)
            self.taken_back = ()
        except self.opened.troubles() as error:
            raise failed_load(error, self.opened.name) from error
        give_back()
        seconds = time.monotonic() - began
        self.load_s += seconds
        self.commits += 1
        for name, count in counts.items():
            self.rows[name] = self.rows.get(name, 0) + count
        self._emit(GroupLoaded(number=self.commits, requests=group.requests, rows=counts, seconds=seconds))

    def _end(self, reading: Reading) -> RunResult:
        allowed = granted(reading)
        status, reason = ended_by(reading, self.failure, has_read=self.has_read, granted=allowed)
        lines: Sequence[AuditLine] = ()
        transform: TransformEnded | None = None
        busy, swept = isinstance(self.failure, Busy), Swept()
        try:
            if self.failure is None and (changes := withdrawn(reading, but=CAMPAIGNS)):
                self._commit(Group(batches=[Batch(resource=CAMPAIGNS, state=changes)]))
            if self.opened.merges and not busy:
                lines = self._audited(reading, status)
                with self.opened.kept_open():
                    self.set_aside = set_aside.noted(self.opened, self._warn)
                    swept = self._swept(status)
                    self._keep_history(status)
            if status != "failed" and not busy:
                transform = self._transform()
        except Busy as error:
            status, reason, busy = "partial", str(error), True
        except RunFailed as error:  # a load of what was healed
            status, reason = "failed", str(error)
        for sentence in (
            *clean_up(self.opened, swept, self._emit),
            *returned_sentence(self._state()),
            *sentences(reading, allowed),
            *value_warnings(reading.bad_values),
        ):
            self._warn(sentence)
        result = self._result(status, reason, reading, lines, transform)
        records.recorded(self.opened, result, self.client.connection.key, self._warn, now=not busy)
        if status != "failed" and not busy:
            renew_outputs(self.opened, self.own, self._warn)
        result = finished(result, reading, self.warnings)
        self._emit(RunEnded(result=result))
        return result

    def _swept(self, status: Status) -> Swept:
        """Personal data whose time is over, before histories and marts are made from the rest."""
        if status == "failed" or SOURCE not in self.opened.pipeline.schema_names:
            return Swept()
        complete, resumed = status == "complete", FINISHING in self.warnings
        return sweep(self.opened, self.own, at=self.started_at, complete=complete, resumed=resumed)

    def _keep_history(self, status: Status) -> None:
        if self.own.history and status != "failed" and SOURCE in self.opened.pipeline.schema_names:
            record_history(self.opened, self.wanted, at=self.started_at)

    def _audited(self, reading: Reading, status: Status) -> Sequence[AuditLine]:
        if status == "failed" or SOURCE not in self.opened.pipeline.schema_names:
            return ()
        wanted = self.wanted - left_out_resources(reading)
        if status == "partial":
            with self.opened.kept_open():
                return audit(self.opened, wanted, state=self._state(), under_way=UNDER_WAY)
        with self.opened.kept_open():
            lines = audit(self.opened, wanted, state=self._state())
        host = self._host(reading)
        return export_checked(host, wanted, heal(host, wanted, lines))

    def _host(self, reading: Reading) -> Host:
        """What healing may do with this run."""

        def again() -> Reading:
            warehouse = self.opened.loaded()
            return replace(reading, state=self._state(), warehouse=warehouse, reader=Reader(readers=1))

        def carry_out(some: Reading) -> None:
            for group in self.groups.of(some.reader.batches(), partial(self._page_read, some.reader)):
                self._commit(group)

        return Host(
            opened=self.opened,
            state=self._state,
            reading=again,
            carry_out=carry_out,
            commit=lambda batch: self._commit(Group(batches=[batch])),
            allowance=self._allowance,
            now=self.started_at,
            warn=self._warn,
        )

    def _allowance(self) -> int:
        cap, left = self.request.max_requests, self.client.budget.remaining_today()
        return left if cap is None else min(left, cap - self.client.requests_sent)

    def _state(self) -> State:
        return records.source_state(self.opened)

    def _transform(self) -> TransformEnded | None:
        if self.own.login == "partner" or not (  # no table of which there are marts
            self.request.transform and self.opened.location.kind.transforms
        ):
            return None
        ended = update_marts(self.opened, listener=self._emit, time_zone=self.own.time_zone)
        self.warnings += ended.failures  # the listener has shown them already
        return ended

    def _result(
        self,
        status: Status,
        reason: str,
        reading: Reading,
        lines: Sequence[AuditLine],
        transform: TransformEnded | None,
    ) -> RunResult:
        outcome = reading.reader.outcome
        if transform is not None and transform.failures and status == "complete":
            status, reason = (
                "failed",
                f"{len(transform.failures)} model(s) or test(s) failed; the raw tables are loaded",
            )
        return RunResult(
            run_id=self.run_id,
            profile=self.request.target.profile,
            account_id=self.identity.account_id,
            status=status,
            started_at=self.started_at,
            ended_at=pendulum.now("UTC"),
            requests_sent=self.client.requests_sent,
            requests_today=self.client.budget.spent_today(),
            remaining_today=self.client.budget.remaining_today(),
            rows=dict(self.rows),
            set_aside=self.set_aside,
            warnings=tuple(self.warnings),
            audit=tuple(lines),
            seconds={
                "extract": self.extract_s,
                "load": self.load_s,
                "transform": transform.seconds if transform else 0.0,
                "total": time.monotonic() - self.started,
            },
            planned_requests=self.planned,
            resume_after=resume_after(outcome.postponed),
            stopped_reason=reason,
            remaining_work=tuple(
                f"{title} ({count} pieces)" if count > 1 else title for title, count in outcome.left.items()
            ),
        )

    def _warn(self, message: str) -> None:
        self.warnings.append(message)
        self._emit(Warned(message=message))

    def _api_waits(self, event: api_events.Waiting) -> None:
        self._emit(Waiting(reason=event.reason.replace("_", " "), wait_s=event.seconds))
