"""Campaigns: the list of what changed, each changed one with its e-mails, and from there to their events.

Source: contract (/emails: both date filters are on updated_at); api_guide/email_campaigns_collection (newest first);
api_guide/email_campaign_activities_stats_report (only primary_email and resend of sent campaigns have reports).
State: see `state.campaigns`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import Forbidden
from sources.constant_contact.batches import Batch
from sources.constant_contact.campaign_rows import (
    ACTIVITIES,
    CAMPAIGNS,
    REPORTS,
    SUMMARIES,
    Row,
    references_of,
    reported,
    status_of,
    was_sent,
)
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import totals
from sources.constant_contact.reads.api_objects import attempt, is_held
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.campaign_details import (
    HTML,
    SHOWS_HTML,
    Read,
    campaign_of,
    email_of,
    emails_must_be_named,
    read_activities,
    read_detail,
)
from sources.constant_contact.reads.decisions import (
    asked_again,
    campaigns_from,
    campaigns_mark,
    is_changed,
    sent_campaign,
    without_emails,
)
from sources.constant_contact.reads.permissions import lacks
from sources.constant_contact.reads.reading import CHANGES, FIRST
from sources.constant_contact.reads.reports import campaign_item
from sources.constant_contact.state import campaigns as campaigns_state
from sources.constant_contact.state import failures
from sources.constant_contact.state.campaigns import CampaignsState
from sources.constant_contact.windows import advanced, as_parameter

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    import pendulum

    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.decisions import Sent
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the list was read."""

    at: pendulum.DateTime | None
    is_whole: bool
    """Whether all campaigns were listed."""


class Countdown:
    """Campaigns still to be read tonight; sent ones go on to their totals, and the last one is told so."""

    def __init__(self, pending: int, discovery: totals.ReportDiscovery | None) -> None:
        self._pending = pending
        self._report_discovery = discovery
        self._whole = True
        self._lock = threading.Lock()

    def done(self, *sent: Sent, complete: bool = True) -> bool | None:
        """One more piece is through; None while others are not, then whether all were complete."""
        if self._report_discovery:
            self._report_discovery.add(*sent)
        with self._lock:
            self._pending -= 1
            self._whole = self._whole and complete
            last = self._pending == 0
        if last:
            self.close()
        return self._whole if last else None

    def close(self) -> None:
        """Nothing more comes, perhaps because the rest is refused."""
        if self._report_discovery:
            self._report_discovery.finish()


def slices(reading: Reading, _: Endpoint) -> None:
    reading.add(CAMPAIGNS, FIRST, "the list of campaigns", lambda: read_listing(reading))


def read_listing(reading: Reading) -> Iterator[Batch]:
    """Which campaigns changed; a slice for each. Those that did not change go to their totals at once."""
    mark = _mark(reading)
    try:
        listed, requests = _listed(reading, mark)
    except Forbidden as error:
        if error.kind != "deactivated":
            yield from _summed_up(reading)  # another privilege
        raise
    loaded = {str(row["campaign_id"]): row for row in reading.warehouse.rows(CAMPAIGNS)}
    rows = {str(row["campaign_id"]): row for row in listed}
    summary = yield from _summed_up(reading)
    summed_up = summary if reading.attempts.works(SUMMARIES) else None
    failed = sorted(failures.failed_ids(reading.state, CAMPAIGNS))
    for campaign_id in [*asked_again(loaded, summed_up), *failed]:
        rows.setdefault(campaign_id, {"campaign_id": campaign_id})
    missing = _missing(reading, loaded)
    rows = {each: {"campaign_id": each} for each in sorted(missing)} | rows
    times = _times(reading, listed)
    changed = [
        row
        for campaign_id, row in rows.items()
        if is_changed(row, times.get(campaign_id), loaded.get(campaign_id), missing, reading.options)
    ]
    discovery = _report_discovery(reading)
    seen = max((at for at in times.values() if at is not None), default=None)
    new_mark = Mark(at=advanced(mark, seen, now=reading.now), is_whole=mark is None)
    countdown = Countdown(len(changed) + 1, discovery)  # the one more is what did not change
    for row in changed:
        known = loaded.get(str(row["campaign_id"]))
        reading.add(
            CAMPAIGNS,
            CHANGES,
            "campaigns that changed",
            lambda row=row, known=known: read_campaign(reading, row, known, countdown, new_mark),  # type: ignore[misc]
        )
    yield reading.as_batch(CAMPAIGNS, requests=requests, whole=mark is None)
    ids = {str(row["campaign_id"]) for row in changed}
    for row in loaded.values():
        if str(row["campaign_id"]) not in ids:
            look_at_parts(reading, row)
    if countdown.done(*(sent for sent in _loaded_sent(reading, loaded) if sent.campaign_id not in ids)):
        yield Batch(resource=CAMPAIGNS, state=_marked(reading, new_mark))


