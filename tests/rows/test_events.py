"""Occurrence numbers tell true repeats apart, the same way in every reading."""

import itertools

import pytest

from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.rows import RowRefused, to_arrow
from tests.occurrences import number_occurrences

OPENS, CLICKS = endpoint("email_opens"), endpoint("email_clicks")


def event(**fields: object) -> dict:
    return {"campaign_activity_id": "a", "contact_id": "c", "created_time": "2026-01-01T00:00:00Z", **fields}


def numbers(one, rows):
    return [row["occurrence"] for row in number_occurrences(one, rows)]


def test_events_that_differ_are_all_first():
    """An event without a twin has the number 1."""
    rows = [event(), event(contact_id="d"), event(created_time="2026-01-01T00:00:01Z")]
    assert [1, 1, 1] == numbers(OPENS, rows)


def test_true_repeats_are_counted():
    """Events equal in everything are counted from 1."""
    assert [1, 2, 3] == sorted(numbers(OPENS, [event(), event(), event()]))


def test_clicks_on_two_links_in_one_second_are_no_repeats():
    """The link belongs to the key of a click."""
    assert [1, 1] == numbers(CLICKS, [event(url_id="1"), event(url_id="2")])


def test_the_order_of_arrival_does_not_matter():
    """Each event of a tie gets the same number in whatever order the API sends it."""
    rows = [event(device_type=kind) for kind in ("computer", "mobile", "tablet")]
    seen = {
        tuple(
            sorted((row["device_type"], row["occurrence"]) for row in number_occurrences(OPENS, list(order)))
        )
        for order in itertools.permutations(rows)
    }
    assert {(("computer", 1), ("mobile", 2), ("tablet", 3))} == seen


def test_two_spellings_of_one_moment_tie():
    """The same instant with another offset or fraction is the same time."""
    rows = [event(), event(created_time="2026-01-01T01:00:00.000+01:00")]
    assert [1, 2] == sorted(numbers(OPENS, rows))


def test_rows_keep_their_order_and_are_not_changed():
    """Numbering hands back new rows in the order given."""
    rows = [event(contact_id=name) for name in "dab"]
    assert ["d", "a", "b"] == [row["contact_id"] for row in number_occurrences(OPENS, rows)]
    assert [] == [row for row in rows if "occurrence" in row]


def test_numbered_repeats_all_arrive():
    """True repeats are separate rows of the table; read twice in one batch they are not doubled."""
    numbered = number_occurrences(OPENS, [event(), event()])
    assert 2 == to_arrow(OPENS, numbered)["email_opens"].num_rows
    assert 2 == to_arrow(OPENS, numbered * 2)["email_opens"].num_rows


def test_events_that_nobody_numbered_are_refused():
    """An event without an occurrence number would swallow its repeats, so it is an error."""
    with pytest.raises(RowRefused, match="no usable occurrence"):
        to_arrow(OPENS, [event()])
