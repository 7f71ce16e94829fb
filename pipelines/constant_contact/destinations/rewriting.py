"""A database without the bytes of deleted rows: DuckDB keeps them in free blocks of its file, PostgreSQL in its pages.

Sources: duckdb.org/docs/stable/sql/statements/copy#copy-from-database--to and .../sql/statements/checkpoint (a
checkpoint frees blocks, it does not overwrite them); postgresql.org/docs/current/sql-vacuum.html (FULL writes a new
file) and .../catalog-pg-statistic.html (samples of values that ANALYZE keeps).
"""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.constant_contact.errors import RunFailed, UserError
from sources.constant_contact.warehouse import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

SIDE_FILES = (".wal", ".wal.checkpoint", ".wal.recovery")
STATISTICS = "pg_catalog.pg_statistic"


def fresh_file(path: Path) -> Path:
    """Where the new file grows, in the same folder so that it can take the old one's place in one step."""
    return path.with_name(f".{path.name}.rewriting")


def check_space(path: Path) -> None:
    """Raises UserError where a second copy of the file does not fit beside it."""
    size, free = path.stat().st_size, shutil.disk_usage(path.parent).free
    if free < size:
        raise UserError(
            f"erasing writes {path} anew, which takes {size:,} bytes, and {free:,} are free in {path.parent}; "
            "make room, then run again"
        )


def rewrite_file(path: Path) -> None:
    """Copy a DuckDB file into a new one and put that in its place; whoever crashes in between leaves the old one.

    The caller holds the lock, and nobody has the file open. Mode and owner stay.
    """
    path = path.resolve()
    check_space(path)
    fresh = fresh_file(path)
    _remove(fresh)
    before = path.stat()
    try:
        _copy(path, fresh)
        fresh.chmod(stat.S_IMODE(before.st_mode))
        if (before.st_uid, before.st_gid) != (fresh.stat().st_uid, fresh.stat().st_gid):
            shutil.chown(fresh, before.st_uid, before.st_gid)
        _to_disk(fresh)
        fresh.replace(path)
        _to_disk(path.parent)
    finally:
        _remove(fresh)
    _remove_side_files(path)


def _copy(path: Path, fresh: Path) -> None:
    """The old file is the connection's own, under the name that DuckDB gives it, since views spell that: a file
    main.duckdb or memory.duckdb cannot be attached under its name.
    """
    import duckdb  # noqa: PLC0415 - not for `--help`

    with _private_files(), duckdb.connect(str(path)) as connection:
        [(name,)] = connection.execute("select current_database()").fetchall()
        old, new = identifier(name), identifier(f"{name}_rewritten")
        connection.execute(f"checkpoint {old}")
        connection.execute(f"attach {literal(str(fresh))} as {new}")
        connection.execute(f"copy from database {old} to {new}")
        counted = [
            connection.execute(
                "select schema_name, table_name from duckdb_tables()"
                f" where database_name = {literal(database)} and not internal order by all"
            ).fetchall()
            for database in (name, f"{name}_rewritten")
        ]
        for schema, table in counted[0]:
            rows = [
                connection.execute(
                    f"select count(*) from {one}.{identifier(schema)}.{identifier(table)}"
                ).fetchall()
                for one in (old, new)
            ]
            if counted[0] != counted[1] or rows[0] != rows[1]:
                raise RunFailed(
                    f"the new file of {path} lacks rows of {schema}.{table}; the old one stays as it was"
                )
        connection.execute(f"checkpoint {new}")


@contextmanager
def _private_files() -> Iterator[None]:
    """Files that are made meanwhile are their owner's alone; DuckDB does not take an empty file for a new one."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _remove_side_files(path)


def _remove_side_files(path: Path) -> None:
    for ending in SIDE_FILES:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def vacuum(
    execute: Callable[[str], None], tables: Sequence[str], troubles: tuple[type[Exception], ...]
) -> list[str]:
    """Write PostgreSQL's files of these tables anew, and its samples of their values; what was not possible."""
    left = []
    for table in tables:
        try:
            execute(f"vacuum (full, analyze) {table}")
        except troubles as error:
            left.append(f"vacuum full of {table} failed ({_words(error)}): run it there yourself")
    try:
        execute(f"vacuum full {STATISTICS}")
    except troubles:
        left.append(
            f"samples of values may stay in {STATISTICS} until the server cleans it: vacuum full {STATISTICS}"
        )
    return left


def _words(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
