"""The fast way from a page to its tables: the tables of the other way, or nothing."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.rows import (
    BadValue,
    NotPlain,
    PageParser,
    PageRows,
    parser_of,
    tables_of,
    to_arrow,
)

CONTACTS = endpoint("contacts")
ROW: dict[str, Any] = {
    "contact_id": "c1",
    "email_address": {"address": "d@example.com", "opt_in_date": "2016-01-23T13:48:44.108Z"},
    "first_name": 'Zoë "Z" \\ \u2028 😀',
    "birthday_month": 11,
    "created_at": "2016-03-03T10:53:04-05:00",
    "deleted_at": "2016-07-08",
    "custom_fields": [{"custom_field_id": "f1", "value": "Tesla", "choice_ids": ["2", "1"]}],
    "list_memberships": ["l1", "l2"],
    "taggings": ["t1"],
    "phone_numbers": [{"phone_number_id": "p1", "kind": "home"}, {"phone_number_id": "p2"}],
    "street_addresses": [{"street_address_id": "s1", "city": "Chicago"}],
    "notes": [{"note_id": "n1", "created_at": "2021-05-12T13:48:44Z", "content": "hm"}],
    "sms_channel": {"dial_code": "1", "sms_channel_consents": [{"consent_type": "a"}, {"consent_type": "b"}]},
}
ENVELOPE = {"contacts_count": 2, "_links": {"next": {"href": "/v3/contacts?cursor=a%5Db"}}}


def parser() -> PageParser:
    found = parser_of(CONTACTS)
    assert found is not None
    return found


def parsed(*rows: Any, **envelope: Any) -> PageRows | None:
    return parser().parse(orjson.dumps({"contacts": rows, **envelope}))


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(ROW), "contact_id": f"c{number}", **changes}


def both(pages: list[list[dict[str, Any]]]) -> None:
    """Assert that the two ways agree on these pages, or that the fast one leaves them alone."""
    found = [parsed(*rows, **ENVELOPE) for rows in pages]
    if None in found:
        return
    fast_bad: list[BadValue] = []
    bad: list[BadValue] = []
    slow = to_arrow(CONTACTS, [each for rows in pages for each in rows], bad=bad)
    try:
        fast = tables_of(parser(), [each for each in found if each is not None], bad=fast_bad)
    except NotPlain:
        return
    assert {name: table.schema for name, table in slow.items()} == {n: t.schema for n, t in fast.items()}
    assert {name: table.to_pylist() for name, table in slow.items()} == {
        name: table.to_pylist() for name, table in fast.items()
    }
    assert bad == fast_bad


def test_a_plain_page_is_read_in_columns() -> None:
    """What stands around the rows comes beside them, whatever brackets it holds."""
    page = parsed(row(1), row(2), **ENVELOPE)
    assert page is not None
    assert (2, ENVELOPE) == (len(page), page.envelope)
    both([[row(1), row(2)], [row(3)]])


SETS = ("custom_fields", "list_memberships", "taggings", "phone_numbers", "street_addresses", "notes")


@pytest.mark.parametrize(
    "changes",
    [
        *({name: empty} for name in SETS for empty in ([], None)),
        {"sms_channel": None},
        {"sms_channel": {}},
        {"email_address": None},
        {"created_at": ""},
        {"created_at": "not a time"},
        {"created_at": "0000-00-00T00:00:00Z"},
        {"updated_at": "9999-12-31T23:59:59-05:00"},
        {"custom_fields": [{"custom_field_id": "f", "choice_ids": ['"', "\\", "\n", "ü"]}]},
        {"custom_fields": [{"custom_field_id": "f"}, {"custom_field_id": "g", "choice_ids": ["a", "b"]}]},
        {"custom_fields": [{"custom_field_id": "f", "choice_ids": None}]},
        {"custom_fields": [{"custom_field_id": "f", "choice_ids": []}]},
    ],
    ids=str,
)
def test_a_page_that_fits_gives_the_tables_of_the_other_way(changes: dict[str, Any]) -> None:
    """Empty sets, odd times and odd letters need no other way, and come out the same."""
    assert parsed(row(1, **changes), row(2)) is not None
    both([[row(1, **changes), row(2)], [row(3), row(4, **changes)]])


@pytest.mark.parametrize(
    "changes",
    [
        {"brand_new": "x"},
        {"email_address": {"brand_new": 1}},
        {"notes": [{"note_id": "n", "brand_new": None}]},
        {"first_name": 5},
        {"first_name": "a\0b"},
        {"birthday_month": "11"},
        {"birthday_month": 11.0},
        {"birthday_month": 2**63},
        {"email_address": "d@example.com"},
        {"list_memberships": "l1"},
        {"list_memberships": [None]},
        {"list_memberships": [""]},
        {"list_memberships": ["a\0"]},
        {"notes": [{"content": "without an id"}]},
        {"notes": [{"note_id": ""}]},
        {"notes": [None]},
        {"notes": ["text"]},
        {"contact_id": None},
        {"contact_id": ""},
        {"contact_id": 7},
        {"custom_fields": [{"custom_field_id": "f", "choice_ids": [1, 2]}]},
        {"custom_fields": [{"custom_field_id": "f", "choice_ids": ["a", None]}]},
        {"custom_fields": [{"custom_field_id": "f", "choice_ids": ["a", ""]}]},
        {"custom_fields": [{"custom_field_id": "f", "choice_ids": ["\0"]}]},
        {"custom_fields": [{"custom_field_id": "f", "choice_ids": {"a": 1}}]},
    ],
    ids=str,
)
def test_a_page_that_is_not_as_declared_is_left_to_the_other_way(changes: dict[str, Any]) -> None:
    """New fields, other kinds of values and rows or members without a key."""
    assert parsed(row(1), row(2, **changes)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"contacts":null,"_links":{}}',
        b'{"contacts":{"a":[]}}',
        b'{"contacts":[null]}',
        b'{"contacts":[1]}',
        b'{"contacts":[{"contact_id":"a"}]',
        b'{"contacts":[{"contact_id":"a"}],"_links":{}} more',
        b'{"contacts":[{"contact_id":"a",}],"_links":{}}',
        b'{"contacts":[{"contact_id":"a"}],"contacts":[]}',
        b'{"contacts":[{"contact_id":"a"}],"contacts":[{"contact_id":"b"}]}',
        b'{"contacts":[{"contact_id":"\xff"}],"_links":{}}',
        b'{"contacts":[{"contact_id":"a","contact_id":"b"}],"_links":{}}',
        b'{"contacts":[{"contact_id":"\\ud800"}],"_links":{}}',
        b'{"other":[],"contacts":[{"contact_id":"a"}]}',
    ],
    ids=repr,
)
def test_a_body_that_is_no_plain_page_is_left_to_the_other_way(body: bytes) -> None:
    """Damaged bodies, other envelopes, names that come twice."""
    assert parser().parse(body) is None


@pytest.mark.parametrize(
    "rows", [[], [{"contact_id": "]"}], [{"contact_id": "x", "first_name": '"],"_links":{}}'}]]
)
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("envelope", [{}, {"a": []}, {"a": [[1], "]"]}, {"a": '],"b":"'}, ENVELOPE], ids=str)
def test_brackets_in_texts_and_links_do_not_mislead(
    rows: list[Any], indent: int | None, envelope: dict[str, Any]
) -> None:
    """The end of the rows is the end of the rows, however the body is laid out."""
    page = parser().parse(json.dumps({"contacts": rows, **envelope}, indent=indent).encode())
    assert page is not None
    assert (len(rows), envelope) == (len(page), page.envelope)
    assert [each["contact_id"] for each in rows] == page.rows.field("contact_id").to_pylist()


def test_what_comes_twice_is_left_to_the_other_way() -> None:
    """A contact in two pages, a member twice in a set: only the other way knows which one stays."""
    for pages in (
        [[row(1)], [row(1)]],
        [[row(1, taggings=["t", "t"])]],
        [[row(1, notes=[{"note_id": "n"}] * 2)]],
    ):
        found = [parsed(*rows) for rows in pages]
        with pytest.raises(NotPlain):
            tables_of(parser(), [each for each in found if each is not None])


def test_a_table_that_was_not_asked_for_has_no_marks() -> None:
    """As in the other way: a row that does not hold the property says nothing of it."""
    without = ["contacts__sms_channel_consents"]
    consents = {"sms_channel_consents": [{"consent_type": "a"}]}
    for rows in (
        [{"contact_id": "c1"}, {"contact_id": "c2", "sms_channel": None}],
        [{"contact_id": "c1", "sms_channel": consents}, {"contact_id": "c2"}],
        [{"contact_id": "c1", "sms_channel": {"sms_channel_consents": []}}, {"contact_id": "c2"}],
    ):
        page = parsed(*rows)
        assert page is not None
        slow, fast = to_arrow(CONTACTS, rows, without=without), tables_of(parser(), [page], without=without)
        assert {name: table.to_pylist() for name, table in slow.items()} == {
            name: table.to_pylist() for name, table in fast.items()
        }


ODD = st.sampled_from(
    [
        None,
        "",
        "x",
        "a\0",
        "é",
        0,
        1,
        1.5,
        True,
        [],
        {},
        ["l"],
        [None],
        [{}],
        {"a": 1},
        "2026-01-01T00:00:00Z",
        "0000",
    ]
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_two_ways_one_result(data: st.DataObject) -> None:
    """Whatever stands in some places of some rows, the fast way gives the tables of the other way, or nothing."""
    rng = random.Random(data.draw(st.integers(0, 2**32)))
    pages = [[row(10 * page + number) for number in range(3)] for page in range(2)]
    for _ in range(data.draw(st.integers(0, 3))):
        place: Any = rng.choice(rng.choice(pages))
        while True:
            key = rng.choice([*place]) if isinstance(place, dict) else rng.randrange(len(place))
            inner = place[key]
            if not (isinstance(inner, dict | list) and inner) or rng.random() < 0.3:
                break
            place = inner
        place[key] = data.draw(ODD)
    both(pages)
