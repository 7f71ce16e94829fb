"""What stands on the page, section by section: rows and drawings for the templates, with nothing left to count.

Knows what each section needs to be worth showing; no HTML, no SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.constant_contact.display.verdict import DEFAULT_MAX_AGE, verdict
from pipelines.constant_contact.reporting import audience, charts, comparison
from pipelines.constant_contact.reporting.comparison import HOURS_PER_BLOCK, Cell, Change
from pipelines.constant_contact.reporting.data import zoned
from pipelines.constant_contact.reporting.formats import MINUS, many, minute, number, percent, points, signed
from pipelines.constant_contact.reporting.mailings import MAX_DETAILED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pipelines.constant_contact.display.verdict import Verdict as Freshness
    from pipelines.constant_contact.reporting.charts import Drawing
    from pipelines.constant_contact.reporting.comparison import RateName
    from pipelines.constant_contact.reporting.rows import Mail, ReportData

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FEWEST_POINTS = 3
"""A line through fewer points is no trend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One comparison under a figure; `tone` is how it is marked: clear, chance or none."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    label: str
    value: str
    basis: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    good: bool
    sentences: tuple[str, ...]
    stale_from: dt.datetime | None = None
    """Of a fresh page: from when on it says `when_stale` to who opens it, UTC."""
    when_stale: str | None = None


def context(data: ReportData, *, generated_at: dt.datetime) -> dict[str, object]:
    """Everything that the templates name; a section without anything to show is empty or None."""
    average = comparison.averages(data.mails or ())
    best, worst = comparison.ranked(data.shown)
    last = data.shown if data.campaign_id else data.shown[-comparison.LAST_MAILINGS :]
    months = audience.months(data.days)
    times = _send_times(data)
    cells = [cell for _, row in times or () for cell in row if cell is not None]
    return {
        "data": data,
        "heading": data.organization or "Your e-mail account",
        "campaign": data.shown[0].name if data.campaign_id and data.shown else None,
        "verdict": _verdict(data, generated_at),
        "figures": [] if data.campaign_id else figures(data),
        "last": comparison.compared(last, average, data.loaded_at),
        "average": average,
        "scale": _scale(last, average),
        "trend": _trend(data.shown),
        "best": best,
        "worst": worst,
        "listed": data.shown[::-1],
        "max_detailed": MAX_DETAILED,
        "decay": charts.decay(data.decay) if data.decay and data.shown else None,
        "send_times": times,
        "times_used": len(cells),
        "a_time_stands_out": any(cell.level in {"above", "below"} for cell in cells),
        "hour_blocks": [f"{hour:02d}" for hour in range(0, 24, HOURS_PER_BLOCK)],
        "growth": charts.growth(months) if len(months) >= FEWEST_POINTS else None,
        "months": months,
        "nothing_loaded": data.contacts is None and data.mails is None,
    }


def _verdict(data: ReportData, generated_at: dt.datetime) -> Verdict:
    found = verdict(data.completed_at, data.newest_run, max_age=DEFAULT_MAX_AGE, now=generated_at)
    sentences = [_freshness(found, data.completed_at)]
    if data.audit is None:
        sentences.append("No audit is recorded.")
    elif data.audit.differing:
        sentences.append(
            f"{data.audit.differing:,} of {data.audit.counts:,} counts that the account offers differ from this"
            " data; ctct status says which."
        )
    else:
        sentences.append(f"All {data.audit.counts:,} counts that the account offers agree with this data.")
    good = found.fresh and data.audit is not None and not data.audit.differing
    if not found.fresh or data.completed_at is None:
        return Verdict(good=good, sentences=tuple(sentences))
    stale_from = data.completed_at + DEFAULT_MAX_AGE
    when_stale = (
        f"Stale since {minute(stale_from)}: this page is of the run that ended {minute(data.completed_at)}, and none"
        " has made it anew."
    )
    return Verdict(good=good, sentences=tuple(sentences), stale_from=stale_from, when_stale=when_stale)


def _freshness(found: Freshness, completed_at: dt.datetime | None) -> str:
    """In times that stay true on a page, however long after it is opened."""
    if found.since is None or completed_at is None:
        return f"{found.sentence}."
    ended = f"the last complete run ended {minute(completed_at)}."
    return f"Fresh: {ended}" if found.fresh else f"Stale since {minute(found.since)}: {ended}"


