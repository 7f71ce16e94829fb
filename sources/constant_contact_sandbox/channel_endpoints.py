"""GET endpoints of bulk jobs, automations, social networks and SMS campaigns. Source: contract, same paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import seeds
from .bulk_jobs import STATES
from .envelopes import NOT_FOUND, Query, Row, csv_set, page_of
from .faults import Reply, json_reply
from .paging import BadRequestError, add_links, requested

if TYPE_CHECKING:
    from .sandbox import Sandbox

GROUPS_A_PAGE = 5


def bulk_jobs(sandbox: Sandbox, query: Query) -> Reply:
    page = requested(query, 50, 500, sandbox.switches)
    wanted = page.filters.get("state")
    if wanted is not None and wanted not in STATES:
        raise BadRequestError(f"state is one of {', '.join(STATES)}, not {wanted}.")
    now = sandbox.nominal
    rows = [job.row(now) for job in sandbox.extras.bulk_jobs.remembered(now)]
    rows = [row for row in rows if wanted in (None, row["state"])]
    body, _ = page_of(query, rows, sandbox, ("activities", "activities", 50, 500), "/v3/activities")
    return json_reply(200, body)


def automations(sandbox: Sandbox, query: Query) -> Reply:
    rows = list(sandbox.extras.automations.rows)
    if name := query.get("name"):
        rows = [row for row in rows if name.lower() in row["name"].lower()]
    direction = query.get("sort_direction", "DESC")
    if direction not in ("ASC", "DESC"):
        raise BadRequestError(f"sort_direction is ASC or DESC, not {direction}.")
    rows.sort(key=lambda row: row["update_date"], reverse=direction == "DESC")
    return json_reply(209, {"flow_summaries": rows})


def automation(sandbox: Sandbox, _: Query, automation_id: str) -> Reply:
    family = sandbox.extras.automations
    row = next((row for row in family.rows if row["id"] == automation_id), None)
    return json_reply(200, family.detail(row)) if row else NOT_FOUND


def social_profiles(sandbox: Sandbox, query: Query) -> Reply:
    shown = csv_set(query.get("include"))
    rows = sandbox.extras.social.profiles
    if "accessible" not in shown:
        rows = [{name: value for name, value in row.items() if name != "accessible"} for row in rows]
    return json_reply(200, rows)


def social_connections(sandbox: Sandbox, _: Query) -> Reply:
    return json_reply(200, {"connections": sandbox.extras.social.connections})


def hashtag_groups(sandbox: Sandbox, query: Query) -> Reply:
    """Pages are numbered from 0 and hold at most 5 groups; the next link names the page."""
    number, size = int(query.get("page", "0")), int(query.get("limit", GROUPS_A_PAGE))
    if number < 0 or not 1 <= size <= GROUPS_A_PAGE:
        raise BadRequestError(f"page is 0 or more and limit 1 to {GROUPS_A_PAGE}.")
    rows = sandbox.extras.social.groups
    pages = -(-len(rows) // size)
    body: Row = {
        "hashtag_groups": rows[number * size : (number + 1) * size],
        "page": {"page": number, "size": size, "total_elements": len(rows), "total_pages": pages},
    }
    if number + 1 < pages:
        body["_links"] = {"next": {"href": f"/v3/social/hashtags/groups?page={number + 1}&limit={size}"}}
    return json_reply(200, body)


def sms_campaign_summaries(sandbox: Sandbox, query: Query) -> Reply:
    page = requested(query, 50, 50, sandbox.switches, name="next")
    if "start_at" not in page.filters:
        raise BadRequestError("start_at is required.")
    end = seeds.epoch_s(page.filters["end_at"]) if "end_at" in page.filters else float("inf")
    chosen = sandbox.extras.sms.summaries(seeds.epoch_s(page.filters["start_at"]), end)
    begin = int(page.start or 0)
    rows = [campaign.row() for campaign in chosen[begin : begin + page.limit]]
    body: Row = {"bulk_sms_campaign_summaries": rows, "aggregate_percents": _percents(rows)}
    following = str(begin + page.limit) if begin + page.limit < len(chosen) else None
    path = "/v3/reports/summary_reports/sms_campaign_summaries"
    add_links(body, page, following, sandbox.switches, path=path, kind="sms_campaign_summaries", name="next")
    return json_reply(200, body)


def _percents(rows: list[Row]) -> dict[str, Any]:
    """Percentages over the page's own rows."""
    total = {name: sum(row["unique_counts"][name] for row in rows) for name in ("sends", "delivers")}
    total |= {name: sum(row["unique_counts"][name] for row in rows) for name in ("clicks", "optouts")}
    base = max(1, total["sends"])
    total["bounced"] = total["sends"] - total["delivers"]
    shares = {"deliver": "delivers", "click": "clicks", "bounce": "bounced", "unsubscribe": "optouts"}
    return {share: round(100 * total[name] / base, 1) for share, name in shares.items()}


def sms_history(sandbox: Sandbox, _: Query, contact_id: str) -> Reply:
    i = sandbox.contacts.index_of(contact_id)
    return NOT_FOUND if i is None else json_reply(200, sandbox.extras.sms.history(i))
