"""GET endpoints of campaigns, activities and e-mail reports. Source: contract, same paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .activity_rows import ACTIVITY_INCLUDES, activity_row
from .campaigns import BOUNCE_CODES, Activity, Campaign
from .envelopes import NOT_FOUND, Query, Row, csv_set, filters_of, is_true
from .faults import Reply, error, json_reply
from .feeds import newest_first
from .mail_parts import PARTS
from .matching import Matching
from .paging import BadRequestError, add_links, requested

if TYPE_CHECKING:
    from .sandbox import Sandbox

STATS_NOT_FOUND = "reportingsvc.not_found.invalid_path_param."


def campaigns(sandbox: Sandbox, query: Query) -> Reply:
    filters = filters_of(query, sandbox, 50, 500)
    low, high = Matching.bounds(filters.get("after_date"), filters.get("before_date"), sandbox.switches)
    found = [c for c in sandbox.campaigns.rows if low <= c.updated_at + c.key % 1000 / 1000 <= high]
    found.sort(key=lambda c: (-c.updated_at, -(c.key % 1000), -c.key))
    page = requested(query, 50, 500, sandbox.switches)
    begin = int(page.start or 0)
    body: Row = {"campaigns": [c.listing() for c in found[begin : begin + page.limit]]}
    following = str(begin + page.limit) if begin + page.limit < len(found) else None
    add_links(body, page, following, sandbox.switches, path="/v3/emails", kind="emails")
    return json_reply(200, body)


def campaign(sandbox: Sandbox, _: Query, campaign_id: str) -> Reply:
    found = sandbox.campaigns.by_id.get(campaign_id)
    return json_reply(200, found.detail()) if found else NOT_FOUND


def _activity(sandbox: Sandbox, activity_id: str) -> tuple[Campaign, Activity] | None:
    found = sandbox.campaigns.activity_by_id.get(activity_id)
    return None if found is None or found[0].status == "Removed" else found


def activity(sandbox: Sandbox, query: Query, activity_id: str) -> Reply:
    found = _activity(sandbox, activity_id)
    return (
        json_reply(200, activity_row(*found, csv_set(query.get("include")) & ACTIVITY_INCLUDES))
        if found
        else NOT_FOUND
    )


def activity_part(sandbox: Sandbox, _: Query, activity_id: str, part: str) -> Reply:
    found = _activity(sandbox, activity_id)
    if found is None:
        return NOT_FOUND
    rows = PARTS[part](*found)
    if part == "previews":
        return json_reply(200, rows[0])
    if part != "abtest":
        return json_reply(200, rows)
    if found[1].role != "primary_email":
        return error(409, "emails.api.conflict", "Only a primary_email activity can have an A/B test.")
    return json_reply(200, rows[0]) if rows else NOT_FOUND


def _reported(sandbox: Sandbox, activity_id: str) -> Activity | None:
    found = _activity(sandbox, activity_id)
    return found[1] if found and found[1].has_reports else None


def tracking(sandbox: Sandbox, query: Query, activity_id: str, feed: str) -> Reply:
    found = _reported(sandbox, activity_id)
    if found is None:
        return NOT_FOUND
    page = requested(query, 500, 500, sandbox.switches)
    events = sandbox.reports.feed(found, feed)
    if "url_id" in page.filters and feed == "clicks":
        keep = page.filters["url_id"]
        events = [e for e in events if sandbox.reports.rows(found, feed, [e])[0]["url_id"] == keep]  # type: ignore[assignment]
    if "bounce_code" in page.filters and feed == "bounces":
        codes = csv_set(page.filters["bounce_code"])
        events = [e for e in events if BOUNCE_CODES[e & 7] in codes]  # type: ignore[assignment]
    shown, following = newest_first(events, page.start, page.limit, sandbox.switches.cursor)
    body: Row = {"tracking_activities": sandbox.reports.rows(found, feed, shown)}
    path = f"/v3/reports/email_reports/{activity_id}/tracking/{feed}"
    add_links(body, page, following, sandbox.switches, path=path, kind="tracking")
    return json_reply(200, body)


def links(sandbox: Sandbox, query: Query, activity_id: str) -> Reply:
    found = _reported(sandbox, activity_id)
    if found is None:
        return NOT_FOUND
    rows = sandbox.reports.links(found, no_clicks=is_true(query, "no_clicks"))
    return json_reply(200, {"campaign_activity_id": activity_id, "link_click_counts": rows})


def campaign_summaries(sandbox: Sandbox, query: Query) -> Reply:
    page = requested(query, 50, 500, sandbox.switches, name="next")
    found = sandbox.sent_campaigns()
    begin = int(page.start or 0)
    rows = [sandbox.reports.summary(c, sandbox.stamp) for c in found[begin : begin + page.limit]]
    total = {
        k: sum(r["unique_counts"][k] for r in rows)
        for k in ("sends", "opens", "clicks", "optouts", "bounces", "not_opened")
    }
    base = max(1, total["sends"])
    shares = {
        "click": "clicks",
        "open": "opens",
        "did_not_open": "not_opened",
        "bounce": "bounces",
        "unsubscribe": "optouts",
    }
    body: Row = {
        "bulk_email_campaign_summaries": rows,
        "aggregate_percents": {k: round(100 * total[v] / base, 1) for k, v in shares.items()},
    }
    following = str(begin + page.limit) if begin + page.limit < len(found) else None
    path = "/v3/reports/summary_reports/email_campaign_summaries"
    add_links(
        body, page, following, sandbox.switches, path=path, kind="email_campaign_summaries", name="next"
    )
    return json_reply(200, body)


def _spoiled(what: str) -> Reply:
    return error(404, STATS_NOT_FOUND + what, f"Could not find any campaign stats for all requested {what}.")


def _stats_error(what: str, wrong: str) -> Row:
    return {"error_key": STATS_NOT_FOUND + what, "error_message": f"Could not find stats for {wrong}."}


def campaign_stats(sandbox: Sandbox, _: Query, ids: str) -> Reply:
    wanted = [t for t in ids.split(",") if t]
    if len(wanted) > sandbox.switches.stats_max_campaigns:
        raise BadRequestError(
            f"At most {sandbox.switches.stats_max_campaigns} campaign_ids are allowed, not {len(wanted)}."
        )
    rows, errors = [], []
    for campaign_id in wanted:
        found = sandbox.campaigns.by_id.get(campaign_id)
        if campaign_id in sandbox.switches.poison_ids:
            return _spoiled("campaign_ids")
        if found is not None and found.reported:
            rows.append(sandbox.reports.campaign_stats(found, sandbox.stamp))
        elif sandbox.switches.removed_stats == "not_found":
            return _spoiled("campaign_ids")
        else:
            errors.append(_stats_error("campaign_ids", campaign_id))
    return json_reply(200, {"results": rows, "errors": errors})


def activity_stats(sandbox: Sandbox, _: Query, ids: str) -> Reply:
    wanted = [t for t in ids.split(",") if t]
    if len(wanted) > sandbox.switches.stats_max_activities:
        raise BadRequestError(
            f"At most {sandbox.switches.stats_max_activities} ids are allowed, not {len(wanted)}."
        )
    rows, errors = [], []
    for activity_id in wanted:
        if activity_id in sandbox.switches.poison_ids or not re.fullmatch(r"[0-9a-fA-F-]{36}", activity_id):
            return _spoiled("campaign_activity_ids")
        found = _reported(sandbox, activity_id)
        if found is None:
            errors.append(_stats_error("campaign_activity_ids", activity_id))
        else:
            owner = sandbox.campaigns.activity_by_id[activity_id][0]
            rows.append(sandbox.reports.activity_stats(owner, found, sandbox.stamp))
    return json_reply(200, {"results": rows, "errors": errors})
