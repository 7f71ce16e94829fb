"""Campaigns: the list of what changed, each changed one with its e-mails, and from there to their events.

Source: contract (/emails: both date filters are on updated_at); api_guide/email_campaigns_collection (newest first);
api_guide/email_campaign_activities_stats_report (only primary_email and resend of sent campaigns have reports).

State, under "campaigns":
  mark   greatest `updated_at` whose campaigns, and all changed before them, are loaded with their e-mails
  whole_at   when all were listed last: a status can change without a new `updated_at`, which the mark does not show
  lost   ids of e-mails that are referred to and were not found once; twice, and the reference is all there is
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import pendulum

from sources.constant_contact.api.errors import NotFound, Skippable
from sources.constant_contact.batches import Batch, StateChange
from sources.constant_contact.campaign_rows import (
    NEVER_SENT,
    UNDER_WAY,
    Row,
    identified,
    is_loaded,
    moment_of,
    references_of,
    reported,
    status_of,
    version_of,
)
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import totals
from sources.constant_contact.reads.reading import CHANGES, FIRST
from sources.constant_contact.reads.totals import Sent
from sources.constant_contact.windows import advanced, as_parameter, asked_from, believed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from sources.constant_contact.reads.reading import Reading

CAMPAIGNS, ACTIVITIES, SUMMARIES = "email_campaigns", "email_campaign_activities", "email_campaign_summaries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the list was read."""

    at: pendulum.DateTime | None
    is_whole: bool
    """Whether all campaigns were listed."""


class Roster:
    """Campaigns still to be read tonight; sent ones go on to their totals, and the last one is told so."""

    def __init__(self, pending: int, follow: totals.Follow | None) -> None:
        self._pending = pending
        self._follow = follow
        self._whole = True
        self._lock = threading.Lock()

    def settle(self, *sent: Sent, complete: bool = True) -> bool | None:
        """One more piece is through; None while others are not, then whether all were complete."""
        if self._follow:
            self._follow.add(*sent)
        with self._lock:
            self._pending -= 1
            self._whole = self._whole and complete
            last = self._pending == 0
        if last:
            self.close()
        return self._whole if last else None

    def close(self) -> None:
        """Nothing more comes, perhaps because the rest is refused."""
        if self._follow:
            self._follow.finish()


def add_slices(reading: Reading) -> None:
    if reading.wants(CAMPAIGNS, ACTIVITIES, SUMMARIES, *totals.REPORTS):
        reading.add(CAMPAIGNS, FIRST, "the list of campaigns", lambda: read_listing(reading))


def read_listing(reading: Reading) -> Iterator[Batch]:
    """Which campaigns changed; a slice for each. Those that did not change go to their totals at once."""
    mark = _mark(reading)
    listed, requests = _listed(reading, mark)
    loaded = {str(row["campaign_id"]): row for row in reading.warehouse.rows(CAMPAIGNS)}
    summary = yield from _read_summaries(reading)
    rows = {str(row["campaign_id"]): row for row in listed}
    for campaign_id in _gone_out(loaded, summary):
        rows.setdefault(campaign_id, {"campaign_id": campaign_id})
    lacking = _lacking(reading, loaded)
    rows = {each: {"campaign_id": each} for each in sorted(lacking)} | rows
    times = _times(reading, listed)
    changed = [
        row
        for campaign_id, row in rows.items()
        if reading.options.full_refresh
        or campaign_id in lacking
        or not is_loaded(row, times.get(campaign_id), loaded.get(campaign_id))
    ]
    follow = _follow(reading)
    seen = max((at for at in times.values() if at is not None), default=None)
    new_mark = Mark(at=advanced(mark, seen, now=reading.now), is_whole=mark is None)
    roster = Roster(len(changed) + 1, follow)  # the one more is what did not change
    for row in changed:
        known = loaded.get(str(row["campaign_id"]))
        reading.add(
            CAMPAIGNS,
            CHANGES,
            "campaigns that changed",
            lambda row=row, known=known: read_campaign(reading, row, known, roster, new_mark),  # type: ignore[misc]
        )
    yield reading.as_batch(CAMPAIGNS, requests=requests, whole=mark is None)
    ids = {str(row["campaign_id"]) for row in changed}
    if roster.settle(*(sent for sent in _loaded_sent(reading, loaded) if sent.campaign_id not in ids)):
        yield Batch(resource=CAMPAIGNS, state=_marked(reading, new_mark))


def _follow(reading: Reading) -> totals.Follow | None:
    def look_again(sent: Sent, kept: StateChange) -> None:
        reading.add(
            CAMPAIGNS,
            CHANGES,
            "campaigns with more e-mails than known",
            lambda: read_again(reading, sent, kept, follow),
        )

    follow = totals.Follow(reading, look_again)
    return follow if reading.wants(*totals.REPORTS) else None


