"""From one answer to its rows and the link to the next page. No I/O.

Knows: every form in which this API spells rows, next links and the end. Must not know: which endpoints exist.

Rules:
- A link is used as it is given. It is relative to the host, or absolute on the very origin of base_url; one
  that leads anywhere else is a ForeignLink, for the token would travel with it.
- A link to a path outside base_url's own (the provider's internal services leak through) keeps only its
  `cursor` or `next` value, on the path that was asked for. Filters and page size travel inside the cursor.
- The end is spelled `_links: {}`, no `_links`, `_links: null`, `next: null` or `next.href: null`.
- Events answer a `next_cursor`, hashtag groups a `page` with `total_pages`: both become links of the same
  kind.
- A link that this read has already followed is a CursorLoop. A missing rows key is RowsMissing, never "no
  rows".

Sources: contract (PagingLinks, EventsResponse, HashtagGroups), api_guide/contacts_get_all,
api_guide/tags_get.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from sources.constant_contact.api.connection import origin
from sources.constant_contact.api.errors import CursorLoop, ForeignLink, LinkUnreadable, RowsMissing

ParamValue = str | int | float | bool | list[str] | tuple[str, ...]
Params = Mapping[str, ParamValue | None]
Row = dict[str, Any]
BULK_ROWS, BULK_ERRORS = "results", "errors"
"""Of an answer for many ids: rows of those that are known, and what is wrong with the others."""


class Parsed(Protocol):
    """An answer that the caller's own parser read: its rows in a form of the caller's, the rest as an envelope."""

    @property
    def envelope(self) -> Row: ...

    def __len__(self) -> int:
        """How many rows."""


Parse = Callable[[bytes], Parsed | None]
"""Reads the body of a page; None where it cannot, and the page is read in the ordinary way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of rows."""

    rows: list[Row]  # none where `parsed` holds them
    next_link: str | None  # path and query, to be given back as `start`; None = this was the last page
    envelope: Row  # the body without its rows
    parsed: Parsed | None = None
    set_aside: int = (
        0  # rows of the page that were taken out since, because they have no place in their table
    )


MAX_LINK: Final = 32_000
"""Characters of path and query. Servers stop at 8,000 to 16,000, and the HTTP client at 65,536."""


def filled(path: str, **slots: object) -> str:
    """A path with its slots filled, none of which leads to another path: an id may be any text. Slots that the path
    does not name are passed over.
    """
    return path.format_map(
        {name: quote(str(value), safe=",") for name, value in slots.items() if f"{{{name}}}" in path}
    )


def query(params: Params | None) -> str:
    """The query in the order given; None is left out, true and false in lower case, a sequence repeats its
    name.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in (params or {}).items():
        if value is None:
            continue
        values: list[object] = [*value] if isinstance(value, list | tuple) else [value]
        pairs += [(name, str(item).lower() if isinstance(item, bool) else str(item)) for item in values]
    return urlencode(pairs)


def target(base_url: str, path: str, params: Params | None) -> str:
    """Path and query of a request, on the path of base_url. Raises LinkUnreadable for one that no server takes."""
    asked = query(params)
    return _bounded(f"{urlsplit(base_url).path}/{path.lstrip('/')}" + (f"?{asked}" if asked else ""), path)


