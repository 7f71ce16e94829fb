"""The destination as the command line sees it: opened with care, asked with SQL, named for people.

Knows: dlt's pipeline and where DuckDB and PostgreSQL keep things. Must not know: what is loaded.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from pipelines.constant_contact import postgres
from pipelines.constant_contact.errors import RunFailed, UserError
from pipelines.constant_contact.transform import Destination

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import dlt

PIPELINE = "ctct"
DATASET = "constant_contact"
SOURCE = "constant_contact"

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
        client = _sql_client(self.pipeline)
        client.open_connection()
        try:
            yield
        finally:
            client.close_connection()

    def query(self, sql: str) -> list[Row]:
        """Rows of one statement, over a connection of its own, so that nothing stays locked."""
        with self._client as client, client.execute_query(sql) as cursor:
            if cursor.description is None:
                return []
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def execute(self, sql: str) -> None:
        with self._client as client:
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
            with postgres.held(_sql_client(self.pipeline), self.place.dataset):
                yield
            return
        path = self.duckdb_path
        if path is None:
            yield
            return
        with _held(_lock_beside(path), self.place):
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
            duckdb.connect(str(path)).close()
        except duckdb.IOException as error:
            if path.exists():
                with _held(_lock_beside(path), self.place):  # a sync that has it says so in its own words
                    pass
            raise UserError(_file_sentence(path, error)) from error
        except duckdb.Error as error:
            raise UserError(f"the warehouse {path} cannot be opened: {_first_line(error)}") from error

    def _check_connection(self) -> None:
        from dlt.destinations.exceptions import DatabaseException, DestinationConnectionError  # noqa: PLC0415

        try:
            self.query("select 1 as one")
        except (DestinationConnectionError, DatabaseException) as error:
            raise UserError(
                f"the destination {self.name} does not answer: {_first_line(error.__cause__ or error)}"
            ) from error


def _lock_beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")


def work_dir_of(place: Place) -> Path:
    """The pipeline's working folder, whether it exists or not."""
    from dlt.common.pipeline import get_dlt_pipelines_dir  # noqa: PLC0415

    return Path(get_dlt_pipelines_dir()) / place.pipeline_name


@contextmanager
def alone(place: Place) -> Iterator[None]:
    """Hold the working folder, even before the pipeline is opened: opening one in a new folder empties it."""
    folder = work_dir_of(place).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the working folder {folder} cannot be made ({error.strerror}); set DLT_DATA_DIR to a writable folder"
        ) from error
    with _held(folder / f"{place.pipeline_name}.lock", place):
        yield


@contextmanager
def _held(path: Path, place: Place) -> Iterator[None]:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"another sync into dataset {place.dataset!r} is running; wait for it to end, or end it"
        ) from None
    except OSError as error:
        raise UserError(
            f"the lock {path} cannot be written ({error.strerror}); make its folder writable"
        ) from error
    try:
        yield
    finally:
        lock.release()


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