def _report_discovery(reading: Reading) -> totals.ReportDiscovery | None:
    def look_again(sent: Sent, kept: StateChange) -> None:
        reading.add(
            CAMPAIGNS,
            CHANGES,
            "campaigns with more e-mails than known",
            lambda: read_again(reading, sent, kept, discovery),
        )

    discovery = totals.ReportDiscovery(reading, look_again)
    return discovery if reading.wants(*REPORTS) else None


def read_again(
    reading: Reading, sent: Sent, kept: StateChange, discovery: totals.ReportDiscovery
) -> Iterator[Batch]:
    """A campaign that was sent to more than its known e-mails were; `kept` where it has no other e-mail."""

    def read(own: Reading) -> Iterator[Batch]:
        detail, requests = read_detail(own, {"campaign_id": sent.campaign_id}, None)
        if set(reported(references_of(detail))) <= set(sent.activities):
            yield Batch(resource=CAMPAIGNS, requests=requests, state=(kept,))
            return
        read = read_activities(reading, detail, requests)
        yield from read.batches
        look_at_parts(reading, read.campaign)
        if read.sent is not None:
            discovery.add(read.sent)
        emails_must_be_named(own, read.campaign)

    yield from attempt(reading, replace(campaign_item(sent), resource=CAMPAIGNS), read)


def read_campaign(
    reading: Reading, row: Row, known: Row | None, countdown: Countdown, mark: Mark
) -> Iterator[Batch]:
    """One changed campaign with its e-mails; the last of the run moves the mark, if none was left out unnoted."""
    found: list[Read] = []

    def read(own: Reading) -> Iterator[Batch]:
        detail, requests = read_detail(own, row, known)
        found.append(read_activities(reading, detail, requests))
        yield from found[0].batches
        emails_must_be_named(own, detail)

    try:
        yield from attempt(reading, campaign_of(row, known), read)
    except Forbidden:
        countdown.close()
        raise
    if found:
        look_at_parts(reading, found[0].campaign)
    sent = found[0].sent if found else None
    if not found and known is not None and was_sent(known):
        sent = sent_campaign(
            known, references_of(known), now=reading.now
        )  # what is loaded of it is followed all the same
    # A failure is noted, so the mark may pass it; what was not even asked for is not.
    if countdown.done(*([sent] if sent else []), complete=CAMPAIGNS not in reading.attempts.given_up):
        yield Batch(resource=CAMPAIGNS, state=_marked(reading, mark))


def look_at_parts(reading: Reading, campaign: Row) -> None:
    """What hangs on each e-mail of a campaign, as it is now."""
    for watcher in reading.campaign_watchers:
        watcher.look(campaign, references_of(campaign))


def _loaded_sent(reading: Reading, loaded: Mapping[str, Row]) -> list[Sent]:
    """Sent campaigns as the warehouse knows them, newest first."""
    ordered = sorted(loaded.values(), key=lambda row: str(row.get("created_at") or ""), reverse=True)
    found = (sent_campaign(row, references_of(row), now=reading.now) for row in ordered if was_sent(row))
    return [sent for sent in found if sent is not None]


