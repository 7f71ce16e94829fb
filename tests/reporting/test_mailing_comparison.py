"""A mailing beside the average, a period beside the one before, and hours beside one another."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from reporting.hundred_people import mail_to_a_hundred, rate

from pipelines.constant_contact.reporting.comparison import (
    averages,
    compared,
    deliveries_in,
    earlier,
    growth_in,
    mailable_at,
    mails_in,
    ranked,
    rate_changes,
    rate_of,
    send_times,
)
from pipelines.constant_contact.reporting.rows import Day, Mail, Period

if TYPE_CHECKING:
    from pipelines.constant_contact.reporting.rates import Rate

NEWEST = dt.datetime(2026, 11, 20, 15, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def mail(name: str = "m", *, ago: float = 0, at: dt.datetime | None = None, **more: Any) -> Mail:
    """Sent so many days before the newest one; half opened, a tenth clicked."""
    return mail_to_a_hundred(name, at or NEWEST - ago * DAY, **more)


def day(number: int, **more: int) -> Day:
    """Of November 2026."""
    counts = {"joined": 3, "opted_out": 1, "deleted": 1, "contacts": 100 + number, "mailable": 90 + number}
    return Day(day=dt.date(2026, 11, number), **(counts | more))


def period(start: int, end: int) -> Period:
    return Period(start=dt.date(2026, 11, start), end=dt.date(2026, 11, end))


def test_three_mailings_are_an_average() -> None:
    """Of people, not of mailings; two are none."""
    one = [mail(opened=rate(10, 100)), mail(opened=rate(90, 900))]
    found = averages([*one, mail(opened=rate(0, 1_000))])[False]
    assert (rate(100, 2_000), rate(30, 300), 3) == (found.opened, found.clicked, found.mails)
    few = averages(one)[False]
    assert (None, None, 2) == (few.opened, few.clicked, few.mails)


def test_resends_have_an_average_of_their_own() -> None:
    """They go to those who did not open."""
    firsts = [mail() for _ in range(3)]
    resends = [mail(is_resend=True, opened=rate(5)) for _ in range(4)]
    found = averages([*firsts, *resends])
    assert {False: (3, rate(150, 300)), True: (4, rate(20, 400))} == {
        kind: (average.mails, average.opened) for kind, average in found.items()
    }


def test_an_average_is_of_the_year_up_to_the_newest_mailing() -> None:
    """Whatever the date is today; a mailing of exactly a year before is not in it."""
    mails = [mail(ago=days) for days in (0, 1, 364, 365, 366, 4_000)]
    assert 3 == averages(mails)[False].mails


def test_nothing_was_sent() -> None:
    assert [0, 0] == [average.mails for average in averages([]).values()]
    assert [] == compared([], averages([]), NEWEST)
    assert ([], []) == ranked([])
    assert [] == send_times([], dt.UTC)


@pytest.mark.parametrize(
    ("opened", "ago", "known_days_later", "expected"),
    [
        pytest.param(rate(90), 0, 30, "above", id="above the average"),
        pytest.param(rate(10), 0, 30, "below", id="below it"),
        pytest.param(rate(50), 0, 30, "usual", id="like it"),
        pytest.param(None, 0, 30, "few", id="not known"),
        pytest.param(rate(9, 10), 0, 30, "few", id="to a handful of people"),
        pytest.param(rate(10), 0, 2.99, "early", id="still being read: not below yet"),
        pytest.param(rate(50), 0, 2.99, "early", id="nor like the average"),
        pytest.param(rate(90), 0, 2.99, "above", id="but it can be above already"),
        pytest.param(rate(9, 10), 0, 2.99, "few", id="a handful stays one"),
        pytest.param(rate(10), 0, 3, "below", id="three days are enough"),
        pytest.param(rate(10), 0, None, "below", id="when the warehouse was loaded is not known"),
    ],
)
def test_a_mailing_stands_beside_the_average(
    opened: Rate | None, ago: float, known_days_later: float | None, expected: str
) -> None:
    mails = [*(mail(f"m{n}", ago=100) for n in range(20)), mail("this", ago=ago, opened=opened)]
    known_until = None if known_days_later is None else NEWEST + known_days_later * DAY
    newest = compared(mails, averages(mails), known_until)[0]
    assert ("this", expected) == (newest.mail.name, newest.opened)
    assert newest.average == averages(mails)[False]


def test_mailings_are_compared_newest_first_each_with_its_kind() -> None:
    mails = [mail("old", ago=9), mail("resend", ago=5, is_resend=True), mail("new")]
    found = compared(mails, averages(mails), None)
    assert ["new", "resend", "old"] == [each.mail.name for each in found]
    assert [2, 1, 2] == [each.average.mails for each in found]


def test_the_best_and_the_worst_are_told_by_the_safe_end_of_their_interval() -> None:
    """One click of twenty people is less sure to be good than ten of a hundred."""
    mails = [
        mail("sure", clicked=rate(200, 1_000)),
        mail("lucky", clicked=rate(5, 20)),
        mail("plain", clicked=rate(20, 1_000)),
        mail("none", clicked=rate(0, 1_000)),
        mail("small", clicked=rate(19, 19)),
        mail("resend", clicked=rate(100), is_resend=True),
        mail("unknown", clicked=None),
    ]
    best, worst = ranked(mails)
    assert (["sure", "lucky"], ["none", "plain"]) == (
        [each.name for each in best],
        [each.name for each in worst],
    )


@pytest.mark.parametrize(("number", "size"), [(1, 0), (2, 1), (3, 1), (10, 5), (11, 5), (50, 5)])
def test_no_mailing_is_among_both(number: int, size: int) -> None:
    """At most five of each; of equal ones the oldest are best and the newest worst."""
    mails = [mail(f"m{n}", ago=number - n) for n in range(number)]
    best, worst = ranked(mails)
    assert (size, size) == (len(best), len(worst))
    assert not {each.name for each in best} & {each.name for each in worst}
    assert [f"m{n}" for n in range(size)] == [each.name for each in best]
    assert [f"m{number - 1 - n}" for n in range(size)] == [each.name for each in worst]


def test_a_period_is_after_its_start_up_to_its_end() -> None:
    mails = [mail(f"{n}", at=dt.datetime(2026, 11, n, tzinfo=dt.UTC)) for n in (9, 10, 11, 20, 21)]
    assert ["11", "20"] == [each.name for each in mails_in(mails, period(10, 20))]
    assert [] == mails_in(mails, period(10, 10))
    assert period(5, 15).before == Period(start=dt.date(2026, 10, 26), end=dt.date(2026, 11, 5))
    assert period(5, 15).year_before == Period(start=dt.date(2025, 11, 5), end=dt.date(2025, 11, 15))


@pytest.mark.parametrize(
    ("days", "against"),
    [
        (0, []),
        (1, ["the 1 day before", "the same days a year before"]),
        (90, ["the 90 days before", "the same days a year before"]),
        (365, ["the 365 days before", "the same days a year before"]),
        (366, ["the 366 days before"]),
        (3_650, ["the 3,650 days before"]),
    ],
)
def test_what_a_period_is_compared_with(days: int, against: list[str]) -> None:
    """A year before says nothing new of a longer one."""
    long = Period(start=dt.date(2026, 11, 20) - days * DAY, end=dt.date(2026, 11, 20))
    assert against == [name for name, _ in earlier(long)]


def test_a_rate_is_set_beside_earlier_ones() -> None:
    """What chance explains is no clear change, and what is not known is none at all."""
    mails = [
        mail("before", at=dt.datetime(2026, 11, 9, tzinfo=dt.UTC), opened=rate(40)),
        mail("now", at=dt.datetime(2026, 11, 19, tzinfo=dt.UTC), opened=rate(60)),
    ]
    before, year = rate_changes(mails, period(10, 20), "opened")
    assert (0.6, 0.4, True) == (before.now, before.then, before.is_clear)
    assert 0.2 == pytest.approx(before.difference)
    assert (0.6, None, False, None) == (year.now, year.then, year.is_clear, year.difference)
    same = rate_changes(mails, period(10, 20), "clicked")[0]
    assert (0.0, False) == (same.difference, same.is_clear)


def test_a_rate_of_a_period_is_of_all_its_mailings() -> None:
    """Resends among them; unknown ones on neither side."""
    at = dt.datetime(2026, 11, 15, tzinfo=dt.UTC)
    mails = [
        mail(at=at, bounced=rate(3, 50)),
        mail(at=at, bounced=rate(1, 150), is_resend=True),
        mail(at=at, bounced=None),
    ]
    assert rate(4, 200) == rate_of(mails, period(10, 20), "bounced")
    assert rate(0, 0) == rate_of(mails, period(1, 2), "bounced")


@pytest.mark.parametrize(
    ("deliveries", "expected"), [([], 0), ([None], None), ([None, 7], 7), ([0], 0), ([5, 7], 12)]
)
def test_deliveries_of_a_period(deliveries: list[int | None], expected: int | None) -> None:
    """None sent is 0; sent, and not known how far, is unknown."""
    at = dt.datetime(2026, 11, 15, tzinfo=dt.UTC)
    mails = [mail(at=at, deliveries=each) for each in deliveries]
    assert expected == deliveries_in([*mails, mail(ago=400)], period(10, 20))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(1, 9, None, id="before the first contact"),
        pytest.param(1, 10, (3, 2), id="up to its day"),
        pytest.param(10, 12, (6, 4), id="days within"),
        pytest.param(12, 30, (0, 0), id="nothing has changed since"),
    ],
)
def test_who_joined_and_left_in_a_period(start: int, end: int, expected: tuple[int, int] | None) -> None:
    """Opted out and deleted are both gone."""
    assert expected == growth_in([day(10), day(11), day(12)], period(start, end))
    assert growth_in([], period(start, end)) is None


@pytest.mark.parametrize(("end", "expected"), [(9, None), (10, 100), (11, 100), (12, 102), (30, 102)])
def test_who_may_be_mailed_at_the_end_of_a_day(end: int, expected: int | None) -> None:
    """The days end with the newest that changed anything."""
    assert expected == mailable_at([day(10), day(12)], dt.date(2026, 11, end))


def test_hours_are_those_of_the_zone_over_a_change_of_clocks() -> None:
    """The same hour of the clock before and after it is one cell; a UTC hour would be two."""
    zone = ZoneInfo("America/New_York")
    before, after = dt.datetime(2026, 10, 30, 9, tzinfo=zone), dt.datetime(2026, 11, 6, 9, tzinfo=zone)
    cells = send_times([mail(at=at.astimezone(dt.UTC)) for at in (before, after)], zone)
    assert [(4, 3, 2, "few")] == [(cell.weekday, cell.block, cell.mails, cell.level) for cell in cells]
    late = dt.datetime(2026, 11, 7, 2, tzinfo=dt.UTC)  # Friday evening there
    assert [(4, 7)] == [(cell.weekday, cell.block) for cell in send_times([mail(at=late)], zone)]


def test_a_cell_stands_out_where_mailings_differ_less_than_it_does() -> None:
    """Resends, unknown ones and those to a handful of people are no part of it."""
    monday, friday = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC), dt.datetime(2026, 11, 6, 9, tzinfo=dt.UTC)
    mails = [
        *(mail(at=monday + 7 * n * DAY, opened=rate(70 + n)) for n in range(12)),
        *(mail(at=friday + 7 * n * DAY, opened=rate(30 + n)) for n in range(12)),
        *(mail(at=monday, opened=opened) for opened in (None, rate(0, 19))),
        mail(at=monday, opened=rate(0), is_resend=True),
        mail(at=monday + DAY, opened=rate(50)),
    ]
    found = {cell.weekday: (cell.mails, cell.level) for cell in send_times(mails, dt.UTC)}
    assert {0: (12, "above"), 1: (1, "few"), 4: (12, "below")} == found


def test_cells_of_like_mailings_are_usual() -> None:
    """However many there are of each."""
    mails = [mail(at=NEWEST + n * DAY, opened=rate(50 + n % 2)) for n in range(42)]
    assert {"usual"} == {cell.level for cell in send_times(mails, dt.UTC)}
