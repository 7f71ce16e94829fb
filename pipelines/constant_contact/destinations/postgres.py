"""What PostgreSQL needs that DuckDB does not: text that stays exact, and a lock that other machines see.

Loading. dlt writes Arrow as CSV here and copies it with FORCE_NULL: an empty text becomes null, and it stops at
a NUL character, which JSON may carry. Its INSERT statements keep the one and leave out the other; they are a third as
fast (about 5,000 rows a second on one slow core) and still faster than the API sends rows. The ADBC driver, which dlt
prefers where it is installed, is passed over too: the same account must give the same tables on every machine.

Locking. An advisory lock of the session: it ends with the connection, so a machine that dies leaves nothing behind. A
pooler that shares sessions between clients (pgbouncer in transaction mode) defeats it: name the server itself.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from pipelines.constant_contact.destinations import advisory_lock
from pipelines.constant_contact.destinations.base import Destination, Place, first_line, resolved
from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
from pipelines.constant_contact.destinations.postgres_session import READ_SETTING, session
from pipelines.constant_contact.destinations.rewriting import vacuum
from pipelines.constant_contact.destinations.target import POSTGRES, Target
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from pipelines.constant_contact.destinations.session import Session
    from pipelines.constant_contact.destinations.waiting import Patience

SETTING = "DESTINATION__POSTGRES__CREDENTIALS"
READ = ("destination", POSTGRES, "read")
FILE_FORMAT = "insert_values"
MAX_NAME: Final = 63
"""Bytes: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS."""
MAX_DATASET: Final = MAX_NAME - len(Target(dataset="").staging_models)
"""Two that are equal up to there would share the longest-named schemas that belong to them."""


def destination(**bound: Any) -> Any:
    """The destination of dlt, configured as always (`DESTINATION__POSTGRES__...`), with one way to write rows."""
    import dlt  # noqa: PLC0415 - two seconds, which `--help` must not cost

    return dlt.destinations.postgres(
        **bound,
        preferred_loader_file_format=FILE_FORMAT,
        supported_loader_file_formats=[FILE_FORMAT, "model"],
        loader_file_format_selector=_as_told,
    )


def _as_told(preferred: Any, supported: Any, /, *, table_schema: Any) -> Any:  # noqa: ARG001 - dlt's signature
    """In place of dlt's choice, which looks for the ADBC driver."""
    return preferred, supported


def _without_password() -> Any:
    """Credentials whose password may be left out: the server trusts the user, or the client library finds one in
    PGPASSWORD or the password file (https://www.postgresql.org/docs/current/libpq-pgpass.html). dlt wants one.
    """
    from dlt.destinations.impl.postgres.configuration import PostgresCredentials  # noqa: PLC0415 - two seconds

    credentials = PostgresCredentials()
    credentials.password = ""
    return credentials


def _read_credentials(target: Target) -> Any:
    """Of `[destination.postgres.read]`; what is not set there is that of `[destination.postgres]`."""
    from dlt.common.configuration.container import Container  # noqa: PLC0415 - two seconds
    from dlt.common.configuration.exceptions import InvalidNativeValue  # noqa: PLC0415
    from dlt.common.configuration.resolve import resolve_configuration  # noqa: PLC0415
    from dlt.common.configuration.specs.config_section_context import ConfigSectionContext  # noqa: PLC0415

    context = ConfigSectionContext(pipeline_name=target.pipeline_name)
    try:
        with Container().injectable_context(context):
            return resolve_configuration(_without_password(), sections=READ)
    except InvalidNativeValue as error:
        raise UserError(
            f"{READ_SETTING} cannot be read; write it as postgresql://user:password@host:5432/database, with @ : / in "
            "a password as %40 %3A %2F"
        ) from error


class Postgres(Destination):
    """A database on a server; each dataset is a schema."""

    transforms = True
    advice = "run again later, or end that session on the server"

    def __init__(self) -> None:
        super().__init__(POSTGRES)

    def place(self, target: Target) -> Place:
        """Raises UserError for an address of which a piece of the password would be taken for something else."""
        from dlt.common.configuration.exceptions import InvalidNativeValue  # noqa: PLC0415

        factory = destination()
        try:
            configuration = resolved(factory, target, credentials=_without_password())
        except InvalidNativeValue as error:
            raise UserError(
                f"the PostgreSQL address cannot be read; write {SETTING} as "
                "postgresql://user:password@host:5432/database, with @ : / in a password as %40 %3A %2F"
            ) from error
        credentials = configuration.credentials
        credentials.session_timezone = (
            credentials.session_timezone or "UTC"
        )  # else times of the year 1 are B.C.
        if "@" in f"{credentials.host}{credentials.database}":
            raise UserError(
                f"the PostgreSQL address has an @ more than the one before the host; write it as %40 in {SETTING} "
                "(: as %3A, / as %2F)"
            )
        location = configuration.data_location()
        host, _, database = location.partition("/")
        return Place(
            identity=f"{POSTGRES} {location}",
            title=f"{POSTGRES} {host.rpartition(':')[0]}/{database}",
            factory=destination(credentials=credentials),
        )

    def check(self, place: Place, target: Target, patience: Patience) -> None:  # noqa: ARG002
        if len(target.dataset) > MAX_DATASET:
            raise UserError(
                f"dataset {target.dataset!r} has {len(target.dataset)} characters; PostgreSQL cuts names of schemas "
                f"off after {MAX_NAME}, and those of its marts are longer: give --dataset at most {MAX_DATASET}"
            )

    def refusals(self) -> tuple[type[Exception], ...]:
        """The driver's own errors, which dlt does not translate: a server that cannot be reached, an address that the
        driver does not understand.
        """
        import psycopg2  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

        return (psycopg2.OperationalError, psycopg2.ProgrammingError)

    def explain(self, place: Place, error: BaseException) -> str:
        if "invalid dsn" in str(error):
            return f"the PostgreSQL address is not understood ({first_line(error)}); correct {SETTING}"
        return super().explain(place, error)

    def session(self, place: Place, target: Target) -> AbstractContextManager[Session]:  # noqa: ARG002
        """As the role of the `read` credentials where there are some."""
        return session(
            _read_credentials(target).to_native_representation(), (target.analytics, target.dataset)
        )

    @contextmanager
    def lock(self, place: Place, target: Target, client: Any, patience: Patience) -> Iterator[None]:  # noqa: ARG002
        """On the server, over a connection of its own."""
        client.open_connection()

        def ask(sql: str) -> Sequence[Any] | None:
            with client.execute_query(sql) as cursor:
                found: Sequence[Any] | None = cursor.fetchone()
                return found

        try:
            patience.until_free(
                lambda: advisory_lock.take(ask, target.dataset), advisory_lock.reason, self.advice
            )
            yield
        finally:
            client.close_connection()

    erases = True

    def rewrite(
        self,
        place: Place,  # noqa: ARG002
        run: Callable[[str], None],
        tables: Sequence[str],
        patience: Patience,  # noqa: ARG002
    ) -> Sequence[str]:
        from dlt.common.exceptions import DltException  # noqa: PLC0415 - two seconds, which `--help` must not cost

        return vacuum(run, tables, (DltException, *self.refusals()))

    def dbt(self, place: Place, credentials: Any) -> DbtProfile:  # noqa: ARG002
        return DbtProfile(
            kind="postgres",
            host=credentials.host,
            port=credentials.port,
            user=credentials.username or "",
            password=str(credentials.password or ""),
            dbname=credentials.database,
            options=credentials.query or {},
        )


DESTINATION = Postgres
