"""What the endpoints share: reading a query, and an envelope over a short collection. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .faults import Reply, error, json_reply
from .paging import add_links, requested

if TYPE_CHECKING:
    from .sandbox import Sandbox

Row = dict[str, Any]
Query = dict[str, str]
NOT_FOUND = error(404, "not_found", "The resource that you are requesting cannot be found.")


def csv_set(text: str | None) -> frozenset[str]:
    return frozenset(t.strip() for t in text.split(",")) if text else frozenset()


def is_true(query: Query, name: str) -> bool:
    return query.get(name, "").lower() == "true"


def page_of(
    query: Query, rows: list[Row], sandbox: Sandbox, spec: tuple[str, str, int, int], path: str
) -> tuple[Row, Query]:
    """An envelope of (rows key, kind, default, maximum) over a short collection, and the filters of the
    cursor.
    """
    key, kind, default, maximum = spec
    page = requested(query, default, maximum, sandbox.switches)
    begin = int(page.start or 0)
    end = begin + page.limit
    body: Row = {key: rows[begin:end]}
    add_links(body, page, str(end) if end < len(rows) else None, sandbox.switches, path=path, kind=kind)
    return body, page.filters


def collection(sandbox: Sandbox, query: Query, *, table: str, path: str, largest: int) -> Reply:
    """A page of all rows of a table of `truth`, 50 where no limit is asked for."""
    rows = list(sandbox.truth(table))
    body, _ = page_of(query, rows, sandbox, (table, path.strip("/"), 50, largest), f"/v3{path}")
    return json_reply(200, body)


def filters_of(query: Query, sandbox: Sandbox, default: int, maximum: int) -> Query:
    return requested(query, default, maximum, sandbox.switches).filters
