"""What stands on the dashboard's page: figures, groups and pages of the mailings that the filters leave."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from reporting.hundred_people import rate
from sent_mailings import READ_AT, account, mailing, snapshot

from pipelines.constant_contact.dashboard import view
from pipelines.constant_contact.dashboard.filters import ALL, Filters
from pipelines.constant_contact.dashboard.snapshot import Clicked, Group

TODAY = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)


def filters(**changes: Any) -> Filters:
    return Filters(**({"account": "acme", "since": TODAY - 29 * DAY, "until": TODAY} | changes))


ANY_DAY = filters(since=None, until=None)


@pytest.mark.parametrize(
    ("zone", "loaded_at", "expected"),
    [
        pytest.param("UTC", dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC), TODAY, id="UTC"),
        pytest.param("America/New_York", dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC), TODAY - DAY, id="west"),
        pytest.param("Asia/Tokyo", dt.datetime(2026, 11, 19, 18, tzinfo=dt.UTC), TODAY, id="east"),
        pytest.param("America", dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC), TODAY, id="no zone: a folder"),
        pytest.param("Nowhere/At_All", dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC), TODAY, id="no zone"),
        pytest.param("", dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC), TODAY, id="none is known"),
    ],
)
def test_today_is_the_day_of_the_load_as_the_account_counts_days(
    zone: str, loaded_at: dt.datetime, expected: dt.date
) -> None:
    """The report's period ends on the same day."""
    assert expected == view.today([account(zone=zone, loaded_at=loaded_at)])


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        pytest.param([account(loaded_at=None)], None, id="nothing was loaded: the day of the reader"),
        pytest.param(
            [account("acme", mailing("c1", on=TODAY - 9 * DAY), loaded_at=None)], TODAY - 9 * DAY, id="sent"
        ),
        pytest.param([account("acme", mailing("c1", on=TODAY + DAY))], TODAY + DAY, id="sent after the load"),
        pytest.param(
            [account(), account(loaded_at=READ_AT + 3 * DAY)], TODAY + 3 * DAY, id="the newest of two"
        ),
    ],
)
def test_without_a_load_the_newest_mailing_counts(accounts: list[Any], expected: dt.date | None) -> None:
    before = dt.datetime.now(dt.UTC).date()
    found = view.today(accounts)
    assert found == expected if expected else before <= found <= before + DAY


TWO = snapshot(
    account("acme", mailing("c1", on=TODAY), lists=(Group(group_id="l1", name="News"),)),
    account("other", mailing("c2", on=TODAY - DAY)),
)


@pytest.mark.parametrize(
    ("asked", "shown", "notes"),
    [
        pytest.param(
            filters(list_id="l1", campaign_id="c1"), filters(list_id="l1", campaign_id="c1"), 0, id="there"
        ),
        pytest.param(filters(list_id="l9"), filters(), 1, id="a list that nothing went to"),
        pytest.param(filters(list_id="l9", segment_id="3", campaign_id="c2"), filters(), 3, id="three"),
        pytest.param(filters(account="gone"), filters(), 1, id="an account that is not here: the first"),
        pytest.param(filters(account="gone", list_id="l1"), filters(list_id="l1"), 1, id="with its filter"),
        pytest.param(
            filters(account=ALL, list_id="l1"),
            filters(account=ALL),
            1,
            id="of all accounts no list is chosen",
        ),
        pytest.param(filters(account=ALL), filters(account=ALL), 0, id="all accounts"),
    ],
)
def test_a_filter_of_what_is_not_there_is_left_out_and_said(
    asked: Filters, shown: Filters, notes: int
) -> None:
    found, said = view.known_filters(TWO, asked)
    assert (shown, notes) == (found, len(said))


def test_an_empty_warehouse_has_no_account_to_show_instead() -> None:
    assert (filters(account="gone"), ()) == view.known_filters(snapshot(), filters(account="gone"))
    page = view.context(snapshot(), filters(account="gone"))
    assert ([], [], None) == (page["listed"], page["accounts"], page["loaded_at"])


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (filters(), ["c1"]),
        (filters(account=ALL), ["c2", "c1"]),
        (filters(account="other"), ["c2"]),
        (filters(account="gone"), []),
        (filters(account=ALL, until=TODAY - DAY), ["c2"]),
    ],
)
def test_mailings_of_all_accounts_are_in_order_of_time(chosen: Filters, expected: list[str]) -> None:
    assert expected == [mail.campaign_id for mail in view.mails(view.chosen(TWO, chosen), chosen)]
    page = view.context(TWO, chosen)
    assert expected[::-1] == [mail.campaign_id for mail in page["listed"]]  # type: ignore[attr-defined]


