"""The sandbox's own paths under /_sandbox/, for demos and tests in another process. Not part of the
imitated API.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from .faults import Reply, error, json_reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .sandbox import Sandbox

    Send = Callable[[dict[str, Any]], Awaitable[None]]


def state(sandbox: Sandbox) -> dict[str, Any]:
    """Counters and clock."""
    log = sandbox.log
    return {
        "now": sandbox.now.isoformat(),
        "nights": sandbox.nights,
        "requests_today": sandbox.requests_today,
        "total": log.total,
        "served": log.served,
        "refused_second": log.refused_second,
        "refused_day": log.refused_day,
        "first_at": log.first_at,
        "last_at": log.last_at,
        "by_status": {str(k): v for k, v in log.by_status.items()},
        "by_path_template": dict(log.by_path_template),
        "refreshes": sandbox.tokens.refreshes,
        "contacts": len(sandbox.contacts),
        "campaigns": len(sandbox.campaigns.rows),
        "events": sum(
            len(e) for c in sandbox.campaigns.rows for a in c.activities for e in a.events.values()
        ),
    }


def answer(sandbox: Sandbox, name: str, query: dict[str, str]) -> Reply:
    """The reply of every control path but truth."""
    try:
        if name == "advance":
            return json_reply(200, sandbox.advance(days=float(query.get("days", "1"))))
        if name == "fault":
            if query.get("name", "") == "":
                sandbox.clear_faults()
            else:
                times = query.get("times", "1")
                sandbox.set_fault(
                    query["name"],
                    None if times == "*" else int(times),
                    path_prefix=query.get("path_prefix", ""),
                    probability=float(query.get("probability", "1")),
                    after=int(query.get("after", "0")),
                )
            return json_reply(200, [rule.name for rule in sandbox.rules])
        if name == "clock":
            if "to" in query:
                sandbox.set_clock(query["to"])
            else:
                sandbox.move_clock(timedelta(seconds=float(query.get("seconds", "0"))))
        if name in ("state", "clock"):
            return json_reply(200, state(sandbox))
    except ValueError as wrong:
        return error(400, "sandbox", str(wrong))
    return error(
        404,
        "sandbox",
        f"unknown control path {name!r}; valid are: advance, clock, fault, state, truth/<table>",
    )


async def respond(sandbox: Sandbox, path: str, query: dict[str, str], send: Send) -> None:
    """Answer a control path; truth is streamed as one JSON object a line."""
    name = path.removeprefix("/_sandbox/")
    table = name.removeprefix("truth/")
    if table != name and table in sandbox.tables():
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"application/x-ndjson")],
            }
        )
        chunk: list[bytes] = []
        for row in sandbox.truth(table):
            chunk.append(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
            if len(chunk) >= 500:
                await send({"type": "http.response.body", "body": b"".join(chunk), "more_body": True})
                chunk.clear()
        await send({"type": "http.response.body", "body": b"".join(chunk)})
        return
    reply = answer(sandbox, name, query)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(reply.body)).encode())]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
