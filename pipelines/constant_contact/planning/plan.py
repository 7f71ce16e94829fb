"""What the next sync would read, and what that costs, found out with at most ten requests.

Knows: what is loaded, the marks of the last run, how a night proceeds (see `reads`). Asks through a function that it
is given. Must not know: HTTP, tokens, the ledger. What cannot be known for so little is assumed, and each line says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pendulum

from pipelines.constant_contact.planning import cost
from pipelines.constant_contact.planning.campaigns import CAMPAIGN_RESOURCES, campaign_lines
from pipelines.constant_contact.planning.facts import Asked, Facts, Line
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.windows import as_parameter, asked_from, believed, reads_all_contacts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pendulum import DateTime

    from pipelines.constant_contact.planning.facts import Probe
    from pipelines.constant_contact.request import SyncRequest
    from sources.constant_contact.warehouse import Warehouse
    from sources.constant_contact.windows import SyncOptions

WHOLE = ("account", "account_emails", "account_privileges", "contact_counts", "contact_lists", "contact_tags")
ASKED_ANYWAY = ("account", "contact_lists")
"""However often they failed: the one says whose account it is, without the other a run has failed."""
FIELDS, SEGMENTS, CONTACTS = "custom_fields", "segments", "contacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What may be spent; the reserve is taken off."""

    per_second: float
    per_day: int
    remaining_today: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    made_at: DateTime
    lines: tuple[Line, ...]
    allowance: Allowance
    requests_spent: int
    """To find out."""
    first: bool
    """Whether nothing is loaded yet."""
    notes: tuple[str, ...] = ()

    @property
    def requests(self) -> int:
        return sum(line.requests for line in self.lines)

    @property
    def rows(self) -> int:
        return sum(line.rows or 0 for line in self.lines)

    @property
    def seconds(self) -> float:
        return cost.seconds(self.requests, self.allowance.per_second)

    @property
    def share_of_today(self) -> float:
        """0-1, above 1 when it takes more than today; of what is left today."""
        return cost.share(self.requests, self.allowance.remaining_today)

    @property
    def days(self) -> int | None:
        """UTC days until all of it is read, today included; None: it would never end."""
        return cost.days(self.requests, today=self.allowance.remaining_today, per_day=self.allowance.per_day)


def plan(
    request: SyncRequest,
    *,
    probe: Probe,
    spent: Callable[[], int],
    warehouse: Warehouse,
    loaded: Callable[[str], int],
    state: Mapping[str, Any],
    options: SyncOptions,
    allowance: Allowance,
    now: DateTime,
) -> Plan:
    """The plan of one sync.

    `loaded` counts the rows of a table, 0 when it is not there; `spent` the requests that `probe` has cost so far.
    """
    asked = Asked(probe, spent)
    facts = Facts(
        wanted=request.wanted,
        warehouse=warehouse,
        loaded=loaded,
        state=state,
        options=options,
        now=now,
        asked=asked,
    )
    lines = [*_collections(facts), *_contacts(facts)]
    if not facts.wanted.isdisjoint(CAMPAIGN_RESOURCES):
        lines += campaign_lines(facts)
    return Plan(
        made_at=now,
        lines=tuple(lines),
        allowance=allowance,
        requests_spent=asked.spent,
        first=not state,
        notes=("Differences that the audit finds afterwards are read again on top of this.",),
    )


def _collections(facts: Facts) -> list[Line]:
    found = []
    for name in (*WHOLE, FIELDS):
        if name in facts.wanted and (name in ASKED_ANYWAY or not facts.waits(name)):
            rows = facts.loaded(name)
            why = "read whole, it has no date filter"
            if name == "contact_counts":
                rows, why = 1, "one row a day"
            elif rows == 0:
                why = "read whole; one page assumed"
            size = endpoint(name).page_size or max(1, rows)
            found.append(Line(resource=name, why=why, rows=rows or None, requests=cost.pages(rows, size)))
    if SEGMENTS in facts.wanted and not facts.waits(SEGMENTS):
        found.append(_segments(facts))
    return found