def _bounded(link: str, path: str) -> str:
    if len(link) <= MAX_LINK:
        return link
    raise LinkUnreadable(
        f"{path} would be asked for with an address of {len(link):,} characters, of which servers take {MAX_LINK:,} "
        "at most: an id or a next link of the account is damaged, please report it",
        path=path,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What the body of one answer became; `value` is JSON, of no use where a parser has read the body."""

    value: Any = None
    parsed: Parsed | None = None

    def rows_and_envelope(self, rows_key: str | None, path: str) -> tuple[list[Row], Row]:
        """Raises RowsMissing."""
        return split_rows(self.value, rows_key, path) if self.parsed is None else ([], self.parsed.envelope)


def split_rows(body: Any, rows_key: str | None, path: str) -> tuple[list[Row], Row]:
    """Rows and envelope. Without a key: a bare array, or a single object as its only row. Raises
    RowsMissing.
    """
    if rows_key is None:
        if isinstance(body, dict):
            return [body], {}
        rows, envelope = body, {}
    else:
        if not isinstance(body, dict):
            raise RowsMissing(_missing(path, f"an object with {rows_key!r}", body), path=path)
        rows, envelope = body.get(rows_key), {key: value for key, value in body.items() if key != rows_key}
        if rows_key == BULK_ROWS and body.get(rows_key) is None and isinstance(body.get(BULK_ERRORS), list):
            return [], envelope  # a bulk answer in which every id is an error
        if rows_key not in body:
            keys = ", ".join(sorted(map(str, body))) or "none"
            raise RowsMissing(
                f"{path} answered without {rows_key!r} (its keys: {keys}), so its rows are unknown; "
                "nothing of it is taken, please report it",
                path=path,
            )
    if not isinstance(rows, list):
        raise RowsMissing(
            _missing(path, f"an array as {rows_key!r}" if rows_key else "an array", rows), path=path
        )
    return rows, envelope


def the_record(body: Any, path: str) -> Row:
    """The one object of an answer. Raises RowsMissing, for an empty one too: nothing could be said of the record."""
    if isinstance(body, dict) and body:
        return body
    raise RowsMissing(_missing(path, "a record", body), path=path)


def _missing(path: str, wanted: str, got: Any) -> str:
    return f"{path} answered {_json_type(got)} instead of {wanted}; nothing of it is taken, please report it"


def _json_type(value: Any) -> str:
    if value == {}:
        return "an empty object"
    names = {dict: "an object", list: "an array", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


class Follower:
    """The links of one read: resolves each, refuses foreign ones, and remembers all that were followed."""

    def __init__(self, *, base_url: str, path: str, params: Params | None, start: str | None = None) -> None:
        self._base_url = base_url
        self._path = path
        self._params = dict(params or {})
        self._seen: set[str] = set()
        self.first = resolve(start, base_url=base_url, path=path) if start else target(base_url, path, params)
        self._seen.add(self.first)

    def next_link(self, envelope: Row, page_rows: int) -> str | None:
        """Path and query of the next page, None at the end. Raises CursorLoop, ForeignLink,
        LinkUnreadable.
        """
        link = self._given(envelope) or self._by_cursor(envelope) or self._by_page_number(envelope, page_rows)
        if link is None:
            return None
        if link in self._seen:
            raise CursorLoop(
                f"{self._path} answered a next link that was already followed, after {len(self._seen):,} "
                "pages; "
                "the read stops here and is taken up again by the next run",
                path=self._path,
            )
        self._seen.add(link)
        return link

    def _given(self, envelope: Row) -> str | None:
        href = given_href(envelope, self._path)
        return resolve(href, base_url=self._base_url, path=self._path) if href else None

    def _by_cursor(self, envelope: Row) -> str | None:
        cursor = envelope.get("next_cursor")
        if cursor is None or cursor == "":
            return None
        if not isinstance(cursor, str | int):
            raise _unreadable(self._path, "next_cursor")
        params = {name: value for name, value in self._params.items() if name not in ("next", "prev", "page")}
        return target(self._base_url, self._path, {**params, "next": str(cursor)})

    def _by_page_number(self, envelope: Row, page_rows: int) -> str | None:
        page = envelope.get("page")
        if not isinstance(page, dict) or not page_rows:
            return None
        number, total = page.get("page"), page.get("total_pages")
        if not isinstance(number, int) or not isinstance(total, int):
            raise _unreadable(self._path, "page")
        if number + 1 >= total:
            return None
        return target(self._base_url, self._path, {**self._params, "page": number + 1})


def given_href(envelope: Row, path: str) -> str | None:
    """The next link as the body spells it; None for each of the spellings of the end."""
    links = envelope.get("_links")
    if links is None or links in ({}, []):
        return None
    if not isinstance(links, dict):
        raise _unreadable(path, "_links")
    step: Any = links.get("next")
    for _ in range(3):  # next: "…", next: {href: "…"}, and the contract's own slip next: {next: {href: "…"}}
        if step is None or step in ("", {}):
            return None
        if isinstance(step, str):
            return step
        if not isinstance(step, dict):
            break
        step = step["href"] if "href" in step else step.get("next")
    raise _unreadable(path, "_links.next")


def _unreadable(path: str, where: str) -> LinkUnreadable:
    return LinkUnreadable(
        f"{path} answered {where} in a form that is not known, so it is not clear whether more pages follow; "
        "the read stops here, please report it",
        path=path,
    )


_CONTROL: Final = re.compile(r"[\x00-\x20\x7f\\]")


def resolve(href: str, *, base_url: str, path: str) -> str:
    """Path and query of a link, safe to be sent with the token. `path` is the public path that was asked
    for.
    """
    if _CONTROL.search(href):  # clients differ in how they read these, which is how hosts are smuggled in
        raise _foreign(path, "an address with control characters")
    base = urlsplit(base_url)
    try:
        full = urlsplit(urljoin(f"{base_url}/{path.lstrip('/')}", href))
        same = origin(full) == origin(base)
    except ValueError:
        raise _foreign(path, "an address that cannot be read") from None
    if not same or full.username is not None or full.password is not None:
        raise _foreign(path, f"{full.scheme}://{full.hostname}" if full.hostname else f"{full.scheme}:")
    if not base.path or full.path == base.path or full.path.startswith(f"{base.path}/"):
        return _bounded(full.path + (f"?{full.query}" if full.query else ""), path)
    for raw, (name, value) in zip(
        full.query.split("&"), parse_qsl(full.query, keep_blank_values=True), strict=False
    ):
        if name in ("cursor", "next") and value:
            return _bounded(f"{target(base_url, path, None)}?{raw}", path)
    raise _foreign(path, "an internal path without a cursor")


def _foreign(path: str, where: str) -> ForeignLink:
    return ForeignLink(
        f"{path} answered a next link to {where}, which is not the host of base_url; it is not followed, "
        "since the "
        "token would go with it: check base_url",
        path=path,
    )
