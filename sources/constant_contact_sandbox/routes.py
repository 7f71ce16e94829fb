"""The GET endpoints: from a path and a query to a reply. No I/O.

Which scope and privilege each needs, its parameters and page sizes are in ROUTES. Source: contract, paths of the
same names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any


from . import small_collections
from .campaigns import (
    ACTIVITY_INCLUDES,
    BOUNCE_CODES,
    Activity,
    Campaign,
    activity_row,
    non_opener_resends,
    schedules,
    send_history,
)
from .contacts import ALL_INCLUDES, SUB_RESOURCES
from .faults import FORBIDDEN, NO_SCOPE, Reply, error, json_reply
from .feeds import newest_first
from .matching import FILTERS, Matching
from .paging import BadRequest, add_links, requested

if TYPE_CHECKING:
    from collections.abc import Callable

    from .sandbox import Sandbox

Row = dict[str, Any]
Query = dict[str, str]
NOT_FOUND = error(404, "not_found", "The resource that you are requesting cannot be found.")
STATS_NOT_FOUND = "reportingsvc.not_found.invalid_path_param."


@dataclass(frozen=True, slots=True)
class Route:
    """`scope` and `privilege` "" = none needed; `parameters`: those that the contract names."""

    pattern: re.Pattern[str]
    scope: str
    privilege: str
    parameters: frozenset[str]
    answer: Callable[..., Reply]


def _csv(text: str | None) -> frozenset[str]:
    return frozenset(t.strip() for t in text.split(",")) if text else frozenset()


def _true(query: Query, name: str) -> bool:
    return query.get(name, "").lower() == "true"


def _all_at_once(
    query: Query, rows: list[Row], sandbox: Sandbox, spec: tuple[str, str, int, int], path: str
) -> tuple[Row, Query]:
    """An envelope of (rows key, kind, default, maximum) over a short collection, and the filters of the cursor."""
    key, kind, default, maximum = spec
    page = requested(query, default, maximum, sandbox.switches)
    begin = int(page.start or 0)
    end = begin + page.limit
    body: Row = {key: rows[begin:end]}
    add_links(body, path, page, str(end) if end < len(rows) else None, sandbox.switches, kind)
    return body, page.filters


def _filters(query: Query, sandbox: Sandbox, default: int, maximum: int) -> Query:
    return requested(query, default, maximum, sandbox.switches).filters


# account -----------------------------------------------------------------------------------------------------


def summary(sandbox: Sandbox, query: Query) -> Reply:
    extra = _csv(query.get("extra_fields"))
    row = dict(sandbox.account)
    if "physical_address" in extra:
        row["physical_address"] = small_collections.ADDRESS
    if "company_logo" in extra:
        row["company_logo"] = small_collections.LOGO
    return json_reply(200, row)


def physical_address(_: Sandbox, __: Query) -> Reply:
    return json_reply(200, small_collections.ADDRESS)


def emails_of_account(sandbox: Sandbox, query: Query) -> Reply:
    if len(query.keys() & {"confirm_status", "role_code", "email_address"}) > 1:
        raise BadRequest("confirm_status, role_code and email_address exclude each other.")
    rows = sandbox.emails
    if wanted := query.get("confirm_status"):
        rows = [r for r in rows if r["confirm_status"].startswith(wanted.upper())]
    if wanted := query.get("role_code"):
        rows = [r for r in rows if any(role.startswith(wanted.upper()) for role in r["roles"])]
    if wanted := query.get("email_address"):
        rows = [r for r in rows if r["email_address"] == wanted]
    return json_reply(200, rows)


def privileges(sandbox: Sandbox, _: Query) -> Reply:
    return json_reply(200, small_collections.account_privileges(sandbox.switches.privileges))


# contacts ----------------------------------------------------------------------------------------------------


def _include(sandbox: Sandbox, query: Query) -> frozenset[str]:
    wanted = _csv(query.get("include"))
    unknown = wanted - ALL_INCLUDES
    if unknown and sandbox.switches.unknown_parameters == "refuse":
        raise BadRequest(
            f"include does not know {', '.join(sorted(unknown))}; valid are {', '.join(SUB_RESOURCES)}."
        )
    always = frozenset({"sms_channel"}) if sandbox.switches.sms_channel == "always" else frozenset()
    return wanted & ALL_INCLUDES | always


def contacts(sandbox: Sandbox, query: Query) -> Reply:
    page = requested(query, 50, 500, sandbox.switches)
    filters = page.filters
    if "segment_id" in filters:
        pending = _segment_pending(sandbox, filters)
        if pending is not None:
            return pending
    found = sandbox.matching.select(filters)
    begin = _begin(found, page.start, sandbox.switches.cursor)
    shown = found[begin : begin + page.limit + 1]
    include = _include(sandbox, filters)
    body: Row = {"contacts": [sandbox.contacts.row(i, include) for i in shown[: page.limit]]}
    if _true(filters, "include_count"):
        body["contacts_count"] = len(found)
    following = None
    if len(shown) > page.limit:
        following = str(shown[page.limit] if sandbox.switches.cursor == "position" else begin + page.limit)
    add_links(body, "/v3/contacts", page, following, sandbox.switches, "contacts")
    return json_reply(200, body)


def _begin(found: Any, start: str, cursor: str) -> int:
    """Index of the first row of the page: `start` is a contact's position, or a number of rows to skip."""
    number = int(start or 0)
    if cursor == "offset" or isinstance(found, range):
        return number
    low, high = 0, len(found)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if found[middle] < number else (low, middle)
    return low


