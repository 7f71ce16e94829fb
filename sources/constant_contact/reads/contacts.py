"""Contacts: read whole once (over several runs if need be), then only what moved.

Three things move without each other: `updated_at` (details), `email_address.opt_out_date` (a silent unsubscribe) and
the bare existence of a row. The window on `updated_after` sees the first, a pass on `optout_after` the second,
the nightly counts and the whole reading every `full_refresh_every` the rest.
Source: contract (/contacts); community threads td-p/422146, m-p/387264 (unsubscribes leave `updated_at` alone).

State, under "contacts":
  mark        greatest `updated_at` seen, clamped to the run's start
  opted_out   greatest `opt_out_date` seen, likewise
  overlapped  the mark and `opted_out` whose look-back has been read again, a look-back or more after they were set
  whole_at    start of the last whole reading that came to its end
  whole       a whole reading under way: next (link) or ended, started_at, horizon, opted_out; failures: runs in which
              the server failed over that link
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pendulum
import pyarrow.compute as pc

from sources.constant_contact.api.errors import BadRequest, NotFound, ServerBusy
from sources.constant_contact.batches import Batch, StateChange
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import costs
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.parts import parts
from sources.constant_contact.reads.reading import BACKFILL, CHANGES
from sources.constant_contact.reads.set_aside import MAX_OBJECTS
from sources.constant_contact.reads.unchanged import LoadedDigests
from sources.constant_contact.rows.values import typed
from sources.constant_contact.windows import (
    advanced,
    as_parameter,
    asked_from,
    is_current,
    moment,
    reads_all_contacts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pendulum import DateTime

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading

STATE = "contacts"
OPTED_OUT = "email_address__opt_out_date"
FEW_CONTACTS = 20_000
LINK_FAILURES = 2
"""Runs that end at a saved link with a failing server before the link is taken to be what fails it."""


def slices(reading: Reading, _: Endpoint) -> None:
    state: Mapping[str, Any] = reading.state.get(STATE, {})
    if "whole" not in state and state.get("mark") is not None and _reads_all(reading):
        reading.add(STATE, CHANGES, "contacts", lambda: read_all_again(reading))
    elif "whole" in state or whole_is_due(reading, state):
        reading.add(STATE, BACKFILL, "contacts, all of them", lambda: read_whole(reading, state))
    else:
        reading.add(STATE, CHANGES, "contacts that changed", lambda: read_changes(reading, state))
        if reading.aside.due(STATE):
            reading.add(STATE, BACKFILL, "contacts that were set aside", lambda: read_set_aside(reading))


def estimate(facts: Facts, of: Endpoint) -> list[Line]:
    """One question to count all, or two to count what changed and who opted out."""
    size = of.page_size or 1
    state = facts.state.get(STATE, {})
    if "mark" in state and "whole" not in state and _plans_all(facts, size):
        rows = count(facts, {})
        rows = facts.loaded(STATE) if rows is None else rows
        why = "all of them; only what differs is written"
        return [Line(resource=STATE, why=why, rows=rows, requests=costs.pages(rows, size))]
    if _whole_is_planned(facts, state):
        rows = count(facts, {})
        if rows is None:
            rows = facts.loaded(STATE)
        why = "all of them, then what changed meanwhile"
        if state.get("whole"):
            rows = max(0, rows - facts.loaded(STATE))
            why = "the rest of the first read, then what changed"
        return [Line(resource=STATE, why=why, rows=rows, requests=costs.pages(rows, size) + 2)]
    found = []
    for parameter, mark, words in (
        ("updated_after", state["mark"], "changed since {}"),
        ("optout_after", state.get("opted_out") or state["mark"], "opted out since {}"),
    ):
        overlapped = mark in state.get("overlapped", ())
        since = asked_from(moment(mark, setting="mark"), facts.options.lookback, overlapped=overlapped)
        rows = count(facts, {parameter: as_parameter(since)})
        why = words.format(since.format("D MMM HH:mm"))
        found.append(Line(resource=STATE, why=why, rows=rows, requests=costs.pages(rows or 0, size)))
    return found


def _plans_all(facts: Facts, page_size: int) -> bool:
    return reads_all_contacts(facts.options, facts.loaded(STATE), page_size)


def _whole_is_planned(facts: Facts, state: Mapping[str, Any]) -> bool:
    fresh = is_current(state.get("whole_at"), facts.options, now=facts.now)
    return "whole" in state or "mark" not in state or not fresh


def count(facts: Facts, filters: Mapping[str, str]) -> int | None:
    """How many contacts a filter finds; one request. None when the API does not say."""
    of = endpoint(STATE)
    body = facts.asked.ask(of.path, {"status": "all", "include_count": "true", "limit": "1", **filters})
    count = (body or {}).get("contacts_count")
    return count if isinstance(count, int) else None


def whole_is_due(reading: Reading, state: Mapping[str, Any]) -> bool:
    return (
        state.get("mark") is None
        or not is_current(state.get("whole_at"), reading.options, now=reading.now)
        or (reading.aside.is_due(STATE) and None in _created(reading) and _is_small(reading))
    )


def _reads_all(reading: Reading) -> bool:
    page_size = endpoint(STATE).page_size or 1
    return reads_all_contacts(reading.options, reading.warehouse.count(STATE), page_size)


def _is_small(reading: Reading) -> bool:
    """Whether all contacts may be read only to find again what says neither who it is nor when it was created."""
    counts = [row.get("total") for row in reading.warehouse.rows("contact_counts", ("total",))]
    known = [count for count in counts if isinstance(count, int)]
    return bool(known) and max(known) <= FEW_CONTACTS


def _created(reading: Reading) -> set[DateTime | None]:
    """When those that are set aside were created; None for one that does not say it."""
    found: set[DateTime | None] = set()
    for text in reading.aside.rows_of(STATE):
        row = orjson.loads(text)
        at, _ = typed("timestamp", [row.get("created_at") if isinstance(row, dict) else None])
        found.add(None if at.null_count else pendulum.instance(at[0].as_py()).start_of("second"))
    return found


def read_set_aside(reading: Reading) -> Iterator[Batch]:
    """Contacts without an id by the second of their creation, and those with an item without one by their own id."""
    of = endpoint(STATE)
    assert of.detail_path is not None
    second = pendulum.duration(seconds=1)
    times = sorted(at for at in _created(reading) if at is not None) if reading.aside.is_due(STATE) else []
    for at in times[:MAX_OBJECTS]:
        bounds = {"created_after": as_parameter(at - second), "created_before": as_parameter(at + second * 2)}
        for page in reading.pages(of, extra=bounds):
            yield reading.as_batch(STATE, reading.tables(STATE, page.rows), requests=1)
    if times and None not in _created(reading) and len(times) <= MAX_OBJECTS:
        yield reading.as_batch(STATE, read_for="", whole=True)
    include = {name: value for name, value in of.params if name == "include"}
    for contact_id in reading.aside.due(STATE):
        if contact_id:
            try:
                row = reading.client.record(of.detail_path.format(contact_id=contact_id), include)
                tables = reading.tables(STATE, [{**row, "contact_id": contact_id}])
            except NotFound:
                tables = {}
            yield reading.as_batch(STATE, tables, requests=1, read_for=contact_id, whole=True)
            reading.reader.check()


def read_all_again(reading: Reading) -> Iterator[Batch]:
    """Every contact, of which only those that differ from what is loaded are written.

    What changes while the pages are read is seen by the next run, which reads them all too, or asks for changes since
    the greatest `updated_at` seen here. A reading that is cut goes on in the next run like a first one.
    """
    loaded = LoadedDigests(reading.warehouse, endpoint(STATE))
    whole: dict[str, Any] = {"started_at": reading.now.isoformat()}
    for batch, so_far in _whole_pages(reading, whole, resumed=False):
        whole = so_far
        yield replace(batch, tables=loaded.changed(batch.tables))
    yield _finished(reading, whole)


def read_whole(reading: Reading, state: Mapping[str, Any]) -> Iterator[Batch]:
    """Every contact, part by part, each with the link that goes on from it; then what moved meanwhile."""
    under_way = dict(state.get("whole", {}))
    failures = under_way.pop("failures", 0)
    if failures >= LINK_FAILURES:
        under_way = {}
    resumed = bool(under_way)
    whole = under_way or {"started_at": reading.now.isoformat()}
    try:
        for batch, so_far in _whole_pages(reading, whole, resumed=resumed):
            whole = so_far
            yield batch
    except ServerBusy:
        if resumed and whole == under_way:
            failed = {**under_way, "failures": failures + 1}
            yield Batch(resource=STATE, state=(StateChange(path=(STATE, "whole"), value=failed),))
        raise
    except (NotFound, BadRequest):
        if not resumed:
            raise
        # How long a saved link lives is documented nowhere. One that has died costs a new beginning, no rows.
        whole = {"started_at": reading.now.isoformat()}
        for batch, so_far in _whole_pages(reading, whole, resumed=False):
            whole = so_far
            yield batch
    if reading.once:
        yield _finished(reading, whole)
        return
    finished = _marks(whole)
    yield reading.as_batch(STATE, whole=True, since=finished["whole_at"])
    took = pendulum.now("UTC") - reading.now if not resumed else pendulum.duration()
    yield from _changes_since(reading, finished, lookback_more=took)


def _finished(reading: Reading, whole: Mapping[str, Any]) -> Batch:
    """The end of a reading of all contacts, with the marks that it leaves."""
    value = {name: at.isoformat() for name, at in _marks(whole).items()}
    return reading.as_batch(
        STATE,
        state=(
            StateChange(path=(STATE,), value=value),
            StateChange(path=("refused",), value=sorted(reading.refused) or None),
        ),
        whole=True,
        since=_moment(whole["started_at"]),
    )


def _marks(whole: Mapping[str, Any]) -> dict[str, DateTime]:
    """The mark may be older than the reading's start by as long as its first run took: see `_whole_pages`."""
    started_at = _moment(whole["started_at"])
    assert started_at is not None
    return {
        "mark": advanced(None, _moment(whole.get("horizon")), now=started_at) or started_at,
        "opted_out": advanced(None, _moment(whole.get("opted_out")), now=started_at) or started_at,
        "whole_at": started_at,
    }


