"""What is said of a destination that is busy, full or wrong: one line, with what to do, and no password."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.constant_contact.destinations import published
from pipelines.constant_contact.destinations.base import MAX_SAID, Destination, Place, first_line
from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
from pipelines.constant_contact.destinations.folder import holder_of, is_damaged
from pipelines.constant_contact.destinations.load_failures import failed_load, innermost
from pipelines.constant_contact.destinations.postgres import Postgres
from pipelines.constant_contact.destinations.published import check_copy
from pipelines.constant_contact.destinations.rewriting import vacuum
from pipelines.constant_contact.destinations.room import MIN_FREE_BYTES, must_have_room
from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.destinations.unusable import no_dataset, to_go_on
from pipelines.constant_contact.destinations.waiting import Patience
from pipelines.constant_contact.errors import Busy, RunFailed, UserError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("no such file", "no such file"),
        ("no such file.", "no such file"),
        ("  first  \nsecond", "first"),
        ("\n\n  first\n", "first"),
        ("connection failed:\n  no route\n  more", "connection failed: no route"),
        ("connection failed:\nto server:\nno route.\nmore", "connection failed: to server: no route"),
        ("connection failed:", "connection failed"),
        ("Größe \U0001f600", "Größe \U0001f600"),
        ("", "ValueError"),
        (" \n\t\n", "ValueError"),
        ("x" * MAX_SAID, "x" * MAX_SAID),
        ("x" * (MAX_SAID + 1), "x" * MAX_SAID + " …"),
        ("word " * 100, ("word " * (MAX_SAID // 5)).strip() + " …"),
    ],
)
def test_the_first_line_of_an_error_is_told(said: str, line: str) -> None:
    """What a line announces comes on the next one; an error without words has its name."""
    assert line == first_line(ValueError(said))


@pytest.mark.parametrize(
    "said",
    [
        "connection to postgresql://joe:hunter2@db.example.com/x failed",
        "connection to postgres://joe:hunter2@db.example.com:5432/x failed",
        "connection with host=db user=joe password=hunter2 dbname=x failed",
        "connection with host=db password='hunter2' failed",
    ],
)
def test_no_password_is_told(said: str) -> None:
    """Drivers quote the address that they were given."""
    found = first_line(ValueError(said))
    assert "hunter2" not in found
    assert found.startswith("connection") and found.endswith("failed")  # noqa: PT018


class Wrapped(Exception):  # noqa: N818
    """As the load tool wraps a driver's error."""

    def __init__(self, words: str, inner: BaseException | None = None) -> None:
        super().__init__(words)
        self.inner_exc = inner


def chained(*words: str) -> BaseException:
    """The last is the cause of the one before it, and so on."""
    error: BaseException | None = None
    for each in reversed(words):
        outer = ValueError(each)
        outer.__cause__ = error
        error = outer
    assert error is not None
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("alone"), "alone"),
        (chained("outer", "middle", "root"), "root"),
        (Wrapped("outer", ValueError("beside")), "beside"),
        (Wrapped("outer", Wrapped("inner", ValueError("deep"))), "deep"),
        (Wrapped("outer"), "outer"),
    ],
)
def test_the_database_s_own_words_are_found(error: BaseException, words: str) -> None:
    assert words == str(innermost(error))


@pytest.mark.parametrize(
    ("words", "what_to_do"),
    [
        ("disk full", "run again to go on"),
        ('Table "contacts" does not have a column with name "first_name"', "give that column its name back"),
        ('column "first_name" of relation "contacts" does not exist', "give that column its name back"),
        ('relation "contacts" does not exist', "run again to go on"),
    ],
)
def test_a_load_that_broke_says_what_to_do(words: str, what_to_do: str) -> None:
    """A column that somebody renamed does not come back by running again."""
    assert to_go_on(words).startswith(what_to_do)
    found = str(failed_load(chained("Pipeline execution failed", words), "the file a.duckdb"))
    assert found.startswith(
        f"loading into the file a.duckdb failed: {words}; what was committed before stays, "
    )
    assert what_to_do in found


@pytest.mark.parametrize(
    ("others", "end"),
    [((), " yet; run ctct sync first"), (("a", "b"), "; choose one that is there with --dataset: a, b")],
)
def test_a_dataset_that_is_not_there(others: tuple[str, ...], end: str) -> None:
    assert f"there is no dataset 'x' in a.duckdb{end}" == no_dataset("x", "a.duckdb", others)


