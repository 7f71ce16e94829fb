"""DuckDB: one file, one process at a time.

The path is resolved here, absolutely, in the folder where the command starts. dlt keeps the first folder that ever
ran a pipeline of this name and resolves a relative path against that one for ever, so two folders shared a warehouse.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations.base import Destination, Place, first_line, resolved
from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
from pipelines.constant_contact.destinations.duckdb_session import session
from pipelines.constant_contact.destinations.folder import holder_of, is_held, locked, program_name
from pipelines.constant_contact.destinations.published import age, catalog_name, check_copy, publish
from pipelines.constant_contact.destinations.rewriting import rewrite_file
from pipelines.constant_contact.destinations.target import DATASET, DUCKDB, PIPELINE
from pipelines.constant_contact.destinations.waiting import A_MOMENT
from pipelines.constant_contact.errors import UserError
from sources.constant_contact.state.dataset import DatasetState, section_of
from sources.constant_contact.warehouse import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from pipelines.constant_contact.destinations.session import Session
    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.destinations.waiting import Patience

SETTING = "DESTINATION__DUCKDB__CREDENTIALS"
FILE = f"{PIPELINE}.duckdb"
ADVICE_TO_READERS = (
    "try again in a moment, or set publish to a file: syncs keep a copy there that is always readable"
)
MB_A_THREAD = 125
"""What DuckDB asks for at least, and takes beside its limit where it has less."""
NAMES_OF_DUCKDB = frozenset(("main", "system", "temp"))
"""A database of such a name is opened, and then its tables are not found, or not made."""
UNSET = ":unset:"
"""What dlt names a file after that nobody configured."""
CONFLICT = re.compile(r"lock is held in (?P<path>.*?) \(PID (?P<pid>\d+)\)")
"""DuckDB's words for who has the file open."""