def test_opens_of_people_take_the_place_of_all_opens() -> None:
    """In the list of mailings, in the figures, and by list."""
    group = Group(group_id="l1", name="News")
    one = account("acme", mailing("c1", on=TODAY, lists=("l1",)), lists=(group,))
    for people, opened, clicked in ((False, 50, 10), (True, 40, 8)):
        page: Any = view.context(snapshot(one), filters(people_only=people))
        assert (opened, clicked) == (page["listed"][0].opened.part, page["listed"][0].clicked.part)
        assert (f"{opened}.0%", f"{clicked}.0%") == (page["figures"][2].value, page["figures"][3].value)
        assert (opened, clicked) == (page["list_lines"][0].opened.part, page["list_lines"][0].clicked.part)


def figure(name: str, *mailings: Any, chosen: Filters | None = None) -> Any:
    accounts = [account("acme", *mailings)]
    chosen = chosen or filters()
    found = view.figures(accounts, chosen, view.mails(accounts, chosen))
    return next(each for each in found if each.label == name)


BEFORE = TODAY - 40 * DAY


@pytest.mark.parametrize(
    ("mailings", "value", "note"),
    [
        pytest.param([], "0", "none in the 30 days before", id="nothing was ever sent"),
        pytest.param([mailing("c1", on=TODAY)], "1", "none in the 30 days before", id="nothing before"),
        pytest.param(
            [mailing("c0", on=BEFORE), mailing("c1", on=TODAY)],
            "1",
            "0 (+0%) against the 30 days before",
            id="as many",
        ),
        pytest.param(
            [mailing("c0", on=BEFORE), mailing("c1", on=TODAY), mailing("c2", on=TODAY)],
            "2",
            "+1 (+100%) against the 30 days before",
            id="more",
        ),
        pytest.param(
            [mailing("c0", on=TODAY - 60 * DAY), mailing("c1", on=TODAY)],
            "1",
            "none in the 30 days before",
            id="a day too early",
        ),
        pytest.param(
            [mailing("c0", on=TODAY - 59 * DAY), mailing("c1", on=TODAY - 29 * DAY)],
            "1",
            "0 (+0%) against the 30 days before",
            id="on the first days of both",
        ),
    ],
)
def test_mailings_stand_beside_those_of_as_many_days_before(mailings: Any, value: str, note: str) -> None:
    found = figure("Mailings", *mailings)
    assert (value, [note]) == (found.value, [each.text for each in found.notes])


def test_without_a_first_day_there_is_nothing_to_compare_with() -> None:
    names = ("Mailings", "Delivered", "Open rate", "Bounce rate")
    assert all(() == figure(name, mailing("c1", on=TODAY), chosen=ANY_DAY).notes for name in names)


@pytest.mark.parametrize(
    ("deliveries", "value"),
    [([100, 50], "150"), ([100, None], "100"), ([None, None], "unknown"), ([0], "0"), ([], "0")],
)
def test_what_is_not_known_was_not_delivered_nor_lost(deliveries: list[int | None], value: str) -> None:
    sent = [mailing(f"c{number}", on=TODAY, deliveries=each) for number, each in enumerate(deliveries)]
    found = figure("Delivered", *sent)
    assert (value, f"of {100 * len(sent):,} sent") == (found.value, found.basis)


@pytest.mark.parametrize(
    ("opened", "value", "basis"),
    [
        ([rate(50)], "50.0%", "50 opened, of 100 deliveries"),
        ([rate(50), rate(0, 1_900)], "2.5%", "50 opened, of 2,000 deliveries"),
        ([rate(50), None], "50.0%", "50 opened, of 100 deliveries"),
        ([None], "none", "0 opened, of 0 deliveries"),
        ([rate(0, 0)], "none", "0 opened, of 0 deliveries"),
        ([], "none", "0 opened, of 0 deliveries"),
    ],
)
def test_a_rate_is_of_all_mailings_together(opened: list[Any], value: str, basis: str) -> None:
    """Of people, not the mean of rates; a mailing without events is on neither side."""
    sent = [mailing(f"c{number}", on=TODAY, opened=each) for number, each in enumerate(opened)]
    found = figure("Open rate", *sent)
    assert (value, basis) == (found.value, found.basis)


def test_bounces_are_of_sends_and_opt_outs_of_deliveries() -> None:
    sent = mailing("c1", on=TODAY, bounced=rate(4, 104), opted_out=rate(1, 100))
    assert "4 bounced, of 104 sends" == figure("Bounce rate", sent).basis
    assert "1 opted out, of 100 deliveries" == figure("Opt-out rate", sent).basis


