"""A lake's catalog: which kind it is, how it is attached, and its PostgreSQL server, asked directly."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations import rewriting
from pipelines.constant_contact.destinations.base import first_line
from pipelines.constant_contact.errors import RunFailed, UserError
from sources.constant_contact.api import keepalive
from sources.constant_contact.warehouse import identifier, literal

if TYPE_CHECKING:
    from psycopg import Connection

POSTGRES = "postgres"
BOUNDS = (
    "ducklake_file_column_stats",
    "ducklake_table_column_stats",
    "ducklake_files_scheduled_for_deletion",
)
SETTING = "DESTINATION__DUCKLAKE__CREDENTIALS__CATALOG"


def kind(credentials: Any) -> str:
    """postgres, or sqlite or duckdb for a file."""
    name = str(credentials.catalog.drivername or "")
    return POSTGRES if name.startswith(POSTGRES) else name


def schema(credentials: Any) -> str:
    """Where in the catalog's database the lake is."""
    return str(credentials.metadata_schema or credentials.ducklake_name)


def schema_in_duckdb(credentials: Any) -> str:
    """The same where DuckDB shows the catalog; one that is a file has no schema of its own."""
    return schema(credentials) if kind(credentials) == POSTGRES else "main"


def keep_alive(credentials: Any) -> None:
    """Let sessions with the catalog's server end soon after this machine has vanished, DuckDB's own too: one in the
    middle of a commit keeps every dataset's commits waiting. An address that speaks of it itself stays as it is.
    """
    said = credentials.catalog.query or {}
    if kind(credentials) == POSTGRES and not any(name.startswith("keepalives") for name in said):
        credentials.catalog.query = keepalive.in_address() | said


def attaching(credentials: Any) -> list[str]:
    """The statements with which dlt makes the lake known to a DuckDB, secrets included."""
    from dlt.destinations import ducklake  # noqa: PLC0415 - two seconds, which `--help` must not cost
    from dlt.destinations.impl.ducklake.sql_client import DuckLakeSqlClient  # noqa: PLC0415

    client = DuckLakeSqlClient("", "", credentials, ducklake().capabilities())
    return [statement["sql"] for statement in client.attach_statements(alias=credentials.ducklake_name)]


def reading(credentials: Any, name: str) -> str:
    """The statement that attaches the catalog's own tables to a DuckDB, read-only."""
    if kind(credentials) == POSTGRES:
        of = f"type postgres, read_only, schema {literal(schema(credentials))}"
        return f"attach {literal(_url(credentials))} as {name} ({of})"
    more = ", type sqlite" if kind(credentials) == "sqlite" else ""
    return f"attach {literal(str(credentials.catalog.database))} as {name} (read_only{more})"


def unreachable(error: BaseException) -> str:
    if "startup parameter" in str(error):  # https://www.pgbouncer.org/config.html#ignore_startup_parameters
        return (
            f"the catalog of the lake is behind a pooler that refuses a session's settings ({first_line(error)}); set "
            f"{SETTING} to the server's own address, or write ?keepalives=1 at its end"
        )
    return f"the catalog of the lake does not answer: {first_line(error)}; correct {SETTING}"


def _url(credentials: Any) -> str:
    url = credentials.catalog.to_url().set(drivername="postgresql")
    return str(url.render_as_string(hide_password=False))


def connect(credentials: Any, *, again: bool = False) -> Connection[Any]:
    """To the catalog's server, each statement committed. Raises UserError; RunFailed where it has answered before."""
    try:
        import psycopg  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UserError(
            "a lake with a catalog in PostgreSQL needs psycopg; run: pip install 'constant-contact-pipeline[lake]'"
        ) from error
    try:
        return psycopg.connect(_url(credentials), autocommit=True, client_encoding="utf8")
    except psycopg.Error as error:
        if again:
            raise RunFailed(
                f"the catalog of the lake no longer answers ({first_line(error)}); run again when it does"
            ) from error
        raise UserError(unreachable(error)) from error


def vacuum(credentials: Any) -> list[str]:
    """The catalog without what was deleted from it: bounds of a file's values are among its rows. What was not
    possible, one sentence each. Nobody has a catalog open that is a file.
    """
    if kind(credentials) == POSTGRES:
        import psycopg  # noqa: PLC0415 - an extra

        tables = [f"{identifier(schema(credentials))}.{identifier(name)}" for name in BOUNDS]
        with connect(credentials, again=True) as connection:

            def run(sql: str) -> None:
                connection.execute(sql.encode())

            return rewriting.vacuum(run, tables, (psycopg.Error,))
    if kind(credentials) == "duckdb":
        rewriting.rewrite_file(Path(str(credentials.catalog.database)))
        return []
    with closing(sqlite3.connect(str(credentials.catalog.database))) as file:
        file.execute("vacuum")
    return []