def figures(data: ReportData) -> list[Figure]:
    """Six at most; those of a mart that is not built are left out."""
    found = []
    if data.days and data.contacts is not None:
        found += [_mailable(data), _net_growth(data)]
    if data.mails:
        found.append(_delivered(data))
        found += [
            _rate(data, "opened", "Open rate", "opened"),
            _rate(data, "clicked", "Click rate", "clicked"),
            _rate(data, "opted_out", "Opt-out rate", "opted out"),
        ]
    return found


def _mailable(data: ReportData) -> Figure:
    now = data.contacts.mailable if data.contacts else None
    ends = [("since the period began", data.period.start), ("in a year", data.period.year_before.end)]
    return Figure(
        label="May be mailed",
        value=number(now),
        basis="contacts with permission, today",
        notes=tuple(count_note(now, comparison.mailable_at(data.days, end), when) for when, end in ends),
    )


def _net_growth(data: ReportData) -> Figure:
    joined, left = comparison.growth_in(data.days, data.period) or (0, 0)
    notes = []
    for against, period in comparison.earlier(data.period):
        then = comparison.growth_in(data.days, period)
        words = f"nothing known of {against}" if then is None else f"{signed(then[0] - then[1])} in {against}"
        notes.append(Note(text=words, tone="none"))
    return Figure(
        label="Net growth",
        value=signed(joined - left),
        basis=f"{joined:,} joined, {left:,} unsubscribed or were deleted",
        notes=tuple(notes),
    )


def _delivered(data: ReportData) -> Figure:
    mails = data.mails or ()
    inside = comparison.mails_in(mails, data.period)
    now = comparison.deliveries_in(mails, data.period)
    return Figure(
        label="Delivered",
        value=number(now),
        basis=f"in {many(len(inside), 'mailing')}; {sum(mail.sends for mail in inside):,} sent",
        notes=tuple(
            count_note(
                now, comparison.deliveries_in(mails, period), f"against {against}", none=f"none in {against}"
            )
            for against, period in comparison.earlier(data.period)
        ),
    )


def count_note(now: int | None, then: int | None, against: str, *, none: str = "") -> Note:
    """`none`: what is said where there was nothing then."""
    if now is None or then is None:
        return Note(text=f"change {against} not known", tone="none")
    if not then:
        return Note(text=none or f"{signed(now)} {against}", tone="none")
    share = f"{(now - then) / then:+.0%}".replace("-", MINUS)
    return Note(text=f"{signed(now - then)} ({share}) {against}", tone="none")


def _rate(data: ReportData, name: RateName, label: str, did: str) -> Figure:
    mails = data.mails or ()
    rate = comparison.rate_of(mails, data.period, name)
    changes = comparison.rate_changes(mails, data.period, name)
    return Figure(
        label=label,
        value="no mailing" if rate.value is None else percent(rate.value),
        basis=f"{rate.part:,} {did}, of {rate.whole:,} deliveries",
        notes=tuple(rate_note(change) for change in changes),
    )


def rate_note(change: Change) -> Note:
    if change.difference is None:
        return Note(text=f"no rate to compare with {change.against}", tone="none")
    words = f"{points(change.difference)} against {change.against}"
    if change.is_clear:
        return Note(text=words, tone="clear")
    return Note(text=f"{words}, within chance", tone="chance")


def _scale(mails: Sequence[Mail], average: dict[bool, comparison.Average]) -> dict[str, float]:
    """What the right end of the intervals stands for, of opens and of clicks."""
    kinds = average.values()
    opened = [mail.opened.high for mail in mails if mail.opened]
    clicked = [mail.clicked.high for mail in mails if mail.clicked]
    opened += [kind.opened.value or 0.0 for kind in kinds if kind.opened]
    clicked += [kind.clicked.value or 0.0 for kind in kinds if kind.clicked]
    return {"opened": max(opened, default=1.0), "clicked": max(clicked, default=1.0)}


def _trend(mails: Sequence[Mail]) -> Drawing | None:
    known = [mail for mail in mails if mail.opened is not None and mail.opened.whole]
    return charts.performance(known) if len(known) >= FEWEST_POINTS else None


def _send_times(data: ReportData) -> list[tuple[str, list[Cell | None]]] | None:
    """A row for each weekday, a cell for each block of hours; None where hardly anything was sent."""
    if data.campaign_id or len(data.shown) < FEWEST_POINTS:
        return None
    cells = {(cell.weekday, cell.block): cell for cell in comparison.send_times(data.shown, zoned(data.zone))}
    if not cells:
        return None
    blocks = range(24 // HOURS_PER_BLOCK)
    return [(name, [cells.get((day, block)) for block in blocks]) for day, name in enumerate(WEEKDAYS)]
