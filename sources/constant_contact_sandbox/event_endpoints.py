"""GET endpoints of events and registrations: a cursor is also a field of its own, sent back as `next` or `prev`.

Source: contract, same paths.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .envelopes import NOT_FOUND, Query, Row, is_true
from .events import STATUSES
from .faults import Reply, json_reply
from .paging import BadRequestError, encode, requested
from .registrations import PAYMENTS, SORTABLE
from .registrations import STATUSES as REGISTRATION_STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable

    from .events import Event
    from .paging import Page
    from .sandbox import Sandbox

PAGE_SIZE = 100
ORDERS: dict[str, Callable[[Event], Any]] = {
    "name": lambda event: event.name,
    "start_time": lambda event: event.starts_at,
    "end_time": lambda event: event.ends_at,
    "created_time": lambda event: event.created_at,
    "updated_time": lambda event: event.updated_at,
}


def _one_of(filters: Query, name: str, valid: tuple[str, ...]) -> str | None:
    value = filters.get(name)
    if value is not None and value not in valid:
        raise BadRequestError(f"{name} is one of {', '.join(valid)}, not {value}.")
    return value


def _page(sandbox: Sandbox, query: Query) -> Page:
    if "next" in query and "prev" in query:
        raise BadRequestError("next and prev exclude each other.")
    size = query.get("limit", query.get("page_size", str(PAGE_SIZE)))
    if query.get("page_size", size) != size:
        raise BadRequestError("limit and page_size must agree.")
    values = {name: value for name, value in query.items() if name not in ("prev", "page_size", "limit")}
    values |= {"limit": size} | ({"next": query["prev"]} if "prev" in query else {})
    return requested(values, PAGE_SIZE, PAGE_SIZE, sandbox.switches, name="next")


def _envelope(rows: list[Row], page: Page, path: str) -> Reply:
    """A page of rows, with the cursors that lead to its neighbours."""
    begin = int(page.start or 0)
    end = begin + page.limit
    body: Row = {"records": rows[begin:end], "total_records": len(rows)}
    neighbours = {
        "next": end if end < len(rows) else None,
        "prev": max(0, begin - page.limit) if begin else None,
    }
    links = {"self": {"href": path}}
    for name, start in neighbours.items():
        if start is not None:
            cursor = encode(page.filters, page.limit, str(start))
            body[f"{name}_cursor"] = cursor
            links[name] = {"href": f"{path}?{name}={quote(cursor)}"}
    return json_reply(200, body | {"_links": links})


def _sorted(rows: list[Any], filters: Query, orders: dict[str, Callable[[Any], Any]]) -> list[Any]:
    sort_by = _one_of(filters, "sort_by", tuple(orders))
    descending = _one_of(filters, "sort_order", ("ASC", "DESC")) == "DESC"
    return sorted(rows, key=orders[sort_by], reverse=descending) if sort_by else rows


def events(sandbox: Sandbox, query: Query) -> Reply:
    page = _page(sandbox, query)
    family, status = sandbox.extras.events, _one_of(page.filters, "event_status", STATUSES)
    chosen = [e for e in family.events if e.status == status] if status else family.listed
    text = page.filters.get("search_text", "").lower()
    chosen = _sorted([e for e in chosen if text in e.name.lower()], page.filters, ORDERS)
    return _envelope([event.row() for event in chosen], page, "/v3/events")


def event(sandbox: Sandbox, query: Query, event_id: str) -> Reply:
    found = sandbox.extras.events.find(event_id)
    return json_reply(200, found.detail(settings=is_true(query, "include"))) if found else NOT_FOUND


def _track(sandbox: Sandbox, event_id: str, track_id: str) -> Event | None:
    found = sandbox.extras.events.find(event_id)
    return found if found is not None and found.track_id == track_id else None


def registrations(sandbox: Sandbox, query: Query, event_id: str, track_id: str) -> Reply:
    found = _track(sandbox, event_id, track_id)
    if found is None:
        return NOT_FOUND
    page = _page(sandbox, query)
    wanted = {
        "registration_status": _one_of(page.filters, "registration_status", REGISTRATION_STATUSES),
        "payment_status": _one_of(page.filters, "payment_status", PAYMENTS),
    }
    rows = [r.row(sandbox.contacts, track_id) for r in found.registrations]
    rows = [row for row in rows if all(value in (None, row[name]) for name, value in wanted.items())]
    text = page.filters.get("search_text", "").lower()
    rows = [
        row
        for row in rows
        if text in f"{row['first_name']} {row['last_name']} {row['email_address']}".lower()
    ]
    rows = _sorted(rows, page.filters, {name: itemgetter(name) for name in SORTABLE})
    return _envelope(rows, page, f"/v3/events/{event_id}/tracks/{track_id}/registrations")


def registration(sandbox: Sandbox, _: Query, event_id: str, track_id: str, registration_id: str) -> Reply:
    found = _track(sandbox, event_id, track_id)
    rows = found.registrations if found else []
    row = next((r for r in rows if r.registration_id == registration_id), None)
    return json_reply(200, row.detail(sandbox.contacts)) if row else NOT_FOUND
