"""The dashboard's snapshot: kept while it is young or the file is as it was, read again when it was written."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pipelines.constant_contact.dashboard.store import REST, Store
from pipelines.constant_contact.errors import Busy, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
LATER = REST + dt.timedelta(seconds=1)


class Opened:
    """A warehouse without accounts, which notes how often it was opened."""

    def __init__(self, file: Path | None) -> None:
        self.duckdb_path = file
        self.opened = 0
        self.trouble: Exception | None = None
        self.remark = ""
        self.now = NOON

    def open(self, remark: Callable[[str], None]) -> Opened:
        if self.trouble is not None:
            raise self.trouble
        if self.remark:
            remark(self.remark)
        self.opened += 1
        return self

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        yield

    def datasets(self) -> list[str]:
        return []

    def store(self) -> Store:
        return Store(self.open, lambda: self.now)  # type: ignore[arg-type]


def written(file: Path, text: str, at_ns: int) -> None:
    file.write_text(text)
    os.utime(file, ns=(at_ns, at_ns))


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    file = tmp_path / "account.duckdb"
    written(file, "rows", 1)
    return Opened(file)


def test_a_young_snapshot_is_used_as_it_is(opened: Opened) -> None:
    """Whatever happened to the file: a page has many parts, and each asks for it."""
    store = opened.store()
    assert opened.duckdb_path is not None
    written(opened.duckdb_path, "more rows", 2)
    opened.now += REST / 2
    assert NOON == store.current().read_at
    assert 1 == opened.opened


@pytest.mark.parametrize(
    ("change", "again"),
    [
        pytest.param(None, False, id="nothing"),
        pytest.param("rows", True, id="the same size at another time"),
        pytest.param("more rows", True, id="another size"),
    ],
)
def test_an_old_snapshot_is_read_again_where_the_file_was_written(
    opened: Opened, change: str | None, again: bool
) -> None:
    store = opened.store()
    assert opened.duckdb_path is not None
    if change is not None:
        written(opened.duckdb_path, change, 2)
    opened.now += LATER
    found = store.current()
    assert (2 if again else 1, opened.now if again else NOON) == (opened.opened, found.read_at)


@pytest.mark.parametrize("what", ["appears", "grows", "goes"])
def test_what_is_not_in_the_file_yet_counts_too(opened: Opened, what: str) -> None:
    """DuckDB's log beside it."""
    assert opened.duckdb_path is not None
    log = opened.duckdb_path.with_name(f"{opened.duckdb_path.name}.wal")
    if what != "appears":
        written(log, "a", 1)
    store = opened.store()
    if what == "goes":
        log.unlink()
    else:
        written(log, "ab", 1)
    opened.now += LATER
    store.current()
    assert 2 == opened.opened


def test_a_server_is_asked_each_time() -> None:
    """Nothing says whether its rows are the same."""
    opened = Opened(None)
    store = opened.store()
    for number in (2, 3):
        opened.now += LATER
        store.current()
        assert number == opened.opened


def test_a_sync_that_has_the_file_is_said_until_it_ends(opened: Opened) -> None:
    """The last figures stay, with their time; the next ones come without that sentence."""
    store = opened.store()
    assert opened.duckdb_path is not None
    written(opened.duckdb_path, "half", 2)
    opened.trouble = Busy("another sync is running")
    opened.now += LATER
    found = store.current()
    assert NOON == found.read_at
    assert ["A sync has the warehouse: these figures are as of 12:00 UTC"] == [
        note.partition(",")[0] for note in found.notes
    ]
    opened.trouble = None
    opened.now += LATER
    assert (opened.now, ()) == (store.current().read_at, store.current().notes)


def test_a_warehouse_that_cannot_be_opened_at_all_is_an_error_at_once(opened: Opened) -> None:
    for trouble in (Busy("another sync is running"), UserError("there is no warehouse")):
        opened.trouble = trouble
        with pytest.raises(type(trouble), match=str(trouble)):
            opened.store()


def test_remarks_of_whoever_opened_it_are_sentences(opened: Opened) -> None:
    opened.remark = "read from the copy, 5 min old"
    assert ("Read from the copy, 5 min old.",) == opened.store().current().notes
