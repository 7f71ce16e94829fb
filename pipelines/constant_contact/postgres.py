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
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.constant_contact.warehouse import Place

NAME = "postgres"
FILE_FORMAT = "insert_values"


def destination() -> Any:
    """The destination of dlt, configured as always (`DESTINATION__POSTGRES__...`), with one way to write rows."""
    import dlt  # noqa: PLC0415 - two seconds, which `--help` must not cost

    return dlt.destinations.postgres(
        preferred_loader_file_format=FILE_FORMAT,
        supported_loader_file_formats=[FILE_FORMAT, "model"],
        loader_file_format_selector=_as_told,
    )


def _as_told(preferred: Any, supported: Any, /, *, table_schema: Any) -> Any:  # noqa: ARG001 - dlt's signature
    """In place of dlt's choice, which looks for the ADBC driver."""
    return preferred, supported


def refusals(place: Place) -> tuple[type[Exception], ...]:
    """What a server that cannot be reached is told by: the driver's own error, which dlt does not translate."""
    if place.destination != NAME:
        return ()
    import psycopg2  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    return (psycopg2.OperationalError,)


@contextmanager
def held(client: Any, dataset: str) -> Iterator[None]:
    """Hold the dataset on the server, over `client`'s open connection; whoever comes second is told at once."""
    key = f"hashtextextended('constant_contact_pipeline.{dataset}', 0)"
    with client.execute_query(f"select pg_try_advisory_lock({key})") as cursor:
        taken = bool(cursor.fetchone()[0])
    if not taken:
        raise UserError(
            f"another sync into dataset {dataset!r} is running, perhaps on another machine; wait for it to end, "
            f"or find it on the server: select * from pg_stat_activity join pg_locks using (pid) "
            "where locktype = 'advisory'"
        )
    yield
