"""An export beside the loaded contacts: who differs, and when it is due."""

from __future__ import annotations

from typing import Any

import pendulum
import pytest
from raw_tables import NIGHT

from sources.constant_contact.reads.exports import Exported, ExportFailedError, read_file
from sources.constant_contact.repair.export_check import compared, must_be_comparable
from sources.constant_contact.state import export_check
from sources.constant_contact.state.changes import changed
from sources.constant_contact.withheld import Excluded

GONE = NIGHT.date()


def exported(keys: dict[str, str], *, by_id: bool = True) -> Exported:
    return Exported(activity_id="j1", by_id=by_id, keys=keys)


def loaded(contact_id: str, address: str | None = "a@b.c", deleted_at: Any = None) -> dict[str, Any]:
    return {"contact_id": contact_id, "email_address__address": address, "deleted_at": deleted_at}


@pytest.mark.parametrize(
    ("keys", "rows", "missing", "surplus"),
    [
        pytest.param({}, [], {}, {}, id="an empty account"),
        pytest.param({"1": "a@b.c"}, [loaded("1")], {}, {}, id="the same"),
        pytest.param({"ab": "a@b.c"}, [loaded("AB")], {}, {}, id="ids in another case"),
        pytest.param({"1": "new@b.c"}, [loaded("1", "old@b.c")], {}, {}, id="another address of the same"),
        pytest.param({"1": "", "2": "x@b.c"}, [loaded("1")], {"2": "x@b.c"}, {}, id="one not loaded"),
        pytest.param({}, [loaded("1"), loaded("2", None)], {}, {"1": "a@b.c", "2": ""}, id="not in the file"),
        pytest.param({}, [loaded("1", deleted_at=GONE)], {}, {}, id="deleted and not in the file"),
        pytest.param({"1": ""}, [loaded("1", deleted_at=GONE)], {}, {}, id="deleted and in the file"),
    ],
)
def test_contacts_are_compared_by_id(
    keys: dict[str, str], rows: list[Any], missing: dict[str, str], surplus: dict[str, str]
) -> None:
    found = compared(exported(keys), rows)
    assert (missing, surplus) == (found.missing, found.surplus)
    assert len(missing) + len(surplus) == len(found)


@pytest.mark.parametrize(
    ("keys", "rows", "missing", "surplus"),
    [
        pytest.param({"a@b.c": "A@b.c"}, [loaded("1", "a@B.c")], {}, {}, id="case of letters"),
        pytest.param(
            {"a@b.c": "A@b.c"}, [loaded("1", "x@b.c")], {"a@b.c": "A@b.c"}, {"1": "x@b.c"}, id="both"
        ),
        pytest.param({}, [loaded("1", None), loaded("2", "")], {}, {}, id="nobody without an address"),
        pytest.param(
            {"a@b.c": "a@b.c"}, [loaded("1"), loaded("2", deleted_at=GONE)], {}, {}, id="once deleted"
        ),
    ],
)
def test_where_the_file_has_no_ids_contacts_are_compared_by_address(
    keys: dict[str, str], rows: list[Any], missing: dict[str, str], surplus: dict[str, str]
) -> None:
    found = compared(exported(keys, by_id=False), rows)
    assert (missing, surplus) == (found.missing, found.surplus)


@pytest.mark.parametrize(
    ("text", "by_id", "keys"),
    [
        pytest.param("Contact Id,Email address\n1,a@b.c\n", True, {"1": "a@b.c"}, id="both"),
        pytest.param("contact_id\n1\n2\n", True, {"1": "", "2": ""}, id="ids alone"),
        pytest.param("Email Address\r\nA@b.c\r\n", False, {"a@b.c": "A@b.c"}, id="addresses, of Windows"),
        pytest.param("\ufeffEmail address\na@b.c\n", False, {"a@b.c": "a@b.c"}, id="a mark of byte order"),
        pytest.param('"Contact ID","Name"\n1,"x\ny, z"\n', True, {"1": ""}, id="a line break in a name"),
        pytest.param("Contact ID,Email address\n AB ,\n,x@y.z\n3\n", True, {"ab": "", "3": ""}, id="gaps"),
        pytest.param(
            "Mail,Name\na@b.c,Zoë\nd@e.f,x@y\n", False, {"a@b.c": "a@b.c", "d@e.f": "d@e.f"}, id="by the @"
        ),
        pytest.param("Contact ID\n", True, {}, id="an empty account"),
    ],
)
def test_a_file_says_who_is_in_it(text: str, by_id: bool, keys: dict[str, str]) -> None:
    found = read_file(text.encode(), "j1")
    assert (by_id, keys) == (found.by_id, found.keys)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"Name,City\nZoe,Rome\n",
        b"Name\na@b.c\nx\ny\n",
        "Email address\nzoë@b.c\n".encode("latin-1"),
        b'Email address\n"' + b"x" * 200_000 + b'"\n',
    ],
    ids=["empty", "a blank line", "no address", "few addresses", "not UTF-8", "a huge cell"],
)
def test_a_file_that_says_of_nobody_who_it_is_has_failed(content: bytes) -> None:
    """By the name of its job, as the check says it."""
    with pytest.raises(ExportFailedError, match="job j1 "):
        read_file(content, "j1")


def test_when_an_export_was_ordered_is_remembered_until_it_was_not() -> None:
    """An order that never reached the server is taken back."""
    at = pendulum.datetime(2026, 11, 20, 3, tz="Europe/Berlin")
    state = changed({}, [export_check.ordered(at)])
    assert at == export_check.ExportCheckState.of(state).ordered_at
    assert {} == changed(state, [export_check.ordered(None)])
    assert export_check.ExportCheckState.of({}).ordered_at is None


def test_a_file_without_ids_says_nothing_where_addresses_are_not_loaded() -> None:
    """Everybody would seem to be missing."""
    excluded = Excluded(["contacts.email_address__address"])
    must_be_comparable(exported({}), excluded)
    must_be_comparable(exported({}, by_id=False), Excluded(["contacts.first_name"]))
    with pytest.raises(
        ExportFailedError, match=r"exclude_columns keeps contacts\.email_address__address empty"
    ):
        must_be_comparable(exported({}, by_id=False), excluded)
