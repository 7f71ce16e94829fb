"""One sync: read in groups, commit each, set right what follows from it, transform, record.

Reading goes on in the background while a group is loaded, so a run takes as long as its requests. Everything
that happens is emitted as an event; nothing is printed here.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pendulum

from pipelines.constant_contact.destinations.folder import alone
from pipelines.constant_contact.destinations.load_failures import failed_load
from pipelines.constant_contact.destinations.location import locate
from pipelines.constant_contact.destinations.warehouse import SOURCE, Warehouse
from pipelines.constant_contact.erasure.sweep import returned
from pipelines.constant_contact.errors import Busy, RunFailed
from pipelines.constant_contact.events import RunEnded, RunResult, Waiting, one_at_a_time
from pipelines.constant_contact.request import load_settings, patience_of, published_copy
from pipelines.constant_contact.sync import records
from pipelines.constant_contact.sync.beginning import (
    finish_pending,
    no_longer_true,
    run_started,
    whose_account,
)
from pipelines.constant_contact.sync.commits import Commits
from pipelines.constant_contact.sync.context import Begun, Read, Run
from pipelines.constant_contact.sync.ending import never_begun
from pipelines.constant_contact.sync.finish import Finish
from pipelines.constant_contact.sync.messages import Messages
from pipelines.constant_contact.sync.recovery import repair_folder
from pipelines.constant_contact.sync.to_write import ToWrite
from sources.constant_contact.api.client import Client
from sources.constant_contact.batches import Batch
from sources.constant_contact.kept_rows import asked_for
from sources.constant_contact.leftovers import remove_loaded_rows
from sources.constant_contact.repair.cascades import apply_cascades
from sources.constant_contact.state.changes import changed

if TYPE_CHECKING:
    from pipelines.constant_contact.destinations.location import Location
    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.destinations.waiting import Patience
    from pipelines.constant_contact.events import Listener
    from pipelines.constant_contact.request import SyncRequest
    from sources.constant_contact.identity import Identity
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.source import Settings
    from sources.constant_contact.state.changes import StateChange


def sync(request: SyncRequest, listener: Listener, *, own: Settings | None = None) -> RunResult:
    """Carry out one sync. Raises UserError for what a person must set right first; other ends are in the result."""
    own = own or load_settings(request.target.profile)
    wanted = request.wanted(own.chosen(), own.login_kind())
    emit = one_at_a_time(listener)
    location = locate(request.target)
    if (copy := published_copy(own)) is not None:
        location.kind.check_copy(location.place, request.target, copy)
    patience = patience_of(own, request.wait, lambda why, left_s: emit(Waiting(reason=why, wait_s=left_s)))
    begun, messages = pendulum.now("UTC"), Messages(emit)
    client = Client(own.connection(), on_wait=messages.api_waits, max_requests=request.max_requests)
    with closing(client):
        client.check_login()  # before a warehouse is made into which nothing can be loaded
        try:
            with alone(location.state_folder, request.target, patience):
                warehouse = _opened(request.target, location, own, patience)
                with warehouse.locked():
                    return _locked(
                        Run(
                            request=request,
                            wanted=wanted,
                            own=own,
                            warehouse=warehouse,
                            client=client,
                            messages=messages,
                        )
                    )
        except Busy as error:  # before anything was read
            result = never_begun(own.connection(), str(error), begun)
            records.keep(location.state_folder, result, own.connection().key)
            emit(RunEnded(result=result))
            return result


def _opened(target: Target, location: Location, own: Settings, patience: Patience) -> Warehouse:
    """The warehouse, after what an earlier run may have left in its folders is put in order."""
    location.kind.limit_memory(location.place, own.size().database_mb)
    repair_folder(location.work_dir)
    for folder in (location.work_dir, location.earlier_folder()):
        remove_loaded_rows(folder, SOURCE)
    return Warehouse(target, location=location, patience=patience)


def _locked(run: Run) -> RunResult:
    """The run, while nobody else loads into this dataset."""
    try:
        return _carried_out(run)
    except run.warehouse.troubles() as error:
        raise failed_load(error, run.warehouse.name) from error


def _carried_out(run: Run) -> RunResult:
    begun = _begin(run)
    try:
        read = _read(run, begun)
    except (RunFailed, Busy) as error:  # a load that broke, or could not begin: what came before stays
        read = Read(failure=error)
    finally:
        begun.reading.reader.close()
        begun.reading.warehouse.close()
    return Finish(run, begun, read).result()


def _begin(run: Run) -> Begun:
    """Nothing but the account is asked of the API. Raises UserError."""
    from sources.constant_contact.source import unused_settings  # noqa: PLC0415 - two seconds

    warehouse, client, warn = run.warehouse, run.client, run.messages.warn
    for unused in unused_settings():
        warn(unused.sentence)
    for sentence in warehouse.left_out(transform=run.request.transform):
        warn(sentence)
    identity, refusal = whose_account(warehouse, client, accept=run.request.accept_account, warn=warn)
    with warehouse.kept_open():  # nothing is asked of the API until the first slice is read
        finish_pending(warehouse, client, warn=warn)
        taken_back = no_longer_true(warehouse, warn=warn)
        started = run_started(
            warehouse, client, run.request, run.own, run_id=run.run_id, started_at=run.started_at
        )
        run.messages.emit(started)
        reading = _begun_reading(run, identity, taken_back)
        there = warehouse.columns() if warehouse.merges else ()
        to_write = ToWrite(reading.warehouse, run.wanted, there=there, merges=warehouse.merges)
    commits = Commits(
        warehouse,
        client,
        run.own,
        run.messages,
        to_write=to_write,
        first=taken_back,
        always=identity.changes,
    )
    return Begun(
        reading=reading,
        commits=commits,
        identity=identity,
        refusal=refusal,
        planned_requests=started.planned_requests,
    )


def _begun_reading(run: Run, identity: Identity, taken_back: tuple[StateChange, ...]) -> Reading:
    from sources.constant_contact.source import begin  # noqa: PLC0415 - two seconds

    return begin(
        run.own,
        client=run.client,
        wanted=run.wanted,
        warehouse=run.warehouse.loaded(ahead=asked_for(run.wanted)),
        state=changed(run.state(), taken_back),
        full_refresh=run.request.full_refresh,
        asked_ids=run.request.asked_ids,
        now=run.started_at,
        identity=identity,
    )


def _read(run: Run, begun: Begun) -> Read:
    """Read and commit everything. Raises RunFailed, Busy."""
    reading, commits = begun.reading, begun.commits
    if begun.refusal is not None:
        reading.reader.end(begun.refusal)
        return Read()
    began = time.monotonic()
    commits.read(reading)
    extract_s = time.monotonic() - began - commits.load_s
    commits.all_is_read()
    if isinstance(reading.reader.outcome.error, Busy):
        raise reading.reader.outcome.error
    if run.warehouse.merges:
        with run.warehouse.kept_open():
            apply_cascades(run.warehouse, run.wanted, reading.excluded)
    for change in returned(run.state(), reading.forgotten):
        commits.commit(Batch(resource="contacts", state=(change,)))
    return Read(extract_s=extract_s)
