"""Where secrets have got to: every file, stream and table of a machine, and its processes.

Looks through what hides them: gzip, zlib, base64, pickles are bytes anyway; DuckDB and SQLite are read row by row,
since they may compress their pages.
"""

from __future__ import annotations

import base64
import gzip
import re
import sqlite3
import zlib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import duckdb
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_BASE64 = re.compile(rb"[A-Za-z0-9+/=]{40,}")


def leaks(folder: Path, secrets: Collection[str], *, allowed: Collection[Path] = ()) -> list[str]:
    """One line per place below `folder` that holds one of the secrets; files in `allowed` folders may."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(path.is_relative_to(one) for one in allowed):
            found += [
                f"{path.relative_to(folder)}: {where}" for where, said in _said(path) if _holds(said, secrets)
            ]
    return found


def in_processes(secrets: Collection[str]) -> list[str]:
    """Command lines of running processes that hold one."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if _holds(line, secrets):
            lines.append(path.parent.name)
    return lines


def _holds(said: bytes, secrets: Collection[str]) -> bool:
    for secret in secrets:
        plain = secret.encode()
        forms = (plain, quote(secret, safe="").encode(), base64.b64encode(plain).rstrip(b"="))
        if any(form in said for form in forms):
            return True
    return False


def _said(path: Path) -> Iterator[tuple[str, bytes]]:
    body = path.read_bytes()
    yield "bytes", body
    if body[:2] == b"\x1f\x8b":
        yield "gzip", gzip.decompress(body)
    if body[:4] == b"PAR1":
        yield "parquet", repr(pq.ParquetFile(path).read().to_pylist()).encode()
    if body[:6] == b"SQLite":
        yield from _sqlite(path)
    if path.suffix == ".duckdb":
        yield from _duckdb(path)


def _sqlite(path: Path) -> Iterator[tuple[str, bytes]]:
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            yield name, repr(connection.execute(f'select * from "{name}"').fetchall()).encode()
    connection.close()


def _duckdb(path: Path) -> Iterator[tuple[str, bytes]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
        for schema, name in tables:
            said = repr(connection.execute(f'select * from "{schema}"."{name}"').fetchall()).encode()
            yield f"{schema}.{name}", said + b"".join(_unpacked(said))


def _unpacked(said: bytes) -> Iterator[bytes]:
    """The load tool keeps its state as base64 of zlib."""
    for text in _BASE64.findall(said):
        try:
            yield zlib.decompress(base64.b64decode(text))
        except (ValueError, zlib.error):
            continue
