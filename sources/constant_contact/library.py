"""The account as a dlt source that reads while dlt extracts, in anybody's pipeline: `constant_contact()`.

All of a run is one load package here, so what follows from its rows (see `repair.cascade_batches`) travels in it.
"""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dlt
import pyarrow as pa
from dlt.common.configuration import resolve_configuration
from dlt.common.destination.exceptions import DestinationUndefinedEntity
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials
from dlt.pipeline.state_sync import load_pipeline_state_from_destination

from sources.constant_contact.api.client import Client
from sources.constant_contact.api.errors import ConfigError
from sources.constant_contact.catalogue import CATALOGUE, endpoint
from sources.constant_contact.identity import identify
from sources.constant_contact.leftovers import remove_loaded_rows, set_what_must_hold
from sources.constant_contact.loaded import NAME, warehouse_of
from sources.constant_contact.reads.left_out import granted, sentences
from sources.constant_contact.repair.cascade_batches import Cascades
from sources.constant_contact.source import (
    Settings,
    begin,
    empty_tables,
    item_of,
    resource_of,
    settings,
    unused_settings,
)
from sources.constant_contact.state import dataset as dataset_state
from sources.constant_contact.state.changes import apply_changes
from sources.constant_contact.state.dataset import DatasetState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dlt.extract import DltResource, DltSource

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.warehouse import Warehouse

log = logging.getLogger(__name__)
set_what_must_hold()  # before a pipeline is made, which reports that it was


def constant_contact(**explicit: Any) -> DltSource:
    """The account as a source; `with_resources(...)` chooses. Keyword arguments override settings.

    What is off by default is there, unselected, where the setting `opt_in` does not name it.

    Reading begins when dlt extracts, with several cursor chains at once under one request ledger. A spent quota ends
    the extraction early with a warning: what was read is loaded, and the next run goes on from there.
    """
    set_what_must_hold()
    live = Live(explicit)

    @dlt.source(name=NAME, section=NAME, max_table_nesting=0)
    def source() -> Iterator[DltResource]:
        on = settings(**explicit).chosen()
        for of in CATALOGUE.values():
            resource = resource_of(of, lambda name=of.resource: live.items(name))  # type: ignore[misc]
            resource.selected = of.resource in on
            yield resource

    return source()


