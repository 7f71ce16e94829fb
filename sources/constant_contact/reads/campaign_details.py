"""One campaign with its e-mails: the detail of each, and whether there are reports to follow.

Source: contract (/emails/{campaign_id}, /emails/activities/{campaign_activity_id}).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from sources.constant_contact.api.errors import ApiError, NotFound, RowsMissing
from sources.constant_contact.api.paging import filled
from sources.constant_contact.campaign_rows import (
    ACTIVITIES,
    CAMPAIGNS,
    REPORTS,
    Row,
    identified,
    references_fault,
    references_of,
    status_of,
    version_of,
    was_sent,
)
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.api_objects import asking, failed, is_held, is_of_one_object, recovered
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.decisions import Sent, sent_campaign
from sources.constant_contact.state import campaigns as campaigns_state
from sources.constant_contact.state.campaigns import CampaignsState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.state.changes import StateChange


HTML = "html_content"
"""The part of an e-mail that may be megabytes; the column and the setting are called so too."""
SHOWS_HTML = 5
"""The one `format_type` whose HTML the API shows. Source: contract, EmailCampaignActivity."""


def read_detail(reading: Reading, row: Row, known: Row | None) -> tuple[Row, int]:
    """The campaign with its references to activities. A removed one may no longer have a detail of its own."""
    path = endpoint(CAMPAIGNS).detail_path
    assert path is not None
    try:
        found = reading.client.record(filled(path, campaign_id=row["campaign_id"]))
        return {**row, **found, "campaign_id": row["campaign_id"]}, 1
    except NotFound:
        if status_of(row) != "removed":
            raise
        lost = known is None or known.get("campaign_activities") is None
        return {**row, **({} if lost else {"campaign_activities": references_of(known)})}, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A campaign with its e-mails."""

    campaign: Row
    batches: list[Batch]
    sent: Sent | None
    """None: it has no reports."""


def read_activities(reading: Reading, campaign: Row, requests: int) -> Read:
    """The campaign's e-mails, then the campaign: a row of it in the warehouse says which e-mails there must be."""
    references = references_of(campaign)
    rows: list[Row] = []
    state: list[StateChange] = []
    if reading.wants(ACTIVITIES) and status_of(campaign) == "removed":
        rows = _removed(reading, references)
    elif reading.wants(ACTIVITIES):
        for reference in identified(references):
            row, changes = _activity(reading, campaign, reference)
            rows += [] if row is None else [row]
            state += changes
            requests += 1
            reading.reader.check()
    batches = [reading.batch(ACTIVITIES, rows, requests=0)] if rows else []
    batches.append(reading.batch(CAMPAIGNS, [campaign], requests=requests, state=tuple(state)))
    sent = sent_campaign(campaign, references, now=reading.now) if was_sent(campaign) else None
    return Read(campaign=campaign, batches=batches, sent=sent)


def emails_must_be_named(reading: Reading, campaign: Row) -> None:
    """Raises RowsMissing where a campaign refers to e-mails without saying which: what is known of it is loaded, and
    it is asked for again like an object that failed.
    """
    fault = references_fault(campaign)
    if fault and status_of(campaign) != "removed" and reading.wants(ACTIVITIES, *REPORTS):
        raise RowsMissing(f"{fault}, so these e-mails and their events are missing")


def _activity(reading: Reading, campaign: Row, reference: Row) -> tuple[Row | None, tuple[StateChange, ...]]:
    """One e-mail, and what to keep in the state. One that is not found twice is known by its reference alone."""
    of, item = endpoint(ACTIVITIES), email_of(campaign, reference)
    ids = {"campaign_id": campaign["campaign_id"], "campaign_activity_id": item.object_id}
    if is_held(reading, item) or reading.attempts.has_given_up(item):
        return None, ()
    reading.attempts.asks(item)
    path = filled(of.path, campaign_activity_id=item.object_id)
    try:
        found = asking(reading, item).client.record(path, _parts(reading, of))
    except NotFound as error:
        if item.object_id in CampaignsState.of(reading.state).lost:
            return {**reference, **ids}, recovered(reading, item)
        return None, (campaigns_state.not_found(item.object_id), *failed(reading, item, error))
    except ApiError as error:
        if not is_of_one_object(reading, ACTIVITIES, error):
            raise
        return None, failed(reading, item, error)
    reading.attempts.succeeds(item)
    return {**reference, **found, **ids}, recovered(reading, item)


def _parts(reading: Reading, of: Endpoint) -> dict[str, str]:
    query = dict(of.query)
    return query | {"include": f"{query['include']},{HTML}"} if reading.options.html_content else query


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


def campaign_of(row: Row, known: Row | None) -> ApiObject:
    campaign_id, name = str(row["campaign_id"]), str(row.get("name") or (known or {}).get("name") or "")
    return ApiObject(
        resource=CAMPAIGNS,
        object_id=campaign_id,
        title=f"campaign {name!r} ({campaign_id})" if name else f"campaign {campaign_id}",
        version=version_of(row) if "updated_at" in row else "",
    )


def email_of(campaign: Row, reference: Row) -> ApiObject:
    activity_id = str(reference["campaign_activity_id"])
    return ApiObject(
        resource=ACTIVITIES,
        object_id=activity_id,
        title=f"e-mail {str(campaign.get('name') or '')!r} (campaign activity {activity_id})",
        version=version_of(campaign),
        owner=activity_id,
    )