def _segment_pending(sandbox: Sandbox, filters: Query) -> Reply | None:
    """202 while the segment is being computed; 400 when combined with another filter."""
    others = filters.keys() & set(FILTERS) - {"segment_id"}
    if others:
        raise BadRequest(f"segment_id cannot be combined with {', '.join(sorted(others))}.")
    segment = filters["segment_id"]
    if segment not in {str(row["segment_id"]) for row in sandbox.segments}:
        return NOT_FOUND
    reads = sandbox.segment_reads.get(segment, 0)
    sandbox.segment_reads[segment] = reads + 1
    if reads < sandbox.switches.segment_pending_reads:
        return json_reply(202, {"status": "The segment is being computed; repeat the request."})
    return None


def contact(sandbox: Sandbox, query: Query, contact_id: str) -> Reply:
    i = sandbox.contacts.index_of(contact_id)
    if i is None:
        return error(404, "contacts.api.not_found", f"The contact {contact_id} cannot be found.")
    return json_reply(200, sandbox.contacts.row(i, _include(sandbox, query)))


def contact_counts(sandbox: Sandbox, query: Query) -> Reply:
    row = sandbox.contact_counts()
    if not _csv(query.get("include")) & {"new_subscriber", "new_subscribers"}:
        del row["new_subscriber"]
    return json_reply(200, row)


def contact_lists(sandbox: Sandbox, query: Query) -> Reply:
    filters = _filters(query, sandbox, 50, 1000)
    status = _csv(filters.get("status")) or {"active"}
    if filters.get("channel_type", "email") == "sms":
        shown: list[int] = []
    else:
        shown = [
            b
            for b, row in enumerate(sandbox.lists)
            if "all" in status or ("deleted" if "deleted_at" in row else "active") in status
        ]
    if "name" in filters:
        shown = [b for b in shown if sandbox.lists[b]["name"] == filters["name"]]
    count = filters.get("include_membership_count")
    if count not in (None, "all", "active"):
        raise BadRequest(f"include_membership_count is all or active, not {count}.")
    rows = [sandbox.list_row(b, count) for b in shown]
    body, _ = _all_at_once(query, rows, sandbox, ("lists", "contact_lists", 50, 1000), "/v3/contact_lists")
    return json_reply(200, body | ({"lists_count": len(rows)} if _true(filters, "include_count") else {}))


def contact_list(sandbox: Sandbox, query: Query, list_id: str) -> Reply:
    for bit, row in enumerate(sandbox.lists):
        if row["list_id"] == list_id:
            return json_reply(200, sandbox.list_row(bit, query.get("include_membership_count")))
    return NOT_FOUND


def contact_tags(sandbox: Sandbox, query: Query) -> Reply:
    filters = _filters(query, sandbox, 50, 500)
    count = _true(filters, "include_count")
    rows = [sandbox.tag_row(bit, count=count) for bit, _ in sandbox.live_tags()]
    internal = f"/contacts-service/v3/accounts/{sandbox.account['encoded_account_id']}/contact_tags"
    path = internal if sandbox.switches.tags_link == "internal" else "/v3/contact_tags"
    body, _ = _all_at_once(query, rows, sandbox, ("tags", "contact_tags", 50, 500), path)
    return json_reply(200, body | ({"tags_count": len(rows)} if count else {}))


