"""`ctct export`: what lies in the files, and what is said where there is nothing to write."""

from __future__ import annotations

import csv
import stat
from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Ended = tuple[int, str, str]
HEAD = "create schema constant_contact; create schema constant_contact_analytics;"
LISTS = """
create table constant_contact_analytics.lists as
select * from (values
    (1, '=cmd|'' /C calc''!A0', timestamptz '2026-11-21 03:04:05.5+00', 0.25, [1, 2]),
    (2, 'Zoë "the" baker, Ltd', null, null, null),
    (3, '-1+1', timestamptz '2026-01-01 00:00:00+00', -3.5, [])
) as t(list_id, name, created_at, share, numbers);
create table constant_contact_analytics.nobody as select * from constant_contact_analytics.lists where false;
create table constant_contact.contacts as select 'c' || i as contact_id from range(120000) as t(i);
create table constant_contact._ctct_runs as select 'r1' as run_id;
"""


@pytest.fixture
def ctct(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """The command in a folder with a small warehouse."""
    from pipelines.constant_contact.cli import app  # noqa: PLC0415

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(tmp_path / "mail.duckdb"))
    with duckdb.connect(str(tmp_path / "mail.duckdb")) as connection:
        connection.execute(HEAD + LISTS)

    def run(*words: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            app(list(words), prog_name="ctct")
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_parquet_has_every_row_and_keeps_the_types(ctct: Callable[..., Ended], tmp_path: Path) -> None:
    """One file a mart, equal to the table; a mart without rows has a file with its columns."""
    code, out, _ = ctct("export", "--out", "files")
    assert (0, ["lists.parquet", "nobody.parquet"]) == (
        code,
        sorted(p.name for p in (tmp_path / "files").iterdir()),
    )
    assert "3 rows" in out
    with duckdb.connect(str(tmp_path / "mail.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        for name in ("lists", "nobody"):
            table = connection.sql(f"select * from constant_contact_analytics.{name} order by list_id")
            file = connection.sql(f"select * from 'files/{name}.parquet' order by list_id")
            assert table.fetchall() == file.fetchall()
            assert table.types == file.types


def test_parquet_has_sums_of_big_integers_to_the_last_digit(
    ctct: Callable[..., Ended], tmp_path: Path
) -> None:
    """DuckDB would write them as numbers with a floating point."""
    exact = 9_007_199_254_740_993  # 2 ** 53 + 1, which no double is
    with duckdb.connect(str(tmp_path / "mail.duckdb")) as connection:
        connection.execute(
            f"create table constant_contact_analytics.sums as select sum({exact}::bigint) as huge, 1 as one"
        )
    assert 0 == ctct("export", "--out", "files", "--select", "sums")[0]
    assert [(exact, 1)] == duckdb.sql("select * from 'files/sums.parquet'").fetchall()


def test_csv_holds_nothing_that_a_spreadsheet_runs(ctct: Callable[..., Ended], tmp_path: Path) -> None:
    """Texts that begin like a formula get an apostrophe, numbers stay numbers, quotes and accents survive."""
    assert 0 == ctct("export", "--out", "files", "--format", "csv", "--select", "lists")[0]
    raw = (tmp_path / "files" / "lists.csv").read_bytes()
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert ["'=cmd|' /C calc'!A0", 'Zoë "the" baker, Ltd', "'-1+1"] == [row["name"] for row in rows]
    assert ["0.25", "", "-3.50"] == [row["share"] for row in rows]
    assert ["2026-11-21 03:04:05", "", "2026-01-01 00:00:00"] == [row["created_at"] for row in rows]
    assert ["[1, 2]", "", "[]"] == [row["numbers"] for row in rows]


def test_raw_tables_are_exported_on_request_without_our_own_record(
    ctct: Callable[..., Ended], tmp_path: Path
) -> None:
    """`--select raw`: all rows, in more than one batch; `_ctct_runs` stays."""
    assert 0 == ctct("export", "--out", "files", "--select", "raw")[0]
    assert ["contacts.parquet"] == [path.name for path in (tmp_path / "files").iterdir()]
    counted = duckdb.sql(
        f"select count(distinct contact_id) from '{tmp_path}/files/contacts.parquet'"
    ).fetchall()
    assert [(120_000,)] == counted


def test_a_file_is_replaced_with_the_mode_that_it_had(ctct: Callable[..., Ended], tmp_path: Path) -> None:
    """What somebody made readable stays readable."""
    ctct("export", "--out", "files", "--select", "lists")
    file = tmp_path / "files" / "lists.parquet"
    file.chmod(0o644)
    file.write_bytes(b"old")
    file.chmod(0o640)
    assert 0 == ctct("export", "--out", "files", "--select", "lists")[0]
    assert (0o640, b"PAR1") == (stat.S_IMODE(file.stat().st_mode), file.read_bytes()[:4])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--out", "files", "--select", "lusts"), "choose marts, raw, or from lists"),
        (("--out", "mail.duckdb"), "choose another --out"),
        (("--out", "files", "--dataset", "nobody_has_it"), "nobody_has_it"),
        (("--out", "files", "--format", "xlsx"), "parquet"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(
    ctct: Callable[..., Ended], words: tuple[str, ...], says: str
) -> None:
    """Exit 2, what is wrong and what to do, no traceback."""
    code, _, errors = ctct("export", *words)
    assert (2, True) == (code, says in errors), errors
    assert "Traceback" not in errors
