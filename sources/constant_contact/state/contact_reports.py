"""Who was asked about in the reports of single contacts, beside the details: resource ->
visited  newest, oldest: between them, in the order of creation, all contacts have been looked at
nothing  contact_id -> the latest known event of a contact whose report was empty all the same
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange
from sources.constant_contact.state.details import DETAILS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.constant_contact.state.changes import State

VISITED, NOTHING = "visited", "nothing"
Place = tuple[datetime, str]
"""Of a contact in the order of creation: created_at, contact_id or its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactReportState:
    """Of one report."""

    newest: Place | None = None
    oldest: Place | None = None
    nothing: Mapping[str, str] = field(default_factory=dict)
    """contact_id -> the latest known event, ISO 8601 in UTC."""

    @classmethod
    def of(cls, state: State, resource: str) -> Self:
        entry = state.get(DETAILS, {}).get(resource, {})
        visited = entry.get(VISITED, {})
        newest, oldest = (_place(visited[name]) if name in visited else None for name in ("newest", "oldest"))
        return cls(newest=newest, oldest=oldest, nothing=entry.get(NOTHING, {}))


def _place(entry: list[str]) -> Place:
    at, key = entry
    return datetime.fromisoformat(at), key


def visited(resource: str, newest: Place, oldest: Place) -> StateChange:
    """All contacts between these two have been looked at."""
    value = {
        name: [at.astimezone(UTC).isoformat(), key]
        for name, (at, key) in (("newest", newest), ("oldest", oldest))
    }
    return StateChange(path=(DETAILS, resource, VISITED), value=value)


def nothing_of(resource: str, contact_id: str, latest: str | None) -> StateChange:
    """`latest`: the contact's latest known event; None where the report has rows, or the contact is gone."""
    return StateChange(path=(DETAILS, resource, NOTHING, contact_id), value=latest)
