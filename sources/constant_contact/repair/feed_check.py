"""One feed of one e-mail read to its end, because its total is not what is loaded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import feeds
from sources.constant_contact.reads.api_objects import attempt
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.state import feeds as feeds_state
from sources.constant_contact.state import totals as totals_state

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from sources.constant_contact.reads.reading import Reading

Keys = set[tuple[Any, ...]]
"""Values of the key of a feed."""


def feed_to_the_end(
    reading: Reading, job: feeds.Feed, title: str, *, forgotten: int
) -> Generator[Batch, None, Keys | None]:
    """Returns the keys of all its events where they are as many as the API counts and fewer than loaded, so that the
    others are no longer in the account. A total that is not reached is noted, as after any complete reading.

    `forgotten`: rows that were erased with their contact, which count beside the loaded ones.
    """
    whole = replace(job, loaded=job.loaded + forgotten)
    found: list[Keys] = []

    def read(own: Reading) -> Iterator[Batch]:
        if (keys := (yield from _read(own, whole))) is not None:
            found.append(keys)

    item = ApiObject(
        resource=job.resource,
        object_id=job.activity_id,
        title=f"e-mail {title!r} (campaign activity {job.activity_id})",
        owner=job.activity_id,
    )
    yield from attempt(reading, item, read)
    return found[-1] if found else None


def _read(reading: Reading, job: feeds.Feed) -> Generator[Batch, None, Keys | None]:
    name, activity_id, total = job.resource, job.activity_id, job.total or 0
    chain = feeds.Chain(reading, job)
    seen: Keys = set()
    for batch in chain.top(to_the_end=True):
        if total < job.loaded and name in batch.tables:
            columns = batch.tables[name].select(endpoint(name).table.key).to_pydict().values()
            seen.update(zip(*columns, strict=True))
        yield batch
    is_all = chain.count == total == len(seen) + chain.dropped
    unreached = None if chain.agrees_with(total) else total
    read = totals_state.read_to_the_end(activity_id, name, unreached)
    yield Batch(resource=name, state=(feeds_state.ended(activity_id, name), read))
    return seen if is_all else None
