"""When feeds of landing pages were read: id of the page -> feed -> when it was last read to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange, time_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pendulum import DateTime

    from sources.constant_contact.state.changes import State

LANDING_PAGES = "landing_pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingPagesState:
    whole_at: Mapping[tuple[str, str], DateTime] = field(default_factory=dict)
    """(page, feed) -> UTC."""

    @classmethod
    def of(cls, state: State) -> Self:
        found = {
            (page_id, feed): at
            for page_id, feeds in state.get(LANDING_PAGES, {}).items()
            for feed, text in feeds.items()
            if (at := time_of(text)) is not None
        }
        return cls(whole_at=found)


def read_whole(page_id: str, feed: str, at: DateTime) -> StateChange:
    return StateChange(path=(LANDING_PAGES, page_id, feed), value=at.isoformat())


def not_whole(page_id: str, feed: str) -> StateChange:
    """It is to be read to its end: what is loaded of it may have a gap."""
    return StateChange(path=(LANDING_PAGES, page_id, feed), value=None)


def read_again() -> StateChange:
    """Nothing is known of what was read."""
    return StateChange(path=(LANDING_PAGES,), value=None)
