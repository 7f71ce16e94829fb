"""GET endpoints of a partner: accounts, plans, webhooks. Source: contract, same paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .envelopes import NOT_FOUND, Query, Row
from .faults import UNAUTHORIZED, Reply, json_reply
from .paging import BadRequestError

if TYPE_CHECKING:
    from .sandbox import Sandbox

FORBIDDEN = json_reply(403, {"message": "Forbidden"})
SMALLEST, LARGEST = 10, 50
TYPES = ("all", "managed", "unmanaged")


def refusal(sandbox: Sandbox, path: str, bearer: str, api_key: str) -> Reply | None:
    """401 without a partner's token, 403 without its key; None when a request may be answered."""
    if not path.startswith("/partner/"):
        return None
    partners = sandbox.extras.partners
    if not partners.accepts(bearer, sandbox.epoch):
        return UNAUTHORIZED
    return None if api_key == partners.api_key else FORBIDDEN


def accounts(sandbox: Sandbox, query: Query) -> Reply:
    """A limit out of range is ignored; the next link holds the offset."""
    partners, kind = sandbox.extras.partners, query.get("account_type", "all")
    if kind not in TYPES:
        raise BadRequestError(f"account_type is one of {', '.join(TYPES)}, not {kind}.")
    rows = [
        row
        for row in partners.accounts
        if kind == "all" or (row["encoded_account_id"] in partners.managed) == (kind == "managed")
    ]
    begin, size = int(query.get("offset", "0")), int(query.get("limit", str(LARGEST)))
    size = size if SMALLEST <= size <= LARGEST else LARGEST
    body: Row = {"site_owner_list": rows[begin : begin + size]}
    if begin + size < len(rows):
        href = f"/v3/partner/accounts?offset={begin + size}&limit={size}&account_type={kind}"
        body["_links"] = {"next": {"href": href}}
    return json_reply(200, body)


def plan(sandbox: Sandbox, _: Query, account_id: str) -> Reply:
    partners = sandbox.extras.partners
    row = next((one for one in partners.accounts if one["encoded_account_id"] == account_id), None)
    return json_reply(200, partners.plan(row)) if row else NOT_FOUND


def webhooks(sandbox: Sandbox, _: Query) -> Reply:
    return json_reply(200, sandbox.extras.partners.webhooks)


def webhook(sandbox: Sandbox, _: Query, topic_id: str) -> Reply:
    row = next((one for one in sandbox.extras.partners.webhooks if str(one["topic_id"]) == topic_id), None)
    return json_reply(200, row) if row else NOT_FOUND
