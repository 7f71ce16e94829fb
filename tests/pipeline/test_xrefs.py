"""`ctct xrefs`: old ids in files of every kind, and what becomes of those that nobody knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import child_runs
import duckdb
import pytest
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.xrefs.id_file import read_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("contact_xrefs", "list_xrefs", "campaign_xrefs")


def old_ids(one: Account, table: str) -> list[str]:
    return [next(iter(row.values())) for row in one.sandbox.truth(table)]


def ctct(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def written(folder: Path, text: str, name: str = "ids.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_all_kinds_fills_the_three_tables(account: Callable[..., Account], tmp_path: Path) -> None:
    """As a process: columns by their names, every id once, and the tables equal the account's cross references."""
    one = account(contacts=1200, campaigns=60)
    columns = [old_ids(one, table) for table in TABLES]
    lines = [
        ",".join(column[at] if at < len(column) else "" for column in columns)
        for at in range(len(columns[0]))
    ]
    path = written(tmp_path, "\ufeffContact ID,list-id,Campaign\n" + "\n".join(lines) + "\n")
    ran = child_runs.ctct("xrefs", str(path), "--json", folder=tmp_path)
    assert 0 == ran.returncode, ran.stderr
    made = json.loads(ran.stdout)
    assert ("complete", []) == (made["status"], made["warnings"])
    assert {table: len(ids) for table, ids in zip(TABLES, columns, strict=True)} == {
        table: of["found"] for table, of in made["xrefs"].items()
    }
    assert [] == one.differences(tables=TABLES)
    asked = one.sandbox.log.by_path_template
    assert -(-len(columns[0]) // 500) == asked["/v3/contacts/contact_id_xrefs"]
    assert -(-len(columns[2]) // 50) == asked["/v3/emails/campaign_id_xrefs"]


@pytest.mark.long
def test_ids_of_another_account_are_named_and_the_rest_is_read(
    account: Callable[..., Account], tmp_path: Path
) -> None:
    """A sentence for unknown ids of each kind, and for what is no id; known ones cost nothing the next time."""
    one = account(contacts=60, campaigns=4)
    contacts, campaigns = old_ids(one, "contact_xrefs"), old_ids(one, "campaign_xrefs")
    words = [*contacts[:3], "777", campaigns[0], "1199999999999", "a07e1hoasn2a917e97c"]
    path = str(written(tmp_path, "\n".join(words)))
    code, out, err = ctct("xrefs", path)
    assert (
        0,
        ["contact_xrefs   3 of 4 ids", "list_xrefs      0 of 4 ids", "campaign_xrefs  1 of 2 ids"],
    ) == (
        code,
        out.splitlines(),
    )
    sentences = [line for line in err.splitlines() if "knows nothing of" in line or "no old id" in line]
    assert ["a07e1hoasn2a917e97c", "777", "777", "1199999999999"] == [
        next(word for word in words if word in line) for line in sentences
    ], err
    assert set(contacts[:3]) == set(one.values("select sequence_id from contact_xrefs"))
    one.sandbox.log.reset()
    code, *_ = ctct("xrefs", path, "--kind=contacts")
    assert (0, 1) == (code, one.sandbox.log.by_path_template["/v3/contacts/contact_id_xrefs"])


@pytest.mark.long
def test_a_sync_knows_no_old_ids_and_a_night_of_all_leaves_them_alone(
    account: Callable[..., Account],
) -> None:
    """`opt_in = ["all"]` does not mean them; selected, they cost nothing."""
    one = account(contacts=3, campaigns=0)
    one.complete_night(select=["contact_xrefs"])
    assert {} == {path: n for path, n in one.sandbox.log.by_path_template.items() if "xrefs" in path}


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("1\n2\n2\n", {"kind": "lists"}, {"lists": ["1", "2"]}),
        ("1\n", {}, {"contacts": ["1"], "lists": ["1"]}),
        ("1100546096289\n", {}, {"campaigns": ["1100546096289"]}),
        ("id;name\n7;Anna\n", {"kind": "contacts"}, {"contacts": ["7"]}),
        ("who\tnumber\nAnna\t7\n", {"kind": "contacts", "column": "Number"}, {"contacts": ["7"]}),
        ("Anna,7\nBob,8\n", {"kind": "contacts", "column": "2"}, {"contacts": ["7", "8"]}),
        ('"old\nname",list id\nx,007.0\n', {}, {"lists": ["7"]}),
        ("contact_id,list_id\n7,3\n", {"kind": "lists"}, {"lists": ["3"]}),
        ("https://api.constantcontact.com/ws/customers/joe/lists/12\n", {}, {"lists": ["12"]}),
    ],
)  # fmt: skip
def test_files_as_people_have_them(tmp_path, text, options, expected) -> None:
    """Lines, columns by name, number or separator, the links of V1, and digits that say what is a campaign."""
    found = read_ids(written(tmp_path, text), **options)
    assert expected == {kind: list(ids) for kind, ids in found.by_kind.items() if ids}


@pytest.mark.parametrize(
    ("content", "options", "fragments"),
    [
        (None, {}, ("cannot be read", "No such file")),
        (b"", {}, ("is empty",)),
        (b"\xff\xfe1\x00", {}, ("no text in UTF-8",)),
        (b"name,city\nAnna,Oslo\n", {}, ("choose one with --column: name, city",)),
        (b"name,city\nAnna,Oslo\n", {"column": "id"}, ("has no column 'id'; the columns are name, city",)),
        (b"1,2\n3,4\n", {"column": "3"}, ("has no column '3'; it has 2",)),
        (b"contact_id\nAnna\n", {}, ("such as 'Anna'", "old ids are numbers")),
        (b"contact_id\n1.10055E+12\n", {}, ("such as '1.10055E+12'",)),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, content, options, fragments) -> None:
    """A file, a column or ids that are not there: which one, and what to do."""
    path = tmp_path / "ids.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as error:
        read_ids(path, **options)
    assert [] == [one for one in fragments if one not in str(error.value)], str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.long
def test_a_login_that_may_not_read_lists_resolves_the_rest(
    account: Callable[..., Account], tmp_path: Path
) -> None:
    """A refused kind is named, the others are loaded; where nothing may be read, the run has failed."""
    one = account(contacts=20, campaigns=2)
    one.sandbox.set_fault("forbidden_privilege", None, path_prefix="/contact_lists/list_id_xrefs")
    path = str(written(tmp_path, f"contact_id,list_id\n{old_ids(one, 'contact_xrefs')[0]},1\n"))
    code, out, err = ctct("xrefs", path)
    assert (0, "contact_xrefs   1 of 1 ids") == (code, out.splitlines()[0])
    assert "list_xrefs is left out" in err
    code, _, err = ctct("xrefs", path, "--kind=lists")
    assert (1, True) == (code, "nothing that was wanted could be read" in err)


@pytest.mark.long
def test_one_id_that_spoils_a_request_is_found(account: Callable[..., Account], tmp_path: Path) -> None:
    """A server that refuses a request for one id of many: the others come all the same."""
    one = account(contacts=20, campaigns=2)
    ids = old_ids(one, "contact_xrefs")
    one.sandbox.set_fault("not_found", 3, path_prefix="/contacts/contact_id_xrefs")
    code, *_ = ctct("xrefs", str(written(tmp_path, "\n".join(ids))), "--kind=contacts")
    assert 0 == code
    with duckdb.connect(str(one.warehouse), read_only=True) as connection:
        found = connection.execute("select count(*) from constant_contact.contact_xrefs").fetchall()
    assert [(len(ids),)] == found
