"""Is the warehouse fresh? Decided from the record of its runs alone, at a time that is handed in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.constant_contact.display.tally import duration

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    completed_at: dt.datetime | None, newest: str | None, *, max_age: dt.timedelta, now: dt.datetime
) -> Verdict:
    """`completed_at`: end of the newest complete run; `newest`: status of the newest run; None: there was none."""
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


def completed_at(
    runs: Iterable[tuple[str, dt.datetime | None]], loaded_at: dt.datetime | None
) -> dt.datetime | None:
    """When the newest complete run ended, of (status, end); where no run was ever recorded, the newest load."""
    known = list(runs)
    ends = [ended_at for status, ended_at in known if status == "complete" and ended_at is not None]
    return max(ends, default=None if known else loaded_at)


def _without_complete(newest: str | None) -> str:
    if newest is None:
        return "nothing was loaded yet; run `ctct sync`"
    how = {"partial": "stopped early", "failed": "failed"}.get(newest, f"is {newest}")
    return f"no run was complete yet, the newest one {how}; run `ctct sync` again"


def _minute(time: dt.datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _ago(age: dt.timedelta) -> str:
    seconds = max(0.0, age.total_seconds())
    days = int(seconds // 86_400)
    return f"{days} days" if days >= 3 else duration(seconds)  # noqa: PLR2004 - days