def test_a_change_of_a_rate_is_clear_only_beyond_chance() -> None:
    few = [mailing("c0", on=BEFORE, opened=rate(5, 10)), mailing("c1", on=TODAY, opened=rate(6, 10))]
    many = [
        mailing("c0", on=BEFORE, opened=rate(500, 1_000)),
        mailing("c1", on=TODAY, opened=rate(600, 1_000)),
    ]
    assert ["chance"] == [note.tone for note in figure("Open rate", *few).notes]
    assert ["clear"] == [note.tone for note in figure("Open rate", *many).notes]


def test_groups_have_the_mailings_that_went_to_them() -> None:
    """Most delivered first; one that no shown mailing went to has no line."""
    one = account(
        "acme",
        mailing("c1", on=TODAY, lists=("l1", "l2"), deliveries=10),
        mailing("c2", on=TODAY, lists=("l2",), deliveries=None),
        mailing("c3", on=TODAY - 200 * DAY, lists=("l3",)),
        lists=tuple(Group(group_id=each, name=each.upper(), members=7) for each in ("l3", "l1", "l2", "l4")),
    )
    page: Any = view.context(snapshot(one), filters())
    found = [(line.group_id, line.members, line.mailings, line.deliveries) for line in page["list_lines"]]
    assert [("l1", 7, 1, 10), ("l2", 7, 2, 10)] == found
    assert ["l3", "l1", "l2", "l4"] == [option.value for option in page["lists"]]
    assert [] == page["segment_lines"]


def test_of_many_groups_the_largest_are_shown() -> None:
    names = [f"s{number:02}" for number in range(view.MAX_GROUPS + 1)]
    sent = [
        mailing(each, on=TODAY, segments=(each,), deliveries=number, opened=None)
        for number, each in enumerate(names)
    ]
    one = account("acme", *sent, segments=tuple(Group(group_id=each, name=each) for each in names))
    page: Any = view.context(snapshot(one), filters())
    assert names[:0:-1] == [line.group_id for line in page["segment_lines"]]


def test_pages_are_counted_over_the_shown_mailings() -> None:
    """Most clicked first, then by address."""
    clicked = (
        Clicked(activity_id="a-c1", address="https://b", clicks=2),
        Clicked(activity_id="a-c2", address="https://b", clicks=3),
        Clicked(activity_id="a-c1", address="https://c", clicks=9),
        Clicked(activity_id="a-c1", address="https://a", clicks=5),
        Clicked(activity_id="a-old", address="https://old", clicks=99),
    )
    sent = [mailing("c1", on=TODAY), mailing("c2", on=TODAY), mailing("old", on=TODAY - 99 * DAY)]
    page: Any = view.context(snapshot(account("acme", *sent, clicked=clicked)), filters())
    found = [(each.address, each.clicks, each.mailings) for each in page["pages"]]
    assert [("https://c", 9, 1), ("https://a", 5, 1), ("https://b", 5, 2)] == found


def test_ranges_end_on_the_newest_day() -> None:
    page: Any = view.context(TWO, filters())
    assert [
        ("30 days", TODAY - 29 * DAY, TODAY),
        ("90 days", TODAY - 89 * DAY, TODAY),
        ("12 months", TODAY - 364 * DAY, TODAY),
        ("all", None, None),
    ] == page["ranges"]


def test_a_campaign_is_offered_once_the_newest_first() -> None:
    """By the name and the day of its newest mailing."""
    first, second = mailing("c1", on=TODAY - 9 * DAY), mailing("c2", on=TODAY - 5 * DAY, opened=None)
    again = mailing("c1", on=TODAY, activity_id="a-again", is_resend=True, name="Again")
    page: Any = view.context(snapshot(account("acme", first, second, again)), filters())
    assert ["Again (2026-11-20)", "Campaign c2 (2026-11-15)"] == [each.name for each in page["campaigns"]]
    assert "1 resend among them" == page["figures"][0].basis


def test_figures_of_all_accounts_are_as_old_as_the_oldest() -> None:
    accounts = [
        account("a", loaded_at=READ_AT),
        account("b", loaded_at=READ_AT - DAY),
        account("c", loaded_at=None),
    ]
    page: Any = view.context(snapshot(*accounts), filters(account=ALL))
    assert (READ_AT - DAY, "All accounts", "") == (page["loaded_at"], page["heading"], page["zone"])
    alone: Any = view.context(snapshot(*accounts), filters(account="a"))
    assert (READ_AT, "A", "UTC") == (alone["loaded_at"], alone["heading"], alone["zone"])
