"""Named faults: what can go wrong between a client and the API, one small function each.

A fault turns the reply that would have been sent into another one. To add one, add a line to FAULTS. Knows no
endpoint. Source: symptoms reported by integrators, and what networks do.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, urlsplit

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Wire = Literal["whole", "reset", "truncated", "slow", "hold"]
ROWS_KEYS = (
    "contacts",
    "lists",
    "tags",
    "custom_fields",
    "segments",
    "campaigns",
    "tracking_activities",
    "bulk_email_campaign_summaries",
    "results",
    "link_click_counts",
    "activities",
    "flow_summaries",
    "connections",
    "hashtag_groups",
    "bulk_sms_campaign_summaries",
    "records",
    "xrefs",
    "site_owner_list",
)
HUGE_BYTES = 100_000_000
HTML = b"<html><head><title>502</title></head><body><h1>Service temporarily unavailable</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer before it goes over the wire; `wire` says how it travels."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Wire = "whole"
    self_href: str = ""
    page_number: int = 0


def json_reply(status: int, value: Any, **headers: str) -> Reply:
    return Reply(status=status, body=orjson.dumps(value), headers=headers)


def error(status: int, key: str, message: str, *, form: str = "array") -> Reply:
    """An error body as the provider spells it: an array of objects, one object, or nothing."""
    if form == "empty":
        return Reply(status=status)
    item = {"error_key": key, "error_message": message}
    return json_reply(status, item if form == "object" else [item])


def _answer(reply: Reply) -> Callable[[Reply], Reply]:
    return lambda _: reply


def _wire(wire: Wire) -> Callable[[Reply], Reply]:
    return lambda reply: replace(reply, wire=wire)


def _edit(change: Callable[[dict[str, Any]], Any]) -> Callable[[Reply], Reply]:
    """Change the decoded JSON object of a successful answer; other answers pass."""

    def fault(reply: Reply) -> Reply:
        if not 200 <= reply.status < 300 or not reply.body.startswith(b"{"):
            return reply
        value = orjson.loads(reply.body)
        change(value)
        return replace(reply, body=orjson.dumps(value))

    return fault


def _rows(change: Callable[[list[dict[str, Any]]], Any]) -> Callable[[Reply], Reply]:
    """Change the rows of a page."""

    def on_page(page: dict[str, Any]) -> None:
        for key in ROWS_KEYS:
            if page.get(key):
                change(page[key])

    return _edit(on_page)


def _rows_value(page: dict[str, Any], value: Any) -> None:
    for key in ROWS_KEYS:
        if key in page:
            page[key] = value


def _drop_rows_key(page: dict[str, Any]) -> None:
    for key in ROWS_KEYS:
        page.pop(key, None)


def _swell(page: dict[str, Any]) -> None:
    """Beside the rows of a page; in an answer that is a row itself, it would be a field of it."""
    if any(key in page for key in ROWS_KEYS):
        page["padding"] = "x" * HUGE_BYTES


def _each(key_ends: tuple[str, ...], value: Any) -> Callable[[list[dict[str, Any]]], None]:
    """Set every matching field of the first row, nested objects included."""

    def change_row(row: dict[str, Any]) -> None:
        for key, old in row.items():
            if isinstance(old, dict):
                change_row(old)
            elif key.endswith(key_ends):
                row[key] = value(old) if callable(value) else value

    return lambda rows: change_row(rows[0])


def _link(make: Callable[[str], str]) -> Callable[[Reply], Reply]:
    """Change the next link where there is one."""

    def on_page(page: dict[str, Any]) -> None:
        following = (page.get("_links") or {}).get("next")
        if following and following.get("href"):
            following["href"] = make(following["href"])

    return _edit(on_page)


def _new_fields(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["engagement_score"] = 42
        row["new_object"] = {"kind": "beta", "values": [1, 2, 3]}


def _other_type(old: Any) -> Any:
    return f"{old}!" if isinstance(old, int) else 12345


def _with_offset(old: Any) -> Any:
    """The colon-less offset that some guide samples show."""
    return old.replace("Z", "+0000") if isinstance(old, str) else old


def _loop(reply: Reply) -> Reply:
    """The page leads to itself, by its link and, where it has one, by its cursor."""
    cursor = parse_qs(urlsplit(reply.self_href).query).get("next", [""])[0]

    def on_page(page: dict[str, Any]) -> None:
        page["_links"] = {"next": {"href": reply.self_href}}
        if "records" in page and cursor:
            page["next_cursor"] = cursor

    return _edit(on_page)(reply)


def _refusals() -> dict[str, Callable[[Reply], Reply]]:
    table: dict[str, Callable[[Reply], Reply]] = {}
    for form in ("object", "array", "empty"):
        table[f"throttled_{form}"] = _answer(error(429, "throttled", "Too Many Requests", form=form))
        table[f"quota_{form}"] = _answer(error(429, "quota_exceeded", "Limit Exceeded", form=form))
    for status in (500, 503, 504):
        table[f"{status}_json"] = _answer(
            error(
                status, "http.status.internal_server_error", "There was a problem with our internal service."
            )
        )
        table[f"{status}_object"] = _answer(error(status, "unhandled", "Internal error", form="object"))
        table[f"{status}_html"] = _answer(Reply(status=status, body=HTML, content_type="text/html"))
        table[f"{status}_empty"] = _answer(Reply(status=status))
    return table


DEACTIVATED = error(403, "forbidden", "The application has been deactivated.")
FORBIDDEN = error(
    403, "access_denied", "Request forbidden due to insufficient user privileges.", form="object"
)
NO_SCOPE = error(403, "http.status.forbidden", "The access token lacks the scope that this request needs.")
UNAUTHORIZED = replace(
    error(401, "unauthorized", "Unauthorized", form="object"),
    headers={"WWW-Authenticate": "Bearer realm=api.cc.email", "x-amzn-ErrorType": "UnauthorizedException"},
)

FAULTS: dict[str, Callable[[Reply], Reply]] = {
    **_refusals(),
    "reset": _wire("reset"),
    "truncated_body": _wire("truncated"),
    "slow_body": _wire("slow"),
    "hold": _wire("hold"),
    "invalid_json": lambda r: replace(r, body=r.body[: len(r.body) // 2]),
    "non_utf8": lambda r: replace(r, body=r.body.replace(b'":"', b'":"\xff\xfe', 1)),
    "empty_body": lambda r: replace(r, body=b""),
    "wrong_content_type": lambda r: replace(r, content_type="text/html"),
    "html_page": _answer(Reply(body=HTML, content_type="text/html")),
    "null_rows": _edit(lambda page: _rows_value(page, None)),
    "object_rows": _edit(lambda page: _rows_value(page, {"0": {}})),
    "missing_rows_key": _edit(_drop_rows_key),
    "duplicate_row": _rows(lambda rows: rows.append(rows[0])),
    "huge_page": _edit(_swell),
    "type_change": _rows(_each(("name", "birthday_day", "url_id", "count"), _other_type)),
    "broken_timestamps": _rows(_each(("_at", "_date", "_time"), "31/02/2026 25:61")),
    "offset_timestamps": _rows(_each(("_at", "_date", "_time"), _with_offset)),
    "new_fields": _rows(_new_fields),
    "unauthorized": _answer(UNAUTHORIZED),
    "forbidden_privilege": _answer(FORBIDDEN),
    "forbidden_scope": _answer(NO_SCOPE),
    "deactivated": _answer(DEACTIVATED),
    "not_found": _answer(error(404, "not_found", "The resource cannot be found.")),
    "conflict": _answer(error(409, "contacts.api.conflict", "The request could not be completed.")),
    "not_acceptable": _answer(Reply(status=406)),
    "accepted": _answer(json_reply(202, {"contacts": [], "status": "The segment is being computed."})),
    "cursor_loop": _loop,
    "next_other_host": _link(lambda href: "https://elsewhere.invalid" + href),
    "next_http": _link(lambda href: "http://elsewhere.invalid" + href),
    "next_scheme": _link(lambda href: "ftp://127.0.0.1" + href),
    "redirect_other_host": _answer(Reply(status=302, headers={"Location": "https://elsewhere.invalid/v3/contacts"})),
    "redirect_permanent": _answer(Reply(status=308, headers={"Location": "http://elsewhere.invalid/v3/contacts"})),
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Rule:
    """An armed fault. Without a prefix it strikes API paths only; token calls are named by "/oauth2". A `*` in the
    prefix stands for anything, so that one object can be struck wherever its id is in the path; a `$` at its end says
    that the path ends there too.
    `times`: how often it strikes, None = for ever; `after`: matching requests that pass first;
    `probability` (0-1) is drawn from `dice`, so a seed decides.
    """

    name: str
    times: int | None = 1
    path_prefix: str = ""
    probability: float = 1.0
    after: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(0))

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"unknown fault {self.name!r}; valid are: {', '.join(sorted(FAULTS))}")

    def strikes(self, path: str) -> bool:
        prefix = ".*".join(map(re.escape, self.path_prefix.removesuffix("$").split("*")))
        end = "$" if self.path_prefix.endswith("$") else ""
        if self.times == 0 or not re.match(prefix + end, path):
            return False
        if not self.path_prefix and path.startswith("/oauth2"):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.dice.random() >= self.probability:
            return False
        if self.times is not None:
            self.times -= 1
        return True


def parse_rule(text: str, seed: int) -> Rule:
    """`name[:times[:path_prefix]]`; times is a number, `*` for ever, or `p0.05` for a probability."""
    name, _, rest = text.partition(":")
    times, _, prefix = rest.partition(":")
    rule = Rule(name=name, path_prefix=prefix, dice=random.Random(f"{seed}/{text}"))
    if times.startswith("p"):
        rule.times, rule.probability = None, float(times[1:])
    elif times:
        rule.times = None if times == "*" else int(times)
    return rule
