"""Cross references of old ids, for the ids that a person gave: many in one request, each once and for all.

Old ids never change what they refer to, so what is loaded is not asked for again. An id that the account does not know
is left out of the answer; one that spoils a whole request is found by halving.
Source: contract (the three *_id_xrefs operations).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sources.constant_contact.api.errors import BadRequest, NotFound
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.reading import FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading

MAX_HALVINGS = 20
"""Refused requests of one batch after which the rest of it is left out."""


def slices(reading: Reading, of: Endpoint) -> None:
    """None in a sync, which knows no old ids."""
    ids, size = missing_ids(reading, of), of.batch or 1
    for start in range(0, len(ids), size):
        read = partial(read_ids, reading, of, ids[start : start + size])
        reading.add(of.resource, FIRST, of.resource, read)


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    known = facts.loaded(of.resource)
    yield Line(resource=of.resource, why=f"by {of.on_command} only", rows=known or None, requests=0)


def missing_ids(reading: Reading, of: Endpoint) -> list[str]:
    """What was asked for and is not loaded."""
    ids = reading.asked_ids.get(of.resource, ())
    key = of.table.key[0]
    loaded = {str(row[key]) for row in reading.warehouse.rows(of.resource, (key,))} if ids else set()
    return [one for one in ids if one not in loaded]


def read_ids(reading: Reading, of: Endpoint, ids: Sequence[str]) -> Iterator[Batch]:
    """One batch of rows for each request that is answered."""
    waiting = [tuple(ids)]
    refusals = 0
    while waiting:
        some = waiting.pop()
        try:
            yield _read(reading, of, some)
        except (BadRequest, NotFound) as error:
            refusals += 1
            if len(some) == 1 or refusals > MAX_HALVINGS:
                reading.reader.skip(of.resource, f"{_words(some)} not answered: {error}")
            else:
                middle = len(some) // 2
                waiting += [some[middle:], some[:middle]]


def _read(reading: Reading, of: Endpoint, ids: Sequence[str]) -> Batch:
    pages = list(reading.pages(of, extra={of.ids_param or "": ",".join(ids)}))
    return reading.batch(of.resource, [row for page in pages for row in page.rows], requests=len(pages))


def _words(ids: Sequence[str]) -> str:
    return f"old id {ids[0]} is" if len(ids) == 1 else f"{len(ids)} old ids from {ids[0]} to {ids[-1]} are"
