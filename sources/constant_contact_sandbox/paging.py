"""Cursors, page sizes and the spellings of "no next page".

A cursor is base64 of plain query text: the filters, the limit and `next`. Knows no collection. Source: guide
samples and captured payloads; contract for sizes.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

if TYPE_CHECKING:
    from .switches import EndOfData, Switches


class BadRequestError(Exception):
    """The request cannot be answered; becomes a 400 with this text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a request asks of a collection. `start`: the cursor's own text, "" on the first page."""

    limit: int
    start: str
    filters: dict[str, str]


MIXED: dict[str, EndOfData] = {
    "contacts": "empty",
    "contact_lists": "absent",
    "contact_tags": "null",
    "contact_custom_fields": "empty",
    "segments": "href_null",
    "emails": "next_null",
    "tracking": "empty",
    "email_campaign_summaries": "absent",
    "activities": "absent",
    "sms_campaign_summaries": "next_null",
}


def encode(filters: dict[str, str], limit: int, start: str) -> str:
    return base64.b64encode(urlencode({**filters, "limit": limit, "next": start}).encode()).decode()


def decode(cursor: str) -> dict[str, str]:
    try:
        text = base64.b64decode(cursor.replace(" ", "+"), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as broken:
        raise BadRequestError(f"The cursor {cursor!r} is not valid.") from broken
    values = dict(parse_qsl(text, keep_blank_values=True))
    if "next" not in values:
        raise BadRequestError(f"The cursor {cursor!r} is not valid.")
    return values


def requested(
    query: dict[str, str], default: int, maximum: int, switches: Switches, *, name: str = "cursor"
) -> Page:
    """The page a query asks for. Raises BadRequestError for a limit out of range (unless clamped) or a
    bad cursor.
    """
    values = dict(query)
    if name in values:
        values = decode(values[name])
    start = values.pop("next", "")
    try:
        limit = int(values.pop("limit", default))
    except ValueError as broken:
        raise BadRequestError("The limit is not a number.") from broken
    if not 1 <= limit <= maximum:
        if switches.over_limit == "refuse":
            raise BadRequestError(f"The limit {limit} is not between 1 and {maximum}.")
        limit = min(max(limit, 1), maximum)
    return Page(limit=limit, start=start, filters=values)


def add_links(
    body: dict[str, Any],
    page: Page,
    following: str | None,
    switches: Switches,
    *,
    path: str,
    kind: str,
    name: str = "cursor",
) -> None:
    """Put the next link, or this endpoint's spelling of the end, into an envelope."""
    if following is not None:
        cursor = encode(page.filters, page.limit, following)
        body["_links"] = {"next": {"href": f"{path}?{name}={quote(cursor)}"}}
        return
    style = MIXED.get(kind, "absent") if switches.end_of_data == "mixed" else switches.end_of_data
    if style != "absent":
        body["_links"] = {
            "empty": {},
            "null": None,
            "next_null": {"next": None},
            "href_null": {"next": {"href": None}},
        }[style]
