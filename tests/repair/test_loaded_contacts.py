"""The loaded contacts that a filter of the API selects: how many, created when, and which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from raw_tables import RawTables, contacts

from sources.constant_contact.reads.created_range import EVER, CreatedRange, CreationTimes
from sources.constant_contact.repair.findings import ContactFilter
from sources.constant_contact.repair.members import LoadedContacts

if TYPE_CHECKING:
    from collections.abc import Mapping

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
S = int(BEGAN.timestamp())
GONE = datetime(2026, 1, 1, tzinfo=UTC).date()
PERMISSION = "email_address__permission_to_send"


def created(seconds: float) -> dict[str, Any]:
    return {"created_at": BEGAN + timedelta(seconds=seconds)}


@pytest.fixture
def loaded() -> LoadedContacts:
    """Two on each list and tag, of whom one is deleted; a contact whose time of creation did not fit."""
    tables = RawTables(
        contacts=[
            *contacts("explicit", **created(0)),
            *contacts("implicit", **created(0.999), **{PERMISSION: "implicit"}),
            *contacts("unsubscribed", **created(10), **{PERMISSION: "unsubscribed"}),
            *contacts("deleted", **created(20), deleted_at=GONE),
            *contacts("o'hara", **created(30), **{PERMISSION: "pending_confirmation"}),
            *contacts("timeless", created_at=None, **{PERMISSION: None}),
        ],
        contacts__list_memberships=[
            {"contact_id": contact, "list_id": of}
            for of, members in {"l'1": ("explicit", "deleted"), "l2": ("implicit",)}.items()
            for contact in members
        ],
        contacts__taggings=[{"contact_id": each, "tag_id": "l'1"} for each in ("deleted", "unsubscribed")],
    )
    return LoadedContacts(tables)


MEMBERS: Mapping[ContactFilter, set[str]] = {
    ContactFilter(kind="all"): {"explicit", "implicit", "unsubscribed", "deleted", "o'hara", "timeless"},
    ContactFilter(kind="deleted"): {"deleted"},
    ContactFilter(kind="active"): {"explicit", "implicit"},
    ContactFilter(kind="consent", value="unsubscribed"): {"unsubscribed"},
    ContactFilter(kind="consent", value="explicit"): {"explicit"},
    ContactFilter(kind="consent", value="temp_hold"): set(),
    ContactFilter(kind="list", value="l'1"): {"explicit"},
    ContactFilter(kind="list", value="l2"): {"implicit"},
    ContactFilter(kind="list", value="nowhere"): set(),
    ContactFilter(kind="tag", value="l'1"): {"unsubscribed"},
}


@pytest.mark.parametrize("of", MEMBERS, ids=lambda of: f"{of.kind} {of.value}".rstrip())
def test_a_filter_counts_and_names_the_same_contacts(loaded: LoadedContacts, of: ContactFilter) -> None:
    """A deleted contact is on no list; a quote in an id is part of the id."""
    assert MEMBERS[of] == loaded.ids(of, EVER)
    assert len(MEMBERS[of]) == loaded.count(of) == sum(count for _, count in loaded.seconds(of))


def test_times_of_creation_are_whole_seconds_in_their_order(loaded: LoadedContacts) -> None:
    """Ascending, as ranges are cut in them; one that is not known comes before all others."""
    found = loaded.seconds(ContactFilter(kind="all"))
    assert [(0, 1), (S, 2), (S + 10, 1), (S + 20, 1), (S + 30, 1)] == found


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        (None, None, {"explicit", "implicit", "unsubscribed", "deleted", "o'hara", "timeless"}),
        (S, None, {"explicit", "implicit", "unsubscribed", "deleted", "o'hara"}),
        (S + 1, None, {"unsubscribed", "deleted", "o'hara"}),
        (None, S, set()),
        (None, S + 1, {"explicit", "implicit"}),
        (S + 10, S + 20, {"unsubscribed"}),
        (S + 10, S + 21, {"unsubscribed", "deleted"}),
        (S + 11, S + 20, set()),
    ],
)
def test_a_range_has_its_beginning_and_not_its_end(
    loaded: LoadedContacts, after: int | None, before: int | None, expected: set[str]
) -> None:
    """The same contacts are named and counted, so that two neighbours have each contact once."""
    within = CreatedRange(after=after, before=before)
    everyone = ContactFilter(kind="all")
    assert expected == loaded.ids(everyone, within)
    times = CreationTimes([each for each in loaded.seconds(everyone) if each[0]])
    assert len(expected - {"timeless"}) == times.count(within)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (ContactFilter(kind="all"), {"status": "all"}),
        (ContactFilter(kind="deleted"), {"status": "deleted"}),
        (ContactFilter(kind="active"), {"status": "active"}),
        (ContactFilter(kind="consent", value="temp_hold"), {"status": "temp_hold"}),
        (ContactFilter(kind="list", value="l1"), {"status": "all", "lists": "l1"}),
        (ContactFilter(kind="tag", value="t1"), {"status": "all", "tags": "t1"}),
    ],
)
def test_the_api_is_asked_for_the_same(of: ContactFilter, expected: Mapping[str, str]) -> None:
    """A list is asked for with every status, as its count has the unsubscribed too."""
    assert expected == of.parameters


def test_a_range_is_asked_for_a_second_wider_on_either_side() -> None:
    """Whether a bound includes its own instant is documented nowhere."""
    found = CreatedRange(after=S, before=S + 60).parameters
    assert {
        "created_after": "2019-12-31T23:59:59Z",
        "created_before": "2020-01-01T00:01:01Z",
    } == found
    assert {} == EVER.parameters
    assert ["created_before"] == list(CreatedRange(before=0).parameters)


SPREAD = CreationTimes([(0, 1), (10, 1), (20, 1), (30, 5)])


@pytest.mark.parametrize(
    ("seconds", "within", "share", "expected"),
    [
        pytest.param([], EVER, 0.5, None, id="nobody"),
        pytest.param([(5, 900)], EVER, 0.5, None, id="all in one instant"),
        pytest.param([(5, 1), (8, 1)], EVER, 0.5, None, id="too near each other"),
        pytest.param([(5, 1), (9, 1)], EVER, 0.5, 7, id="just far enough"),
        pytest.param([(0, 1), (10, 1), (20, 1), (30, 1)], EVER, 0.5, 12, id="the middle"),
        pytest.param([(0, 1), (10, 1), (20, 1), (30, 1)], EVER, 0.25, 2, id="a quarter"),
        pytest.param([(0, 1), (10, 1), (20, 1), (30, 1)], EVER, 0.99, 22, id="nearly all"),
        pytest.param([(0, 9), (10, 1), (20, 1)], EVER, 0.5, 2, id="by contacts, not by seconds"),
        pytest.param(
            [(0, 1), (10, 1), (11, 1), (12, 1), (22, 1)], EVER, 0.5, 14, id="the gap beside a crowd"
        ),
        pytest.param(
            [(0, 1), (10, 1), (20, 1), (30, 1)], CreatedRange(after=12), 0.5, 22, id="in a later part"
        ),
        pytest.param(
            [(0, 1), (10, 1), (20, 1), (30, 1)], CreatedRange(before=12), 0.5, 2, id="in an earlier part"
        ),
        pytest.param([(0, 1), (10, 1)], CreatedRange(before=5), 0.5, None, id="one of a part"),
    ],
)
def test_a_range_is_cut_where_nobody_was_created(
    seconds: list[tuple[int, int]], within: CreatedRange, share: float, expected: int | None
) -> None:
    assert expected == CreationTimes(seconds).cut(within, share=share)


def test_both_parts_of_a_cut_have_contacts_and_together_all() -> None:
    """However a range is cut, again and again, no contact is in two parts or in none."""
    todo, single = [EVER], 0
    while todo:
        within = todo.pop()
        cut = SPREAD.cut(within)
        if cut is None:
            single += SPREAD.count(within)
            continue
        parts = [
            CreatedRange(after=within.after, before=cut),
            CreatedRange(after=cut, before=within.before),
        ]
        counts = [SPREAD.count(part) for part in parts]
        assert min(counts) > 0
        assert SPREAD.count(within) == sum(counts)
        todo += parts
    assert 8 == single
