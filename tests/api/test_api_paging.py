from __future__ import annotations

from urllib.parse import unquote

import pytest

from sources.constant_contact.api.errors import CursorLoop, ForeignLink, LinkUnreadable, RowsMissing
from sources.constant_contact.api.paging import Follower, filled, query, resolve, split_rows, target

BASE = "https://api.cc.email/v3"


def follower(path: str = "/contacts", params: dict | None = None, start: str | None = None) -> Follower:
    return Follower(base_url=BASE, path=path, params=params, start=start)


def test_query_spells_booleans_in_lower_case_and_leaves_none_out():
    """True becomes true, None is not sent, and a list repeats its name."""
    assert query({"a": True, "b": None, "c": ["x", "y"], "d": 3}) == "a=true&c=x&c=y&d=3"


def test_target_is_on_the_path_of_the_base_address():
    """The first request goes to base_url's path plus the public path."""
    assert target(BASE, "/contacts", {"limit": 500}) == "/v3/contacts?limit=500"
    assert target("http://127.0.0.1:4010", "contacts", None) == "/contacts"


@pytest.mark.parametrize("object_id", ["../contacts?x=1#y", "a\r\nX: 1", "é/{x}", "a%2Fb", " "])
def test_an_id_stays_one_part_of_the_path(object_id):
    """Whatever its text, it leads to no other path, and ends no request."""
    parts = filled("/emails/{campaign_id}", campaign_id=object_id, name="{}").split("/")
    assert len(parts) == 3
    assert unquote(parts[2]) == object_id
    assert resolve("/".join(parts), base_url="https://api.cc.email", path="/emails") == "/".join(parts)


def test_ids_as_they_are_and_lists_of_them_are_sent_as_they_are():
    """No id of the account is written otherwise than before."""
    ids = "ce777114-e807-113e-829c-2ea0bb5dc1d8,1122518707488"
    assert filled("/reports/{campaign_ids}", campaign_ids=ids) == f"/reports/{ids}"


@pytest.mark.parametrize(
    "asked",
    [
        lambda: target(BASE, "/emails/" + "a" * 100_000, None),
        lambda: resolve("/v3/contacts?cursor=" + "c" * 200_000, base_url=BASE, path="/contacts"),
        lambda: resolve("/internal/contacts?cursor=" + "c" * 200_000, base_url=BASE, path="/contacts"),
        lambda: follower().next_link({"next_cursor": "c" * 200_000}, 1),
    ],
    ids=["id", "link", "internal link", "cursor"],
)
def test_an_address_that_no_server_takes_is_not_asked_for(asked):
    """It is an error of what it was about, and the sentence fits a screen."""
    with pytest.raises(LinkUnreadable, match=r"an address of [12]00,0\d\d characters") as caught:
        asked()
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "envelope",
    [
        {},
        {"_links": {}},
        {"_links": None},
        {"_links": []},
        {"_links": {"next": None}},
        {"_links": {"next": {}}},
        {"_links": {"next": {"href": None}}},
        {"_links": {"next": {"href": ""}}},
        {"_links": {"next": {"next": None}}},
        {"next_cursor": None},
        {"next_cursor": ""},
        {"page": {"page": 2, "total_pages": 3}},
    ],
    ids=str,
)
def test_every_spelling_of_the_end_is_the_end(envelope):
    """None of the API's spellings of the last page leads to another request."""
    assert follower().next_link(envelope, 5) is None


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/v3/contacts?cursor=bGltaXQ9MSZuZXh0PTI%3D", "/v3/contacts?cursor=bGltaXQ9MSZuZXh0PTI%3D"),
        ("/v3/reports/x?next=b%3D%3D", "/v3/reports/x?next=b%3D%3D"),
        ("https://api.cc.email/v3/contacts?cursor=a", "/v3/contacts?cursor=a"),
        ("https://API.cc.email:443/v3/contacts?cursor=a", "/v3/contacts?cursor=a"),
        ("//api.cc.email/v3/contacts?cursor=a", "/v3/contacts?cursor=a"),
        ("?cursor=a", "/v3/contacts?cursor=a"),
        ("/contacts-service/v3/accounts/9/contact_tags?cursor=a%3D&limit=2", "/v3/contacts?cursor=a%3D"),
        ("https://api.cc.email/internal/contacts?limit=2&next=b", "/v3/contacts?next=b"),
    ],
)
def test_links_are_used_as_given_or_moved_to_the_public_path(href, expected):
    """A link on the public path is kept to the letter; of an internal one only the cursor is kept."""
    assert expected == resolve(href, base_url=BASE, path="/contacts")


