"""The destination as the command line sees it: opened with care, asked with SQL, named for people.

Knows: dlt's pipeline and where DuckDB and PostgreSQL keep things. Must not know: what is loaded.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact import postgres
from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.folder import alone, held, is_damaged, work_dir_of
from pipelines.constant_contact.transform import Destination

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import dlt

PIPELINE = "ctct"
DATASET = "constant_contact"
SOURCE = "constant_contact"
PATIENCE_S = 10.0
"""How long another program may keep a DuckDB file open before a command gives up."""
RETRY_S = 0.1

Row = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sync goes."""

    destination: str = "duckdb"
    dataset: str = DATASET

    @property
    def pipeline_name(self) -> str:
        """One pipeline a dataset, so that several accounts on one machine keep their states apart."""
        return PIPELINE if self.dataset == DATASET else f"{PIPELINE}_{self.dataset}"

    @property
    def analytics(self) -> str:
        return f"{self.dataset}_analytics"


class Opened:
    """A pipeline whose destination has been seen to work. Raises UserError when it cannot."""

    def __init__(self, place: Place, *, create: bool = True) -> None:
        """With `create=False` a DuckDB file that is not there stays away; `exists` tells."""
        import dlt  # noqa: PLC0415 - two seconds, which `--help` must not cost
        from dlt.common.exceptions import DltException  # noqa: PLC0415

        self.place = place
        try:
            to = postgres.destination() if place.destination == postgres.NAME else place.destination
            self.pipeline: dlt.Pipeline = dlt.pipeline(
                place.pipeline_name, destination=to, dataset_name=place.dataset
            )
            self._client = _sql_client(self.pipeline)
            self._client.credentials  # noqa: B018 - resolves them
        except (DltException, ValueError, ImportError, TypeError) as error:
            if is_damaged(work_dir_of(place)):
                raise UserError(
                    f"what the last sync kept in {work_dir_of(place)} is damaged; run ctct sync, which mends it"
                ) from error
            raise UserError(_configuration_sentence(place, error)) from error
        if create or self.exists:
            self._check_file()
            self._check_connection()

    @property
    def dbt(self) -> Destination:
        """The same destination in the terms of the transforms."""
        credentials = self._client.credentials
        if self.place.destination == "duckdb":
            return Destination(kind="duckdb", duckdb_path=self.duckdb_path)
        if self.place.destination == "postgres":
            return Destination(
                kind="postgres",
                host=credentials.host,
                port=credentials.port,
                user=credentials.username or "",
                password=str(credentials.password or ""),
                dbname=credentials.database,
                options=credentials.query or {},
            )
        raise UserError(
            f"transforms do not run on {self.place.destination} from here: load with --no-transform and run the "
            "dbt project with your own profile"
        )

    @property
    def duckdb_path(self) -> Path | None:
        if self.place.destination != "duckdb":
            return None
        return Path(str(self._client.credentials.database)).absolute()

    @property
    def postgres_url(self) -> str:
        """With the password: for a driver, not for eyes."""
        return str(self._client.credentials.to_native_representation())

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
        if self.duckdb_path is not None:
            return str(self.duckdb_path)
        credentials = self._client.credentials
        host = getattr(credentials, "host", None)
        return (
            f"{self.place.destination} {host}/{getattr(credentials, 'database', '')}"
            if host
            else self.place.destination
        )

    @property
    def work_dir(self) -> Path:
        return Path(self.pipeline.working_dir)

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep one connection: while it lasts, opening others costs next to nothing (a DuckDB file: 50 ms each)."""
        if not self.exists:
            yield
            return
        with self._connected(_sql_client(self.pipeline)):
            yield

    @contextmanager
    def _connected(self, client: Any) -> Iterator[Any]:
        self._connect(client)
        try:
            yield client
        finally:
            client.close_connection()

    def _connect(self, client: Any) -> None:
        """Raises UserError for a destination that does not answer, or a file that somebody else keeps open."""
        from dlt.destinations.exceptions import DestinationConnectionError  # noqa: PLC0415

        refusals: tuple[type[Exception], ...] = (DestinationConnectionError, *postgres.refusals(self.place))
        try:
            _patiently(client.open_connection, refusals)
        except refusals as error:
            raise UserError(self._silent(error)) from error

    def troubles(self) -> tuple[type[Exception], ...]:
        """What a destination that fails is told by: dlt's errors, and the driver's where dlt lets them pass."""
        from dlt.common.exceptions import DltException  # noqa: PLC0415

        return (DltException, *postgres.refusals(self.place))

    def _silent(self, error: BaseException) -> str:
        if self.duckdb_path is not None:
            return _file_sentence(self.duckdb_path, _inner(error))
        return f"the destination {self.name} does not answer: {_first_line(_inner(error))}"

    def load(self, data: Any) -> None:
        """One load package. The load tool takes the first Ctrl-C for itself and forgets it where it ends well; it is
        raised here then.
        """
        from dlt.common.runtime import signals  # noqa: PLC0415

        with signals.intercepted_signals():
            self.pipeline.run(data)
            signals.raise_if_signalled()

    def query(self, sql: str) -> list[Row]:
        """Rows of one statement, over a connection of its own, so that nothing stays locked."""
        with self._connected(self._client) as client, client.execute_query(sql) as cursor:
            if cursor.description is None:
                return []
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def execute(self, sql: str) -> None:
        with self._connected(self._client) as client:
            client.execute_sql(sql)

    def qualified(self, table: str) -> str:
        return str(self._client.make_qualified_table_name(table))

    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """Table -> columns, of the dataset, as they are in the destination."""
        found: dict[str, list[str]] = {}
        for row in self.query(
            "select table_name, column_name from information_schema.columns"
            f" where table_schema = '{self.place.dataset}' order by table_name, ordinal_position"
        ):
            found.setdefault(str(row["table_name"]), []).append(str(row["column_name"]))
        return {name: tuple(columns) for name, columns in found.items()}

    def committed_state_hash(self) -> str | None:
        """Of the pipeline's state in the last load that came to its end; None before the first."""
        if not {"_dlt_pipeline_state", "_dlt_loads"} <= self.columns().keys():
            return None
        found = self.query(
            f"select s.version_hash from {self.qualified('_dlt_pipeline_state')} as s"
            f" join {self.qualified('_dlt_loads')} as l on l.load_id = s._dlt_load_id"
            f" where s.pipeline_name = '{self.place.pipeline_name}' and l.status = 0"
            " order by l.load_id desc limit 1"
        )
        return str(found[0]["version_hash"]) if found else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the working folder and the destination; whoever comes second is told at once."""
        with alone(self.place), self.file_alone():
            yield

    @contextmanager
    def file_alone(self) -> Iterator[None]:
        """Hold a DuckDB file by a lock beside it, PostgreSQL by one of its own: another working folder sees it too."""
        if self.place.destination == postgres.NAME:
            with (
                self._connected(_sql_client(self.pipeline)) as client,
                postgres.held(client, self.place.dataset),
            ):
                yield
            return
        path = self.duckdb_path
        if path is None:
            yield
            return
        with held(_lock_beside(path), self.place):
            yield

    def _check_file(self) -> None:
        """A DuckDB file that is locked, no database or not writable is known before anything is spent."""
        path = self.duckdb_path
        if path is None:
            return
        import duckdb  # noqa: PLC0415

        if not path.parent.is_dir():
            raise UserError(
                f"the folder of the warehouse, {path.parent}, does not exist; make it, or choose another"
            )
        if path.stem in {self.place.dataset, self.place.analytics, f"{self.place.dataset}_staging"}:
            raise UserError(
                f"the warehouse {path} is named like its own schema, which DuckDB cannot tell apart; "
                "call the file something else, such as ctct.duckdb"
            )
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise UserError(f"the warehouse {path} cannot be written; check its permissions")
        try:
            _patiently(lambda: self._open_file(path), (duckdb.IOException,))
        except duckdb.IOException as error:
            raise UserError(_file_sentence(path, error)) from error
        except duckdb.Error as error:
            raise UserError(f"the warehouse {path} cannot be opened: {_first_line(error)}") from error

    def _open_file(self, path: Path) -> None:
        import duckdb  # noqa: PLC0415

        try:
            duckdb.connect(str(path)).close()
        except duckdb.IOException as error:
            if _is_locked(error):
                with held(_lock_beside(path), self.place):  # a sync that has it says so at once
                    pass
            raise

    def _check_connection(self) -> None:
        from dlt.destinations.exceptions import DatabaseException  # noqa: PLC0415

        try:
            self.query("select 1 as one")
        except DatabaseException as error:
            raise UserError(self._silent(error)) from error


def _patiently(open_: Callable[[], object], refusals: tuple[type[Exception], ...]) -> None:
    """Open a file that another program may have open for a moment, as everybody who asks it a question does."""
    until_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            open_()
        except refusals as error:
            if not _is_locked(error) or time.monotonic() >= until_s:
                raise
            time.sleep(RETRY_S)
        else:
            return


def _is_locked(error: BaseException) -> bool:
    return "lock on file" in str(error)


def _lock_beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")


def _sql_client(pipeline: dlt.Pipeline) -> Any:
    return pipeline.sql_client(SOURCE) if SOURCE in pipeline.schema_names else pipeline.sql_client()


def failed_load(error: BaseException, place: str) -> RunFailed:
    """A load that broke, as one sentence; what was committed before stays."""
    return RunFailed(
        f"loading into {place} failed: {_first_line(_root(error))}; what was committed before stays, run again to go on"
    )


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _inner(error: BaseException) -> BaseException:
    """The database's own words; dlt hangs them beside its own instead of chaining them."""
    return getattr(error, "inner_exc", None) or _root(error)


def _file_sentence(path: Path, error: BaseException) -> str:
    words = str(error)
    if "lock" in words.lower():
        return f"the warehouse {path} is open in another program; close that one, then run again"
    if "not a valid" in words:
        return (
            f"the file {path} is not a DuckDB database; name another one in DESTINATION__DUCKDB__CREDENTIALS"
        )
    return f"the warehouse {path} cannot be opened: {_first_line(error)}"


def _configuration_sentence(place: Place, error: BaseException) -> str:
    return (
        f"destination {place.destination!r} is not usable: {_first_line(error)}; "
        f"see DESTINATION__{place.destination.upper()}__CREDENTIALS in the README"
    )


def _first_line(error: Any) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300].rstrip(".") if lines else type(error).__name__
