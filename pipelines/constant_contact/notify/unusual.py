"""Mails that did unusually: a fall of opens, a rise of bounces or opt-outs, against the account's own average.

The rule, for each mail of the last 14 days, against all mails of the year before it (at least 5, with 500 recipients):
opens are unusual where even the upper end of the mail's interval is below 0.7 times the average, bounces and opt-outs
where there are at least 5 and even the lower end is above twice the average. The interval is Wilson's at 99.7 % (three
standard deviations), so a mail to few people, which chance alone moves a lot, is silent. Opens are judged after three
days. Resends are left out: they go to those who did not open. https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.notify.causes import Cause, Findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

RECENT = dt.timedelta(days=14)
YEAR = dt.timedelta(days=365)
MIN_MAILS, MIN_RECIPIENTS = 5, 500
MIN_COUNTED = 5
"""Fewer bounces or opt-outs are never a rise."""
DEVIATIONS = 3.0
MAX_NAMED = 3
RULE = (
    "Counted as unusual, beyond what chance does at this size (99.7 %): less than 0.7 times the opens, or more than "
    "twice the bounces or opt-outs, of the account's own average."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A share that is watched."""

    name: str
    verb: str
    part: str
    """The column that counts; `whole` counts those who could."""
    whole: str
    factor: float
    """Of the average: below 1 a fall is unusual, above 1 a rise."""
    stable_after: dt.timedelta = dt.timedelta()
    """From the sending on; before that the share is still growing."""
    floor: float = 0.0
    """A rise up to here is never unusual."""


MEASURES = (
    Measure(
        name="opens",
        verb="opened by",
        part="deliveries_opened",
        whole="deliveries",
        factor=0.7,
        stable_after=dt.timedelta(days=3),
    ),
    Measure(name="bounces", verb="bounced for", part="sends_bounced", whole="sends", factor=2.0, floor=0.01),
    Measure(
        name="opt-outs",
        verb="opted out of by",
        part="deliveries_opted_out",
        whole="deliveries",
        factor=2.0,
        floor=0.002,
    ),
)


def query(analytics: str) -> str:
    """The mails of two years, with the columns that the measures need."""
    columns = sorted({column for measure in MEASURES for column in (measure.part, measure.whole)})
    return (
        f"select campaign_activity_id, campaign_name, first_sent_at, {', '.join(columns)}"
        f" from {analytics}.campaign_activities where activity_role = 'primary_email' and first_sent_at is not null"
    )


def of_mails(rows: Iterable[Mapping[str, Any]], *, now: dt.datetime) -> Findings:
    """`rows` as `query` gives them; times in UTC."""
    mails = [dict(row, first_sent_at=_utc(row["first_sent_at"])) for row in rows]
    texts: dict[str, str] = {}
    for mail in sorted(mails, key=lambda row: row["first_sent_at"], reverse=True):
        age = now - mail["first_sent_at"]
        for measure in MEASURES if dt.timedelta() <= age <= RECENT else ():
            if age >= measure.stable_after and (text := _unusual(mail, mails, measure)):
                texts[f"{mail['campaign_activity_id']} {measure.name}"] = text
    more = f" {len(texts) - MAX_NAMED} more." if len(texts) > MAX_NAMED else ""
    text = f"{' '.join(list(texts.values())[:MAX_NAMED])}{more} {RULE}"
    cause = Cause(kind="unusual", items=frozenset(texts), text=text)
    return Findings(causes=(cause,) if texts else (), looked_at=frozenset({"unusual"}))


def interval(part: int, whole: int, deviations: float = DEVIATIONS) -> tuple[float, float]:
    """Wilson's: what the share may be when `part` of `whole` were counted; `whole` is above 0."""
    square = deviations**2
    share = part / whole
    centre = (share + square / (2 * whole)) / (1 + square / whole)
    spread = math.sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    half = deviations * spread / (1 + square / whole)
    return max(0.0, centre - half), min(1.0, centre + half)


def _unusual(mail: Mapping[str, Any], mails: Sequence[Mapping[str, Any]], measure: Measure) -> str:
    """A sentence, or nothing."""
    counts = _counts(mail, measure)
    sent_at = mail["first_sent_at"]
    earlier = [
        other
        for row in mails
        if sent_at - YEAR <= row["first_sent_at"] < sent_at and (other := _counts(row, measure)) is not None
    ]
    recipients = sum(whole for _, whole in earlier)
    if counts is None or len(earlier) < MIN_MAILS or recipients < MIN_RECIPIENTS:
        return ""
    average = sum(part for part, _ in earlier) / recipients
    low, high = interval(*counts)
    limit = measure.factor * average
    part, whole = counts
    if high >= limit if measure.factor < 1 else low <= max(limit, measure.floor) or part < MIN_COUNTED:
        return ""
    return (
        f"The mail {mail['campaign_name']!r} of {sent_at:%Y-%m-%d} was {measure.verb} {part / whole:.1%} of {whole:,}; "
        f"average of the {len(earlier)} mails before: {average:.1%}."
    )


def _counts(mail: Mapping[str, Any], measure: Measure) -> tuple[int, int] | None:
    """(part, whole); None where one of them is not known, or nobody got the mail."""
    part, whole = mail[measure.part], mail[measure.whole]
    return None if part is None or not whole else (int(part), int(whole))


def _utc(time: dt.datetime) -> dt.datetime:
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)
