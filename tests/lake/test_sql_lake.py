"""`ctct sql` on a lake changes no file of it and nothing of its catalog, and reads no file that is not a table's."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

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

    from pipelines.constant_contact.destinations.session import Session

pytest.importorskip("duckdb_extension_ducklake", reason="the extra lake is not installed")
pytestmark = pytest.mark.long  # over a hundred statements, and all files read after each

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


def asking() -> AbstractContextManager[Session]:
    kind = DuckLake()
    return kind.session(kind.place(LAKE), LAKE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made(tmp_path, f"duckdb:///{tmp_path / 'catalog.duckdb'}", monkeypatch)
    return tmp_path


def attacked(session: Session, folder: Path) -> tuple[set[str], str]:
    """What was answered, and all that was said."""
    answered, shown, before = set(), [], everything(folder)
    for statement in (*DUCKDB, *OF_A_LAKE):
        named = statement.replace("{folder}", str(folder)).replace("{secret}", str(folder / "secret.txt"))
        try:
            shown.append(str(session.ask(named.replace("{file}", str(folder / "catalog.duckdb"))).rows))
            answered.add(statement)
        except UserError as error:
            shown.append(str(error))
        assert before == everything(folder), statement
        assert [(5,)] == session.ask("select count(*) from contacts").rows, statement
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
    with postgres_server() as server:
        made(tmp_path, server.url, monkeypatch)
        monkeypatch.setenv(f"{READ}CATALOG", server.make_reader())
        monkeypatch.setenv(f"{CREDENTIALS}CATALOG", server.url.replace("ctct:none", "nobody:none"))
        with asking() as session:
            answered, shown = attacked(session, tmp_path)
    assert answered <= NOTHING_DONE
    assert WORD not in shown
