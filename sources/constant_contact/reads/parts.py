"""Pages of a large collection together: few large tables cost the loader less than many small ones.

A part is never more than `Reading.pages_at_once` pages, and never waits long for the next one, so that a crash costs no
more than the settings allow. A page that is not plainly as declared is a part by itself.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.reader import Stopped
from sources.constant_contact.rows import NotPlain, PageRows, parser_of, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from sources.constant_contact.api.paging import Page
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.reading import Reading

LONGEST_S = 2.0
"""Between the first page of a part and its last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    tables: Mapping[str, pa.Table]
    requests: int
    """At least 1: a page each."""
    next_link: str | None
    """From the last of its pages; None = that was the last one of all."""


def parts(
    reading: Reading, of: Endpoint, *, extra: Mapping[str, str] | None = None, start: str | None = None
) -> Iterator[Part]:
    """The rows of a listing, in its order. What was read before an error comes before the error."""
    parser = parser_of(of)
    parse = None if parser is None else parser.parse
    held: list[Page] = []
    began = time.monotonic()
    try:
        for page in reading.pages(of, extra=extra, start=start, parse=parse):
            if page.parsed is None:
                if held:
                    yield _part(reading, of, held)
                    held = []
                tables = reading.tables(of.resource, page.rows)
                yield Part(tables=tables, requests=1, next_link=page.next_link)
                continue
            began = began if held else time.monotonic()
            held.append(page)
            if len(held) >= reading.pages_at_once or time.monotonic() - began > LONGEST_S:
                yield _part(reading, of, held)
                held = []
    except (ApiError, Stopped):
        if held:
            yield _part(reading, of, held)
        raise
    if held:
        yield _part(reading, of, held)


def _part(reading: Reading, of: Endpoint, held: Sequence[Page]) -> Part:
    pages = [page.parsed for page in held if isinstance(page.parsed, PageRows)]
    return Part(tables=_tables(reading, of, pages), requests=len(held), next_link=held[-1].next_link)


def _tables(reading: Reading, of: Endpoint, pages: Sequence[PageRows]) -> Mapping[str, pa.Table]:
    parser, found = parser_of(of), None
    assert parser is not None
    if not (reading.forgotten and any(reading.forgotten.covers(row) for page in pages for row in _ids(page))):
        with suppress(NotPlain):  # somebody comes twice
            found = tables_of(
                parser,
                pages,
                without=reading.not_asked_for(of),
                bad=reading.bad_values,
                unknown=reading.unknown,
            )
    if found is None:
        return reading.tables(of.resource, [row for page in pages for row in page.rows.to_pylist()])
    return reading.excluded.emptied(found)


def _ids(page: PageRows) -> Iterator[dict[str, str]]:
    return ({"contact_id": id_} for id_ in page.rows.field("contact_id").to_pylist())
