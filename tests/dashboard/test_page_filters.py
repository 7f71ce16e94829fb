"""The address of the dashboard's page: what it asks for, what it may not ask for, and how it is written again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sent_mailings import mailing

from pipelines.constant_contact.dashboard.filters import ALL, Filters, parse
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.reporting.rows import Period

TODAY = dt.date(2026, 11, 20)
FIRST = dt.date(2025, 11, 21)
"""Of the twelve months up to today."""


def asked(**words: str) -> Filters:
    words = {name.rstrip("_"): word for name, word in words.items()}
    return parse(words, account="acme", today=TODAY)


def filters(**changes: Any) -> Filters:
    return Filters(**({"account": "acme", "since": FIRST, "until": TODAY} | changes))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param({}, filters(), id="nothing: the last twelve months"),
        pytest.param({"from_": "2026-01-31"}, filters(since=dt.date(2026, 1, 31)), id="a first day"),
        pytest.param({"from_": "", "to": ""}, filters(since=None, until=None), id="empty days: all"),
        pytest.param({"to": ""}, filters(until=None), id="no last day"),
        pytest.param({"from_": "2026-11-20"}, filters(since=TODAY), id="one day"),
        pytest.param({"account": "other"}, filters(account="other"), id="an account"),
        pytest.param({"account": ""}, filters(), id="an empty one: that of the page"),
        pytest.param({"account": ALL}, filters(account=ALL), id="all accounts"),
        pytest.param({"list": "l1", "segment": "3"}, filters(list_id="l1", segment_id="3"), id="groups"),
        pytest.param({"campaign": "c&1"}, filters(campaign_id="c&1"), id="a campaign"),
        pytest.param({"opens": "people"}, filters(people_only=True), id="people alone"),
        pytest.param({"opens": "PEOPLE"}, filters(), id="another word is no choice"),
        pytest.param({"utm_source": "mail"}, filters(), id="words of others"),
    ],
)
def test_what_an_address_asks_for(words: dict[str, str], expected: Filters) -> None:
    assert expected == asked(**words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"from_": "2026-02-30"}, "from=2026-02-30 is no day; write it as 2026-01-31"),
        ({"to": "yesterday"}, "to=yesterday is no day"),
        ({"from_": " "}, "from=  is no day"),
        ({"to": "9" * 5_000}, f"to={'9' * 40} is no day"),
        ({"from_": "2026-11-21"}, "from 2026-11-21 is later than to 2026-11-20; exchange them"),
        ({"from_": "2026-01-02", "to": "2026-01-01"}, "from 2026-01-02 is later than to 2026-01-01"),
    ],
)
def test_an_address_that_cannot_be_is_a_sentence(words: dict[str, str], said: str) -> None:
    with pytest.raises(UserError, match=said):
        asked(**words)


@pytest.mark.parametrize(
    "chosen",
    [
        filters(),
        filters(since=None, until=None),
        filters(since=None),
        filters(account="Größe & Söhne", list_id="l=1", campaign_id="c 2", segment_id="#3"),
        filters(people_only=True),
    ],
)
def test_a_bookmark_asks_for_the_same_again(chosen: Filters) -> None:
    """Also on another day, and in another account."""
    words = dict(parse_qsl(chosen.query(), keep_blank_values=True))
    assert chosen == parse(words, account="other", today=TODAY.replace(year=2030))


def test_a_link_changes_one_filter_and_keeps_the_others() -> None:
    chosen = filters(list_id="l1", people_only=True)
    words = dict(parse_qsl(chosen.query(list_id="", since=None), keep_blank_values=True))
    assert {"account": "acme", "from": "", "to": "2026-11-20", "opens": "people"} == words
    assert filters(list_id="l1", people_only=True) == chosen


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (TODAY, TODAY, 1),
        (dt.date(2026, 11, 1), dt.date(2026, 11, 30), 30),
        (None, TODAY, None),
        (TODAY, None, None),
        (None, None, None),
        (dt.date.min, dt.date.min, 0),
        (dt.date(1000, 1, 1), TODAY, (TODAY - dt.date(999, 12, 31)).days),
        (TODAY, dt.date.max, (dt.date.max - TODAY).days + 1),
    ],
)
def test_a_period_has_the_days_that_were_chosen(
    since: dt.date | None, until: dt.date | None, days: int | None
) -> None:
    """The first one among them; there is none before the first day that a calendar has."""
    period = filters(since=since, until=until).period()
    assert days == (None if period is None else period.days)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        pytest.param(TODAY, TODAY, (dt.date(2026, 11, 19), dt.date(2026, 11, 19)), id="the day before"),
        pytest.param(
            dt.date(2026, 3, 1),
            dt.date(2026, 3, 28),
            (dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
            id="a month",
        ),
        pytest.param(
            dt.date(1200, 1, 1), TODAY, (dt.date(373, 2, 10), dt.date(1199, 12, 31)), id="centuries"
        ),
        pytest.param(
            dt.date(500, 1, 1),
            TODAY,
            (dt.date(1, 1, 2), dt.date(499, 12, 31)),
            id="longer than there are days",
        ),
        pytest.param(
            dt.date.min, TODAY, (dt.date(1, 1, 2), dt.date.min), id="from the first day: none before"
        ),
    ],
)
def test_the_days_before_are_as_many(
    since: dt.date, until: dt.date, expected: tuple[dt.date, dt.date]
) -> None:
    chosen = filters(since=since, until=until)
    period = chosen.period()
    assert period is not None
    before = chosen.during(period.before)
    assert expected == (before.since, before.until)


@pytest.mark.parametrize(
    ("period", "year_before"),
    [
        (
            Period(start=dt.date(2026, 1, 1), end=TODAY),
            Period(start=dt.date(2025, 1, 1), end=dt.date(2025, 11, 20)),
        ),
        (Period(start=dt.date.min, end=TODAY), Period(start=dt.date.min, end=dt.date(2025, 11, 20))),
        (Period(start=dt.date.min, end=dt.date(1, 2, 1)), Period(start=dt.date.min, end=dt.date.min)),
    ],
)
def test_the_same_days_a_year_before(period: Period, year_before: Period) -> None:
    assert year_before == period.year_before


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        pytest.param({}, True, id="no limit"),
        pytest.param({"since": TODAY, "until": TODAY}, True, id="its day"),
        pytest.param({"since": TODAY + dt.timedelta(days=1), "until": None}, False, id="later"),
        pytest.param({"since": None, "until": TODAY - dt.timedelta(days=1)}, False, id="earlier"),
        pytest.param({"since": None, "until": None}, True, id="at any time"),
        pytest.param({"list_id": "l1"}, True, id="its list"),
        pytest.param({"list_id": "s1"}, False, id="a segment is no list"),
        pytest.param({"list_id": "l"}, False, id="part of an id"),
        pytest.param({"segment_id": "s1"}, True, id="its segment"),
        pytest.param({"segment_id": "l1"}, False, id="a list is no segment"),
        pytest.param({"campaign_id": "c1"}, True, id="its campaign"),
        pytest.param({"campaign_id": "c2"}, False, id="another campaign"),
        pytest.param({"list_id": "l1", "campaign_id": "c2"}, False, id="all must hold"),
    ],
)
def test_which_mailings_the_filters_hold(changes: dict[str, Any], held: bool) -> None:
    one = mailing("c1", on=TODAY, lists=("l1",), segments=("s1",))
    assert held is filters(**changes).hold(one)
    if changes.get("account", "acme") == "acme":
        assert held is replace(filters(**changes), account=ALL).hold(one)