def contact_tag(sandbox: Sandbox, query: Query, tag_id: str) -> Reply:
    for bit, row in sandbox.live_tags():
        if row["tag_id"] == tag_id:
            return json_reply(200, sandbox.tag_row(bit, count=_true(query, "include_count")))
    return NOT_FOUND


def custom_fields(sandbox: Sandbox, query: Query) -> Reply:
    spec = ("custom_fields", "contact_custom_fields", 50, 100)
    return json_reply(
        200, _all_at_once(query, sandbox.custom_fields.rows, sandbox, spec, "/v3/contact_custom_fields")[0]
    )


def custom_field(sandbox: Sandbox, _: Query, field_id: str) -> Reply:
    row = next((r for r in sandbox.custom_fields.rows if r["custom_field_id"] == field_id), None)
    return json_reply(200, row) if row else NOT_FOUND


def segments(sandbox: Sandbox, query: Query) -> Reply:
    sort_by = _filters(query, sandbox, 1000, 1000).get("sort_by", "date")
    if sort_by not in ("date", "name"):
        raise BadRequest(f"sort_by is date or name, not {sort_by}.")
    rows = [{k: v for k, v in row.items() if k != "segment_criteria"} for row in sandbox.segments]
    rows.sort(key=lambda r: r["name" if sort_by == "name" else "edited_at"], reverse=sort_by == "date")
    return json_reply(
        200, _all_at_once(query, rows, sandbox, ("segments", "segments", 1000, 1000), "/v3/segments")[0]
    )


def segment(sandbox: Sandbox, _: Query, segment_id: str) -> Reply:
    row = next(
        (r for r in [*sandbox.segments, *sandbox.deleted_segments] if str(r["segment_id"]) == segment_id),
        None,
    )
    return json_reply(200, row) if row else NOT_FOUND


# campaigns ---------------------------------------------------------------------------------------------------


def campaigns(sandbox: Sandbox, query: Query) -> Reply:
    filters = _filters(query, sandbox, 50, 500)
    low, high = Matching.bounds(filters.get("after_date"), filters.get("before_date"), sandbox.switches)
    found = [c for c in sandbox.campaigns.rows if low <= c.updated_at + c.key % 1000 / 1000 <= high]
    found.sort(key=lambda c: (-c.updated_at, -(c.key % 1000), -c.key))
    page = requested(query, 50, 500, sandbox.switches)
    begin = int(page.start or 0)
    body: Row = {"campaigns": [c.listing() for c in found[begin : begin + page.limit]]}
    following = str(begin + page.limit) if begin + page.limit < len(found) else None
    add_links(body, "/v3/emails", page, following, sandbox.switches, "emails")
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
        json_reply(200, activity_row(*found, _csv(query.get("include")) & ACTIVITY_INCLUDES))
        if found
        else NOT_FOUND
    )


def activity_part(sandbox: Sandbox, _: Query, activity_id: str, part: str) -> Reply:
    found = _activity(sandbox, activity_id)
    if found is None:
        return NOT_FOUND
    if part == "schedules":
        return json_reply(200, schedules(*found))
    return json_reply(200, send_history(found[1]) if part == "send_history" else non_opener_resends(*found))


# reports -----------------------------------------------------------------------------------------------------


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
        codes = _csv(page.filters["bounce_code"])
        events = [e for e in events if BOUNCE_CODES[e & 7] in codes]  # type: ignore[assignment]
    shown, following = newest_first(events, page.start, page.limit, sandbox.switches.cursor)
    body: Row = {"tracking_activities": sandbox.reports.rows(found, feed, shown)}
    path = f"/v3/reports/email_reports/{activity_id}/tracking/{feed}"
    add_links(body, path, page, following, sandbox.switches, "tracking")
    if body.get("_links", 0) is None or "_links" not in body:
        body["_links"] = {}  # the contract requires the key for some feeds
    return json_reply(200, body)


def links(sandbox: Sandbox, query: Query, activity_id: str) -> Reply:
    found = _reported(sandbox, activity_id)
    if found is None:
        return NOT_FOUND
    rows = sandbox.reports.links(found, no_clicks=query.get("no_clicks", "true").lower() == "true")
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
    add_links(body, path, page, following, sandbox.switches, "email_campaign_summaries", name="next")
    return json_reply(200, body)


