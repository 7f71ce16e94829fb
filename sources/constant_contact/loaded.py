"""What a pipeline of the load tool has loaded, as the reads ask it: through the pipeline's own SQL client."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from dlt.destinations.exceptions import DatabaseUndefinedRelation

from sources.constant_contact.kept_rows import MOST, KeptRows
from sources.constant_contact.sql_warehouse import nothing_loaded
from sources.constant_contact.withheld import FORGOTTEN, FORGOTTEN_ROWS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import dlt

    from sources.constant_contact.warehouse import Warehouse

NAME = "constant_contact"
Connected = Callable[[Any], AbstractContextManager[Any]]
"""Opens an SQL client of the load tool, and closes it again."""


def warehouse_of(
    pipeline: dlt.Pipeline,
    connected: Connected | None = None,
    *,
    ahead: Collection[str] = (),
    only: Collection[str] | None = None,
    stretch: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Warehouse:
    """What is loaded, asked through the pipeline's own connection; nothing where the destination speaks no SQL.

    `connected` opens a client for as long as one question takes; without it the client stays open until `close`.
    `stretch` keeps the destination open for several. `ahead`: tables to be read now, where they are small; `only`:
    those that will be asked about, where not all will.
    """
    if NAME not in pipeline.schema_names:
        return nothing_loaded()
    try:
        client = pipeline.sql_client(NAME)
    except TypeError:  # dlt's word for a destination without SQL
        return nothing_loaded()
    if getattr(client.credentials, "session_timezone", "UTC") is None:
        client.credentials.session_timezone = (
            "UTC"  # in another zone the driver cannot read a time of the year 1
        )
    if connected is None:
        client.open_connection()
    use: Connected = connected or nullcontext

    def select(sql: str) -> tuple[Sequence[str], Sequence[tuple[Any, ...]]]:
        with use(client), client.execute_query(sql) as cursor:
            return [column[0] for column in cursor.description], cursor.fetchall()

    existing: dict[str, list[str]] = {}
    kept: dict[str, Sequence[tuple[Any, ...]]] = {}
    for name in (*pipeline.schemas[NAME].data_table_names(seen_data_only=False), FORGOTTEN, FORGOTTEN_ROWS):
        if only is not None and name not in only:
            continue
        limit = f"limit {MOST + 1}" if name in ahead else "where 1 = 0"
        try:
            columns, rows = select(f"select * from {client.make_qualified_table_name(name)} {limit}")
        except DatabaseUndefinedRelation:
            continue
        existing[name] = list(columns)
        if name in ahead and len(rows) <= MOST:
            kept[name] = rows
    close = client.close_connection if connected is None else _nothing
    return KeptRows(select, client.make_qualified_table_name, existing, close, kept=kept, stretch=stretch)


def _nothing() -> None:
    return
