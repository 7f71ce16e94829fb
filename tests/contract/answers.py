"""A server made from the contract alone: each operation answers one row, with a value of its own in each property.

Ids that an operation is asked for by, such as `campaign_id`, are one and the same everywhere, so that reading finds its
way from listings to what hangs on their rows. A few values steer what is read, or follow others by the contract's own
words; all others occur once. Two rows have campaigns, for what is known of a sent one and of a scheduled one, and
lists and contacts, for what a deleted one shows and for who is on a list.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from tests.contract.facts import facts
from tests.contract.properties import Path, Schema, named, operations, resolved
from tests.coverage_report import COVERED, readers, rows_key

if TYPE_CHECKING:
    from collections.abc import Iterator

INSIDE_ITSELF = 2
"""How often a definition stands inside itself in an answer."""
BEGINNING = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
"""The first time: late enough for what is asked for in the days after a mail only."""
TIMES = re.compile(r"(_at|_time|_date|event_start|event_end|_on)$")
"""Names of times, which the contract often declares as plain text."""
ADDRESS = "ann@example.com"
STEERING: dict[tuple[str, str], Any] = {
    ("contacts", "address"): ADDRESS,
    ("email_bounces", "current_email_address"): ADDRESS,
    ("email_campaigns", "current_status"): "Done",
    ("email_campaigns", "type_code"): 57,
    ("email_campaigns", "role"): "primary_email",
    ("email_campaign_activities", "current_status"): "DONE",
    ("email_campaign_activities", "role"): "primary_email",
    ("email_campaign_activities", "format_type"): 5,
}
"""(resource, property) -> what decides whether something else is asked for, or follows another value."""
DELETED_ON = "1989-12-31"
"""Of a contact, and of the events that follow it."""
BESIDE = {"contacts_count": 1, "lists_count": 1, "tags_count": 1}
SLOTS = re.compile(r"\{([a-z_]+)\}")


def own_id(name: str) -> str:
    """The one id of that name."""
    number = sum(ord(letter) * 31**place for place, letter in enumerate(name)) % 10**9
    return str(number) if name in {"segment_id", "topic_id"} else str(UUID(int=number + 2**100))


SHARED = {
    name.replace("_ids", "_id"): own_id(name.replace("_ids", "_id"))
    for path in operations()
    for name in SLOTS.findall(path)
}
LIVE_LIST, LIVE_CONTACT = str(UUID(int=3)), str(UUID(int=4))
STEERING["contacts", "list_memberships"] = LIVE_LIST
SCHEDULED = {
    SHARED["campaign_id"]: str(UUID(int=1)),
    SHARED["campaign_activity_id"]: str(UUID(int=2)),
    "Done": "Scheduled",
    "DONE": "SCHEDULED",
}
"""What is different in the other campaign."""
LIVE = {
    "/contacts": ("contacts", {"contact_id": LIVE_CONTACT}),
    "/contact_lists": ("lists", {"list_id": LIVE_LIST, "membership_count": 1}),
}
"""Listings with a row that is deleted -> key of the rows, what is different in one that is not."""


def scheduled(body: Any) -> Any:
    text = json.dumps(body)
    for one, other in SCHEDULED.items():
        text = text.replace(one, other)
    return json.loads(text)


class Answers:
    """Bodies by operation, and what each property of a resource holds."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, Path], Any] = {}
        """(resource, path in its row) -> the value that must arrive"""
        self._numbers: dict[tuple[str, Path], int] = {}
        self._ids = SHARED
        self._bodies = {path: self._body(path) for path in operations() if self.owner(path)}
        self._patterns = [
            (re.compile(SLOTS.sub(r"[^/]+", path) + "$"), path) for path in sorted(self._bodies, key=len)
        ]

    @staticmethod
    def owner(path: str) -> str:
        """The resource whose values an operation shows."""
        read = readers()
        of = read.get(path) or read.get(COVERED[path].path if path in COVERED else "")
        return of.resource if of is not None else ""

    def find(self, path: str) -> Any:
        """The answer to a request; None: there is nothing."""
        exact = [operation for _, operation in self._patterns if operation == path]
        matching = exact or [name for pattern, name in self._patterns if pattern.match(path)]
        if not matching:
            return None
        body = self._bodies[matching[0]]
        if matching[0] == "/emails":
            return body | {"campaigns": body["campaigns"] + scheduled(body["campaigns"])}
        if matching[0] in LIVE:
            key, other = LIVE[matching[0]]
            return body | {key: [*body[key], body[key][0] | other | {"deleted_at": None}]}
        return scheduled(body) if any(other in path for other in SCHEDULED.values()) else body

    def _body(self, path: str) -> Any:
        owner, key = self.owner(path), rows_key(path)
        asked = "{contact_id}" in path and owner != "contacts"  # which is not done for a deleted one
        self._ids = SHARED | ({"contact_id": LIVE_CONTACT} if asked else {})
        whole = resolved(operations()[path])
        prefix = COVERED[path].prefix if path in COVERED else ()
        if key is None:
            return self._made(operations()[path], owner, prefix, ())
        row = self._made(whole["properties"][key], owner, (), ())
        beside = {name: BESIDE[name] for name in whole["properties"] if name in BESIDE}
        own = {name: self._ids[name] for name in whole["properties"] if name in self._ids}
        return {key: row, **beside, **own}

    def _made(self, schema: Schema, owner: str, path: Path, above: tuple[str, ...]) -> Any:
        name, whole = named(schema), resolved(schema)
        if name and above.count(name) >= INSIDE_ITSELF:
            return None
        inside = (*above, name) if name else above
        if whole.get("type") == "array":
            return [self._made(whole.get("items") or {}, owner, path, inside)]
        if whole.get("properties"):
            return {
                key: made
                for key, inner in whole["properties"].items()
                if (made := self._made(inner, owner, (*path, key), inside)) not in (None, [None])
            }
        return self._value(whole, owner, path)

    def _value(self, schema: Schema, owner: str, path: Path) -> Any:
        last = path[-1] if path else ""
        number = self._numbers.setdefault((owner, path), len(self._numbers))
        value = STEERING.get((owner, last), self._ids.get("automation_flow_id" if path == ("id",) else last))
        if value is None:
            value = _single(schema, number, last)
        elif schema.get("type") == "integer":
            value = int(value)
        self.values[owner, path] = value
        return value


