"""How many contacts changed without a trace, by day: what the search for such contacts is likely to cost.

One entry a UTC day on which some were found, or all contacts were read: date -> how many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pendulum

from sources.constant_contact.state.changes import StateChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pendulum import DateTime

    from sources.constant_contact.state.changes import State

SECTION = "traceless"
KEPT_DAYS = 7
"""Accounts live by the week."""


def expected(state: State, now: DateTime) -> float:
    """Contacts a day, as far as the last days show; 0 where nothing is known."""
    known = _recent(state, now)
    if not known:
        return 0.0
    days = (now.date() - min(map(_date, known))).days
    return sum(known.values()) / max(1, days)


def noted(state: State, now: DateTime, contacts: int) -> StateChange:
    """So many more were found today."""
    known, today = dict(_recent(state, now)), now.to_date_string()
    known[today] = known.get(today, 0) + contacts
    return StateChange(path=(SECTION,), value=known)


def _recent(state: State, now: DateTime) -> Mapping[str, int]:
    first = now.date().subtract(days=KEPT_DAYS)
    return {day: found for day, found in state.get(SECTION, {}).items() if _date(day) >= first}


def _date(day: str) -> pendulum.Date:
    return pendulum.Date.fromisoformat(day)
