"""A DuckDB file that is written anew: rows, views, mode and name stay, deleted bytes and side files go."""

from __future__ import annotations

import contextlib
import shutil
import stat
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pytest

from pipelines.constant_contact.destinations import rewriting
from pipelines.constant_contact.destinations.rewriting import check_space, fresh_file, rewrite_file, vacuum
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

ERASED = "erased.person@example.com"


def written(path: Path) -> Path:
    """A table of which somebody was deleted, and a view that names it with its schema."""
    with contextlib.closing(duckdb.connect(str(path))) as connection:
        connection.execute("create schema own")
        connection.execute(
            f"create table own.people as select '{ERASED}' as address union all select 'kept@example.com'"
        )
        connection.execute("create view own.addresses as select address from own.people")
        connection.execute("checkpoint")
        connection.execute(f"delete from own.people where address = '{ERASED}'")
    return path


def rows(path: Path) -> list[tuple[str]]:
    with contextlib.closing(duckdb.connect(str(path), read_only=True)) as connection:
        return connection.execute("select address from own.addresses").fetchall()


@pytest.mark.parametrize(
    "name",
    [
        "memory.duckdb",  # names that DuckDB has for databases of its own
        "main.duckdb",
        "a b'c.2026.db",
    ],
)
def test_a_file_is_written_anew_whatever_its_name(tmp_path: Path, name: str) -> None:
    """Nothing else is left in its folder, and views go on working."""
    path = written(tmp_path / name)
    rewrite_file(path)
    assert [("kept@example.com",)] == rows(path)
    assert ERASED.encode() not in path.read_bytes()
    assert [name] == [each.name for each in tmp_path.iterdir()]


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    path = written(tmp_path / "ctct.duckdb")
    path.chmod(0o640)
    rewrite_file(path)
    assert 0o640 == stat.S_IMODE(path.stat().st_mode)


def test_a_link_goes_on_leading_to_the_file(tmp_path: Path) -> None:
    """The file behind it is the one that is written anew."""
    path = written(tmp_path / "real.duckdb")
    link = tmp_path / "link.duckdb"
    link.symlink_to(path)
    rewrite_file(link)
    assert link.is_symlink()
    assert [("kept@example.com",)] == rows(link)
    assert ERASED.encode() not in path.read_bytes()


def test_what_an_earlier_try_left_is_in_nobodys_way(tmp_path: Path) -> None:
    """A crash in between leaves a draft, with side files."""
    path = written(tmp_path / "ctct.duckdb")
    draft = fresh_file(path)
    for ending in ("", *rewriting.SIDE_FILES):
        draft.with_name(draft.name + ending).write_bytes(b"half a file")
    rewrite_file(path)
    assert [("kept@example.com",)] == rows(path)
    assert ["ctct.duckdb"] == [each.name for each in tmp_path.iterdir()]


def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "ctct.duckdb"
    path.write_bytes(b"this is no database, and never was one")
    with pytest.raises(duckdb.Error):
        rewrite_file(path)
    assert b"this is no database, and never was one" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_a_draft_is_hidden_and_beside_the_file(tmp_path: Path) -> None:
    """So that it can take the file's place in one step."""
    assert tmp_path / ".ctct.duckdb.rewriting" == fresh_file(tmp_path / "ctct.duckdb")


class Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(("free", "fits"), [(999, False), (1_000, True), (1_001, True)])
def test_a_second_copy_must_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, fits: bool
) -> None:
    """Else one sentence: which file, how much it takes, how much is there, where."""
    path = tmp_path / "ctct.duckdb"
    path.write_bytes(b"x" * 1_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(total=2_000, used=2_000 - free, free=free))
    if fits:
        check_space(path)
        return
    with pytest.raises(UserError) as caught:
        check_space(path)
    assert str(caught.value) == (
        f"erasing writes {path} anew, which takes 1,000 bytes, and 999 are free in {tmp_path}; "
        "make room, then run again"
    )


class TroubleError(Exception):
    """Of a server."""


def refusing(*words: str, done: list[str], said: str = "must be owner\nDETAIL: more") -> object:
    def execute(sql: str) -> None:
        done.append(sql)
        if any(word in sql for word in words):
            raise TroubleError(said)

    return execute


def test_postgresql_writes_each_table_and_its_samples_anew() -> None:
    done: list[str] = []
    assert [] == vacuum(refusing(done=done), ['"a"."b"', '"a"."c"'], (TroubleError,))  # type: ignore[arg-type]
    assert [
        'vacuum (full, analyze) "a"."b"',
        'vacuum (full, analyze) "a"."c"',
        "vacuum full pg_catalog.pg_statistic",
    ] == done


@pytest.mark.parametrize(
    ("said", "words"), [("must be owner\nDETAIL: more", "must be owner"), ("  \n", "TroubleError")]
)
def test_a_table_that_cannot_be_written_anew_is_named(said: str, words: str) -> None:
    """The others are, and what is left to do is said."""
    done: list[str] = []
    execute = refusing("own.b", "pg_statistic", done=done, said=said)
    left = vacuum(execute, ["own.a", "own.b", "own.c"], (TroubleError,))  # type: ignore[arg-type]
    assert 4 == len(done)
    assert left == [
        f"vacuum full of own.b failed ({words}): run it there yourself",
        (
            "samples of values may stay in pg_catalog.pg_statistic until the server cleans it: "
            "vacuum full pg_catalog.pg_statistic"
        ),
    ]


def test_other_errors_are_not_taken_for_a_refusal() -> None:
    with pytest.raises(TroubleError):
        vacuum(refusing("own.a", done=[]), ["own.a"], (ValueError,))  # type: ignore[arg-type]