class DuckDb(Destination):
    """A warehouse in one file."""

    transforms = True
    advice = (
        "run again later, close that program, or give readers a copy of their own with the setting publish"
    )

    def __init__(self) -> None:
        super().__init__(DUCKDB)
        self._marts_mb = 0
        """What the transforms may use, who sort and count all there is; 0: as DuckDB sees fit."""

    def place(self, target: Target) -> Place:
        """Raises UserError where only a warehouse of version 0.1 in another folder can be meant."""
        import dlt  # noqa: PLC0415 - two seconds, which `--help` must not cost

        configured = resolved(dlt.destinations.duckdb(), target, pipeline_name=UNSET).credentials
        file = Path(str(configured.database))
        if file.stem == UNSET:
            file = _unset(target)
        configured.database = str(file)
        return Place(
            identity=f"{DUCKDB} {file.resolve()}",
            title=str(file),
            factory=dlt.destinations.duckdb(credentials=configured),
            file=file,
        )

    def check(self, place: Place, target: Target, patience: Patience) -> None:  # noqa: ARG002 - part of the interface
        """What opening the file, which comes next, would not tell in so many words."""
        path = _file(place)
        if not path.parent.is_dir():
            raise UserError(
                f"the folder of the warehouse, {path.parent}, does not exist; make it, or choose another"
            )
        name = catalog_name(path)
        if name.casefold() in NAMES_OF_DUCKDB:
            raise UserError(
                f"the warehouse {path} has a name that DuckDB keeps for itself, {name}; "
                f"call the file something else, such as {FILE}"
            )
        if name.casefold() in {
            each.casefold() for each in (target.dataset, target.analytics, target.staging)
        }:
            raise UserError(
                f"the warehouse {path} is named like its own schema, which DuckDB cannot tell apart; "
                f"call the file something else, such as {FILE}"
            )
        if unfit := unfit_for_marts(path):
            raise UserError(
                f"the warehouse {path} has {unfit} in its path, and dbt, which builds the marts, cannot open such "
                f"a file; name one without in {SETTING}"
            )
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise UserError(f"the warehouse {path} cannot be written; check its permissions")

    def _connected(self, place: Place, patience: Patience) -> DuckDBPyConnection:
        import duckdb  # noqa: PLC0415

        return patience.until_free(
            lambda: duckdb.connect(str(place.file)), lambda error: self.busy_reason(place, error), self.advice
        )

    def busy_reason(self, place: Place, error: BaseException) -> str | None:
        if not is_locked(error):
            return None
        path = _file(place)
        named = CONFLICT.search(str(error))
        if named is None:
            return f"the warehouse {path} is open in another program"
        pid = int(named["pid"])
        if (sync := holder_of(lock_beside(path), pid)) is not None:
            return f"the warehouse {path} is in use by {sync}"
        return f"the warehouse {path} is open in {program_name(pid) or Path(named['path']).name} (PID {pid})"

    def explain(self, place: Place, error: BaseException) -> str:
        path, words = _file(place), str(error)
        if "not a valid" in words:
            return f"the file {path} is not a DuckDB database; name another one in {SETTING}"
        if path.is_dir():
            return f"the warehouse {path} cannot be opened: Is a directory; name a file in {SETTING}"
        return f"the warehouse {path} cannot be opened: {first_line(error)}"

    def limit_memory(self, place: Place, megabytes: int) -> None:
        """What does not fit is put on disk beside the file; rows need not come back in the order of their loading."""
        self._marts_mb = 4 * megabytes
        credentials = place.factory.config_params["credentials"]
        threads = min(os.cpu_count() or 1, max(1, megabytes // MB_A_THREAD))
        bounds = {"memory_limit": f"{megabytes}MB", "threads": threads, "preserve_insertion_order": False}
        credentials.global_config = {**bounds, **(credentials.global_config or {})}

    @contextmanager
    def lock(self, place: Place, target: Target, client: Any, patience: Patience) -> Iterator[None]:  # noqa: ARG002
        """By a lock beside the file, so that another working folder sees it too."""
        with locked(lock_beside(_file(place)), target, patience):
            yield

    def check_copy(self, place: Place, target: Target, copy: Path) -> None:
        check_copy(_file(place), copy, target)

    def refusals(self) -> tuple[type[Exception], ...]:
        """The driver's errors outside the load tool: of a copy that cannot be made."""
        import duckdb  # noqa: PLC0415

        return (duckdb.Error,)

    def publish(self, place: Place, copy: Path, patience: Patience) -> None:
        """Raises Busy, OSError, duckdb.Error and UserError; the last copy stays then."""
        publish(_file(place), copy, lambda: self._connected(place, patience))

    def for_reading(self, place: Place, copy: Path | None, say: Callable[[str], None]) -> Place:
        """While a sync has the file, the copy; without one, the file itself between two commits.

        Read-only: several programs may have the file open so, and none of them stops another.
        """
        file = _file(place)
        if copy is not None and copy.is_file() and (is_held(lock_beside(file)) or not _opens(file)):
            say(f"a sync or another program has {file}; answering from its copy {copy}, {age(copy)} old")
            return _read_only(place, copy)
        if file.exists():
            self._connected_to_read(place).close()
        return _read_only(place, file)

    def session(self, place: Place, target: Target) -> AbstractContextManager[Session]:
        return session(self._connected_to_read(place), (target.analytics, target.dataset))

    def _connected_to_read(self, place: Place) -> DuckDBPyConnection:
        import duckdb  # noqa: PLC0415

        try:
            return A_MOMENT.until_free(
                lambda: duckdb.connect(str(place.file), read_only=True),
                lambda error: self.busy_reason(place, error),
                ADVICE_TO_READERS,
            )
        except duckdb.Error as error:
            raise UserError(self.explain(place, error)) from error

    @contextmanager
    def kept_for_dbt(self, place: Place, patience: Patience) -> Iterator[None]:
        """DuckDB shares a file among the connections of one process, and dbt sets nothing that parts them."""
        with self._connected(place, patience) as connection:
            if self._marts_mb:
                connection.execute(f"set global memory_limit = '{self._marts_mb}MB'")
            yield

    def arrow_batches(self, cursor: Any, batch_rows: int) -> Iterator[pa.Table]:
        """From DuckDB's own reader, which knows the types of a result without rows too."""
        import pyarrow as pa  # noqa: PLC0415 - only where rows are asked for

        reader = cursor.native_cursor.to_arrow_reader(batch_rows)
        yield reader.schema.empty_table()
        yield from (pa.Table.from_batches([batch]) for batch in reader)

    def parquet_copy(self, select: str, file: Path) -> str | None:
        """The file is there already, with its mode: it is written to, not replaced."""
        how = "format parquet, compression zstd, use_tmp_file false"
        return f"copy ({select}) to {literal(str(file))} ({how})"

    erases = True

    def rewrite(
        self,
        place: Place,
        run: Callable[[str], None],  # noqa: ARG002
        tables: Sequence[str],  # noqa: ARG002
        patience: Patience,
    ) -> Sequence[str]:
        import duckdb  # noqa: PLC0415

        try:
            patience.until_free(
                lambda: rewrite_file(_file(place)),
                lambda error: self.busy_reason(place, error),
                self.advice,
            )
        except duckdb.Error as error:
            raise UserError(self.explain(place, error)) from error
        return ()

    def dbt(self, place: Place, credentials: Any) -> DbtProfile:  # noqa: ARG002
        return DbtProfile(kind="duckdb", duckdb_path=place.file)


def _unset(target: Target) -> Path:
    """The file of the current folder; version 0.1 named it after the dataset."""
    file, older = Path.cwd() / FILE, Path.cwd() / f"{target.pipeline_name}.duckdb"
    if target.dataset != DATASET and older.exists():
        return older
    if not file.exists():
        _stop_where_older_state_points_elsewhere(target, file)
    return file


def _stop_where_older_state_points_elsewhere(target: Target, file: Path) -> None:
    from dlt.common.pipeline import get_dlt_pipelines_dir  # noqa: PLC0415

    state_file = Path(get_dlt_pipelines_dir()) / target.pipeline_name / "state.json"
    try:
        state = json.loads(state_file.read_bytes())
        folder = Path(state["_local"]["initial_cwd"])
        source = section_of(state)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    there = folder / f"{target.pipeline_name}.duckdb"
    if (
        not source
        or DatasetState.of(source).was_written
        or not there.exists()
        or there.resolve() == file.resolve()
    ):
        return
    raise UserError(
        f"there is no warehouse {file}, but an earlier version loaded {there}; to go on with that one, run in "
        f"{folder} or set {SETTING}={there}; to begin a new one here, set {SETTING}={file}"
    )


def _opens(file: Path) -> bool:
    import duckdb  # noqa: PLC0415

    try:
        duckdb.connect(str(file), read_only=True).close()
    except duckdb.Error as error:
        return not is_locked(error)
    return True


def _read_only(place: Place, file: Path) -> Place:
    import dlt  # noqa: PLC0415

    credentials = place.factory.config_params["credentials"].copy()
    credentials.database, credentials.read_only = str(file), True
    credentials.on_resolved()  # opens nothing; makes what opens it
    return replace(place, factory=dlt.destinations.duckdb(credentials=credentials), file=file)


def is_locked(error: BaseException) -> bool:
    return "lock on file" in str(error)


def unfit_for_marts(path: Path) -> str:
    """The character with which dbt-duckdb cannot open a file, or nothing.

    It reads a path as a URL, which ends at # or ? anywhere and at ; in a file's name, and puts the database's name
    into its statements as it is (`DuckDBCredentials.path_derived_database_name` and the macros of dbt-duckdb).
    """
    name = catalog_name(path)
    return next((one for one in "#?;'\"" if one in name or (one in "#?" and one in str(path))), "")


def lock_beside(path: Path) -> Path:
    """Beside the file itself, whichever links lead to it: two of its names are one warehouse."""
    file = path.resolve()
    return file.with_name(f".{file.name}.lock")


def _file(place: Place) -> Path:
    assert place.file is not None
    return place.file


DESTINATION = DuckDb
