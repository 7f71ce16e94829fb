"""`ctct sql` on a lake changes no file of it and nothing of its catalog, and reads no file that is not a table's."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from postgres_server import binaries, postgres_server
from sql_attacks import DUCKDB, WORD

from pipelines.constant_contact.destinations.ducklake import DuckLake
from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from postgres_server import PostgresServer

    from pipelines.constant_contact.destinations.session import Session

pytest.importorskip("duckdb_extension_ducklake", reason="the extra lake is not installed")
pytestmark = pytest.mark.long  # over a hundred statements, and all files read after each

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CREDENTIALS = "DESTINATION__DUCKLAKE__CREDENTIALS__"
READ = "DESTINATION__DUCKLAKE__READ__CREDENTIALS__"
LAKE = Target(destination="ducklake")
MADE = """
create schema constant_contact; create schema constant_contact_analytics; create schema constant_contact_staging_models;
create table constant_contact.contacts as select 'c' || i as contact_id, 'n' || i as name from range(3) as t(i);
insert into constant_contact.contacts select 'c' || i as contact_id, 'n' || i as name from range(3, 6) as t(i);
delete from constant_contact.contacts where contact_id = 'c5';
create table constant_contact.gone as select 1 as a; drop table constant_contact.gone;
create view constant_contact_analytics.people as select name from constant_contact.contacts;
"""
OF_A_LAKE = [
    "from ducklake_expire_snapshots('ducklake', older_than => now())",
    "from ducklake_expire_snapshots('ducklake', versions => [1, 2])",
    "from ducklake_merge_adjacent_files('ducklake')",
    "from ducklake_merge_adjacent_files('ducklake', 'contacts', schema => 'constant_contact')",
    "from ducklake_rewrite_data_files('ducklake', delete_threshold => 0)",
    "from ducklake_rewrite_data_files('ducklake', 'contacts', schema => 'constant_contact', delete_threshold => 0)",
    "from ducklake_flush_inlined_data('ducklake')",
    "from ducklake_delete_orphaned_files('ducklake', cleanup_all => true)",
    "from ducklake_cleanup_old_files('ducklake', cleanup_all => true)",
    "from ducklake_add_data_files('ducklake', 'contacts', '{folder}/secret.parquet', schema => 'constant_contact')",
    "from ducklake_set_option('ducklake', 'target_file_size', '1KB')",
    "from query('from ducklake_merge_adjacent_files(''ducklake'')')",
    "call ducklake_merge_adjacent_files('ducklake')",
    "call ducklake.set_option('parquet_version', 2)",
    "checkpoint ducklake",
    "delete from __ducklake_metadata_ducklake.main.ducklake_snapshot",
    "from postgres_execute('__ducklake_metadata_ducklake', 'drop schema ducklake cascade')",
    "from postgres_query('__ducklake_metadata_ducklake', 'delete from ducklake.ducklake_snapshot returning *')",
    "call postgres_execute('__ducklake_metadata_ducklake', 'drop schema ducklake cascade')",
    "attach '{folder}/catalog.duckdb' as other",
    "attach 'ducklake:{folder}/catalog.duckdb' as other",
    "detach ducklake",
    "use memory",
    "from read_parquet('{folder}/secret.parquet')",
    "from glob('{folder}/**')",
    "from read_blob('{folder}/catalog.duckdb')",
    "from duckdb_secrets(redact => false)",
]
OVER_ROWS = "copy (select 'x' as contact_id, 'y' as name) to '{data}'"
OF_A_LAKE += [
    f"{prefix}{OVER_ROWS}{options}"
    for prefix in (
        "", "explain ", "explain analyze ", "explain (analyze) ", "EXPLAIN (ANALYZE, FORMAT json) ",
        "/* explain select */ explain /* select */ analyze -- select\n ", "explain -- \r analyze ",
        "explain /* /* */ select ' */ ", "explain analyze /* /* */ select ' */ ",
    )
    for options in (
        "", " (format parquet, use_tmp_file false)", " (format csv, use_tmp_file false)", " (use_tmp_file false) -- '",
    )
]  # fmt: skip
"""Over a file that the session may read, `{data}`: who may read it may write it, as far as the engine knows."""
NOTHING_DONE = {
    "from duckdb_secrets()",
    "from query('from ducklake_merge_adjacent_files(''ducklake'')')",
    "from ducklake_merge_adjacent_files('ducklake', 'contacts', schema => 'constant_contact')",
    "from ducklake_cleanup_old_files('ducklake', cleanup_all => true)",
    "from ducklake_merge_adjacent_files('ducklake')",
}
"""What may be answered: there is nothing to clean in what the session sees, and no secret in a local lake."""


def everything(folder: Path) -> Mapping[str, str]:
    """Every file below the folder with the digest of its bytes."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def made(
    folder: Path, catalog: str, monkeypatch: pytest.MonkeyPatch, storage: Mapping[str, str] | None = None
) -> None:
    """A lake of three data files, one of deletions and one that waits to be removed."""
    monkeypatch.setenv(f"{CREDENTIALS}CATALOG", catalog)
    for name, value in (storage or {f"{CREDENTIALS}STORAGE__BUCKET_URL": str(folder / "files")}).items():
        monkeypatch.setenv(name, value)
    (folder / "secret.txt").write_text(WORD)
    (folder / "files").mkdir()
    profile = DuckLake().dbt(place := DuckLake().place(LAKE), place.factory.config_params["credentials"])
    with duckdb.connect() as connection:
        for statement in (*profile.opening, "use ducklake", *MADE.strip().split(";\n")):
            connection.execute(statement)
        connection.execute(f"copy (select 1 as a) to '{folder}/secret.parquet'")


