"""What a pipeline of the load tool has loaded, as the reads ask it: through the pipeline's own SQL client."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from dlt.destinations.exceptions import DatabaseUndefinedRelation

from sources.constant_contact.warehouse import SqlWarehouse, Warehouse, nothing_loaded
from sources.constant_contact.withheld import FORGOTTEN, FORGOTTEN_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dlt

NAME = "constant_contact"
Connected = Callable[[Any], AbstractContextManager[Any]]
"""Opens an SQL client of the load tool, and closes it again."""


def warehouse_of(pipeline: dlt.Pipeline, connected: Connected | None = None) -> Warehouse:
    """What is loaded, asked through the pipeline's own connection; nothing where the destination speaks no SQL.

    `connected` opens a client for as long as one question takes; without it the client stays open until `close`.
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
    for name in (*pipeline.schemas[NAME].data_table_names(seen_data_only=False), FORGOTTEN, FORGOTTEN_ROWS):
        try:
            existing[name] = list(
                select(f"select * from {client.make_qualified_table_name(name)} where 1 = 0")[0]
            )
        except DatabaseUndefinedRelation:
            continue
    close = client.close_connection if connected is None else _nothing
    return SqlWarehouse(select, client.make_qualified_table_name, existing, close)


def _nothing() -> None:
    return
