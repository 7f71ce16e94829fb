"""How far the list of campaigns was read.

mark          greatest `updated_at` whose campaigns, and all changed before them, are loaded with their e-mails
whole_at      when all were listed last: a status can change without a new `updated_at`, which the mark does not show
lost          ids of e-mails that are referred to and were not found once; twice, and the reference is all there is
html_content  whether the HTML of all e-mails that have any is loaded
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange, time_of

if TYPE_CHECKING:
    from pendulum import DateTime

    from sources.constant_contact.state.changes import State

CAMPAIGNS, MARK, WHOLE_AT, LOST, HTML = "campaigns", "mark", "whole_at", "lost", "html_content"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsState:
    """Times in UTC; None: not known yet."""

    mark: DateTime | None = None
    whole_at: DateTime | None = None
    lost: frozenset[str] = frozenset()
    has_html: bool = False

    @classmethod
    def of(cls, state: State) -> Self:
        entry = state.get(CAMPAIGNS, {})
        return cls(
            mark=time_of(entry.get(MARK)),
            whole_at=time_of(entry.get(WHOLE_AT)),
            lost=frozenset(entry.get(LOST, ())),
            has_html=bool(entry.get(HTML)),
        )


def marked(mark: DateTime) -> StateChange:
    return StateChange(path=(CAMPAIGNS, MARK), value=mark.isoformat())


def listed_whole(at: DateTime) -> StateChange:
    return StateChange(path=(CAMPAIGNS, WHOLE_AT), value=at.isoformat())


def loaded_html(*, all_of_it: bool) -> StateChange:
    return StateChange(path=(CAMPAIGNS, HTML), value=all_of_it or None)


def not_found(activity_id: str) -> StateChange:
    """An e-mail that a campaign refers to."""
    return StateChange(path=(CAMPAIGNS, LOST, activity_id), value=True)


def read_again() -> StateChange:
    """Nothing is known of how far campaigns were read."""
    return StateChange(path=(CAMPAIGNS,), value=None)