def _single(schema: Schema, number: int, name: str) -> Any:
    """A value of the declared type that says its number."""
    kind, form = str(schema.get("type")), str(schema.get("format"))
    if form == "date":
        day = (date(1990, 1, 1) + timedelta(days=number)).isoformat()
        return DELETED_ON if name == "deleted_at" else day
    if kind == "string" and (form == "date-time" or (form != "uuid" and TIMES.search(name))):
        return (BEGINNING + timedelta(seconds=61 * number)).isoformat().replace("+00:00", "Z")
    words = f"v{number:05}v"
    others = {
        "boolean": True,
        "integer": 1_000_000 + number,
        "number": 1_000_000.5 + number,
        "object": {"anything": words},
        "uuid": str(UUID(int=2**90 + number)),
    }
    return others.get(form, others.get(kind, words))


PRIVILEGES = sorted(
    {
        name
        for item in facts()["paths"].values()
        if "get" in item
        for name in item["get"].get("x-authorization-privileges", ())
    }
)


@contextmanager
def serve(answers: Answers) -> Iterator[str]:
    """The base address, while it lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            found = answers.find(path)
            if path == "/account/user/privileges":
                found = found + [
                    {"privilege_id": number, "privilege_name": name} for number, name in enumerate(PRIVILEGES)
                ]
            body = json.dumps([] if found is None else found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Not a word on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
