"""Is the warehouse fresh? Decided from the record of its runs alone, at a time that is handed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.constant_contact.display.tally import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.constant_contact.display.status import RunStatus

DEFAULT_MAX_AGE = dt.timedelta(hours=26)
"""A nightly job, and two hours for a night that takes longer than the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    fresh: bool
    since: dt.datetime | None
    """Fresh: the end of the newest complete run. Stale: when that run became too old. UTC; None: there was none."""
    max_age_s: float
    sentence: str


def verdict(
    completed_at: dt.datetime | None, newest: RunStatus | None, *, max_age: dt.timedelta, now: dt.datetime
) -> Verdict:
    """`completed_at`: end of the newest complete run; `newest`: the newest run, however it ended."""
    max_age_s = max_age.total_seconds()
    if completed_at is None:
        sentence = f"Stale: {_without_complete(newest)}"
        return Verdict(fresh=False, since=None, max_age_s=max_age_s, sentence=sentence)
    age = now - completed_at
    if age <= max_age:
        sentence = f"Fresh since {_minute(completed_at)} UTC: the last complete run ended {_ago(age)} ago"
        return Verdict(fresh=True, since=completed_at, max_age_s=max_age_s, sentence=sentence)
    since = completed_at + max_age
    sentence = (
        f"Stale since {_minute(since)} UTC: the last complete run ended {_ago(age)} ago,"
        f" more than {_ago(max_age)}"
    )
    return Verdict(fresh=False, since=since, max_age_s=max_age_s, sentence=sentence)


def completed_at(runs: Sequence[RunStatus], loaded_at: dt.datetime | None) -> dt.datetime | None:
    """When the newest complete run ended; where no run was ever recorded, the newest load."""
    ends = [run.ended_at for run in runs if run.status == "complete" and run.ended_at is not None]
    return max(ends, default=None if runs else loaded_at)


def _without_complete(newest: RunStatus | None) -> str:
    if newest is None:
        return "nothing was loaded yet; run `ctct sync`"
    how = {"partial": "stopped early", "failed": "failed"}.get(newest.status, f"is {newest.status}")
    return f"no run was complete yet, the newest one {how}; run `ctct sync` again"


def _minute(time: dt.datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _ago(age: dt.timedelta) -> str:
    seconds = max(0.0, age.total_seconds())
    days = int(seconds // 86_400)
    return f"{days} days" if days >= 3 else duration(seconds)  # noqa: PLR2004 - days