def _whole_pages(
    reading: Reading, whole: dict[str, Any], *, resumed: bool
) -> Iterator[tuple[Batch, dict[str, Any]]]:
    """Some pages at a time, with the state that they leave behind.

    `horizon` is the greatest `updated_at` seen in the run in which the reading began. Whatever changes after that
    run has a later one, by the server's own clock, so it is where the catch-up must start.
    """
    of = endpoint(STATE)
    whole = dict(whole)
    if whole.get("ended"):
        return
    if not resumed:
        reading.refused.clear()  # tried anew now and then
    for part in parts(reading, of, start=whole.get("next")):
        tables = part.tables
        if not resumed:
            whole["horizon"] = _later(whole.get("horizon"), _greatest(tables[STATE], "updated_at"))
            whole["opted_out"] = _later(whole.get("opted_out"), _greatest(tables[STATE], OPTED_OUT))
        whole["next"], whole["ended"] = part.next_link, part.next_link is None or None
        left = {key: value for key, value in whole.items() if value is not None}
        state = (StateChange(path=(STATE, "whole"), value=left),)
        yield reading.as_batch(STATE, tables, requests=part.requests, state=state), whole


def read_changes(reading: Reading, state: Mapping[str, Any]) -> Iterator[Batch]:
    mark = _moment(state["mark"])
    assert mark is not None
    yield from _changes_since(
        reading,
        {
            "mark": mark,
            "opted_out": _moment(state.get("opted_out")) or mark,
            "whole_at": _moment(state["whole_at"]),
        },
    )


