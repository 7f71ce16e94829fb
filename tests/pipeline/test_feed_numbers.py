"""Occurrence numbers come out the same however a listing is cut into pages."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sources.constant_contact.reads.feeds import Numbers

KEY = ("campaign_activity_id", "contact_id", "created_time", "url_id")
EVENT = st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.booleans())
"""How much older than the event before, of whom, whether with a number of the API's own."""


def numbered(pages: list[list[tuple[dict[str, Any], int]]]) -> list[dict[str, Any]]:
    numbers = Numbers(KEY)
    return [row for page in pages for row in numbers.number([row for row, _ in page], [at for _, at in page])]


@given(st.lists(st.lists(EVENT, max_size=5), max_size=5))
def test_pages_do_not_matter(events: list[list[tuple[int, str, bool]]]) -> None:
    """Pages of distinct instants are numbered at once, and come out as one by one."""
    at, pages = 100, []
    for page in events:
        rows = []
        for older, who, own in page:
            at -= older
            rows.append(({"contact_id": who, **({"occurrence": 9} if own else {})}, at))
        pages.append(rows)
    assert numbered([[each] for page in pages for each in page]) == numbered(pages)


def test_ties_are_numbered_over_the_end_of_a_page() -> None:
    """The second of two equal events is the second, wherever the page ends."""
    tie = ({"contact_id": "a"}, 5)
    found = numbered([[({"contact_id": "a"}, 6), tie], [tie, ({"contact_id": "a"}, 4)]])
    assert [1, 1, 2, 1] == [row["occurrence"] for row in found]