def _spoiled(what: str) -> Reply:
    return error(404, STATS_NOT_FOUND + what, f"Could not find any campaign stats for all requested {what}.")


def _stats_error(what: str, wrong: str) -> Row:
    return {"error_key": STATS_NOT_FOUND + what, "error_message": f"Could not find stats for {wrong}."}


def campaign_stats(sandbox: Sandbox, _: Query, ids: str) -> Reply:
    wanted = [t for t in ids.split(",") if t]
    if len(wanted) > sandbox.switches.stats_max_campaigns:
        raise BadRequest(
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
        raise BadRequest(
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


def _route(path: str, scope: str, privilege: str, parameters: str, answer: Callable[..., Reply]) -> Route:
    pattern = re.sub(r"\{(\w+)\}", r"([^/]+)", path)
    return Route(re.compile(pattern), scope, privilege, frozenset(parameters.split()), answer)


_FEEDS = "sends|opens|unique_opens|didnotopens|clicks|forwards|optouts|bounces"
_REPORT = ("campaign_data", "ui:campaign:metrics")
_MAIL = ("campaign_data", "campaign:read")
_PEOPLE = ("contact_data", "contacts:read")
_LISTS = ("contact_data", "contacts:lists:read")
_SELF = ("account_read", "account:read")
ROUTES = (
    _route("/account/summary", *_SELF, "extra_fields", summary),
    _route("/account/summary/physical_address", *_SELF, "", physical_address),
    _route("/account/emails", *_SELF, "confirm_status role_code email_address", emails_of_account),
    _route("/account/user/privileges", "", "", "", privileges),
    _route("/contacts", *_PEOPLE, " ".join((*FILTERS, "include", "include_count", "limit")), contacts),
    _route("/contacts/counts", *_PEOPLE, "include", contact_counts),
    _route("/contacts/{id}", *_PEOPLE, "include", contact),
    _route("/contact_lists", *_LISTS, "limit include_count include_membership_count name status channel_type include_sms_membership_count", contact_lists),
    _route("/contact_lists/{id}", *_LISTS, "include_membership_count", contact_list),
    _route("/contact_tags", *_PEOPLE, "limit include_count", contact_tags),
    _route("/contact_tags/{id}", *_PEOPLE, "include_count", contact_tag),
    _route("/contact_custom_fields", *_PEOPLE, "limit", custom_fields),
    _route("/contact_custom_fields/{id}", *_PEOPLE, "", custom_field),
    _route("/segments", *_LISTS, "limit sort_by", segments),
    _route("/segments/{id}", *_LISTS, "", segment),
    _route("/emails", *_MAIL, "limit after_date before_date", campaigns),
    _route("/emails/{id}", *_MAIL, "", campaign),
    _route("/emails/activities/{id}", *_MAIL, "include", activity),
    _route("/emails/activities/{id}/(schedules|send_history|non_opener_resends)", *_MAIL, "", activity_part),
    _route(f"/reports/email_reports/{{id}}/tracking/({_FEEDS})", *_REPORT, "limit url_id bounce_code", tracking),
    _route("/reports/email_reports/{id}/links", *_REPORT, "no_clicks", links),
    _route("/reports/summary_reports/email_campaign_summaries", *_REPORT, "limit", campaign_summaries),
    _route("/reports/stats/email_campaigns/{ids}", *_REPORT, "", campaign_stats),
    _route("/reports/stats/email_campaign_activities/{ids}", *_REPORT, "", activity_stats),
)  # fmt: skip


def answer(sandbox: Sandbox, path: str, query: Query, scopes: tuple[str, ...]) -> Reply:
    """The reply to an authorised GET of `path` (without /v3)."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match is None:
            continue
        if route.scope and route.scope not in scopes:
            return NO_SCOPE
        if route.privilege and route.privilege not in sandbox.switches.privileges:
            return FORBIDDEN
        unknown = query.keys() - route.parameters - {"cursor", "next"}
        try:
            if unknown and sandbox.switches.unknown_parameters == "refuse":
                raise BadRequest(f"Unknown query parameter: {', '.join(sorted(unknown))}.")
            return route.answer(sandbox, query, *match.groups())
        except (BadRequest, ValueError) as wrong:
            return error(400, "http.status.bad_request", str(wrong))
    return error(403, "http.status.forbidden", f"There is no V3 resource at {path}.")
