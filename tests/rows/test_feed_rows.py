"""Pages of events that Arrow reads: the table of the other way, or nothing."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest

from sources.constant_contact.catalogue import FEEDS, endpoint
from sources.constant_contact.reads.feeds import Numbers, overlap
from sources.constant_contact.rows import (
    BadValue,
    Columns,
    FeedRows,
    PageRows,
    feed_parser_of,
    feed_table,
    to_arrow,
)
from tests.occurrences import number_occurrences

ACTIVITY = {"campaign_activity_id": "a1"}


def event(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "contact_id": f"c{number % 3}",
        "campaign_activity_id": "of the row",
        "created_time": f"2026-03-04T10:00:{59 - number:02}.{number:03}Z",
        "url_id": "u1",
        "email_address": "zoë@example.com",
        **changes,
    }


def page_of(name: str, rows: list[dict[str, Any]]) -> FeedRows | None:
    of = endpoint(name)
    body = orjson.dumps({"tracking_activities": rows, "_links": {}})
    found = feed_parser_of(of).parse(body)
    return FeedRows(found.rows) if isinstance(found, PageRows) else None


def of_feed(name: str, **changes: Any) -> dict[str, Any]:
    known = endpoint(name).table.column_names
    return {key: value for key, value in event(0, **changes).items() if key in known or key in changes}


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_a_plain_page_gives_the_table_of_the_other_way(name: str) -> None:
    """Ids, times of every spelling, nulls and values that do not fit; the id that was asked for wins."""
    of, rows = endpoint(name), []
    for number in range(9):
        row = {key: value for key, value in event(number).items() if key in of.table.column_names}
        rows.append({**row, **({"deleted_at": "no day"} if number == 4 else {"first_name": None})})
    page = page_of(name, rows)
    assert page is not None
    slow_bad: list[BadValue] = []
    fast_bad: list[BadValue] = []
    numbered = number_occurrences(of, rows)
    slow = to_arrow(of, numbered, constants=ACTIVITY, bad=slow_bad)
    fast = feed_table(of, page, ACTIVITY, bad=fast_bad, unknown=Columns())
    assert (slow, slow_bad) == (fast, fast_bad)


@pytest.mark.parametrize(
    "changes",
    [
        {"contact_id": None},
        {"contact_id": ""},
        {"contact_id": 5},
        {"contact_id": "a\0b"},
        {"created_time": "soon"},
        {"created_time": None},
        {"created_time": "0000-01-01T00:00:00Z"},
        {"url_id": None},
        {"url_id": ""},
        {"occurrence": 3},
        {"brand_new": "x"},
        {"first_name": 7},
    ],
    ids=str,
)
def test_what_is_odd_is_left_to_the_other_way(changes: dict[str, Any]) -> None:
    """A row that has no key, or that says something else than what is declared."""
    assert page_of("email_clicks", [of_feed("email_clicks"), of_feed("email_clicks", **changes)]) is None


def test_pages_are_numbered_alike_in_both_ways() -> None:
    """Ties within a page and over its end, in the order of the listing."""
    rng, of = random.Random(3), endpoint("email_opens")
    seconds = sorted((rng.randrange(40) for _ in range(30)), reverse=True)
    rows = [of_feed("email_opens", created_time=f"2026-03-04T10:00:{at:02}Z") for at in seconds]
    slow, fast = Numbers(of.event_key), Numbers(of.event_key)
    for start in range(0, 30, 3):
        cut = rows[start : start + 3]
        page = page_of("email_opens", cut)
        assert page is not None
        expected = slow.number(cut, page.times())
        numbered = fast.number_page(page, page.times())
        found = (
            [1] * len(numbered) if isinstance(numbered, FeedRows) else [row["occurrence"] for row in numbered]
        )
        assert [row["occurrence"] for row in expected] == found


@pytest.mark.parametrize("plain", [(True, True), (True, False), (False, True), (False, False)])
@pytest.mark.parametrize("size", [0, 1, 4])
def test_rows_that_slid_over_are_seen_in_both_ways(plain: tuple[bool, bool], size: int) -> None:
    """Whichever of two neighbouring pages Arrow could read."""
    rows = [of_feed("email_opens", **event(number)) for number in range(10)]
    rows = [{key: value for key, value in row.items() if key != "url_id"} for row in rows]
    cuts = rows[:5], rows[5 - size :]
    pages = [page_of("email_opens", cut) if fast else cut for cut, fast in zip(cuts, plain, strict=True)]
    assert size == overlap(*pages)  # type: ignore[arg-type]
