"""GET endpoints of the account, its contacts, lists, tags, custom fields and segments. Source: contract,
same paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import small_collections
from .contacts import ALL_INCLUDES, SUB_RESOURCES
from .envelopes import NOT_FOUND, Query, Row, csv_set, filters_of, is_true, page_of
from .faults import Reply, error, json_reply
from .matching import FILTERS
from .paging import BadRequestError, add_links, requested

if TYPE_CHECKING:
    from .sandbox import Sandbox


def summary(sandbox: Sandbox, query: Query) -> Reply:
    extra = csv_set(query.get("extra_fields"))
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
        raise BadRequestError("confirm_status, role_code and email_address exclude each other.")
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


def _include(sandbox: Sandbox, query: Query) -> frozenset[str]:
    wanted = csv_set(query.get("include"))
    unknown = wanted - ALL_INCLUDES
    if unknown and sandbox.switches.unknown_parameters == "refuse":
        raise BadRequestError(
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
    if is_true(filters, "include_count"):
        body["contacts_count"] = len(found)
    following = None
    if len(shown) > page.limit:
        following = str(shown[page.limit] if sandbox.switches.cursor == "position" else begin + page.limit)
    add_links(body, page, following, sandbox.switches, path="/v3/contacts", kind="contacts")
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
        raise BadRequestError(f"segment_id cannot be combined with {', '.join(sorted(others))}.")
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
    if not csv_set(query.get("include")) & {"new_subscriber", "new_subscribers"}:
        del row["new_subscriber"]
    return json_reply(200, row)


def contact_lists(sandbox: Sandbox, query: Query) -> Reply:
    filters = filters_of(query, sandbox, 50, 1000)
    channel = filters.get("channel_type", "email")
    if channel not in ("email", "sms"):
        raise BadRequestError(f"channel_type is email or sms, not {channel}.")
    kept, row_of = sandbox.lists, sandbox.list_row
    if channel == "sms":
        kept, row_of = sandbox.extras.sms.lists, sandbox.extras.sms.list_row
    status = csv_set(filters.get("status")) or {"active"}
    shown = [
        b
        for b, row in enumerate(kept)
        if "all" in status or ("deleted" if "deleted_at" in row else "active") in status
    ]
    if "name" in filters:
        shown = [b for b in shown if kept[b]["name"] == filters["name"]]
    count = filters.get("include_membership_count")
    if count not in (None, "all", "active"):
        raise BadRequestError(f"include_membership_count is all or active, not {count}.")
    rows = [row_of(b, count) for b in shown]
    body, _ = page_of(query, rows, sandbox, ("lists", "contact_lists", 50, 1000), "/v3/contact_lists")
    return json_reply(200, body | ({"lists_count": len(rows)} if is_true(filters, "include_count") else {}))


def contact_list(sandbox: Sandbox, query: Query, list_id: str) -> Reply:
    for bit, row in enumerate(sandbox.lists):
        if row["list_id"] == list_id:
            return json_reply(200, sandbox.list_row(bit, query.get("include_membership_count")))
    sms = sandbox.extras.sms
    for k, row in enumerate(sms.lists):
        if row["list_id"] == list_id:
            return json_reply(200, sms.list_row(k, query.get("include_membership_count")))
    return NOT_FOUND


def contact_tags(sandbox: Sandbox, query: Query) -> Reply:
    filters = filters_of(query, sandbox, 50, 500)
    count = is_true(filters, "include_count")
    rows = [sandbox.tag_row(bit, count=count) for bit, _ in sandbox.live_tags()]
    internal = f"/contacts-service/v3/accounts/{sandbox.account['encoded_account_id']}/contact_tags"
    path = internal if sandbox.switches.tags_link == "internal" else "/v3/contact_tags"
    body, _ = page_of(query, rows, sandbox, ("tags", "contact_tags", 50, 500), path)
    return json_reply(200, body | ({"tags_count": len(rows)} if count else {}))


def contact_tag(sandbox: Sandbox, query: Query, tag_id: str) -> Reply:
    for bit, row in sandbox.live_tags():
        if row["tag_id"] == tag_id:
            return json_reply(200, sandbox.tag_row(bit, count=is_true(query, "include_count")))
    return NOT_FOUND


def custom_field(sandbox: Sandbox, _: Query, field_id: str) -> Reply:
    row = next((r for r in sandbox.custom_fields.rows if r["custom_field_id"] == field_id), None)
    return json_reply(200, row) if row else NOT_FOUND


def segments(sandbox: Sandbox, query: Query) -> Reply:
    sort_by = filters_of(query, sandbox, 1000, 1000).get("sort_by", "date")
    if sort_by not in ("date", "name"):
        raise BadRequestError(f"sort_by is date or name, not {sort_by}.")
    rows = [{k: v for k, v in row.items() if k != "segment_criteria"} for row in sandbox.segments]
    rows.sort(key=lambda r: r["name" if sort_by == "name" else "edited_at"], reverse=sort_by == "date")
    return json_reply(
        200, page_of(query, rows, sandbox, ("segments", "segments", 1000, 1000), "/v3/segments")[0]
    )


def segment(sandbox: Sandbox, _: Query, segment_id: str) -> Reply:
    row = next(
        (r for r in [*sandbox.segments, *sandbox.deleted_segments] if str(r["segment_id"]) == segment_id),
        None,
    )
    return json_reply(200, row) if row else NOT_FOUND
