"""Questions to a lake, which they cannot change, nor its catalog, nor any file.

A session that is connected to the catalog could be made to write there: `postgres_execute` is a function, and what a
role may do, it does. So the session is not connected to it: the catalog's tables, which list files and hold no rows,
are copied at one instant into a file of DuckDB in a folder of its own, read-only; whoever asks has that,
and the storage. Of the storage the session may touch the files that the catalog lists, and no other, so that what
DuckLake's own functions would write (files merged or rewritten) has no place to go; nothing is listed for deletion.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipelines.constant_contact.destinations import duckdb_session, lake_catalog, lake_extensions, lake_past
from pipelines.constant_contact.errors import UserError
from sources.constant_contact.warehouse import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from pipelines.constant_contact.destinations.duckdb_session import DuckDbSession

LISTED: Final = """
select case when f.path_is_relative then coalesce(nullif(t.path, ''), '') || f.path else f.path end,
    not f.path_is_relative, t.path_is_relative, coalesce(s.path, ''), s.path_is_relative
from (
    select table_id, path, path_is_relative from ducklake_data_file
    union all select table_id, path, path_is_relative from ducklake_delete_file
) as f
join ducklake_table as t using (table_id)
join ducklake_schema as s using (schema_id)
"""
"""A file's path below its table's, and what that is below: https://ducklake.select/docs/stable/specification/tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Which state of the lake is asked for, and who is told which one that is."""

    at: datetime
    """With its time zone."""
    say: Callable[[str], None]


@contextmanager
def session(credentials: Any, schemas: Sequence[str], past: Past | None = None) -> Iterator[DuckDbSession]:
    """A bare name is looked for in `schemas`, of which the last is the raw dataset. Raises UserError where the catalog
    cannot be read, and where it no longer or not yet has what was asked for.
    """
    import duckdb  # noqa: PLC0415 - not for `--help`

    with tempfile.TemporaryDirectory(prefix="ctct-lake-") as folder:
        copy = Path(folder) / "catalog.duckdb"
        _copy_catalog(credentials, copy)
        connection = duckdb.connect()
        connection.execute("set autoinstall_known_extensions = false")
        remote = not credentials.storage.is_local_filesystem
        for file in lake_extensions.quoted_files(lake_extensions.needed(catalog="duckdb", remote=remote)):
            connection.execute(f"load {file}")
        *secrets, _ = lake_catalog.attaching(credentials)
        name = identifier(credentials.ducklake_name)
        state = f", snapshot_version {_snapshot(copy, past)}" if past else ""
        attach = f"attach {literal(f'ducklake:{copy}')} as {name} (read_only{state})"
        for statement in (*secrets, attach, f"use {name}"):
            connection.execute(statement)
        if past and not _has_schema(connection, schemas[-1]):
            raise lake_past.not_there_yet(schemas[-1], past.at)
        with duckdb_session.session(connection, schemas, within=name, files=_listed(copy)) as opened:
            yield opened


def _snapshot(copy: Path, past: Past) -> int:
    import duckdb  # noqa: PLC0415

    with duckdb.connect(str(copy), read_only=True) as catalog:
        return lake_past.snapshot(catalog, past.at, past.say)


def _has_schema(connection: DuckDBPyConnection, schema: str) -> bool:
    found = connection.execute(
        "select 1 from information_schema.schemata where catalog_name = current_database() and schema_name = ?",
        [schema],
    )
    return found.fetchone() is not None


def _copy_catalog(credentials: Any, copy: Path) -> None:
    import duckdb  # noqa: PLC0415

    kind = lake_catalog.kind(credentials)
    with duckdb.connect() as connection:
        for part in lake_extensions.needed(catalog=kind, remote=False)[1:]:
            connection.execute(f"load {literal(str(lake_extensions.file_of(part)))}")
        try:
            connection.execute(lake_catalog.reading(credentials, "catalog"))
        except duckdb.Error as error:
            raise UserError(lake_catalog.unreachable(error)) from error
        connection.execute(f"attach {literal(str(copy))} as copy")
        _copy_tables(connection, lake_catalog.schema_in_duckdb(credentials))


def _copy_tables(connection: DuckDBPyConnection, schema: str) -> None:
    """In one transaction, and so of one instant."""
    found = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'catalog' and schema_name = ?", [schema]
    ).fetchall()
    names = [str(name) for (name,) in found]
    if "ducklake_snapshot" not in names:
        raise UserError("there is no lake in this catalog yet; run ctct sync first")
    connection.execute("begin")
    for name in names:
        rows = f"from catalog.{identifier(schema)}.{identifier(name)}"
        none = " limit 0" if name == "ducklake_files_scheduled_for_deletion" else ""
        connection.execute(f"create table copy.main.{identifier(name)} as {rows}{none}")
    connection.execute("commit")


def _listed(copy: Path) -> list[str]:
    """Every file of the lake, as its own address."""
    import duckdb  # noqa: PLC0415

    with duckdb.connect(str(copy), read_only=True) as connection:
        [(root,)] = connection.execute(
            "select value from ducklake_metadata where key = 'data_path'"
        ).fetchall()
        rows = connection.execute(LISTED).fetchall()
    files = []
    for below, whole, in_schema, schema, in_root in rows:
        above = f"{schema if in_schema else ''}"
        files.append(str(below) if whole else f"{root if in_root and in_schema else ''}{above}{below}")
    return files