class Live:
    """One reading that feeds all resources of a source, whichever of them dlt asks first."""

    def __init__(self, explicit: Mapping[str, Any]) -> None:
        self._explicit = explicit
        self._reading: Reading | None = None
        self._waiting: dict[str, deque[Batch]] = defaultdict(deque)
        self._seen: set[str] = set()
        self._more = True
        self._cascades = Cascades()

    def items(self, name: str) -> Iterator[Any]:
        """Items of one resource; None where dlt should ask another one first."""
        reading = self._open()
        for table_name, rows in empty_tables(frozenset({name}))[name].items():
            yield item_of(endpoint(name), table_name, rows, unique=False)
        try:
            while True:
                if waiting := self._waiting[name]:
                    for table_name, rows in self._new(name, waiting.popleft()).items():
                        yield item_of(endpoint(name), table_name, rows, unique=False)
                elif self._more:
                    self._poll(reading)
                    if not self._waiting[name]:
                        yield None
                else:
                    return
        finally:
            if self._more:
                self._more = False
                reading.reader.close()
                reading.client.close()
                reading.warehouse.close()

    def _open(self) -> Reading:
        if self._reading is None:
            own = settings(**self._explicit)
            for unused in unused_settings():
                log.warning("%s", unused.sentence)
            pipeline: Any = dlt.current.pipeline()
            must_be_of_this_folder(pipeline)
            remove_loaded_rows(Path(pipeline.working_dir), NAME)
            client, loaded_rows = Client(own.connection()), warehouse_of(pipeline)
            try:
                self._reading = self._begun(own, client, loaded_rows, f"dataset {pipeline.dataset_name!r}")
            except BaseException:
                client.close()
                loaded_rows.close()
                raise
        return self._reading

    def _begun(self, own: Settings, client: Client, warehouse: Warehouse, holder: str) -> Reading:
        """Raises OtherAccount before anything is read."""
        state = dlt.current.source_state()
        _trust_destination(state)
        identity = identify(client, warehouse, state, holder=holder)
        if identity.warning:
            log.warning("%s", identity.warning)
        apply_changes(state, (*identity.changes, dataset_state.committed_once_more(state)))
        return begin(
            own,
            client=client,
            wanted=frozenset(dlt.current.source().selected_resources) & frozenset(CATALOGUE),
            warehouse=warehouse,
            state=state,
            once=True,
            identity=identity,
        )

    def _poll(self, reading: Reading) -> None:
        batch, self._more = reading.reader.poll()
        if batch is not None:
            self._waiting[batch.resource].append(batch)
            self._cascades.observe(batch)
            apply_changes(dlt.current.source_state(), batch.state)
        if self._more:
            return
        if reading.reader.outcome.error is None:
            for batch in self._cascades.batches(reading.warehouse, reading.wanted):
                kept = replace(batch, tables=reading.excluded.emptied(dict(batch.tables)))
                self._waiting[batch.resource].append(kept)
        for sentence in sentences(reading, granted(reading)):
            log.warning("%s", sentence)
        reading.client.close()
        reading.warehouse.close()
        outcome = reading.reader.outcome
        if outcome.error is not None:
            raise outcome.error
        if outcome.postponed is not None:
            log.warning("%s", outcome.postponed)

    def _new(self, name: str, batch: Batch) -> Mapping[str, pa.Table]:
        """Without contacts that this load holds already: their sets of children would come twice."""
        if name != "contacts" or name not in batch.tables:
            return batch.tables
        ids = set(batch.tables[name].column("contact_id").to_pylist())
        again = self._seen & ids
        self._seen |= ids
        if not again:
            return batch.tables
        return {
            each: rows.filter(
                pa.array([one not in again for one in rows.column("contact_id").to_pylist()], pa.bool_())
            )
            if "contact_id" in rows.column_names
            else rows
            for each, rows in batch.tables.items()
        }


def _trust_destination(state: dict[str, Any]) -> None:
    """Take the state that stands beside the rows where the working folder has another: a file that was restored, copied
    or deleted since. dlt itself would keep whichever has the higher version.
    """
    pipeline: Any = dlt.current.pipeline()
    try:
        with pipeline.destination_client() as client:
            committed = load_pipeline_state_from_destination(pipeline.pipeline_name, client)
    except (DestinationUndefinedEntity, NotImplementedError, AttributeError):
        committed = None
    theirs = dataset_state.section_of(committed or {})
    if DatasetState.of(theirs).commit == DatasetState.of(state).commit:
        return
    log.warning("the working folder and the warehouse were parted; what the warehouse says of itself counts")
    state.clear()
    state.update(theirs)


def must_be_of_this_folder(pipeline: Any) -> None:
    """Raises ConfigError where dlt, which keeps the first folder of a pipeline's name, means another one's file.

    A file that was named absolutely, or given to the pipeline, is where the caller wants it.
    """
    if pipeline.destination.destination_name != "duckdb":
        return
    configured = resolve_configuration(
        DuckDbCredentials(), sections=("destination", "duckdb", "credentials"), accept_partial=True
    ).database
    bound = pipeline.destination.config_params.get("credentials")
    if bound is not None or (configured and Path(configured).is_absolute()):
        return
    file = Path(pipeline.sql_client().credentials.database)
    here = Path.cwd() / (configured or file.name)
    if file.resolve() != here.resolve():
        raise ConfigError(
            f"pipeline {pipeline.pipeline_name!r} first ran in another folder, so dlt would load into {file} and not "
            f"into {here}; set DESTINATION__DUCKDB__CREDENTIALS to the file that is meant"
        )
