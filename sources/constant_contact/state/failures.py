"""Objects and resources that could not be read: in how many runs, and when each is asked for again. Pure.

The first failure is tried again in the next run; after that the distance doubles: two days, four, eight. One that
belongs to a campaign which has changed since is asked for at once, and a full refresh asks for all.

Under "failures": resource -> id of the object, or WHOLE for the resource itself
  runs      runs in a row in which it failed
  version   of the campaign or segment that it belongs to
  next_try  it is not asked for before; ISO 8601, UTC
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.constant_contact.state.changes import StateChange
from sources.constant_contact.windows import moment

if TYPE_CHECKING:
    from pendulum import DateTime

    from sources.constant_contact.state.changes import State
    from sources.constant_contact.windows import SyncOptions

FAILURES = "failures"
WHOLE = "*"
"""In place of an id: the resource itself could not be listed."""
MAX_DAYS_OBJECT = 32
MAX_DAYS_RESOURCE = 4
"""A whole resource is a few requests, and much is missing without it."""
SLACK_HOURS = 12
"""A nightly run may begin earlier than the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    runs: int
    version: str
    next_try: DateTime

    def is_due(self, version: str, options: SyncOptions, *, now: DateTime) -> bool:
        """Whether to ask again; `version` is that of now, empty where it is not known."""
        changed = bool(version) and version != self.version
        return options.full_refresh or changed or now >= self.next_try

    def kept(self, resource: str, object_id: str) -> StateChange:
        value = {"runs": self.runs, "version": self.version, "next_try": self.next_try.isoformat()}
        return StateChange(path=(FAILURES, resource, object_id), value=value)


def forgotten(resource: str, object_id: str) -> StateChange:
    """The object was read, or is not to be asked for any more."""
    return StateChange(path=(FAILURES, resource, object_id), value=None)


def failure_of(state: State, resource: str, object_id: str = WHOLE) -> Failure | None:
    entry = state.get(FAILURES, {}).get(resource, {}).get(object_id)
    if entry is None:
        return None
    return Failure(
        runs=int(entry["runs"]),
        version=str(entry["version"]),
        next_try=moment(entry["next_try"], setting="next_try"),
    )


def failed_ids(state: State, resource: str) -> frozenset[str]:
    """Objects of a resource that failed when they were last asked for."""
    return frozenset(state.get(FAILURES, {}).get(resource, ())) - {WHOLE}


def held_ids(state: State, resource: str, options: SyncOptions, *, now: DateTime) -> frozenset[str]:
    """Those that are not asked for in this run, as far as their versions are not known to be others."""
    return frozenset(
        each
        for each in failed_ids(state, resource)
        if (failure := failure_of(state, resource, each)) and not failure.is_due("", options, now=now)
    )


def recent_ids(state: State, resource: str, *, now: DateTime) -> frozenset[str]:
    """Those that failed a short while ago or wait for a later run: what they lack explains a difference."""
    since = now.subtract(hours=SLACK_HOURS)
    found = ((each, failure_of(state, resource, each)) for each in failed_ids(state, resource))
    return frozenset(each for each, failure in found if failure is not None and failure.next_try > since)


def once_more(before: Failure | None, object_id: str, *, version: str, now: DateTime) -> Failure:
    """After another run in which it failed; another version begins to count anew."""
    same = before is not None and version in {"", before.version}
    runs = before.runs + 1 if before is not None and same else 1
    most = MAX_DAYS_RESOURCE if object_id == WHOLE else MAX_DAYS_OBJECT
    days = min(most, 2 ** min(runs - 1, 10))
    next_try = now if runs == 1 else now.add(days=days).subtract(hours=SLACK_HOURS)
    kept = before.version if before is not None and not version else version
    return Failure(runs=runs, version=kept, next_try=next_try)