@pytest.mark.parametrize(
    "href",
    [
        "https://evil.example/v3/contacts?cursor=a",
        "http://api.cc.email/v3/contacts?cursor=a",
        "https://api.cc.email:8443/v3/contacts?cursor=a",
        "//evil.example/v3/contacts?cursor=a",
        "https://api.cc.email@evil.example/v3/contacts?cursor=a",
        "https://user:pass@api.cc.email/v3/contacts?cursor=a",
        "/\\evil.example/v3/contacts?cursor=a",
        "https:\\\\evil.example/v3",
        "\thttps://evil.example/v3",
        "ftp://api.cc.email/v3/contacts",
        "javascript:alert(1)",
        "/internal/contacts?limit=3",
        "https://[broken/v3",
        "https://api.cc.email:notaport/v3",
    ],
)
def test_links_to_anywhere_else_are_refused(href):
    """A link that would take the token to another host, port or scheme is a ForeignLink."""
    with pytest.raises(ForeignLink, match="not followed"):
        resolve(href, base_url=BASE, path="/contacts")


def test_the_contracts_slip_next_next_is_read():
    """The tags' schema nests next in next; its href is found."""
    envelope = {"_links": {"next": {"next": {"href": "/v3/contacts?cursor=a"}}}}
    assert follower().next_link(envelope, 1) == "/v3/contacts?cursor=a"


def test_a_link_of_unknown_form_is_not_taken_for_the_end():
    """A next link that cannot be read stops the read by name."""
    for links in ("x", 3, [1], {"next": 3}, {"next": {"next": [1]}}):
        with pytest.raises(LinkUnreadable, match="not known"):
            follower().next_link({"_links": links}, 1)


def test_next_cursor_in_the_body_becomes_a_link_with_the_same_filters():
    """Events answer a bare cursor: it replaces next and prev, and the filters stay."""
    events = follower("/events", {"limit": 100, "sort_by": "updated_time", "prev": "z"})
    assert (
        events.next_link({"next_cursor": "a=b"}, 100)
        == "/v3/events?limit=100&sort_by=updated_time&next=a%3Db"
    )


def test_page_numbers_become_links():
    """Hashtag groups count pages from 0: page 0 of 2 is followed by page 1, and that is the last."""
    groups = follower("/social/hashtags/groups", {"limit": 5})
    assert (
        groups.next_link({"page": {"page": 0, "total_pages": 2}}, 5)
        == "/v3/social/hashtags/groups?limit=5&page=1"
    )
    assert groups.next_link({"page": {"page": 1, "total_pages": 2}}, 5) is None


def test_a_link_seen_before_is_a_loop_however_long_the_circle():
    """A circle of three pages is noticed when it closes, and one back to the first request too."""
    read = follower(params={"limit": 500})
    for cursor in "abc":
        read.next_link({"_links": {"next": {"href": f"/v3/contacts?cursor={cursor}"}}}, 1)
    with pytest.raises(CursorLoop, match="4 pages"):
        read.next_link({"_links": {"next": {"href": "/v3/contacts?cursor=a"}}}, 1)
    with pytest.raises(CursorLoop):
        follower(params={"limit": 5}).next_link({"_links": {"next": "/v3/contacts?limit=5"}}, 1)


def test_a_saved_link_is_checked_like_a_new_one():
    """A start link from a damaged or foreign state does not get the token either."""
    assert follower(start="/v3/contacts?cursor=a").first == "/v3/contacts?cursor=a"
    with pytest.raises(ForeignLink):
        follower(start="https://evil.example/v3/contacts?cursor=a")


def test_rows_and_envelope_are_told_apart():
    """The envelope is everything but the rows."""
    assert split_rows({"contacts": [{"a": 1}], "contacts_count": 9}, "contacts", "/c") == (
        [{"a": 1}],
        {"contacts_count": 9},
    )
    assert split_rows([{"a": 1}], None, "/c") == ([{"a": 1}], {})
    assert split_rows({"a": 1}, None, "/c") == ([{"a": 1}], {})
    assert split_rows({"contacts": []}, "contacts", "/c") == ([], {})


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({}, "contacts"),
        ({"contacts": None}, "contacts"),
        ({"contacts": {}}, "contacts"),
        ([], "contacts"),
        (None, "contacts"),
        ("x", None),
        (None, None),
        (3.5, None),
    ],
    ids=str,
)
def test_missing_rows_are_never_an_empty_page(body, key):
    """Whatever is there instead of an array is RowsMissing."""
    with pytest.raises(RowsMissing, match="/contacts answered"):
        split_rows(body, key, "/contacts")
