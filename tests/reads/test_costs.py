"""What reading costs in requests, at the edges of pages, batches and budgets."""

from __future__ import annotations

import pendulum
import pytest

from sources.constant_contact.reads.costs import (
    batches,
    feed_pages,
    may_search,
    pages,
    reads_all_contacts,
    steps,
)
from sources.constant_contact.windows import SyncOptions

PAGE = 500


def options(**changes: object) -> SyncOptions:
    known: dict[str, object] = {
        "lookback": pendulum.duration(hours=1),
        "full_refresh_every": pendulum.duration(days=30),
    }
    return SyncOptions(**(known | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rows", "size", "expected"),
    [
        (0, 500, 1),  # an empty answer is an answer too
        (1, 500, 1),
        (499, 500, 1),
        (500, 500, 1),
        (501, 500, 2),
        (1_000, 500, 2),
        (1_001, 500, 3),
        (7, 1, 7),
        (1_000_000, 500, 2_000),
    ],
)
def test_rows_are_read_in_pages(rows: int, size: int, expected: int) -> None:
    assert expected == pages(rows, size)


@pytest.mark.parametrize(
    ("ids", "size", "expected"), [(0, 40, 0), (1, 40, 1), (39, 40, 1), (40, 40, 1), (41, 40, 2), (81, 40, 3)]
)
def test_ids_are_asked_for_in_batches(ids: int, size: int, expected: int) -> None:
    """None cost nothing, other than no rows."""
    assert expected == batches(ids, size)


@pytest.mark.parametrize(
    ("total", "loaded", "expected"),
    [
        pytest.param(0, 0, 0, id="nothing there, nothing loaded"),
        pytest.param(700, 700, 0, id="as many as are loaded"),
        pytest.param(1, 0, 1, id="the first row"),
        pytest.param(500, 0, 1, id="a full page, none loaded"),
        pytest.param(501, 0, 2, id="a page and a row, none loaded"),
        pytest.param(701, 700, 1, id="one new row, and a known one on the same page"),
        pytest.param(1_199, 700, 1, id="499 new rows leave room for a known one"),
        pytest.param(1_200, 700, 2, id="500 new rows do not"),
        pytest.param(1_700, 700, 3, id="two full pages of new rows"),
        pytest.param(1_000, 1, 2, id="never more than all of them"),
        pytest.param(1_000, 500, 2, id="the page after the new ones is the last"),
        pytest.param(699, 700, 2, id="fewer than loaded: all of it is read"),
        pytest.param(0, 700, 1, id="nothing left of what is loaded"),
        pytest.param(10, 10, 0, id="a short feed, nothing new"),
        pytest.param(400, 390, 1, id="a feed of one page"),
        pytest.param(5_000, 4_990, 1, id="news on the first of ten pages"),
        pytest.param(5_000, 4_500, 2, id="a full page of news"),
        pytest.param(5_000, 0, 10, id="ten pages, none loaded"),
        pytest.param(5_000, 5_001, 10, id="ten pages, more loaded than there are"),
    ],
)
def test_a_feed_is_read_until_a_known_row(total: int, loaded: int, expected: int) -> None:
    assert expected == feed_pages(total, loaded, PAGE)


@pytest.mark.parametrize(
    ("count", "changes", "expected"),
    [
        pytest.param(0, 0, 1, id="nobody"),
        pytest.param(2_000, 1, 4, id="four pages are read, not searched"),
        pytest.param(2_001, 1, 5, id="five pages: the search would cost as much"),
        pytest.param(4_000, 1, 5, id="eight pages: three halvings and two"),
        pytest.param(4_001, 1, 6, id="nine pages: a halving more"),
        pytest.param(4_000, 2, 8, id="two changes cost no more than all pages"),
        pytest.param(32_000, 1, 8, id="64 pages: six halvings and two"),
        pytest.param(32_000, 0, 8, id="no change is searched like one"),
        pytest.param(32_000, 3, 24, id="each change by itself"),
        pytest.param(32_000, 9, 64, id="at most all pages"),
    ],
)
def test_a_change_without_a_trace_is_found_by_halving(count: int, changes: int, expected: int) -> None:
    assert expected == steps(count, changes, PAGE)


@pytest.mark.parametrize(
    ("requests", "count", "worth"),
    [
        (0, 0, True),  # what costs nothing is always worth it
        (1, 0, False),
        (1, 999, True),  # two pages
        (1, 500, False),  # half of one page is nothing
        (5, 5_000, True),
        (6, 5_000, False),
        (5, 5_500, True),  # half of eleven pages, cut
        (6, 5_500, False),
    ],
)
def test_a_search_may_cost_half_of_reading_all(requests: int, count: int, worth: bool) -> None:
    assert worth is may_search(requests, count, PAGE)


@pytest.mark.parametrize(("word", "reads_all"), [("full", True), ("incremental", False)])
@pytest.mark.parametrize("count", [0, 10, 10_000_000])
def test_who_chose_a_way_of_reading_gets_it(word: str, reads_all: bool, count: int) -> None:
    """Whatever it costs, and however little may still be sent."""
    chosen = options(contact_reading=word)
    assert reads_all is reads_all_contacts(chosen, count, PAGE, traceless=0, affordable=0)


@pytest.mark.parametrize(
    ("count", "traceless", "affordable", "reads_all"),
    [
        pytest.param(0, 0, 1_000, False, id="nobody is loaded, so there is nothing to compare with"),
        pytest.param(1, 0, 1, True, id="one page that can be paid"),
        pytest.param(1, 0, 0, False, id="one page that cannot"),
        pytest.param(10_000, 0, 20, True, id="20 pages, as many as may be sent"),
        pytest.param(10_000, 0, 19, False, id="20 pages, one too many"),
        pytest.param(10_001, 0, 1_000, False, id="21 pages, and nothing changes without a trace"),
        pytest.param(10_001, 1, 1_000, False, id="21 pages, and a search costs 7 and 6 more"),
        pytest.param(10_001, 3, 42, True, id="21 pages, and three searches cost more than all of them"),
        pytest.param(10_001, 3, 41, False, id="the same, were it more than half of what is left"),
        pytest.param(10_001, 2.1, 1_000, True, id="a part of a change is searched like a whole one"),
        pytest.param(10_001, 2.0, 1_000, False, id="two searches cost 14, with the six others 20 of 21"),
        pytest.param(13_500, 3, 1_000, True, id="27 pages, and 27 requests otherwise"),
        pytest.param(13_501, 3, 1_000, False, id="28 pages, and 27 requests otherwise"),
    ],
)
def test_all_are_read_where_that_costs_few_requests(
    count: int, traceless: float, affordable: int, reads_all: bool
) -> None:
    """`auto`: up to 20 requests, or no more than asking for changes and searching for the rest would cost."""
    found = reads_all_contacts(options(), count, PAGE, traceless=traceless, affordable=affordable)
    assert reads_all is found