def _gone_out(loaded: Mapping[str, Row], summary: set[str]) -> list[str]:
    """Loaded campaigns whose status may have moved without a new updated_at: under way, or summed up though unsent."""
    return [
        campaign_id
        for campaign_id, row in loaded.items()
        if status_of(row) in UNDER_WAY
        or (campaign_id in summary and status_of(row) in NEVER_SENT - {"removed"})
    ]


def read_again(reading: Reading, sent: Sent, kept: StateChange, follow: totals.Follow) -> Iterator[Batch]:
    """A campaign that was sent to more than its known e-mails were; `kept` where it has no other e-mail."""
    detail, requests = read_detail(reading, {"campaign_id": sent.campaign_id}, None)
    if set(reported(references_of(detail))) <= set(sent.activities):
        yield Batch(resource=CAMPAIGNS, requests=requests, state=(kept,))
        return
    read = read_activities(reading, detail, requests)
    yield from read.batches
    if read.sent is not None:
        follow.add(read.sent)


def read_campaign(
    reading: Reading, row: Row, known: Row | None, roster: Roster, mark: Mark
) -> Iterator[Batch]:
    """One changed campaign with its e-mails; the last of the night moves the mark, if none was left out."""
    sent: Sent | None = None
    complete = True
    try:
        detail, requests = read_detail(reading, row, known)
        read = read_activities(reading, detail, requests)
        sent, complete = read.sent, read.is_complete
        yield from read.batches
    except Skippable as error:
        if error.status == 403:  # noqa: PLR2004
            roster.close()
            raise
        complete = False
        reading.reader.skip(CAMPAIGNS, f"campaign {row['campaign_id']}: {error}")
    if roster.settle(*([sent] if sent else []), complete=complete):
        yield Batch(resource=CAMPAIGNS, state=_marked(reading, mark))


def read_detail(reading: Reading, row: Row, known: Row | None) -> tuple[Row, int]:
    """The campaign with its references to activities. A removed one may no longer have a detail of its own."""
    path = endpoint(CAMPAIGNS).detail_path
    assert path is not None
    try:
        found = reading.client.record(path.format(campaign_id=row["campaign_id"]))
        return {**row, **found, "campaign_id": row["campaign_id"]}, 1
    except NotFound:
        if status_of(row) != "removed":
            raise
        lost = known is None or known.get("campaign_activities") is None
        return {**row, **({} if lost else {"campaign_activities": references_of(known)})}, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A campaign with its e-mails."""

    batches: list[Batch]
    sent: Sent | None
    """None: it has no reports."""
    is_complete: bool = True
    """Whether each e-mail that it refers to was there."""


def read_activities(reading: Reading, campaign: Row, requests: int) -> Read:
    """The campaign's e-mails, then the campaign: a row of it in the warehouse means that its e-mails are there too."""
    references = references_of(campaign)
    removed = status_of(campaign) == "removed"
    rows: list[Row] = []
    lost: list[StateChange] = []
    if reading.wants(ACTIVITIES):
        if removed:
            rows = _removed(reading, references)
        else:
            for reference in identified(references):
                try:
                    rows.append(_activity(reading, campaign, reference))
                except NotFound as error:
                    activity_id = str(reference["campaign_activity_id"])
                    if activity_id in reading.state.get("campaigns", {}).get("lost", {}):
                        rows.append({"campaign_id": campaign["campaign_id"], **reference})
                    else:
                        lost.append(StateChange(path=("campaigns", "lost", activity_id), value=True))
                        reading.reader.skip(ACTIVITIES, f"campaign {campaign['campaign_id']}: {error}")
                requests += 1
                reading.reader.check()
    batches = []
    if rows:
        batches.append(reading.batch(ACTIVITIES, rows, requests=0))
    batches.append(reading.batch(CAMPAIGNS, [campaign], requests=requests, state=tuple(lost)))
    is_sent = status_of(campaign) not in NEVER_SENT
    return Read(
        batches=batches,
        sent=_sent(reading, campaign, references) if is_sent else None,
        is_complete=not lost,
    )


def _activity(reading: Reading, campaign: Row, reference: Row) -> Row:
    of = endpoint(ACTIVITIES)
    activity_id = reference["campaign_activity_id"]
    found = reading.client.record(of.path.format(campaign_activity_id=activity_id), dict(of.query))
    ids = {"campaign_id": campaign["campaign_id"], "campaign_activity_id": activity_id}
    return {**reference, **found, **ids}