@pytest.mark.parametrize(
    ("free", "needed", "fits"),
    [
        (MIN_FREE_BYTES, 0, True),
        (MIN_FREE_BYTES - 1, 0, False),
        (MIN_FREE_BYTES + 1_000, 1_000, True),
        (MIN_FREE_BYTES + 999, 1_000, False),
        (0, 0, False),
    ],
)
def test_a_disk_must_have_room_and_a_reserve(tmp_path: Path, free: int, needed: int, fits: bool) -> None:
    def ask() -> None:
        must_have_room(tmp_path, needed, "the load", free_bytes=lambda _: free)

    if fits:
        ask()
    else:
        with pytest.raises(
            RunFailed, match=r"has \d+ MB left, and the load takes about \d+ MB; free some space"
        ):
            ask()


def busy_for(attempts: int, *reasons: str) -> Any:
    """An attempt that fails so many times, each with the next reason, then returns its number."""
    made: list[str] = []

    def attempt() -> int:
        made.append(reasons[min(len(made), len(reasons) - 1)])
        if len(made) <= attempts:
            raise OSError(made[-1])
        return len(made)

    return attempt


def test_waiting_ends_with_the_first_attempt_that_works() -> None:
    """Who waits is told once a reason; of what is free at once nobody is told."""
    told: list[str] = []
    patience = Patience(limit_s=5, tell=lambda reason, left: told.append(f"{reason} {left <= 5}"))
    assert 1 == patience.until_free(busy_for(0, "taken"), str, "run again later")
    assert [] == told
    assert 4 == patience.until_free(busy_for(3, "taken", "taken", "still taken"), str, "run again later")
    assert ["taken True", "still taken True"] == told


@pytest.mark.parametrize(("limit_s", "waited"), [(0, "waited 0 s"), (0.05, "waited 0.05 s")])
def test_waiting_has_an_end(limit_s: float, waited: str) -> None:
    """With who has it, how long that was, and what to do."""
    began = time.monotonic()
    with pytest.raises(
        Busy, match=f"another sync is running, {waited}; what is loaded stays; run again later"
    ):
        Patience(limit_s=limit_s).until_free(
            busy_for(10**6, "another sync is running"), str, "run again later"
        )
    assert limit_s <= time.monotonic() - began < limit_s + 2


def test_what_waiting_does_not_help_is_raised_at_once() -> None:
    with pytest.raises(OSError, match="disk full"):
        Patience(limit_s=60).until_free(busy_for(10**6, "disk full"), lambda _: None, "run again later")


@pytest.mark.parametrize(
    ("files", "damaged"),
    [
        ({}, False),
        ({"state.json": "{}"}, False),
        ({"state.json": "{}", "schemas/a.json": "{}"}, False),
        ({"state.json": ""}, True),
        ({"state.json": "{"}, True),
        ({"state.json": "[]"}, True),
        ({"state.json": "{}", "schemas/a.json": "{}", "schemas/b.json": "\0\0"}, True),
        ({"state.json": "{}", "schemas/a.yaml": "{"}, False),
    ],
)
def test_a_working_folder_is_damaged_where_a_file_cannot_be_read(
    tmp_path: Path, files: dict[str, str], damaged: bool
) -> None:
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    assert damaged is is_damaged(tmp_path)


HOLDER = '{"dataset": "acme", "pid": 7, "since": "2026-11-20T03:04:05+00:00"}'


@pytest.mark.parametrize(
    ("content", "pid", "named"),
    [
        (HOLDER, None, True),
        (HOLDER, 7, True),
        (HOLDER, 8, False),
        ("", None, False),
        ("{}", None, False),
        ("[]", None, False),
        ("null", None, False),
        ('{"dataset": "acme", "pid": "x", "since": ""}', None, False),
        (None, None, False),
    ],
)
def test_who_has_a_lock_is_named_where_that_was_said(
    tmp_path: Path, content: str | None, pid: int | None, named: bool
) -> None:
    lock = tmp_path / "sync.lock"
    if content is not None:
        (tmp_path / "sync.lock.holder").write_text(content)
    expected = "another sync, into dataset 'acme' (PID 7, since 2026-11-20 03:04 UTC),"
    assert (expected if named else None) == holder_of(lock, pid)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("account.duckdb", "the warehouse itself"),
        ("./sub/../account.duckdb", "the warehouse itself"),
        ("acme.duckdb", "named like a schema in it"),
        (".acme.copy", "named like a schema in it"),
        ("acme_analytics.duckdb", "named like a schema in it"),
        ("sub", "a folder; set it to a file, such as"),
        ("readers.duckdb", None),
        ("acme2.duckdb", None),
    ],
)
def test_what_a_published_copy_may_be_called(tmp_path: Path, name: str, said: str | None) -> None:
    file = tmp_path / "account.duckdb"
    file.touch()
    (tmp_path / "sub").mkdir()
    target = Target(dataset="acme")
    if said is None:
        check_copy(file, tmp_path / name, target)
    else:
        with pytest.raises(UserError, match=said):
            check_copy(file, tmp_path / name, target)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-5, "0 min"),
        (0, "0 min"),
        (119, "119 min"),
        (121, "2 h"),
        (47 * 60, "47 h"),
        (49 * 60, "2 days"),
        (10 * 24 * 60, "10 days"),
    ],
)
def test_the_age_of_a_copy(tmp_path: Path, minutes: float, said: str) -> None:
    """A clock that went back makes none that comes from the future."""
    copy = tmp_path / "copy.duckdb"
    copy.touch()
    at = time.time() - minutes * 60
    os.utime(copy, (at, at))
    assert said == published.age(copy)


