"""What the numbers say beside one another: a mailing beside the average, a period beside the one before, hours.

Pure: rows in, rows out; what counts as news is decided in `rates`.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipelines.constant_contact.reporting import rates
from pipelines.constant_contact.reporting.formats import many
from pipelines.constant_contact.reporting.rates import Rate, Standing, pooled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.constant_contact.reporting.rows import Day, Mail, Period

LAST_MAILINGS = 8
MAX_RANKED = 5
HOURS_PER_BLOCK = 3
AVERAGE_OF = dt.timedelta(days=365)
STILL_READ = dt.timedelta(days=3)
"""About 95 of 100 people who open a mailing in its first week have done so by then."""

RateName = Literal["opened", "clicked", "opted_out", "bounced"]
Level = Literal["above", "below", "usual", "few"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Average:
    """The rates that a mailing of one kind (resend or not) usually has; None: too few mailings to say."""

    opened: Rate | None
    clicked: Rate | None
    mails: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    mail: Mail
    average: Average
    opened: Standing
    clicked: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure beside an earlier one. `now` and `then` in the figure's own unit; rates from 0 to 1."""

    against: str
    now: float | None
    then: float | None
    is_clear: bool
    """False where chance explains it."""

    @property
    def difference(self) -> float | None:
        return None if self.now is None or self.then is None else self.now - self.then


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Mailings whose send began on one weekday (0 Monday) within one block of hours."""

    weekday: int
    block: int
    mails: int
    rate: Rate
    level: Level


def averages(mails: Sequence[Mail]) -> dict[bool, Average]:
    """By `is_resend`: over the mailings of the year up to the newest one."""
    if not mails:
        return {kind: Average(opened=None, clicked=None, mails=0) for kind in (False, True)}
    since = max(mail.sent_at for mail in mails) - AVERAGE_OF
    return {
        kind: _average([mail for mail in mails if mail.is_resend is kind and mail.sent_at > since])
        for kind in (False, True)
    }


def _average(mails: Sequence[Mail]) -> Average:
    if len(mails) < rates.FEWEST_MAILINGS:
        return Average(opened=None, clicked=None, mails=len(mails))
    return Average(
        opened=pooled(mail.opened for mail in mails),
        clicked=pooled(mail.clicked for mail in mails),
        mails=len(mails),
    )


def compared(
    mails: Sequence[Mail], average: dict[bool, Average], known_until: dt.datetime | None
) -> list[Compared]:
    """Newest first; `known_until`: when the warehouse was last loaded."""
    return [
        Compared(
            mail=mail,
            average=average[mail.is_resend],
            opened=_standing(mail, mail.opened, average[mail.is_resend].opened, known_until),
            clicked=_standing(mail, mail.clicked, average[mail.is_resend].clicked, known_until),
        )
        for mail in reversed(mails)
    ]


def _standing(
    mail: Mail, rate: Rate | None, average: Rate | None, known_until: dt.datetime | None
) -> Standing:
    """A mailing of these days is still being read: it can be above already, and not yet below."""
    found = rates.standing(rate, average)
    if known_until is not None and known_until - mail.sent_at < STILL_READ and found in {"below", "usual"}:
        return "early"
    return found


def ranked(mails: Sequence[Mail]) -> tuple[list[Mail], list[Mail]]:
    """Best and worst by clicks, resends left out, none in both; by the end of the interval that is on the safe side."""
    known = [
        (mail, mail.clicked)
        for mail in mails
        if mail.clicked is not None and not mail.is_resend and mail.clicked.whole >= rates.FEWEST_DELIVERIES
    ]
    size = min(MAX_RANKED, len(known) // 2)
    best = sorted(known, key=lambda pair: (-pair[1].low, pair[0].sent_at))
    worst = sorted(known, key=lambda pair: (pair[1].high, -pair[0].sent_at.timestamp()))
    top = [mail for mail, _ in best[:size]]
    return top, [mail for mail, _ in worst if mail not in top][:size]


def mails_in(mails: Sequence[Mail], period: Period) -> list[Mail]:
    return [mail for mail in mails if period.holds(mail.sent_date)]


def earlier(period: Period) -> tuple[tuple[str, Period], ...]:
    """What a figure is compared with; a year before says nothing new of a longer period."""
    if not period.days:
        return ()
    before = (f"the {many(period.days, 'day')} before", period.before)
    year = ("the same days a year before", period.year_before)
    return (before, year) if period.days <= AVERAGE_OF.days else (before,)


def rate_changes(mails: Sequence[Mail], period: Period, name: RateName) -> list[Change]:
    now = rate_of(mails, period, name)
    found = []
    for against, other in earlier(period):
        then = rate_of(mails, other, name)
        found.append(
            Change(against=against, now=now.value, then=then.value, is_clear=rates.differ(now, then))
        )
    return found


def rate_of(mails: Sequence[Mail], period: Period, name: RateName) -> Rate:
    """Of all mailings of a period together, resends among them."""
    return pooled(getattr(mail, name) for mail in mails_in(mails, period))


def deliveries_in(mails: Sequence[Mail], period: Period) -> int | None:
    """None where no mailing of the period is known that far; 0 where none was sent."""
    found = mails_in(mails, period)
    known = [mail.deliveries for mail in found if mail.deliveries is not None]
    return None if found and not known else sum(known)


def growth_in(days: Sequence[Day], period: Period) -> tuple[int, int] | None:
    """Who joined and who left in a period; None before the first contact."""
    if not days or period.end < days[0].day:
        return None
    found = [day for day in days if period.holds(day.day)]
    return sum(day.joined for day in found), sum(day.opted_out + day.deleted for day in found)


def mailable_at(days: Sequence[Day], end: dt.date) -> int | None:
    """At the end of a day; the days end with the newest that changed anything."""
    known = [day.mailable for day in days if day.day <= end]
    return known[-1] if known else None


def send_times(mails: Sequence[Mail], zone: dt.tzinfo) -> list[Cell]:
    """Open rates by weekday and hours, and whether a cell stands out from how mailings differ anyway.

    Mailings differ by more than chance among readers, so the yardstick is their own spread: the standard error of a
    mean of n mailings is that spread over the root of n, widened for looking at every cell at once.
    """
    known = [
        (mail, mail.opened)
        for mail in mails
        if mail.opened is not None and mail.opened.whole >= rates.FEWEST_DELIVERIES and not mail.is_resend
    ]
    values = [rate.value or 0.0 for _, rate in known]
    cells: dict[tuple[int, int], list[Rate]] = defaultdict(list)
    for mail, rate in known:
        local = mail.sent_at.astimezone(zone)
        cells[local.weekday(), local.hour // HOURS_PER_BLOCK].append(rate)
    told = [found for found in cells.values() if len(found) >= rates.FEWEST_MAILINGS]
    bar = rates.z_of_many(len(told)) * rates.spread_of(values)
    mean = statistics.fmean(values) if values else 0.0
    return [
        Cell(
            weekday=weekday, block=block, mails=len(found), rate=pooled(found), level=_level(found, mean, bar)
        )
        for (weekday, block), found in sorted(cells.items())
    ]


def _level(found: Sequence[Rate], mean: float, bar: float) -> Level:
    if len(found) < rates.FEWEST_MAILINGS:
        return "few"
    distance = statistics.fmean(rate.value or 0.0 for rate in found) - mean
    if abs(distance) <= bar / math.sqrt(len(found)):
        return "usual"
    return "above" if distance > 0 else "below"