def _removed(reading: Reading, references: Sequence[Row]) -> list[Row]:
    """Loaded e-mails of a removed campaign: no longer readable, so they keep what is known and get that status."""
    ids = {str(reference["campaign_activity_id"]) for reference in identified(references)}
    return [
        _nested({**row, "current_status": "REMOVED"})
        for row in reading.warehouse.rows(ACTIVITIES)
        if row["campaign_activity_id"] in ids
    ]


def _nested(row: Row) -> Row:
    """A loaded row in the API's shape again: `a__b` back under `a`, JSON text back to arrays, nulls left out."""
    nested: Row = {}
    for name, value in row.items():
        if value is None:
            continue
        *parents, leaf = name.split("__")
        place = nested
        for parent in parents:
            place = place.setdefault(parent, {})
        column = next((c for c in endpoint(ACTIVITIES).table.columns if c.name == name), None)
        place[leaf] = (
            orjson.loads(value) if column and column.type == "json" and isinstance(value, str) else value
        )
    return nested


def _sent(reading: Reading, campaign: Row, references: Sequence[Row]) -> Sent | None:
    activities = reported(references)
    if not activities:
        return None
    changed_at = moment_of(campaign)
    return Sent(
        campaign_id=str(campaign["campaign_id"]),
        name=str(campaign.get("name") or ""),
        activities=activities,
        version=version_of(campaign),
        is_young=changed_at is None or changed_at > reading.now.subtract(days=totals.YOUNG_DAYS),
    )


def _loaded_sent(reading: Reading, loaded: Mapping[str, Row]) -> list[Sent]:
    """Sent campaigns as the warehouse knows them, newest first."""
    ordered = sorted(loaded.values(), key=lambda row: str(row.get("created_at") or ""), reverse=True)
    found = (_sent(reading, row, references_of(row)) for row in ordered if status_of(row) not in NEVER_SENT)
    return [sent for sent in found if sent is not None]


def _listed(reading: Reading, mark: pendulum.DateTime | None) -> tuple[list[Row], int]:
    since = None if mark is None else asked_from(mark, reading.options.lookback)
    start = reading.options.start_date
    if start is not None:
        since = start if since is None else max(since, start)
    extra = {} if since is None else {"after_date": as_parameter(since)}
    rows: list[Row] = []
    requests = 0
    for page in reading.pages(endpoint(CAMPAIGNS), extra=extra):
        rows += page.rows
        requests += 1
    return rows, requests


def _read_summaries(reading: Reading) -> Generator[Batch, None, set[str]]:
    """The summaries of all sent campaigns; returns their campaigns' ids."""
    rows: list[Row] = []
    requests = 0
    try:
        for page in reading.pages(endpoint(SUMMARIES)):
            rows += page.rows
            requests += 1
    except Skippable as error:
        reading.reader.skip(SUMMARIES, str(error), refused=error.status == 403)  # noqa: PLR2004
        return set()
    yield reading.batch(SUMMARIES, rows, requests=requests, whole=True)
    return {str(row["campaign_id"]) for row in rows}


def _lacking(reading: Reading, loaded: Mapping[str, Row]) -> set[str]:
    """Loaded campaigns whose e-mails are not: an earlier run may have been told to leave those out."""
    if not reading.wants(ACTIVITIES):
        return set()
    there = {
        str(row["campaign_activity_id"])
        for row in reading.warehouse.rows(ACTIVITIES, ("campaign_activity_id",))
    }
    return {
        campaign_id
        for campaign_id, row in loaded.items()
        if status_of(row) != "removed"
        and any(str(each["campaign_activity_id"]) not in there for each in identified(references_of(row)))
    }


def _times(reading: Reading, rows: list[Row]) -> dict[str, Any]:
    listed = reading.tables(CAMPAIGNS, rows)[CAMPAIGNS].select(["campaign_id", "updated_at"]).to_pylist()
    return {row["campaign_id"]: row["updated_at"] for row in listed}


def _mark(reading: Reading) -> pendulum.DateTime | None:
    """None: all are to be listed."""
    state = reading.state.get("campaigns", {})
    text = state.get("mark")
    # Without their rows in the warehouse, campaigns that did not change would be unknown: then all are listed.
    if (
        text is None
        or not reading.wants(CAMPAIGNS)
        or not believed(state.get("whole_at"), reading.options, now=reading.now)
        or reading.aside.is_due(CAMPAIGNS)
    ):
        return None
    parsed = pendulum.parse(text)
    assert isinstance(parsed, pendulum.DateTime)
    return parsed


def _marked(reading: Reading, mark: Mark) -> tuple[StateChange, ...]:
    if mark.at is None or not reading.wants(CAMPAIGNS):
        return ()
    changes = [StateChange(path=("campaigns", "mark"), value=mark.at.isoformat())]
    if mark.is_whole:
        changes.append(StateChange(path=("campaigns", "whole_at"), value=reading.now.isoformat()))
    return tuple(changes)
