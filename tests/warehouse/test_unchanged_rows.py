"""Which rows that were just read are loaded already as they are: those are not written again, all others are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from raw_tables import RawTables

from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.unchanged import LoadedDigests
from sources.constant_contact.rows import to_arrow

CONTACTS = endpoint("contacts")
LISTS = "contacts__list_memberships"
BORN = {"birthday_month": 11, "created_at": "2026-11-01T12:00:00.123456Z", "first_name": "Zoë"}


def contact(contact_id: str = "c1", **fields: Any) -> dict[str, Any]:
    return {"contact_id": contact_id, "list_memberships": ["l1", "l2"], **BORN, **fields}


def loaded(*rows: dict[str, Any]) -> RawTables:
    """Those rows as they are after a load: no marker is left of a set that is empty."""
    tables = to_arrow(CONTACTS, rows)
    kept = {
        name: [row for row in found.to_pylist() if not row.get("_deleted")] for name, found in tables.items()
    }
    return RawTables(**kept)


def written(tables: RawTables, *rows: dict[str, Any], ids: list[str] | None = None) -> dict[str, list[str]]:
    """Table -> contacts of which rows are written."""
    found = LoadedDigests(tables.loaded(), CONTACTS, ids).changed(to_arrow(CONTACTS, rows))
    return {name: sorted(set(each.column("contact_id").to_pylist())) for name, each in found.items()}


def is_written(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return bool(written(loaded(before), after)["contacts"])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(contact(), contact(), False, id="the same"),
        pytest.param(contact(), contact(list_memberships=["l2", "l1"]), False, id="a set in another order"),
        pytest.param(contact(), contact(list_memberships=["l1", "l2", "l2"]), False, id="a member twice"),
        pytest.param(
            contact(), contact(created_at="2026-11-01T13:00:00.123456+01:00"), False, id="another zone"
        ),
        pytest.param(contact(), contact(last_name=None), False, id="null as before"),
        pytest.param(
            contact(list_memberships=[]), contact(list_memberships=None), False, id="no list as before"
        ),
        pytest.param(contact(), contact(first_name="Zoe"), True, id="another letter"),
        pytest.param(contact(), contact(first_name=""), True, id="emptied"),
        pytest.param(contact(), contact(first_name=None), True, id="gone"),
        pytest.param(contact(), contact(last_name="Zoë"), True, id="a value more"),
        pytest.param(contact(), contact(list_memberships=["l1"]), True, id="a list less"),
        pytest.param(contact(), contact(list_memberships=["l1", "l3"]), True, id="another list"),
        pytest.param(contact(), contact(list_memberships=[]), True, id="no list any more"),
        pytest.param(
            contact(list_memberships=[]), contact(list_memberships=["l1"]), True, id="the first list"
        ),
        pytest.param(contact(), contact(created_at="2026-11-01T12:00:00.123457Z"), True, id="a microsecond"),
        pytest.param(contact(), contact(birthday_month=12), True, id="another number"),
        pytest.param(contact(birthday_month=-1), contact(birthday_month=-2), True, id="numbers of one hash"),
        pytest.param(contact(birthday_month=0), contact(birthday_month=2**61 - 1), True, id="and these"),
        pytest.param(contact(), contact(birthday_month=None, birthday_day=11), True, id="another column"),
        pytest.param(
            contact(first_name="a", last_name="b"), contact(first_name="b", last_name="a"), True, id="swapped"
        ),
        pytest.param(contact(), contact(new_field="x"), True, id="a field that nobody declared"),
    ],
)
def test_only_what_differs_is_written(before: dict[str, Any], after: dict[str, Any], expected: bool) -> None:
    assert expected is is_written(before, after)


def test_a_contact_that_differs_is_written_with_all_of_its_sets() -> None:
    """And nothing of the others."""
    tables = loaded(contact("c1"), contact("c2"), contact("c3"))
    found = written(tables, contact("c1"), contact("c2", first_name="Ada"), contact("c4"))
    assert ["c2", "c4"] == found["contacts"]
    assert ["c2", "c4"] == found[LISTS]
    assert ["c2", "c4"] == found["contacts__taggings"]


@pytest.mark.parametrize("ids", [None, ["c1", "c2"], ["c1"]])
def test_only_those_that_will_be_asked_for_need_be_known(ids: list[str] | None) -> None:
    """Of one that was not asked for nothing is known, so it is written."""
    tables = loaded(contact("c1"), contact("c2"))
    assert ([] if ids is None or "c2" in ids else ["c2"]) == written(
        tables, contact("c1"), contact("c2"), ids=ids
    )["contacts"]


def test_sets_that_were_not_read_prove_nothing() -> None:
    """A contact is as it was where all that was read of it is."""
    tables = loaded(contact())
    read = to_arrow(CONTACTS, [contact(list_memberships=["l9"])])
    own = {"contacts": read["contacts"]}
    assert 0 == LoadedDigests(tables.loaded(), CONTACTS).changed(own)["contacts"].num_rows
    assert 1 == LoadedDigests(tables.loaded(), CONTACTS).changed(read)["contacts"].num_rows


def test_what_is_not_part_of_the_resource_is_left_alone() -> None:
    tables = loaded(contact())
    read = to_arrow(CONTACTS, [contact()])
    found = LoadedDigests(tables.loaded(), CONTACTS).changed({**read, "elsewhere": read["contacts"]})
    assert (0, 1) == (found["contacts"].num_rows, found["elsewhere"].num_rows)


def test_bookkeeping_of_the_loader_is_no_difference() -> None:
    tables = loaded(contact())
    tables.add("contacts", "_dlt_load_id", "1")
    assert [] == written(tables, contact())["contacts"]


def test_a_key_of_several_columns_is_told_apart() -> None:
    """Counts of one day, and of the next."""
    of = endpoint("email_campaign_stats")
    at = datetime(2026, 11, 1, tzinfo=UTC)
    tables = RawTables(
        email_campaign_stats=[{"campaign_id": "c1", "last_refresh_time": at, "stats__em_sends": 5}]
    )
    rows = [
        {"campaign_id": "c1", "last_refresh_time": at.replace(day=day).isoformat(), "stats": {"em_sends": 5}}
        for day in (1, 2)
    ]
    found = LoadedDigests(tables.loaded(), of).changed(to_arrow(of, rows))["email_campaign_stats"]
    assert [at.replace(day=2)] == found.column("last_refresh_time").to_pylist()
