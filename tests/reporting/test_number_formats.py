"""How numbers, shares and times read on a page: unknown is a word, a minus is a minus."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.constant_contact.reporting.formats import (
    FILTERS,
    day,
    hours,
    long_day,
    many,
    minute,
    number,
    percent,
    points,
    signed,
)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (None, "unknown"),
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1_000, "1,000"),
        (1_234_567.4, "1,234,567"),
        (-1_000, "\N{MINUS SIGN}1,000"),
        (2.5, "2"),
        (3.5, "4"),
    ],
)
def test_a_number(count: float | None, shown: str) -> None:
    assert shown == number(count)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (None, "unknown"),
        (0, "0"),
        (5, "+5"),
        (-5, "\N{MINUS SIGN}5"),
        (12_345, "+12,345"),
        (-12_345, "\N{MINUS SIGN}12,345"),
    ],
)
def test_a_change(count: float | None, shown: str) -> None:
    """No sign where nothing changed."""
    assert shown == signed(count)


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (None, "unknown"),
        (0.0, "0.0%"),
        (0.00004, "0.0%"),  # what two decimals cannot show
        (0.00005, "0.01%"),
        (0.0012, "0.12%"),
        (0.0099, "0.99%"),
        (0.01, "1.0%"),
        (0.256, "25.6%"),
        (1.0, "100.0%"),
    ],
)
def test_a_share(share: float | None, shown: str) -> None:
    """Two decimals below one per cent, where opt-outs live."""
    assert shown == percent(share)


@pytest.mark.parametrize(
    ("difference", "shown"),
    [
        (0.0, "+0.00 points"),
        (0.0012, "+0.12 points"),
        (-0.0012, "\N{MINUS SIGN}0.12 points"),
        (0.01, "+1.0 points"),
        (-0.01, "\N{MINUS SIGN}1.0 points"),
        (0.256, "+25.6 points"),
        (-1.0, "\N{MINUS SIGN}100.0 points"),
    ],
)
def test_a_difference_of_shares(difference: float, shown: str) -> None:
    assert shown == points(difference)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 hours"), (1, "1 hour"), (23, "23 hours"), (24, "1 day"), (47, "1 day"), (48, "2 days"), (168, "7 days")],
)  # fmt: skip
def test_hours_become_days(count: int, shown: str) -> None:
    assert shown == hours(count)


@pytest.mark.parametrize(("count", "shown"), [(0, "0 mails"), (1, "1 mail"), (1_000, "1,000 mails")])
def test_a_count_and_its_noun(count: int, shown: str) -> None:
    assert shown == many(count, "mail")


def test_days_and_minutes() -> None:
    """Without a leading zero of the day, with one of the hour."""
    at = dt.datetime(2026, 3, 9, 4, 5, tzinfo=dt.UTC)
    assert ("9 Mar 2026", "9 March 2026") == (day(at.date()), long_day(at.date()))
    assert "9 March 2026, 04:05 UTC" == minute(at)
    assert "31 Dec 2026" == day(dt.date(2026, 12, 31))


def test_templates_know_each_form_by_its_name() -> None:
    assert {name: form.__name__ for name, form in FILTERS.items()} == {name: name for name in FILTERS}
    assert {number, signed, percent, points, many, day, long_day, minute, hours} == set(FILTERS.values())
