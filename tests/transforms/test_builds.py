"""What a build leaves behind: on partial data and on a second night."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from transforms.conftest import reader
from transforms.odd_orders import EXPECTED

Rows = Callable[[str], list[tuple[Any, ...]]]

MARTS = Path(__file__).parents[2] / "transforms" / "models" / "marts"


def test_marts_and_views_of_the_old_api_stand_in_the_analytics_dataset(built: Rows) -> None:
    """
    Whoever browses the analytics dataset sees these and nothing else.
    """
    models = [*MARTS.glob("*.sql"), *MARTS.with_name("old_api").glob("*.sql")]
    expected = sorted(path.stem for path in models)
    seen = built(
        "select table_name from information_schema.tables"
        " where table_schema = 'constant_contact_analytics' order by 1"
    )
    assert expected == [name for (name,) in seen]


def test_the_loaders_staging_dataset_is_left_alone(built: Rows) -> None:
    """
    Staging views have a dataset of their own, not the one in which the loader stages rows.
    """
    expected = [("constant_contact",), ("constant_contact_analytics",), ("constant_contact_staging_models",)]
    assert expected == built("select distinct table_schema from information_schema.tables order by 1")


def test_a_sync_of_a_few_tables_alone_has_marts(partial: Rows) -> None:
    """
    Missing raw tables give empty marts, and null where nothing was counted.
    """
    assert [(6, 6, 0, 0)] == partial(
        "select count(*), count(mails_clicked), count(lifetime_forwards), count(recency_tier) from contacts"
    )
    assert [(3, 0)] == partial("select count(*), count(members) from lists")
    assert [(0,)] == partial("select count(*) from campaign_activities")
    assert [(0,)] == partial("select count(*) from campaigns")


def test_what_hangs_on_opens_is_not_known_without_them(partial: Rows) -> None:
    """
    Where sends and clicks are loaded and opens are not, nobody is taken for silent.
    """
    for mart, known, unknown in (
        ("contacts", "mails_clicked", "mails_opened"),
        ("regions", "contacts", "active_contacts"),
        ("acquisition_sources", "mailed_contacts", "active_contacts"),
        ("devices", "clicks", "opens"),
        ("open_times", "first_clicks", "first_opens"),
        ("recipients", "is_clicked", "is_opened"),
    ):
        ((rows, with_known, with_unknown),) = partial(
            f"select count(*), count({known}), count({unknown}) from {mart}"
        )
        assert (rows > 0, with_known, with_unknown) == (True, rows, 0), mart


def test_a_late_open_takes_over_the_first_place(stepped: Rows) -> None:
    """
    An open that arrives a night late but happened first becomes the first open of its recipient.
    """
    opens = stepped(
        "select device_type, event_number from email_events"
        " where contact_id = 'ada' and event_type = 'open' order by 2"
    )
    assert [("tablet", 1), ("computer", 2), ("mobile", 3)] == opens


def test_events_that_vanished_from_the_raw_tables_are_gone(stepped: Rows) -> None:
    """
    A link's clicks and a whole activity that the raw tables no longer hold do not linger.
    """
    assert [(0,)] == stepped(
        "select count(*) from email_events where url_id = '12' or campaign_activity_id = 'spring-2'"
    )


def test_orders_of_a_shop_are_attributed_to_the_last_click(stepped: Rows) -> None:
    """
    An order within a week of a click is the mail's; a later one and an unknown buyer are nobody's. Of Eve's clicks two
    links are left, which are no scanner's any more.
    """
    orders = stepped(
        "select order_id, contact_id, campaign_activity_id, amount from attributed_orders order by 1"
    )
    assert orders == [
        ("1", "ada", "spring-1", 25.5),
        ("2", "ada", None, 10.0),
        ("3", "eve", "spring-1", 5.0),
        ("4", None, None, 1.0),
    ]
    revenue = stepped(
        "select campaign_activity_id, currency, orders, buyers, revenue, revenue_per_delivery from campaign_revenue"
    )
    assert revenue == [("spring-1", None, 2, 2, 30.5, 30.5 / 4)]


@pytest.mark.parametrize("sql", EXPECTED, ids=("mart", "sums", "rows"))
def test_odd_orders_of_a_shop_are_read_and_counted_once(nights: Path, sql: str) -> None:
    """
    Repeated, refunded, unreadable, keyless and zoned orders in several currencies give the rows worked out by hand.
    """
    assert EXPECTED[sql] == reader(nights / "odd.duckdb")(sql)
