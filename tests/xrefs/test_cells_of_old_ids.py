"""What a cell of somebody's file is an id of: by itself, by its column, by its digits; and what is no id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.xrefs import id_file
from pipelines.constant_contact.xrefs.id_file import OldIds, read_ids

if TYPE_CHECKING:
    from pathlib import Path

V1 = "http://api.constantcontact.com/ws/customers/joe"


def ids(found: OldIds) -> dict[str, list[str]]:
    return {kind: list(each) for kind, each in found.by_kind.items() if each}


BOTH = {"contacts": ["7"], "lists": ["7"]}


@pytest.mark.parametrize(
    ("cell", "kind", "expected"),
    [
        pytest.param("7", None, BOTH, id="nothing tells contacts from lists"),
        pytest.param("7", "lists", {"lists": ["7"]}, id="the person says"),
        pytest.param("007", "lists", {"lists": ["7"]}, id="zeros before it"),
        pytest.param("7.0", "lists", {"lists": ["7"]}, id="as a spreadsheet wrote it"),
        pytest.param("7.000", "lists", {"lists": ["7"]}, id="with more zeros"),
        pytest.param("1100546096289", None, {"campaigns": ["1100546096289"]}, id="13 digits"),
        pytest.param(
            "1100546096289", "contacts", {"contacts": ["1100546096289"]}, id="13 digits of a contact"
        ),
        pytest.param("9" * 18, None, {"contacts": ["9" * 18], "lists": ["9" * 18]}, id="as long as an id is"),
        pytest.param(f"{V1}/lists/12", None, {"lists": ["12"]}, id="a link"),
        pytest.param(
            f"{V1}/contacts/0012/", "lists", {"contacts": ["12"]}, id="a link comes before the person"
        ),
        pytest.param(
            f"{V1}/campaigns/1100546096289", "lists", {"campaigns": ["1100546096289"]}, id="of a campaign"
        ),
    ],
)
def test_what_a_cell_is_an_id_of(cell: str, kind: Any, expected: dict[str, list[str]]) -> None:
    found = OldIds()
    found.add(cell, kind)
    assert (expected, []) == (ids(found), list(found.no_ids))
    assert (len(expected) > 1) is bool(found.unclear)


@pytest.mark.parametrize(
    "cell",
    [
        "0",
        "-7",
        "7.5",
        "7,0",
        "1.1E+12",
        "9" * 19,
        "7 8",
        "seven",
        "7\u0663",  # digits of another script: the server knows none of them
        "\u0667",
        f"{V1}/events/12",
        f"{V1}/lists/x",
        "ftp://x/lists/12",
    ],
)
def test_what_is_no_id_is_kept_as_it_is_written(cell: str) -> None:
    found = OldIds()
    found.add(cell, "lists")
    assert ({}, [cell], False) == (ids(found), list(found.no_ids), bool(found))


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        pytest.param("\ufeff7\n", {"kind": "lists"}, {"lists": ["7"]}, id="a mark of byte order"),
        pytest.param("7\r\n8\r\n", {"kind": "lists"}, {"lists": ["7", "8"]}, id="lines of Windows"),
        pytest.param("\n \n7\n\n", {"kind": "lists"}, {"lists": ["7"]}, id="lines of blanks"),
        pytest.param("7", {"kind": "lists"}, {"lists": ["7"]}, id="no end of line"),
        pytest.param("List Sequence ID\n7\n", {}, {"lists": ["7"]}, id="a head in other letters"),
        pytest.param(
            "name,old id\nx,7\n", {"kind": "lists"}, {"lists": ["7"]}, id="a head that does not say of what"
        ),
        pytest.param("id,list_id\n1,7\n", {}, {"lists": ["7"]}, id="a head that does comes first"),
        pytest.param(
            "contact_id,list_id\n1,7\n2,7\n", {}, {"contacts": ["1", "2"], "lists": ["7"]}, id="two columns"
        ),
        pytest.param("list_id\n7\n\n9,x\n", {}, {"lists": ["7", "9"]}, id="rows of other widths"),
        pytest.param("a,list_id\nx\ny,7\n", {}, {"lists": ["7"]}, id="a row that ends before it"),
        pytest.param("2,7\n", {"column": "2", "kind": "lists"}, {"lists": ["7"]}, id="the second column"),
        pytest.param(
            "2,x\n7,y\n", {"column": "1", "kind": "lists"}, {"lists": ["2", "7"]}, id="without a head"
        ),
    ],
)
def test_ids_of_a_file(tmp_path: Path, text: str, options: Any, expected: dict[str, list[str]]) -> None:
    file = tmp_path / "ids.csv"
    file.write_bytes(text.encode())
    assert expected == ids(read_ids(file, **options))


@pytest.mark.parametrize(("size", "fits"), [(10, True), (11, False)])
def test_a_file_of_another_kind_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, fits: bool
) -> None:
    """Larger than any file of ids."""
    monkeypatch.setattr(id_file, "MAX_BYTES", 10)
    file = tmp_path / "ids.csv"
    file.write_text("7" * size)
    if fits:
        assert read_ids(file)
    else:
        with pytest.raises(UserError, match="is larger than 0 MB; cut it into several files"):
            read_ids(file)
