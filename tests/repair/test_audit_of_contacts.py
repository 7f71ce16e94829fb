"""Counts of contacts, by consent, list and tag, beside small tables: what counts, what is left out, what explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pendulum
import pytest
from raw_tables import NIGHT, RawTables, contacts

from sources.constant_contact.repair.contact_counts import contact_lines
from sources.constant_contact.state.changes import changed
from sources.constant_contact.state.counting import counts_by
from sources.constant_contact.state.failures import WHOLE, once_more
from sources.constant_contact.state.forgotten import returned
from sources.constant_contact.state.offsets import stands_apart

if TYPE_CHECKING:
    from sources.constant_contact.repair.audit_line import AuditLine

WANTED = frozenset({"contacts", "contact_counts", "contact_lists", "contact_tags"})
GONE = NIGHT.date()
PERMISSION = "email_address__permission_to_send"


def account(**changes: Any) -> RawTables:
    """Four contacts, one of them deleted; a list and a tag that count as many as are loaded."""
    tables: dict[str, list[dict[str, Any]]] = {
        "contacts": [
            *contacts("c1", "c2"),
            *contacts("c3", **{PERMISSION: "temp_hold"}),
            *contacts("c4", deleted_at=GONE),
        ],
        "contact_counts": [counts(NIGHT.date(), total=3, explicit=2)],
        "contact_lists": [{"list_id": "l1", "name": "News", "membership_count": 2, "channel_type": "email"}],
        "contact_tags": [{"tag_id": "t1", "name": "VIP", "contacts_count": 1}],
        "contacts__list_memberships": [
            {"contact_id": each, "list_id": of} for each, of in (("c1", "l1"), ("c3", "l1"), ("c4", "l1"))
        ],
        "contacts__taggings": [{"contact_id": each, "tag_id": "t1"} for each in ("c2", "c4")],
    }
    return RawTables(**(tables | changes))


def counts(counted_on: Any, **numbers: int) -> dict[str, Any]:
    of_none = dict.fromkeys(("total", "explicit", "implicit", "pending", "unsubscribed"), 0)
    return {"counted_on": counted_on, **of_none, **numbers}


def lines_of(tables: RawTables, *, wanted: frozenset[str] = WANTED, state: Any = None) -> list[AuditLine]:
    return list(contact_lines(tables, wanted, state=state or {}))


def numbers(lines: list[AuditLine]) -> list[tuple[str, str, int, int]]:
    return [(line.scope, line.scope_id, line.source_count, line.loaded_count) for line in lines]


def test_every_count_is_compared_with_contacts_that_are_not_deleted() -> None:
    """A consent without a count of its own is in the total; a deleted contact is in no count."""
    found = lines_of(account())
    assert [
        ("total", "", 3, 3),
        ("consent", "explicit", 2, 2),
        ("consent", "implicit", 0, 0),
        ("consent", "pending", 0, 0),
        ("consent", "unsubscribed", 0, 0),
        ("list", "l1", 2, 2),
        ("tag", "t1", 1, 1),
    ] == numbers(found)
    assert all(line.ok for line in found)
    assert ["News", "VIP"] == [line.scope_name for line in found[-2:]]
    assert ["contacts__list_memberships", "contacts__taggings"] == [line.table for line in found[-2:]]


def test_the_counts_of_the_last_day_count() -> None:
    older = counts(NIGHT.date().replace(day=1), total=99)
    newest = counts(NIGHT.date(), total=3)
    for rows in ([older, newest], [newest, older]):
        assert 3 == lines_of(account(contact_counts=rows))[0].source_count


def test_before_the_first_count_there_is_none() -> None:
    """Nothing was counted, which is not that there is nobody."""
    assert [("list", "l1", 2, 2), ("tag", "t1", 1, 1)] == numbers(lines_of(account(contact_counts=[])))


@pytest.mark.parametrize(
    ("left_out", "scopes"),
    [
        ("contacts", set()),
        ("contact_counts", {"list", "tag"}),
        ("contact_lists", {"total", "consent", "tag"}),
        ("contact_tags", {"total", "consent", "list"}),
    ],
)
def test_what_a_run_did_not_read_is_not_compared(left_out: str, scopes: set[str]) -> None:
    found = lines_of(account(), wanted=WANTED - {left_out})
    assert scopes == {line.scope for line in found}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], [], id="no list"),
        pytest.param([{"list_id": "l1", "membership_count": None}], [], id="a list that does not count"),
        pytest.param(
            [{"list_id": "l1", "membership_count": 2, "deleted_at": NIGHT}], [], id="a deleted list"
        ),
        pytest.param([{"list_id": "l1", "membership_count": 2, "channel_type": "sms"}], [], id="an SMS list"),
        pytest.param([{"list_id": "l1", "membership_count": 2}], [("l1", 2, 2)], id="of no channel"),
        pytest.param([{"list_id": "l9", "membership_count": 0}], [("l9", 0, 0)], id="empty"),
        pytest.param([{"list_id": "l9", "membership_count": 4}], [("l9", 4, 0)], id="members not loaded"),
        pytest.param(
            [{"list_id": each, "membership_count": 2} for each in ("l2", "l1")],
            [("l1", 2, 2), ("l2", 2, 0)],
            id="in the order of ids",
        ),
    ],
)
def test_a_list_is_compared_with_its_members(rows: list[Any], expected: list[Any]) -> None:
    found = [line for line in lines_of(account(contact_lists=rows)) if line.scope == "list"]
    assert expected == [(line.scope_id, line.source_count, line.loaded_count) for line in found]


def test_a_warehouse_of_a_version_without_channels_compares_every_list() -> None:
    tables = account()
    tables.drop("contact_lists", "channel_type")
    assert ("list", "l1", 2, 2) in numbers(lines_of(tables))


@pytest.mark.parametrize("name", [None, ""])
def test_a_list_without_a_name_is_known_by_its_id(name: str | None) -> None:
    """Its name may be excluded; "None" is none."""
    rows = [{"list_id": "l1", "name": name, "membership_count": 9}]
    found = [line for line in lines_of(account(contact_lists=rows)) if line.scope == "list"]
    assert [("", "l1")] == [(line.scope_name, line.scope_id) for line in found]


def failed(contact_id: str) -> Any:
    failure = once_more(None, contact_id, version="", now=pendulum.now("UTC"))
    return failure.kept("contacts", contact_id)


MORE = [counts(NIGHT.date(), total=4, explicit=2)]
FEWER = [counts(NIGHT.date(), total=2, explicit=2)]


@pytest.mark.parametrize(
    ("rows", "changes", "ok"),
    [
        pytest.param(MORE, (), False, id="more, and nothing explains it"),
        pytest.param(MORE, (stands_apart("total", "", 1),), True, id="more, as ever"),
        pytest.param(MORE, (stands_apart("consent", "explicit", 1),), False, id="another count stands apart"),
        pytest.param(MORE, (returned(["h1"]),), True, id="more, and an erased one is back"),
        pytest.param(FEWER, (returned(["h1"]),), False, id="fewer, and an erased one is back"),
        pytest.param(FEWER, (failed("c1"),), True, id="fewer, and one cannot be read"),
        pytest.param(FEWER, (failed(WHOLE),), False, id="fewer, and the listing failed once"),
        pytest.param(MORE, (failed("c1"),), False, id="more, and one cannot be read"),
        pytest.param(MORE, (counts_by("total", "with_deleted"),), True, id="deleted ones are counted"),
        pytest.param(FEWER, (counts_by("total", "active"),), True, id="only active ones are counted"),
        pytest.param(FEWER, (counts_by("total", "with_deleted"),), False, id="a rule that does not fit"),
        pytest.param(FEWER, (counts_by("total", "unknown"),), True, id="no rule is known"),
    ],
)
def test_a_total_that_differs_may_be_explained(rows: list[Any], changes: Any, ok: bool) -> None:
    found = lines_of(account(contact_counts=rows), state=changed({}, changes))
    assert ok is found[0].ok
    assert ok is bool(found[0].explanation)


def test_a_rule_shows_the_rows_that_it_counts() -> None:
    """Also where it does not fit: that is what the search goes by."""
    state = changed({}, [counts_by("total", "with_deleted")])
    found = lines_of(account(contact_counts=FEWER), state=state)
    assert (2, 4, False) == (found[0].source_count, found[0].loaded_count, found[0].ok)


@pytest.mark.parametrize(
    ("row", "explained"),
    [
        ('{"email_address": {"permission_to_send": "explicit"}}', {"", "explicit"}),
        ('{"email_address": {"permission_to_send": "implicit"}, "list_memberships": ["l1"]}', {"", "l1"}),
        ('{"taggings": ["t1"]}', {"", "explicit", "t1"}),
        ("{}", {"", "explicit", "l1", "t1"}),
    ],
)
def test_contacts_set_aside_explain_the_counts_that_they_may_be_in(row: str, explained: set[str]) -> None:
    tables = account(
        contact_counts=[counts(NIGHT.date(), total=4, explicit=3)],
        contact_lists=[{"list_id": "l1", "membership_count": 3}],
        contact_tags=[{"tag_id": "t1", "contacts_count": 2}],
        _ctct_set_aside=[{"table_name": "contacts", "row_key": "1", "row_json": row}],
    )
    found = [line for line in lines_of(tables) if line.difference]
    assert ["", "explicit", "l1", "t1"] == [line.scope_id for line in found]
    assert explained == {line.scope_id for line in found if line.ok}
