"""A warehouse that is open: load packages go in, SQL comes out, people get a name for it.

Knows: dlt's pipeline. Must not know: what is loaded, or what is special about a destination (that is in its module).
"""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations.base import first_line
from pipelines.constant_contact.destinations.committed_state import state_from_files, state_from_tables
from pipelines.constant_contact.destinations.folder import alone, is_damaged
from pipelines.constant_contact.destinations.keeper import Keeper
from pipelines.constant_contact.destinations.load_failures import innermost, no_longer_answers
from pipelines.constant_contact.destinations.location import locate
from pipelines.constant_contact.destinations.remembered import remembering
from pipelines.constant_contact.destinations.room import must_have_room
from pipelines.constant_contact.destinations.waiting import A_MOMENT
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.freed_memory import give_back

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    import dlt

    from pipelines.constant_contact.destinations.base import Place
    from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
    from pipelines.constant_contact.destinations.location import Location
    from pipelines.constant_contact.destinations.session import Session
    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.destinations.waiting import Patience
    from sources.constant_contact.warehouse import Warehouse as Loaded

SOURCE = "constant_contact"

Row = dict[str, object]


class Warehouse:
    """A pipeline whose destination has been seen to work. Raises UserError when it cannot."""

    def __init__(
        self,
        target: Target,
        *,
        create: bool = True,
        location: Location | None = None,
        patience: Patience = A_MOMENT,
        reads: Place | None = None,
    ) -> None:
        """With `create=False` a DuckDB file that is not there stays away; `exists` tells. `patience`: of this and of
        everything that opens the destination later. `reads`: the place to read from, which nothing is written to.
        """
        import dlt  # noqa: PLC0415 - two seconds, which `--help` must not cost
        from dlt.common.exceptions import DltException  # noqa: PLC0415

        self.target, self._patience, self._has_answered = target, patience, False
        self.location = location or locate(target)
        self._kind, self._place = self.location.kind, reads or self.location.place
        try:
            self.pipeline: dlt.Pipeline = dlt.pipeline(
                target.pipeline_name,
                destination=remembering(self._place.factory),
                dataset_name=target.dataset,
                pipelines_dir=str(self.location.state_folder),
            )
            self._client = _sql_client(self.pipeline)
            self._keeper = Keeper(_sql_client(self.pipeline), self._connect)
            self._client.credentials  # noqa: B018 - resolves them
        except OSError as error:
            raise UserError(
                f"the working folder {self.location.work_dir} cannot be used ({error.strerror}); set DLT_DATA_DIR to a "
                "writable folder"
            ) from error
        except (DltException, ValueError, ImportError, TypeError) as error:
            if is_damaged(self.location.work_dir):
                raise UserError(
                    f"what the last sync kept in {self.location.work_dir} is damaged; run ctct sync, which repairs it"
                ) from error
            raise UserError(self.location.configuration_sentence(error)) from error
        if create or self.exists:
            if reads is None:
                self._kind.check(self._place, target, patience)
            self._check_connection()

    @property
    def dbt(self) -> DbtProfile:
        """The same destination in the terms of the transforms."""
        return self._kind.dbt(self.location.place, self._client.credentials)

    @property
    def merges(self) -> bool:
        """Whether a row that changed replaces the loaded one; elsewhere dlt keeps each version that it loads."""
        capabilities = self.pipeline.destination.capabilities()
        return "delete-insert" in (capabilities.supported_merge_strategies or ())

    def left_out(self, *, transform: bool) -> list[str]:
        """What a sync does not do here, a sentence each: to be known before anything is spent."""
        kind, sentences = self.location.kind, []
        if not self.merges:
            sentences.append(
                f"{kind.name} keeps every loaded version of a row: the newest _dlt_load_id of a key counts, and audit, "
                "repair, deletions that follow from others, and history do not run there"
            )
        if transform and not kind.transforms:
            sentences.append(
                f"the marts are not built on {kind.name} from here; --no-transform leaves this warning out, and the "
                "dbt project runs there with a profile of your own"
            )
        return sentences

    @property
    def duckdb_path(self) -> Path | None:
        return self._place.file

    @property
    def exists(self) -> bool:
        path = self.duckdb_path
        return path is None or path.exists()

    def must_exist(self) -> None:
        if not self.exists:
            raise UserError(f"there is no warehouse at {self.name} yet; run ctct sync first")

    @property
    def name(self) -> str:
        """What a person recognises; never a password."""
        return self._place.title

    @property
    def work_dir(self) -> Path:
        return Path(self.pipeline.working_dir)

    def kept_open(self) -> AbstractContextManager[None]:
        """Keep one connection: while it lasts, opening others costs next to nothing (a DuckDB file: 50 ms each)."""
        return self._keeper.kept() if self.exists else nullcontext()

    def publish(self, copy: Path) -> None:
        """Renew the copy for readers. Raises Busy, UserError, OSError and the driver's errors; the last one stays."""
        self._kind.publish(self._place, copy, self._patience)

    @contextmanager
    def kept_for_dbt(self) -> Iterator[None]:
        """Keep the destination for the transforms, which open it themselves and do not wait. Raises Busy."""
        with self._kind.kept_for_dbt(self._place, self._patience):
            yield

    @contextmanager
    def connected(self, client: Any) -> Iterator[Any]:
        """An SQL client of the pipeline while it is used, so that others have their turn in between."""
        self._connect(client)
        try:
            yield client
        finally:
            client.close_connection()

    def _connect(self, client: Any) -> None:
        """Raises UserError for a destination that does not answer, or a file that somebody else keeps open; RunFailed
        where it has answered before: no setting is wrong then.
        """
        from dlt.destinations.exceptions import DestinationConnectionError  # noqa: PLC0415

        refusals: tuple[type[Exception], ...] = (DestinationConnectionError, *self._kind.refusals())
        try:
            self._patience.until_free(client.open_connection, self._busy_reason, self._kind.advice)
        except refusals as error:
            inner = innermost(error)
            if isinstance(inner, UserError):  # in words of ours already
                raise inner from error
            if self._has_answered:
                raise no_longer_answers(inner, self.name) from error
            raise UserError(self._kind.explain(self._place, inner)) from error
        self._has_answered = True

    def _busy_reason(self, error: Exception) -> str | None:
        return self._kind.busy_reason(self._place, innermost(error))

    def troubles(self) -> tuple[type[Exception], ...]:
        """What a destination that fails is told by: dlt's errors, and the driver's where dlt lets them pass."""
        from dlt.common.exceptions import DltException  # noqa: PLC0415

        return (DltException, *self._kind.refusals())

    def must_have_room(self, arrow_bytes: int) -> None:
        """For a load package of rows of this size, in the working folder and in a warehouse that is a file."""
        for folder in (self.location.state_folder, self._place.file.parent if self._place.file else None):
            if folder is not None:
                must_have_room(folder, 2 * arrow_bytes, "the next commit")

    def load(self, data: Any) -> float:
        """One load package, made first, so that nobody is kept from the destination longer than its loading takes; for
        how many seconds that was.

        Raises Busy; the package stays, and the next run begins with it.
        """
        with _ctrl_c_raised():
            self.pipeline.extract(data)
            self.pipeline.normalize()
        give_back()  # what is in files now, before the database needs as much
        with self.kept_open(), _ctrl_c_raised():
            began = time.monotonic()
            self.pipeline.load(**self._kind.load_options)
        return time.monotonic() - began

    def loaded(self, *, ahead: Collection[str] = (), only: Collection[str] | None = None) -> Loaded:
        """What is loaded, for the source to ask; nothing is held open between its questions.

        `ahead`: tables whose rows are read now, where they are few; `only`: those that will be asked about.
        """
        from sources.constant_contact.loaded import warehouse_of  # noqa: PLC0415 - two seconds

        with self.kept_open():
            return warehouse_of(self.pipeline, self.connected, ahead=ahead, only=only, stretch=self.kept_open)

    def query(self, sql: str) -> list[Row]:
        """Rows of one statement, over a connection of its own, so that nothing stays locked."""
        with self.connected(self._client) as client, client.execute_query(sql) as cursor:
            described = self._described(cursor)
            if described is None:
                return []
            names = [column[0] for column in described]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _described(self, cursor: Any) -> Any:
        """What DB-API calls `description`. Raises UserError for a destination of dlt whose cursors have none."""
        try:
            return cursor.description
        except AttributeError as error:
            raise UserError(
                f"destination {self.target.destination!r} does not say which columns it answers with, so what is "
                "loaded there cannot be asked; take duckdb, postgres, ducklake or filesystem"
            ) from error

    def session(self) -> AbstractContextManager[Session]:
        """A connection for questions, which cannot change anything. Raises UserError where there is nothing to read
        yet, and for a destination or a role that has none.
        """
        self.must_exist()
        return self._kind.session(self._place, self.target)

    def earlier(self, at: datetime, say: Callable[[str], None]) -> AbstractContextManager[Session]:
        """The same for the state at a time, which `say` names. Raises UserError where none is kept."""
        return self._kind.earlier(self._place, self.target, at, say)

    @contextmanager
    def arrow_batches(self, sql: str, batch_rows: int) -> Iterator[Iterator[Any]]:
        """Rows of one statement as Arrow tables of one schema, at least one, which may be empty."""
        with self.connected(self._client) as client, client.execute_query(sql) as cursor:
            yield self._kind.arrow_batches(cursor, batch_rows)

    def copied_to_parquet(self, select: str, file: Path) -> int | None:
        """Rows that the database itself wrote to a file; None where it cannot. Raises OSError."""
        from dlt.destinations.exceptions import DatabaseException  # noqa: PLC0415

        statement = self._kind.parquet_copy(select, file)
        if statement is None:
            return None
        try:
            [written] = self.query(statement)
        except DatabaseException as error:
            raise OSError(first_line(innermost(error))) from error
        return int(str(written["Count"]))

    def execute(self, sql: str) -> None:
        with self.connected(self._client) as client:
            client.execute_sql(sql)

    def tidy(self) -> None:
        """What the destination needs after a run. Raises Busy, UserError and the driver's errors."""
        if self._kind.needs_upkeep:
            with self.kept_open():
                self._kind.tidy(self._place, self.target, self.query)

    @property
    def erases(self) -> bool:
        """Whether `rewrite` leaves no deleted byte."""
        return self._kind.erases

    def rewrite(self, tables: Sequence[str]) -> Sequence[str]:
        """Write the files of these tables anew; what was not possible. Nobody has a connection open."""
        return self._kind.rewrite(self._place, self.execute, tables, self._patience)

    def qualified(self, table: str) -> str:
        return str(self._client.make_qualified_table_name(table))

    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """Table -> columns, of the dataset, as they are in the destination."""
        found: dict[str, list[str]] = {}
        for row in self.query(
            "select table_name, column_name from information_schema.columns"
            f" where table_schema = '{self.target.dataset}' order by table_name, ordinal_position"
        ):
            found.setdefault(str(row["table_name"]), []).append(str(row["column_name"]))
        return {name: tuple(columns) for name, columns in found.items()}

    def tables_known(self) -> Mapping[str, Any]:
        """The source's tables with rows, as the load tool knows them from earlier loads."""
        if SOURCE not in self.pipeline.schema_names:
            return {}
        schema = self.pipeline.schemas[SOURCE]
        return {name: schema.tables[name] for name in schema.data_table_names(seen_data_only=True)}

    def forget_schema(self) -> None:
        """Let the load tool look at each table again before the next load; it takes a known schema for made."""
        stored = self.pipeline.schemas[SOURCE].stored_version_hash
        self.execute(f"delete from {self.qualified('_dlt_version')} where version_hash = '{stored}'")

    def committed_state(self) -> dict[str, Any]:
        """The pipeline's state in the last load that came to its end; empty before the first."""
        name = self.target.pipeline_name
        if not self.merges:
            return state_from_files(self.pipeline, name)
        if not {"_dlt_pipeline_state", "_dlt_loads"} <= self.columns().keys():
            return {}
        return state_from_tables(self.query, self.qualified, name)

    def datasets(self) -> list[str]:
        """Those that the load tool made in this warehouse, sorted; its own staging datasets are left out."""
        rows = self.query(
            "select distinct table_schema from information_schema.tables where table_name = '_dlt_loads'"
            " order by table_schema"
        )
        names = [str(row["table_schema"]) for row in rows]
        return [name for name in names if not name.endswith("_staging")]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the state folder and the destination; whoever comes second waits, then raises Busy."""
        with alone(self.location.state_folder, self.target, self._patience), self.locked():
            yield

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the destination, for every folder and machine that can reach it."""
        with self._kind.lock(self._place, self.target, _sql_client(self.pipeline), self._patience):
            yield

    def _check_connection(self) -> None:
        from dlt.destinations.exceptions import DatabaseException  # noqa: PLC0415

        try:
            self.query("select 1 as one")
        except DatabaseException as error:
            raise UserError(self._kind.explain(self._place, innermost(error))) from error


def opened_for_reading(target: Target, copy: Path | None, say: Callable[[str], None]) -> Warehouse:
    """A warehouse that is only asked: beside a running sync its published copy, named with its age by `say`.

    Raises Busy where it is not free within a moment.
    """
    location = locate(target)
    place = location.kind.for_reading(location.place, copy, say)
    return Warehouse(target, create=False, location=location, reads=place)


def _sql_client(pipeline: dlt.Pipeline) -> Any:
    return pipeline.sql_client(SOURCE) if SOURCE in pipeline.schema_names else pipeline.sql_client()


@contextmanager
def _ctrl_c_raised() -> Iterator[None]:
    """The load tool takes the first Ctrl-C for itself and forgets it where it ends well; it is raised here then."""
    from dlt.common.runtime import signals  # noqa: PLC0415

    with signals.intercepted_signals():
        yield
        signals.raise_if_signalled()
