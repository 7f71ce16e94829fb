"""`ctct sql` on PostgreSQL changes nothing: over a hundred statements that try, as the most powerful role it takes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from postgres_server import PostgresServer, binaries, postgres_server
from sql_attacks import POSTGRES, WORD

from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.constant_contact.destinations.session import Session

pytestmark = [
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed"),
    pytest.mark.long,  # a server of its own
]

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
SCHEMAS = ("constant_contact_analytics", "constant_contact")
ROLLED_BACK = {
    "explain analyze create table more as select 1",
    "select lo_create(4711)",
    "select lo_from_bytea(4711, 'x')",
    "select lo_unlink(4712)",
    "select lo_put(4712, 0, 'x')",
    "select set_config('default_transaction_read_only', 'off', false)",
    "select set_config('statement_timeout', '0', false)",
    "select set_config('role', 'other', false)",
    "select pg_notify('changes', 'x')",
    "select pg_advisory_lock(4711)",
    "select pg_advisory_xact_lock(4711)",
    "select pg_terminate_backend(1)",  # no session of the server
}
"""What the server answers in a read-only transaction, some versions of it: nothing of it stays."""
MADE = """
create role other;
create role owner login; grant other to owner;
create schema constant_contact authorization owner;
create schema constant_contact_analytics authorization owner;
grant create on database postgres to owner;
grant all on schema public to owner;
set role owner; set search_path = constant_contact;
create sequence numbers;
create table contacts as select 'c' || i as contact_id, 'n' || i as name from generate_series(1, 5) as t(i);
create procedure emptied() language plpgsql as
    $$ begin delete from constant_contact.contacts; commit; end $$;
create function emptied_by_function() returns int language plpgsql as
    $$ begin delete from constant_contact.contacts; return 1; end $$;
create function writable_again() returns int language plpgsql as
    $$ begin execute 'set transaction read write'; delete from constant_contact.contacts; return 1; end $$;
select lo_from_bytea(4712, 'kept');
"""
EVERYTHING = """
select 'contacts', to_jsonb(array_agg(c order by contact_id)) from constant_contact.contacts as c
union all select 'numbers', jsonb_build_array(last_value, is_called) from constant_contact.numbers
union all select 'objects', jsonb_agg(concat(relnamespace::regnamespace, relname, relacl, relkind) order by oid)
    from pg_class where relnamespace >= 16384 or relnamespace = 'public'::regnamespace
union all select 'columns', jsonb_agg(concat(attrelid, attname) order by attrelid, attnum)
    from pg_attribute where attrelid >= 16384
union all select 'comments', jsonb_agg(description) from pg_description where objoid >= 16384
union all select 'routines', jsonb_agg(concat(proname, proacl) order by oid) from pg_proc where oid >= 16384
union all select 'schemas', jsonb_agg(concat(nspname, nspacl) order by oid) from pg_namespace where nspname !~ '^pg_t'
union all select 'roles', jsonb_agg(to_jsonb(r) order by oid) from pg_roles as r
union all select 'settings', jsonb_agg(to_jsonb(s)) from pg_db_role_setting as s
union all select 'changed settings', jsonb_agg(name) from pg_settings where source = 'configuration file'
union all select 'large objects', jsonb_agg(concat(loid, data) order by loid) from pg_largeobject
union all select 'extensions', jsonb_agg(extname order by oid) from pg_extension
union all select 'prepared', jsonb_agg(to_jsonb(p)) from pg_prepared_xacts as p
union all select 'slots', jsonb_agg(slot_name) from pg_replication_slots
union all select 'locks', jsonb_agg(objid) from pg_locks where locktype = 'advisory'
"""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        execute(running, MADE)
        yield running


def execute(server: PostgresServer, sql: str, **names: Any) -> list[tuple[Any, ...]]:
    """As the superuser, committed."""
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(sql, names or None)
        return cursor.fetchall() if cursor.description else []


def address(server: PostgresServer, role: str) -> str:
    return server.url.replace("ctct:none", f"{role}:none")


@contextmanager
def asking(server: PostgresServer, role: str) -> Iterator[Session]:
    from pipelines.constant_contact.destinations.postgres_session import session  # noqa: PLC0415 - an extra

    with session(address(server, role), SCHEMAS) as opened:
        yield opened


def everything(server: PostgresServer) -> Mapping[str, Any]:
    return dict(execute(server, EVERYTHING))


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the server's own user may read and write."""
    made = Path(tempfile.mkdtemp(prefix="ctct-sql-"))
    made.chmod(0o777)
    (made / "secret.txt").write_text(WORD)
    yield made
    shutil.rmtree(made)


def test_the_list_is_long_enough_and_says_nothing_twice() -> None:
    assert len(POSTGRES) == len(set(POSTGRES)) >= 100


def test_no_statement_changes_anything(server: PostgresServer, folder: Path) -> None:
    """The owner of the tables asks; rows, catalogue, sequences, large objects, locks and files stay as they are."""
    before, answered, shown = everything(server), set(), []
    with asking(server, "owner") as session:
        for statement in POSTGRES:
            attack = statement.replace("{folder}", str(folder)).replace(
                "{secret}", str(folder / "secret.txt")
            )
            try:
                shown.append(str(session.ask(attack).rows))
                answered.add(statement)
            except UserError as error:
                shown.append(str(error))
            assert before == everything(server), statement
            assert ["secret.txt"] == [file.name for file in folder.iterdir()], statement
        settings = "transaction_read_only", "default_transaction_read_only", "statement_timeout", "role"
        values = [session.ask(f"show {name}").rows[0][0] for name in settings]
    assert ["on", "on", "10min", "none"] == values
    assert answered <= ROLLED_BACK
    assert WORD not in "\n".join(shown)


