"""A contact export: order it, ask for its state, fetch the file. Source: contract, same paths.

Each reading of the state brings the job forward; how far it has to go, and how it ends, are switches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from .envelopes import NOT_FOUND, Query
from .exports import file_of
from .faults import Reply, json_reply
from .paging import BadRequestError

if TYPE_CHECKING:
    from .sandbox import Sandbox

NEW_SUBSCRIBER_S = 30 * 86_400
NEVER = 1_000_000_000


def order_export(sandbox: Sandbox, body: bytes) -> Reply:
    """201 with the new job. Raises BadRequestError for a wrong order."""
    try:
        order = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as broken:
        raise BadRequestError("The body is not JSON.") from broken
    if not isinstance(order, dict):
        raise BadRequestError("The body is not an object.")
    switches, at = sandbox.switches, sandbox.stamp
    since = at - NEW_SUBSCRIBER_S
    csv, count = file_of(
        order, sandbox.contacts, sandbox.matching, new_since=since, with_ids=switches.export_contact_id
    )
    never = switches.export_ends_as == "never"
    job = sandbox.extras.bulk_jobs.add(
        at=at,
        ends_as="completed" if never else switches.export_ends_as,
        csv=csv,
        persons=max(1, count),
        reads=NEVER if never else switches.export_reads,
    )
    return json_reply(201, job.row(sandbox.stamp))


def bulk_job(sandbox: Sandbox, _: Query, activity_id: str) -> Reply:
    job = sandbox.extras.bulk_jobs.find(activity_id, sandbox.nominal)
    if job is None:
        return NOT_FOUND
    job.reads += 1
    return json_reply(200, job.row(max(job.created_at, sandbox.nominal)))


def export_file(sandbox: Sandbox, _: Query, file_id: str) -> Reply:
    """The CSV of a completed export; its id is the job's."""
    job = sandbox.extras.bulk_jobs.find(file_id, sandbox.nominal)
    if job is None or job.csv is None or job.state(sandbox.nominal) != "completed":
        return NOT_FOUND
    return Reply(body=job.csv.encode(), content_type="text/csv")