@pytest.mark.parametrize(
    ("name", "catalog"),
    [("a.duckdb", "a"), (".a.duckdb", "a"), ("a.b.duckdb", "a"), ("a", "a"), ("..a", "a")],
)
def test_the_name_of_the_database_in_a_file(tmp_path: Path, name: str, catalog: str) -> None:
    """As DuckDB gives it, which a schema must not share."""
    assert catalog == published.catalog_name(tmp_path / name)


def test_what_a_vacuum_left_undone_is_told() -> None:
    """One table that fails does not keep the others from it."""
    statements: list[str] = []

    def execute(sql: str) -> None:
        statements.append(sql)
        if "opens" in sql or "pg_statistic" in sql:
            raise OSError("must be owner\nof it")

    left = vacuum(execute, ["opens", "clicks"], (OSError,))
    assert ["vacuum (full, analyze) opens", "vacuum (full, analyze) clicks"] == statements[:2]
    assert ["vacuum full of opens failed (must be owner): run it there yourself", "samples of values"] == [
        left[0],
        left[1][:17],
    ]
    assert [] == vacuum(lambda _: None, ["opens"], (OSError,))


PLACE = Place(identity="athena x", title="athena", factory=None)


def test_a_destination_without_anything_of_its_own_says_so() -> None:
    """It loads; reading, earlier states, erasing and marts are not promised."""
    kind = Destination("athena")
    target = Target(dataset="acme")
    with pytest.raises(UserError, match="ctct sql speaks to duckdb, postgres and ducklake, not to athena"):
        kind.session(PLACE, target)
    with pytest.raises(UserError, match="marts are not built on athena from here"):
        kind.dbt(PLACE, None)
    assert ["how athena keeps deleted rows is not known here: see its own documentation"] == kind.rewrite(
        PLACE, print, ["opens"], Patience(limit_s=0)
    )
    assert "the destination athena does not answer: no route; start it" in kind.explain(
        PLACE, OSError("no route")
    )
    assert (False, False, None) == (
        kind.transforms,
        kind.erases,
        kind.parquet_copy("select 1", PLACE.file or ""),
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "broken",
    [{"kind": "duckdb"}, {"kind": "postgres", "user": "joe"}, {"kind": "postgres", "dbname": "x"}],
)
def test_a_profile_for_dbt_needs_its_place(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="destination needs"):
        DbtProfile(**broken)


def test_a_profile_for_dbt_is_handed_on_by_the_environment(tmp_path: Path) -> None:
    """No option that libpq has no variable for; no password where one looks at the profile."""
    server = DbtProfile(
        kind="postgres",
        host="db",
        port=5433,
        user="joe",
        password="hunter2",
        dbname="x",
        options={"sslmode": "verify-full", "application_name": "ctct"},
    )
    assert {
        "CTCT_DBT_TARGET": "postgres",
        "CTCT_PG_HOST": "db",
        "CTCT_PG_PORT": "5433",
        "CTCT_PG_USER": "joe",
        "CTCT_PG_PASSWORD": "hunter2",
        "CTCT_PG_DBNAME": "x",
        "PGSSLMODE": "verify-full",
    } == server.environment()
    assert "hunter2" not in repr(server)
    lake = DbtProfile(kind="ducklake", lake="acme", opening=["attach 'password=hunter2'"])
    assert "[\"attach 'password=hunter2'\"]" == lake.environment()["CTCT_LAKE_OPENING"]
    assert ("duckdb", "postgres") == (lake.engine, server.engine)
    assert "hunter2" not in repr(lake)
    file = DbtProfile(kind="duckdb", duckdb_path=tmp_path / "a b.duckdb")
    assert str(tmp_path / "a b.duckdb") == file.environment()["CTCT_DUCKDB_PATH"]


def test_a_dataset_whose_schemas_postgresql_would_cut_off_is_refused() -> None:
    """Two of them would share what belongs to each."""
    Postgres().check(PLACE, Target(dataset="a" * 48), Patience(limit_s=0))
    with pytest.raises(UserError, match=r"has 49 characters; PostgreSQL cuts .*: give --dataset at most 48"):
        Postgres().check(PLACE, Target(dataset="a" * 49), Patience(limit_s=0))
