"""GET endpoints of landing pages, reports of one contact, and old ids. Source: contract, same paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import seeds
from .contact_reports import KINDS
from .envelopes import NOT_FOUND, Query, Row, csv_set, page_of
from .faults import Reply, json_reply
from .feeds import newest_first
from .paging import BadRequestError, add_links, requested

if TYPE_CHECKING:
    from .sandbox import Sandbox

FIVE_YEARS_S = (5 * 365 + 2) * 86_400
MOST_IDS = {"sequence_ids": 500, "v2_email_campaign_ids": 50}


def landing_page_feed(sandbox: Sandbox, query: Query, activity_id: str, feed: str) -> Reply:
    pages = sandbox.extras.landing_pages
    found = pages.find(activity_id)
    if found is None:
        return NOT_FOUND
    page = requested(query, 50, 500, sandbox.switches)
    shown, following = newest_first(found.feed(feed), page.start, page.limit, sandbox.switches.cursor)
    body: Row = {"tracking_activities": pages.rows(found, feed, shown)}
    path = f"/v3/reports/landing_pages/campaign_details/{activity_id}/{feed}"
    add_links(body, page, following, sandbox.switches, path=path, kind="tracking")
    return json_reply(200, body)


def activity_details(sandbox: Sandbox, query: Query, contact_id: str) -> Reply:
    i = sandbox.contacts.index_of(contact_id)
    if i is None:
        return NOT_FOUND
    filters = requested(query, 100, 100, sandbox.switches).filters
    ways = [
        filters[name] for name in ("tracking_activities_list", "tracking_activity_type") if name in filters
    ]
    if len(ways) != 1:
        raise BadRequestError("Give either tracking_activities_list or tracking_activity_type.")
    wanted = csv_set(ways[0])
    if unknown := wanted - set(KINDS):
        raise BadRequestError(
            f"There is no activity {', '.join(sorted(unknown))}; valid are {', '.join(KINDS)}."
        )
    reports = sandbox.contact_reports
    rows = reports.details(i, [one for one in reports.done_by(i) if one.kind in wanted])
    if filters.get("include_campaign_activity_names", "true").lower() == "false":
        rows = [{k: v for k, v in row.items() if k != "campaign_activity_name"} for row in rows]
    path = f"/v3/reports/contact_reports/{contact_id}/activity_details"
    return json_reply(
        200, page_of(query, rows, sandbox, ("tracking_activities", "tracking", 100, 100), path)[0]
    )


def _range(query: Query) -> tuple[float, float]:
    """`start` and `end`, both required and at most five years apart."""
    if "start" not in query or "end" not in query:
        raise BadRequestError("start and end are required.")
    start, end = seeds.epoch_s(query["start"]), seeds.epoch_s(query["end"])
    if not 0 <= end - start <= FIVE_YEARS_S:
        raise BadRequestError("end is at most five years after start.")
    return start, end


def activity_summary(sandbox: Sandbox, query: Query, contact_id: str) -> Reply:
    i = sandbox.contacts.index_of(contact_id)
    if i is None:
        return NOT_FOUND
    rows = sandbox.contact_reports.summary(i, *_range(query))
    return json_reply(200, {"contact_id": contact_id, "campaign_activities": rows})


def open_and_click_rates(sandbox: Sandbox, query: Query, contact_id: str) -> Reply:
    i = sandbox.contacts.index_of(contact_id)
    return NOT_FOUND if i is None else json_reply(200, sandbox.contact_reports.rates(i, *_range(query)))


def _xrefs(query: Query, name: str, key: str, rows: list[Row]) -> Reply:
    """The rows of the ids that were asked for; ids that nobody had are left out."""
    wanted = csv_set(query.get(name))
    if not 1 <= len(wanted) <= MOST_IDS[name]:
        raise BadRequestError(f"{name} is required and names at most {MOST_IDS[name]} ids.")
    return json_reply(200, {"xrefs": [row for row in rows if row[key] in wanted]})


def contact_xrefs(sandbox: Sandbox, query: Query) -> Reply:
    return _xrefs(query, "sequence_ids", "sequence_id", sandbox.old_ids.contacts())


def list_xrefs(sandbox: Sandbox, query: Query) -> Reply:
    return _xrefs(query, "sequence_ids", "sequence_id", sandbox.old_ids.lists())


def campaign_xrefs(sandbox: Sandbox, query: Query) -> Reply:
    key = "v2_email_campaign_id"
    return _xrefs(query, "v2_email_campaign_ids", key, sandbox.old_ids.campaigns())
