"""Columns of a CSV for spreadsheets: which texts are changed, how times read, and which tables are written."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.display.plain_text import cell, plain
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.exporting import MARTS, RAW, export

if TYPE_CHECKING:
    from pathlib import Path

BASE = [
    ("acme", "contacts", "BASE TABLE"),
    ("acme", "lists", "BASE TABLE"),
    ("acme", "_dlt_loads", "BASE TABLE"),
]
BUILT = [("acme_analytics", "lists", "BASE TABLE"), ("acme_analytics", "v1_lists", "VIEW")]


class Opened:
    """A warehouse with these tables, all with the same rows in one batch."""

    name = "account.duckdb"
    target = Target(dataset="acme")

    def __init__(self, rows: pa.Table, tables: Any = (*BASE, *BUILT)) -> None:
        self.rows, self.tables = rows, tables

    def query(self, _sql: str) -> list[dict[str, Any]]:
        return [dict(zip(("dataset", "name", "kind"), one, strict=True)) for one in self.tables]

    def arrow_batches(self, _sql: str, _batch_rows: int) -> Any:
        return nullcontext(iter([self.rows]))


def written(tmp_path: Path, column: pa.Array, name: str = "x") -> str:
    """The lines of a CSV with one column, without its head."""
    opened: Any = Opened(pa.table({name: column}))
    [one] = export(opened, tmp_path, form="csv", select=("contacts",))
    text = one.file.read_bytes().decode("utf-8-sig")
    return text.partition("\n")[2].rstrip("\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë", '"Zoë"'),
        ("", '""'),
        (None, ""),
        ("=1+1", '"\'=1+1"'),
        ("+4930", '"+4930"'),
        ("+49 30", '"\'+49 30"'),
        ("-1", '"-1"'),
        ("-1+1", '"\'-1+1"'),
        ("@sum", '"\'@sum"'),
        ("\tx", '"\'\tx"'),
        ("\uff1d1", '"\'\uff1d1"'),
        ("a=b", '"a=b"'),
        ('say "hi"', '"say ""hi"""'),
        ("two\nlines", '"two\nlines"'),
        ("\x1b[31m", '"\\x1b[31m"'),
        ("turned \u202e round", '"turned \\u202e round"'),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_a_text(tmp_path: Path, text: str | None, shown: str) -> None:
    """A number stays one, and what is unknown is empty without quotes."""
    assert shown == written(tmp_path, pa.array([text], pa.string()))
    assert shown == written(tmp_path, pa.array([text], pa.large_string()))


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        (
            pa.array([dt.datetime(2026, 11, 20, 3, 4, 5, 999_999, dt.UTC)]).cast(pa.timestamp("us")),
            '"2026-11-20 03:04:05"',
        ),
        (
            pa.array([dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)], pa.timestamp("us", "UTC")),
            '"2026-11-20 03:00:00"',
        ),
        (pa.array([dt.date(2026, 11, 20)], pa.date32()), "2026-11-20"),
        (pa.array([2**62]), str(2**62)),
        (pa.array([True]), "true"),
        (pa.array([[1, 2]]), '"[1, 2]"'),
        (pa.array([["=x"]]), '"[""=x""]"'),
        (pa.array([{"a": None}], pa.struct([("a", pa.string())])), '"{""a"": null}"'),
        (pa.array([None], pa.list_(pa.int64())), ""),
        (pa.array([None], pa.timestamp("us", "UTC")), ""),
    ],
)
def test_other_values_are_written_as_people_read_them(tmp_path: Path, column: pa.Array, shown: str) -> None:
    assert shown == written(tmp_path, column).strip()


def test_a_name_of_a_column_is_a_text_too(tmp_path: Path) -> None:
    written(tmp_path, pa.array(["x"]), name="=name")
    assert b'\xef\xbb\xbf"\'=name"' == (tmp_path / "contacts.csv").read_bytes().splitlines()[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb", "a\r\nb"),
        ("a\rb", "a\\x0db"),
        ("\x00", "\\x00"),
        ("\x7f", "\\u007f"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_acts_is_spelled_out_once(text: str, shown: str) -> None:
    assert shown == cell(text) == cell(cell(text))
    assert plain(text) == plain(plain(text))


@pytest.mark.parametrize(
    ("select", "tables"),
    [
        ((MARTS,), ["lists"]),
        ((RAW,), ["contacts", "lists"]),
        (("contacts",), ["contacts"]),
        (("v1_lists",), ["v1_lists"]),
        (("_dlt_loads",), ["_dlt_loads"]),
        (("lists", "contacts", "lists"), ["contacts", "lists"]),
        ((MARTS, "contacts"), ["contacts", "lists"]),
    ],
)
def test_which_tables_are_written(tmp_path: Path, select: tuple[str, ...], tables: list[str]) -> None:
    """In the order of their names, each once; bookkeeping and views only where they are named."""
    opened: Any = Opened(pa.table({"x": [1, 2]}))
    found = [*export(opened, tmp_path, form="csv", select=select)]
    assert [(name, 2) for name in tables] == [(one.table, one.rows) for one in found]
    assert sorted(f"{name}.csv" for name in tables) == sorted(file.name for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("select", "tables", "said"),
    [
        (
            ("nothing",),
            (*BASE, *BUILT),
            "--select nothing: there is no such table; choose marts, raw, or from lists",
        ),
        ((MARTS,), tuple(BASE), "there are no marts in account.duckdb yet; run ctct sync first"),
        ((RAW,), (), "there are no raw in account.duckdb yet"),
        ((MARTS, RAW), (*BASE, *BUILT), "lists: a mart and a raw table of this name would share a file"),
    ],
)
def test_what_cannot_be_written_is_a_sentence(
    tmp_path: Path, select: tuple[str, ...], tables: Any, said: str
) -> None:
    """Before the folder is made."""
    opened: Any = Opened(pa.table({"x": [1]}), tables)
    with pytest.raises(UserError, match=said):
        list(export(opened, tmp_path / "files", form="csv", select=select))
    assert not (tmp_path / "files").exists()