def test_what_only_reads_is_answered(server: PostgresServer) -> None:
    """The same statement twice too, and one that ends with a semicolon."""
    with asking(server, "owner") as session:
        for statement in (
            "select 1;", "select 1;", "values (1)", "table contacts", "show search_path", "explain select 1",
            "with c as (select * from contacts) select * from c", "explain analyze select * from contacts",
            "select 5 % 2, '%s', '{}'", "/* c */ select 1 -- c",
        ):  # fmt: skip
            assert session.ask(statement).columns, statement
        assert [(5,)] == session.ask("select count(*) from contacts").rows


def test_a_wrong_statement_is_shown_with_its_place(server: PostgresServer) -> None:
    """PostgreSQL's line, caret and hint; the next statement is answered."""
    with asking(server, "owner") as session:
        with pytest.raises(
            UserError, match=r'column "nome" does not exist\nLINE 1: select nome[^\0]*\^'
        ) as found:
            session.ask("select nome from contacts")
        assert 'HINT:  Perhaps you meant to reference the column "contacts.name"' in str(found.value)
        assert [(5,)] == session.ask("select count(*) from contacts").rows


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("alter role tried superuser", "it is or may become tried, a superuser"),
        ("grant ctct to tried", "it is or may become ctct, a superuser"),
        ("alter role tried noinherit; grant ctct to tried", "it is or may become ctct, a superuser"),
        (
            "create role mid; grant pg_read_server_files to mid; grant mid to tried",
            "member of pg_read_server_files",
        ),
        ("grant pg_write_server_files to tried", "member of pg_write_server_files"),
        ("grant pg_execute_server_program to tried", "member of pg_execute_server_program"),
        ("grant pg_signal_backend to tried", "member of pg_signal_backend"),
        ("alter role tried replication", "it is or may become tried, which may replicate"),
        ("grant execute on function pg_read_file(text) to tried", "it may execute pg_read_file(text)"),
        ("grant pg_monitor to tried", "it may execute pg_"),
    ],
)
def test_a_role_that_can_do_more_is_told_to_set_a_read_role(
    server: PostgresServer, made: str, words: str
) -> None:
    execute(server, f"create role tried login; {made}")
    try:
        with (
            pytest.raises(UserError, match="DESTINATION__POSTGRES__READ__CREDENTIALS") as found,
            asking(server, "tried"),
        ):
            pass
        assert words in str(found.value)
    finally:
        execute(
            server,
            "revoke execute on function pg_read_file(text) from tried; drop role tried; drop role if exists mid",
        )


def test_a_role_that_is_not_let_in_is_one_sentence_with_the_setting(server: PostgresServer) -> None:
    with pytest.raises(
        UserError, match=r'role "nobody" does not exist.*correct DESTINATION__POSTGRES__READ__CRED'
    ):
        asking(server, "nobody").__enter__()


def test_an_extension_that_opens_connections_of_its_own_is_noticed(server: PostgresServer) -> None:
    """What runs over a second connection is in no transaction of ours."""
    if not execute(server, "select 1 from pg_available_extensions where name = 'dblink'"):
        pytest.skip("the server has no dblink")
    execute(server, "create extension dblink")
    try:
        with pytest.raises(UserError, match="it may execute dblink"), asking(server, "owner"):
            pass
    finally:
        execute(server, "drop extension dblink")


def test_the_read_role_of_the_readme_reads_and_is_what_sql_asks_as(
    server: PostgresServer, tmp_path: Path
) -> None:
    """Its statements run; the role reads both schemas, tables made later too, and changes nothing. Real processes: with
    the superuser alone exit 2 and the setting to write, with the read role the answer.
    """
    block = re.search(r"role for reading, run by a test -->\n```sql\n(.*?)```", README, re.DOTALL)
    assert block is not None
    created, connect, *granted = block[1].strip().split(";\n")
    execute(server, f"{created}; {connect}; set role owner; {'; '.join(granted)}")
    execute(server, "set role owner; create table constant_contact_analytics.later as select 7 as seven")
    with asking(server, "ctct_reader") as session:
        assert [(7, 5)] == session.ask("select max(seven), count(*) from later, contacts").rows

    environment = {
        **os.environ,
        "DESTINATION__POSTGRES__CREDENTIALS": server.url,
        "DLT_DATA_DIR": str(tmp_path / "dlt"),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
    }

    def ctct(*arguments: str, **more: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "pipelines.constant_contact.cli", "sql", "--destination", "postgres"]
        ended = subprocess.run(
            [*command, *arguments], env=environment | more, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
        return ended.returncode, ended.stdout, ended.stderr

    reader = {"DESTINATION__POSTGRES__READ__CREDENTIALS": address(server, "ctct_reader")}
    before = everything(server)
    code, out, err = ctct("select 1")
    assert (2, "", True) == (code, out, "set DESTINATION__POSTGRES__READ__CREDENTIALS" in err)
    assert (0, "count\n5\n", "") == ctct("select count(*) from contacts", "--csv", **reader)
    code, out, err = ctct("commit; delete from contacts; commit", **reader)
    assert (2, "", "ctct: ctct sql answers one statement at a time; run them one by one\n") == (
        code,
        out,
        err,
    )
    code, out, err = ctct("delete from contacts returning *", **reader)
    assert (2, "", True) == (code, out, "the warehouse refuses this: " in err)
    assert before == everything(server)