def _segments(facts: Facts) -> Line:
    of = endpoint(SEGMENTS)
    rows = facts.loaded(SEGMENTS)
    if rows and not facts.options.full_refresh:
        listing = cost.pages(rows, of.page_size or 1) + len(facts.tried_again(SEGMENTS))
        return Line(resource=SEGMENTS, why="read whole; none edited is assumed", rows=rows, requests=listing)
    body = facts.asked.ask(of.path, dict(of.query))
    rows = len(body.get("segments", ())) if body else 0
    return Line(
        resource=SEGMENTS,
        why="read whole, and the criteria of each",
        rows=rows,
        requests=cost.pages(rows, of.page_size or 1) + rows,
    )


def _contacts(facts: Facts) -> list[Line]:
    if CONTACTS not in facts.wanted:
        return []
    size = endpoint(CONTACTS).page_size or 1
    state = facts.state.get(CONTACTS, {})
    if "mark" in state and "whole" not in state and _reads_all(facts, size):
        rows = _count(facts, {})
        rows = facts.loaded(CONTACTS) if rows is None else rows
        why = "all of them; only what differs is written"
        return [Line(resource=CONTACTS, why=why, rows=rows, requests=cost.pages(rows, size))]
    if _whole_is_due(facts, state):
        rows = _count(facts, {})
        if rows is None:
            rows = facts.loaded(CONTACTS)
        why = "all of them, then what changed meanwhile"
        if state.get("whole"):
            rows = max(0, rows - facts.loaded(CONTACTS))
            why = "the rest of the first read, then what changed"
        return [Line(resource=CONTACTS, why=why, rows=rows, requests=cost.pages(rows, size) + 2)]
    found = []
    for parameter, mark, words in (
        ("updated_after", state["mark"], "changed since {}"),
        ("optout_after", state.get("opted_out") or state["mark"], "opted out since {}"),
    ):
        overlapped = mark in state.get("overlapped", ())
        since = asked_from(_moment(mark), facts.options.lookback, overlapped=overlapped)
        rows = _count(facts, {parameter: as_parameter(since)})
        why = words.format(since.format("D MMM HH:mm"))
        found.append(Line(resource=CONTACTS, why=why, rows=rows, requests=cost.pages(rows or 0, size)))
    return found


def _reads_all(facts: Facts, page_size: int) -> bool:
    return reads_all_contacts(facts.options, facts.loaded(CONTACTS), page_size)


def _whole_is_due(facts: Facts, state: Mapping[str, Any]) -> bool:
    fresh = believed(state.get("whole_at"), facts.options, now=facts.now)
    return "whole" in state or "mark" not in state or not fresh


def _count(facts: Facts, filters: Mapping[str, str]) -> int | None:
    """How many contacts a filter finds; one request. None when the API does not say."""
    of = endpoint(CONTACTS)
    body = facts.asked.ask(of.path, {"status": "all", "include_count": "true", "limit": "1", **filters})
    count = (body or {}).get("contacts_count")
    return count if isinstance(count, int) else None


def _moment(text: str) -> DateTime:
    parsed = pendulum.parse(text)
    assert isinstance(parsed, pendulum.DateTime)
    return parsed.in_timezone("UTC")


def to_json(made: Plan) -> str:
    """The plan as one JSON object."""
    return json.dumps(
        {
            "made_at": made.made_at.isoformat(),
            "first": made.first,
            "requests": made.requests,
            "rows": made.rows,
            "seconds": round(made.seconds, 1),
            "share_of_today": round(made.share_of_today, 4),
            "remaining_today": made.allowance.remaining_today,
            "days": made.days,
            "requests_spent": made.requests_spent,
            "resources": [
                {
                    "resource": line.resource,
                    "why": line.why,
                    "rows": line.rows,
                    "requests": line.requests,
                    "seconds": round(cost.seconds(line.requests, made.allowance.per_second), 1),
                    "share_of_today": round(cost.share(line.requests, made.allowance.remaining_today), 4),
                }
                for line in made.lines
            ],
            "notes": list(made.notes),
        }
    )
