"""A lake: tables as Parquet files in a folder or in object storage, and a catalog in PostgreSQL that says which files
are a table now. Any number of machines read and write it; a reader sees whole commits only, and stops nobody.

Catalog and storage are configured as dlt defines them (`DESTINATION__DUCKLAKE__CREDENTIALS__...`). A catalog may be a
file as well (sqlite or duckdb): then the lake belongs to one machine.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations import (
    lake_catalog,
    lake_extensions,
    lake_lock,
    lake_storage,
    lake_upkeep,
)
from pipelines.constant_contact.destinations.base import Destination, Place, first_line, resolved
from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
from pipelines.constant_contact.destinations.duckdb import is_locked
from pipelines.constant_contact.destinations.folder import locked
from pipelines.constant_contact.destinations.lake_lock import Held
from pipelines.constant_contact.destinations.lake_session import Past, session
from pipelines.constant_contact.destinations.target import DUCKLAKE
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    import pyarrow as pa

    from pipelines.constant_contact.destinations.session import Session
    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.destinations.waiting import Patience

READ = "destination.ducklake.read.credentials.catalog"
READ_SETTING = READ.upper().replace(".", "__")
SETTING = "DESTINATION__DUCKLAKE__CREDENTIALS"
OPTIONS: Mapping[str, Any] = {"ducklake_max_retry_count": 100, "ducklake_default_data_inlining_row_limit": 0}
"""Commits of other datasets on one catalog pass each other: who comes second begins its commit again. Rows are in files
only, never in the catalog, where they would outlive a person that is erased, and where readers of the catalog see them.
"""
BEGINS, MADE_TWICE = "Failed to initialize DuckLake", ("already exists", "duplicate key")
"""Words of the error of the second of two that make one lake at the same time."""
NO_COPY = (
    "publish is a copy of a DuckDB file for readers, and a lake needs none: nobody who reads it stops a sync; remove "
    "the setting publish, or set it for the profiles that load into a file"
)


class DuckLake(Destination):
    """Parquet files and a catalog; each dataset is a schema."""

    transforms = True
    advice = "run again later, or end that session on the server of the catalog"

    load_options: Mapping[str, Any] = {"workers": 1}
    """Every job of a package is a commit; two at a time make each other begin again."""

    def __init__(self) -> None:
        super().__init__(DUCKLAKE)

    def place(self, target: Target) -> Place:
        import dlt  # noqa: PLC0415 - two seconds, which `--help` must not cost

        from pipelines.constant_contact.destinations.lake_pool import SharedLake  # noqa: PLC0415

        configuration = resolved(dlt.destinations.ducklake(), target)
        credentials = configuration.credentials
        kind, location = lake_catalog.kind(credentials), configuration.data_location()
        lake_catalog.keep_alive(credentials)
        credentials.extensions = lake_extensions.quoted_files(
            lake_extensions.needed(catalog=kind, remote=not credentials.storage.is_local_filesystem)
        )
        credentials.global_config = {**OPTIONS, **(credentials.global_config or {})}
        credentials.conn_pool = SharedLake(credentials, keeps=kind == lake_catalog.POSTGRES)
        return Place(
            identity=f"{DUCKLAKE} {location}",
            title=f"{DUCKLAKE} {location}",
            factory=dlt.destinations.ducklake(credentials=credentials),
        )

    def check(self, place: Place, target: Target, patience: Patience) -> None:  # noqa: ARG002
        """A catalog or a storage that refuses is known before anything is spent."""
        credentials = _credentials(place)
        if lake_catalog.kind(credentials) == lake_catalog.POSTGRES:
            lake_catalog.connect(credentials).close()
        lake_storage.check(credentials)

    def refusals(self) -> tuple[type[Exception], ...]:
        import duckdb  # noqa: PLC0415

        return (duckdb.Error,)

    def busy_reason(self, place: Place, error: BaseException) -> str | None:
        if is_locked(error):
            return f"the catalog of {place.title} is open in another program"
        words = str(error)
        if BEGINS in words and any(twice in words for twice in MADE_TWICE):
            return f"another machine is making the lake {place.title}"
        return None

    def explain(self, place: Place, error: BaseException) -> str:
        words = str(error)
        if "version mismatch" in words:
            return (
                f"the catalog of {place.title} was made by another version of DuckLake ({first_line(error)}); "
                "use the version of constant-contact-pipeline[lake] that made it, or a newer one"
            )
        if "DATA_PATH" in words:
            return (
                f"the lake {place.title} keeps its files elsewhere than {SETTING}__STORAGE__BUCKET_URL says; "
                f"set that to the path in the catalog: {first_line(error)}"
            )
        return f"the lake {place.title} cannot be opened: {first_line(error)}"

    @contextmanager
    def lock(self, place: Place, target: Target, client: Any, patience: Patience) -> Iterator[None]:  # noqa: ARG002
        """On the catalog's server, or beside the catalog's file."""
        credentials = _credentials(place)
        with self._held(credentials, target, patience) as held:
            credentials.conn_pool.held = held
            try:
                yield
            finally:
                credentials.conn_pool.held = None

    @contextmanager
    def _held(self, credentials: Any, target: Target, patience: Patience) -> Iterator[Held]:
        if lake_catalog.kind(credentials) == lake_catalog.POSTGRES:
            with lake_lock.held(credentials, target.dataset, patience, self.advice) as held:
                yield held
            return
        file = Path(str(credentials.catalog.database))
        with locked(file.with_name(f".{file.name}.lock"), target, patience):
            yield Held()

    def check_copy(self, place: Place, target: Target, copy: Path) -> None:  # noqa: ARG002
        raise UserError(NO_COPY)

    def session(self, place: Place, target: Target) -> AbstractContextManager[Session]:
        """As the role of the `read` credentials where there are some."""
        return session(_as_reader(_credentials(place)), (target.analytics, target.dataset))

    def earlier(
        self, place: Place, target: Target, at: datetime, say: Callable[[str], None]
    ) -> AbstractContextManager[Session]:
        past = Past(at=at, say=say)
        return session(_as_reader(_credentials(place)), (target.analytics, target.dataset), past)

    def arrow_batches(self, cursor: Any, batch_rows: int) -> Iterator[pa.Table]:
        """From DuckDB's own reader, which knows the types of a result without rows too."""
        import pyarrow as pa  # noqa: PLC0415 - only where rows are asked for

        reader = cursor.native_cursor.to_arrow_reader(batch_rows)
        yield reader.schema.empty_table()
        yield from (pa.Table.from_batches([batch]) for batch in reader)

    needs_upkeep = True

    def tidy(self, place: Place, target: Target, ask: Callable[[str], Sequence[Any]]) -> None:
        credentials = _credentials(place)
        datasets = (target.dataset, target.staging, target.analytics, target.staging_models)
        catalog = lake_upkeep.metadata(credentials, lake_catalog.schema_in_duckdb(credentials))
        held = credentials.conn_pool.held
        if held is not None and held.is_alone():
            lake_upkeep.schedule_orphans(ask, catalog, datasets)
        lake_upkeep.tidy(ask, credentials.ducklake_name, catalog, datasets)

    erases = True

    def rewrite(
        self,
        place: Place,
        run: Callable[[str], None],
        tables: Sequence[str],
        patience: Patience,  # noqa: ARG002
    ) -> Sequence[str]:
        credentials = _credentials(place)
        lake_upkeep.erase(run, credentials.ducklake_name, tables)
        return lake_catalog.vacuum(credentials)

    def dbt(self, place: Place, credentials: Any) -> DbtProfile:  # noqa: ARG002 - part of the interface
        return DbtProfile(
            kind="ducklake",
            lake=credentials.ducklake_name,
            place=credentials.catalog_location(),
            opening=(
                *(f"load {file}" for file in credentials.extensions),
                *(f"set global {name} = {value}" for name, value in OPTIONS.items()),
                "set timezone = 'UTC'",
                *lake_catalog.attaching(credentials),
            ),
        )


def _as_reader(credentials: Any) -> Any:
    """The same lake, its catalog as the role of `[destination.ducklake.read.credentials]` where one is set."""
    import dlt  # noqa: PLC0415 - two seconds, which `--help` must not cost
    from dlt.common.configuration.specs import ConnectionStringCredentials  # noqa: PLC0415

    address: Any = dlt.secrets.get(READ)
    if address is None:
        return credentials
    reader = credentials.copy()
    try:
        reader.catalog = ConnectionStringCredentials(str(address))
    except ValueError as error:
        raise UserError(
            f"{READ_SETTING} cannot be read; write it as postgresql://user:password@host:5432/database"
        ) from error
    return reader


def _credentials(place: Place) -> Any:
    return place.factory.config_params["credentials"]


DESTINATION = DuckLake