@contextmanager
def made_on_a_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresServer]:
    """The same with its catalog in a PostgreSQL of its own."""
    monkeypatch.setenv("DLT_DATA_DIR", str(folder / "dlt"))
    with postgres_server() as server:
        made(folder, server.url, monkeypatch)
        yield server


def asking() -> AbstractContextManager[Session]:
    kind = DuckLake()
    return kind.session(kind.place(LAKE), LAKE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made(tmp_path, f"duckdb:///{tmp_path / 'catalog.duckdb'}", monkeypatch)
    return tmp_path


def asked_as_of(at: datetime) -> tuple[list[tuple[Any, ...]], list[str]]:
    kind, said = DuckLake(), list[str]()
    with kind.earlier(kind.place(LAKE), LAKE, at, said.append) as session:
        return list(session.ask("select contact_id from contacts order by all").rows), said


def times(folder: Path) -> list[datetime]:
    """Of the lake's snapshots, the first one first."""
    with duckdb.connect(str(folder / "catalog.duckdb"), read_only=True) as connection:
        sql = "select epoch_us(snapshot_time) from ducklake_snapshot order by snapshot_id"
        return [EPOCH + timedelta(microseconds=us) for (us,) in connection.execute(sql).fetchall()]


def test_the_lake_is_shown_as_it_was_at_a_time(folder: Path) -> None:
    """The last commit at or before it: to the microsecond, and just before the next one."""
    made, more = times(folder)[4:6]  # after main and the three schemas
    for at in (made, more - timedelta(microseconds=1)):
        rows, said = asked_as_of(at)
        assert [("c0",), ("c1",), ("c2",)] == rows
        assert [f"answering as of the lake's commit of {made:%Y-%m-%d %H:%M:%S} UTC"] == said
    assert 6 == len(asked_as_of(more)[0])
    assert 5 == len(asked_as_of(datetime.now(UTC))[0])


def test_a_time_that_is_not_kept_is_a_sentence(folder: Path) -> None:
    """Before the lake was made, before the dataset was, and before what upkeep or an erasure has left."""
    first, _main, before_it = times(folder)[:3]
    kind = DuckLake()
    with pytest.raises(UserError, match=r"no lake yet at 20.*begins at"):
        asked_as_of(first - timedelta(seconds=1))
    with pytest.raises(UserError, match="dataset 'constant_contact' was not in the lake yet"):
        asked_as_of(first)
    profile = kind.dbt(place := kind.place(LAKE), place.factory.config_params["credentials"])
    with duckdb.connect() as connection:
        for statement in (
            *profile.opening,
            "call ducklake_expire_snapshots('ducklake', older_than => now())",
        ):
            connection.execute(statement)
    with pytest.raises(UserError, match=r"no longer kept: .*the oldest one left is of"):
        asked_as_of(before_it)


def test_no_statement_changes_an_earlier_state_or_shows_a_later_one(folder: Path) -> None:
    kind = DuckLake()
    with kind.earlier(kind.place(LAKE), LAKE, times(folder)[4], lambda _said: None) as session:
        answered, shown = attacked(session, folder, rows=3)
        with pytest.raises(UserError, match="people does not exist"):
            session.ask("select * from people")
    assert answered <= NOTHING_DONE
    assert WORD not in shown


def attacked(session: Session, folder: Path, rows: int = 5) -> tuple[set[str], str]:
    """What was answered, and all that was said."""
    answered, shown, before = set(), [], everything(folder)
    for statement in (*DUCKDB, *OF_A_LAKE):
        named = statement.replace("{folder}", str(folder)).replace("{secret}", str(folder / "secret.txt"))
        named = named.replace("{data}", str(min((folder / "files").rglob("*.parquet"))))
        try:
            shown.append(str(session.ask(named.replace("{file}", str(folder / "catalog.duckdb"))).rows))
            answered.add(statement)
        except UserError as error:
            shown.append(str(error))
        assert before == everything(folder), statement
        assert [(rows,)] == session.ask("select count(*) from contacts").rows, statement
    return answered, "\n".join(shown)


def test_no_statement_changes_the_lake_or_reads_another_file(folder: Path) -> None:
    with asking() as session:
        answered, shown = attacked(session, folder)
        assert [("n0",)] == session.ask("select name from people order by all limit 1").rows
    assert answered <= NOTHING_DONE
    assert WORD not in shown


@pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed")
def test_a_role_that_only_reads_is_enough_for_the_catalog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the catalog in PostgreSQL: the same statements, asked as a role that may do nothing but select there."""
    with made_on_a_server(tmp_path, monkeypatch) as server:
        monkeypatch.setenv(f"{READ}CATALOG", server.make_reader())
        monkeypatch.setenv(f"{CREDENTIALS}CATALOG", server.url.replace("ctct:none", "nobody:none"))
        with asking() as session:
            answered, shown = attacked(session, tmp_path)
    assert answered <= NOTHING_DONE
    assert WORD not in shown
