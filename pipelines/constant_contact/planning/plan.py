"""What the next sync would read, and what that costs, found out with at most ten requests.

Each strategy estimates what it reads (see `reads.strategies`); here is what all of it means for a day. Asks through a
function that it is given. Must not know: HTTP, tokens, the ledger, how anything is read. What cannot be known for so
little is assumed, and each line says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.planning import cost
from sources.constant_contact.reads.facts import Asked, Facts, Line
from sources.constant_contact.reads.strategies import estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pendulum import DateTime

    from sources.constant_contact.reads.facts import Probe
    from sources.constant_contact.warehouse import Warehouse
    from sources.constant_contact.windows import SyncOptions


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
    off: tuple[Line, ...] = ()
    """What would be read on top, were it not off by default; in no sum."""
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
    wanted: frozenset[str],
    *,
    off: frozenset[str] = frozenset(),
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

    `off`: what is off by default and not wanted; what it would cost is said beside.
    `loaded` counts the rows of a table, 0 when it is not there; `spent` the requests that `probe` has cost so far.
    """
    asked = Asked(probe, spent)
    facts = Facts(
        wanted=wanted,
        warehouse=warehouse,
        loaded=loaded,
        state=state,
        options=options,
        now=now,
        asked=asked,
        remaining_today=allowance.remaining_today,
    )
    lines = tuple(estimate(facts))
    beside = [line for line in estimate(replace(facts, wanted=off)) if line.resource in off]
    return Plan(
        made_at=now,
        lines=lines,
        off=tuple(beside),
        allowance=allowance,
        requests_spent=asked.spent,
        first=not state,
        notes=("Differences that the audit finds afterwards are read again on top of this.",),
    )


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
            "off": [
                {"resource": line.resource, "why": line.why, "rows": line.rows, "requests": line.requests}
                for line in made.off
            ],
            "notes": list(made.notes),
        }
    )
