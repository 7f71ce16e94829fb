"""A dataset's lock on a PostgreSQL server: of the session, so that it ends with the machine that held it.

A pooler that shares sessions between clients (pgbouncer in transaction mode) defeats it: name the server itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Ask = Callable[[str], Sequence[Any] | None]
"""One statement over the session that shall have the lock -> its first row."""


class Taken(Exception):  # noqa: N818 - it is what the lock is
    """Another session has the lock; says which."""


def reason(error: Exception) -> str | None:
    return str(error) if isinstance(error, Taken) else None


def take(ask: Ask, dataset: str, place: str = "") -> None:
    """Take the lock of a dataset; of `place`, where several on the server may have one of that name. Raises Taken."""
    name = ".".join(part for part in ("constant_contact_pipeline", place, dataset) if part)
    key = f"hashtextextended('{name}', 0)"
    row = ask(f"select pg_try_advisory_lock({key})")
    if row and row[0]:
        return
    found = ask(
        "select a.pid, coalesce(host(a.client_addr), 'the server itself') from pg_locks as l"
        " join pg_stat_activity as a on a.pid = l.pid where l.locktype = 'advisory' and l.granted"
        f" and ((l.classid::bigint << 32) | l.objid::bigint) = {key}"
    )
    session = f" (PostgreSQL session {found[0]}, from {found[1]})" if found else ""
    raise Taken(f"another sync into dataset {dataset!r}{session} is running, perhaps on another machine")