def _changes_since(
    reading: Reading, marks: Mapping[str, DateTime | None], lookback_more: pendulum.Duration | None = None
) -> Iterator[Batch]:
    """What changed and who opted out since the marks; the last batch moves them."""
    lookback = max(reading.options.lookback, lookback_more or pendulum.duration())
    mark, opted_out = marks["mark"], marks["opted_out"]
    assert mark is not None
    assert opted_out is not None
    seen, seen_out = mark, opted_out
    done: Sequence[str] = () if lookback_more else reading.state.get(STATE, {}).get("overlapped", ())
    for parameter, since in (("updated_after", mark), ("optout_after", opted_out)):
        asked = as_parameter(asked_from(since, lookback, overlapped=since.isoformat() in done))
        for part in parts(reading, endpoint(STATE), extra={parameter: asked}):
            tables = part.tables
            seen = _max(seen, _greatest(tables[STATE], "updated_at"))
            seen_out = _max(seen_out, _greatest(tables[STATE], OPTED_OUT))
            yield reading.as_batch(STATE, tables, requests=part.requests)
    moved = {
        "mark": advanced(mark, seen, now=reading.now),
        "opted_out": advanced(opted_out, seen_out, now=reading.now),
        "whole_at": marks["whole_at"],
    }
    value: dict[str, Any] = {name: at.isoformat() for name, at in moved.items() if at is not None}
    value["overlapped"] = [at.isoformat() for at in (mark, opted_out) if at + lookback <= reading.now]
    yield Batch(
        resource=STATE,
        state=(
            StateChange(path=(STATE,), value=value),
            StateChange(path=("refused",), value=sorted(reading.refused) or None),
        ),
    )


def _greatest(table: Any, column: str) -> DateTime | None:
    if column not in table.column_names or table.num_rows == 0:
        return None
    found = pc.max(table.column(column)).as_py()
    return None if found is None else pendulum.instance(found).in_timezone("UTC")


def _max(one: DateTime, other: DateTime | None) -> DateTime:
    return one if other is None else max(one, other)


def _later(known: str | None, seen: DateTime | None) -> str | None:
    at = _moment(known)
    if seen is None:
        return known
    return (seen if at is None else max(at, seen)).isoformat()


def _moment(text: str | None) -> DateTime | None:
    if text is None:
        return None
    parsed = pendulum.parse(text)
    assert isinstance(parsed, pendulum.DateTime)
    return parsed.in_timezone("UTC")
