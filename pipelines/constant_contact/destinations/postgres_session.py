"""Questions to PostgreSQL, which they cannot change, by the server's own means.

One statement: it goes through the extended protocol, whose Parse message takes one and no more
(https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY). Described before it is run: what
gives no rows (COMMIT, SET, DO, CALL, COPY, LOCK, ...) is not run at all. Read-only: the transaction is one before the
statement begins, and a query has run in it, after which the server lets nobody make it writable. It is rolled back,
with its settings and notifications; advisory locks, which outlive it, are given back.

A transaction does not bind what acts outside of it: files of the server, programs, other sessions, replication slots,
connections to elsewhere. A role that can do such things is turned away.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from pipelines.constant_contact.destinations.base import first_line
from pipelines.constant_contact.destinations.session import (
    NOTHING_ASKED,
    ONE_AT_A_TIME,
    Answer,
    must_be_text,
    only_reads,
    refusal,
)
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection
    from psycopg.pq.abc import PGresult

READ_SETTING = "DESTINATION__POSTGRES__READ__CREDENTIALS"
WORDS = "select, with, values, table, show or explain"
STATEMENT_TIMEOUT: Final = "10min"
PARAMETERS: Final = {
    "timezone": "UTC",
    "default_transaction_read_only": "on",
    "statement_timeout": STATEMENT_TIMEOUT,
}
POWERS: Final = (
    "pg_read_server_files",
    "pg_write_server_files",
    "pg_execute_server_program",
    "pg_signal_backend",
    "pg_signal_autovacuum_worker",
    "pg_checkpoint",
    "pg_create_subscription",
)
"""Predefined roles that act outside of a transaction (https://www.postgresql.org/docs/current/predefined-roles.html)."""
OUTWARD: Final = ("adminpack", "aws_lambda", "aws_s3", "dblink", "http", "pg_background", "pg_cron", "pg_net")
"""Extensions whose functions write files or open connections, which no transaction of ours binds."""
SEVERAL: Final = (b"exec_parse_message", b"42601")
"""How the server tells several statements from a syntax error, in any language of its messages."""
COMMENTS: Final = re.compile(r"--[^\n]*|/\*.*?\*/|[\s;]", re.DOTALL)
WHAT_IT_MAY_DO: Final = """
select why from (
    select case rolname when session_user then 0 else 1 end, format('it is or may become %%s, a superuser', rolname)
    from pg_roles
    where rolsuper and pg_has_role(session_user, oid, 'member')
    union all select 2, format('it is or may become %%s, which may replicate', rolname) from pg_roles
    where rolreplication and pg_has_role(session_user, oid, 'member')
    union all select 3, format('it is a member of %%s', rolname) from pg_roles
    where rolname = any(%(powers)s) and pg_has_role(session_user, oid, 'member')
    union all (
        select 4, format('it may execute %%s', p.oid::regprocedure)
        from pg_proc as p
        join pg_language as l on l.oid = p.prolang
        left join pg_depend as d
            on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
            and d.refclassid = 'pg_extension'::regclass
        left join pg_extension as e on e.oid = d.refobjid
        where has_function_privilege(p.oid, 'execute')
        and has_schema_privilege(p.pronamespace, 'usage')
        and (
            e.extname = any(%(outward)s)
            or (not l.lanpltrusted and l.lanname not in ('internal', 'c', 'sql'))
            or (
                p.pronamespace = 'pg_catalog'::regnamespace and p.proacl is not null
                and not exists (select from aclexplode(p.proacl) as granted where granted.grantee = 0)
            )
        )
        limit 1
    )
) as powers (rank, why)
order by rank limit 1
"""
"""What a role can do that no read-only transaction stops, half a sentence, at most one row. Functions of the server
that the public may not execute act on it: they were granted to this role.
"""


@contextmanager
def session(url: str, schemas: Sequence[str]) -> Iterator[PostgresSession]:
    """A bare name is looked for in `schemas`. Raises UserError for a role that may do more than read."""
    psycopg = _driver()
    parameters = {**PARAMETERS, "search_path": ",".join((*schemas, "public"))}
    options = " ".join(f"-c {name}={value}" for name, value in parameters.items())
    try:
        connection = psycopg.connect(url, options=options, client_encoding="utf8", autocommit=True)
    except psycopg.Error as error:
        raise UserError(
            f"ctct sql cannot connect: {first_line(error)}; correct {READ_SETTING}, or, where that is not set, "
            "DESTINATION__POSTGRES__CREDENTIALS"
        ) from error
    try:
        _must_only_read(connection)
        yield PostgresSession(connection)
    finally:
        connection.close()


def _driver() -> Any:
    try:
        import psycopg  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UserError(
            "ctct sql needs psycopg for PostgreSQL; run: pip install 'constant-contact-pipeline[postgres]'"
        ) from error
    return psycopg


def _must_only_read(connection: Connection[Any]) -> None:
    row = connection.execute(WHAT_IT_MAY_DO, {"powers": list(POWERS), "outward": list(OUTWARD)}).fetchone()
    if row is not None:
        raise UserError(
            f"ctct sql does not ask as the role {connection.info.user}, because {row[0]}, and so it could change more "
            f"than a read-only transaction protects; make a role that only reads, as the README shows under "
            f'"A role for reading", and set {READ_SETTING} to its address'
        )


class PostgresSession:
    """Every statement in a transaction of its own."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def ask(self, statement: str) -> Answer:
        import psycopg  # noqa: PLC0415 - an extra

        must_be_text(statement)
        try:
            with self._read_only():
                self._must_be_a_question(statement)
                cursor = self._connection.execute(statement, prepare=True)
                columns = tuple(column.name for column in cursor.description or ())
                return Answer(columns=columns, rows=cursor.fetchall())
        except psycopg.Error as error:
            raise refusal(error) from error

    @contextmanager
    def _read_only(self) -> Iterator[None]:
        self._connection.execute("begin transaction read only")
        try:
            self._connection.execute("select 1")
            yield
        finally:
            if not self._connection.closed:
                self._connection.execute("rollback")
                self._connection.execute("select pg_advisory_unlock_all()")

    def _must_be_a_question(self, statement: str) -> None:
        """Parse and describe, nothing is run. Raises UserError for none, for several, and for what gives no rows."""
        server = self._connection.pgconn
        _accepted(server.prepare(b"", statement.encode()))
        described = _accepted(server.describe_prepared(b""))
        if described.nparams:
            raise UserError("$1 and the like stand for values that ctct sql does not have; write the values")
        if described.nfields == 0:
            raise only_reads("this", WORDS) if COMMENTS.sub("", statement) else UserError(NOTHING_ASKED)


def _accepted(result: PGresult) -> PGresult:
    from psycopg import errors, pq  # noqa: PLC0415 - an extra

    if result.status == pq.ExecStatus.COMMAND_OK:
        return result
    where = pq.DiagnosticField.SOURCE_FUNCTION, pq.DiagnosticField.SQLSTATE
    if tuple(map(result.error_field, where)) == SEVERAL:
        raise UserError(ONE_AT_A_TIME)
    raise errors.DatabaseError(result.error_message.decode(errors="replace").removeprefix("ERROR:  "))