def _listed(reading: Reading, mark: pendulum.DateTime | None) -> tuple[list[Row], int]:
    since = campaigns_from(mark, reading.options)
    extra = {} if since is None else {"after_date": as_parameter(since)}
    rows: list[Row] = []
    requests = 0
    for page in reading.pages(endpoint(CAMPAIGNS), extra=extra):
        rows += page.rows
        requests += 1
    return rows, requests


def _summed_up(reading: Reading) -> Generator[Batch, None, set[str]]:
    """The summaries, where they are wanted and may be read; returns their campaigns' ids."""
    found: set[str] = set()
    if not reading.wants(SUMMARIES) or lacks(endpoint(SUMMARIES), reading.granted):
        return found
    try:
        item = ApiObject(resource=SUMMARIES)
        yield from attempt(reading, item, lambda own: _read_summaries(own, found))
    except Forbidden as error:
        if error.kind == "deactivated":
            raise
        reading.reader.refuse(SUMMARIES, error)
    return found


def _read_summaries(reading: Reading, campaigns: set[str]) -> Iterator[Batch]:
    """The summaries of all sent campaigns; adds their campaigns' ids."""
    rows: list[Row] = []
    requests = 0
    for page in reading.pages(endpoint(SUMMARIES)):
        rows += page.rows
        requests += 1
    campaigns.update(str(row["campaign_id"]) for row in rows)
    yield reading.batch(SUMMARIES, rows, requests=requests, whole=True)


def _missing(reading: Reading, loaded: Mapping[str, Row]) -> set[str]:
    """Loaded campaigns whose e-mails are not: an earlier run may have been told to leave those, or their HTML, out."""
    if not reading.wants(ACTIVITIES):
        return set()
    return _without_emails(reading, loaded) | _without_html(reading, loaded)


def _without_html(reading: Reading, loaded: Mapping[str, Row]) -> set[str]:
    if not reading.options.html_content or CampaignsState.of(reading.state).has_html:
        return set()
    rows = reading.warehouse.rows(ACTIVITIES, ("campaign_id", "format_type", HTML))
    shown = {
        str(row["campaign_id"]) for row in rows if row["format_type"] == SHOWS_HTML and row[HTML] is None
    }
    return {each for each in shown if each in loaded and status_of(loaded[each]) != "removed"}


def _without_emails(reading: Reading, loaded: Mapping[str, Row]) -> set[str]:
    there = {
        str(row["campaign_activity_id"])
        for row in reading.warehouse.rows(ACTIVITIES, ("campaign_activity_id",))
    }
    return without_emails(loaded, there, lambda row, each: is_held(reading, email_of(row, each)))


def _times(reading: Reading, rows: list[Row]) -> dict[str, Any]:
    listed = reading.tables(CAMPAIGNS, rows)[CAMPAIGNS].select(["campaign_id", "updated_at"]).to_pylist()
    return {row["campaign_id"]: row["updated_at"] for row in listed}


def _mark(reading: Reading) -> pendulum.DateTime | None:
    """None: all are to be listed."""
    # Without their rows in the warehouse, campaigns that did not change would be unknown: then all are listed.
    if not reading.wants(CAMPAIGNS) or reading.aside.is_due(CAMPAIGNS):
        return None
    return campaigns_mark(CampaignsState.of(reading.state), reading.options, now=reading.now)


def _marked(reading: Reading, mark: Mark) -> tuple[StateChange, ...]:
    if mark.at is None or not reading.wants(CAMPAIGNS):
        return ()
    changes = [campaigns_state.marked(mark.at)]
    if reading.wants(ACTIVITIES):
        changes.append(campaigns_state.loaded_html(all_of_it=reading.options.html_content))
    if mark.is_whole:
        changes.append(campaigns_state.listed_whole(reading.now))
    return tuple(changes)
