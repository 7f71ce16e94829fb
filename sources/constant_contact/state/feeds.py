"""First readings of feeds under way: activity id -> feed -> next, at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.constant_contact.state.changes import StateChange

if TYPE_CHECKING:
    from sources.constant_contact.state.changes import State

FEEDS = "feeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstReading:
    next_link: str
    at: int
    """Microseconds since 1970 of the oldest row loaded: all newer rows are loaded, those of this instant in part."""


def first_reading_of(state: State, activity_id: str, feed: str) -> FirstReading | None:
    """None: it has not begun, or has come to its end."""
    entry = state.get(FEEDS, {}).get(activity_id, {}).get(feed)
    return None if entry is None else FirstReading(next_link=entry["next"], at=entry["at"])


def came_to(activity_id: str, feed: str, reading: FirstReading) -> StateChange:
    value = {"next": reading.next_link, "at": reading.at}
    return StateChange(path=(FEEDS, activity_id, feed), value=value)


def ended(activity_id: str, feed: str) -> StateChange:
    """It is read, or begins anew."""
    return StateChange(path=(FEEDS, activity_id, feed), value=None)


def read_again() -> StateChange:
    """Whatever is under way begins anew."""
    return StateChange(path=(FEEDS,), value=None)
