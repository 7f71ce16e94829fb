"""Questions to a DuckDB file, which they cannot change, nor any other file.

The file is opened read-only. That alone is not enough: COPY writes anywhere, the file's own write-ahead log included,
whose content the next writer takes for changes. So the file system is switched off once the file is open, before the
configuration is locked (https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview). Statements are
parsed by the same connection: IMPORT DATABASE reads files while it is parsed.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

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

    from duckdb import DuckDBPyConnection, Statement

READS: Final = "SELECT"
"""The kind of statement that is answered; PRAGMA and CALL that only read are of it to the parser, or have a table
function to select from.
"""
EXPLAINS: Final = "EXPLAIN"
EXPLAINED: Final = re.compile(
    r"(?:\s|--[^\n\r]*[\n\r])*explain\b\s*(?:analyze\b)?(\s*(?:\([\w\s,']*\))?(.*))",
    re.IGNORECASE | re.DOTALL,
)
"""With ANALYZE it is carried out, whatever it is: COPY too, over a file that may be read. So what is explained is
parsed by itself (https://duckdb.org/docs/stable/sql/statements/profiling); no comments in /* */ before it, which nest.
"""
WORDS = "select, from, with, values, show, describe, summarize or explain"
PIVOT = ["CREATE", "SELECT"]
"""What the parser makes of one PIVOT without IN: a temporary type of its values, then the query."""
SETTINGS: Final = (
    "set timezone = 'UTC'",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set python_enable_replacements = false",  # a name is a table, never a variable of this program
    "set enable_external_access = false",
)
LOGGING: Final = "enable_logging"
"""Refused by name, although its files are refused anyway: DuckDB aborts the process when it ends without them."""
CARRIES_OUT: Final = re.compile(
    r"\b(query|query_table|json_execute_serialized_sql)\"?\s*(?:\(|/\*|--)", re.IGNORECASE
)
"""Functions that carry out a text, which may be put together from pieces so that no name stands in the statement."""
NO_FILES: Final = "set disabled_filesystems = 'LocalFileSystem'"
LOCKED: Final = "set lock_configuration = true"


@contextmanager
def session(
    connection: DuckDBPyConnection, schemas: Sequence[str], *, within: str = "", files: Sequence[str] = ()
) -> Iterator[DuckDbSession]:
    """Over a connection that was opened read-only, and is closed at the end. A bare name is looked for in `schemas`,
    of the database `within` where that is not the connection's own. `files`: the only ones that may be touched.
    """
    with connection:
        known = connection.execute("select schema_name from information_schema.schemata").fetchall()
        above = f"{within}." if within else ""
        path = ",".join(f"{above}{name}" for name in schemas if (name,) in known)
        connection.execute(f"set search_path = '{path}'")
        connection.execute("set allowed_paths = ?", [list(files)])
        for setting in (*SETTINGS, *([] if files else [NO_FILES]), LOCKED):
            connection.execute(setting)
        yield DuckDbSession(connection)


class DuckDbSession:
    """Every statement in a transaction that is rolled back: what is temporary does not outlive its answer either."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection

    def ask(self, statement: str) -> Answer:
        import duckdb  # noqa: PLC0415 - not for `--help`

        must_be_text(statement)
        if LOGGING in statement.lower():
            raise only_reads(LOGGING, WORDS)
        if found := CARRIES_OUT.search(statement):
            raise UserError(
                f"{found[1].lower()} carries out a text, which ctct sql cannot read before; write it as the statement"
            )
        try:
            statements = self._connection.extract_statements(statement)
            self._must_be_a_question(statements)
            return self._answer(statements)
        except duckdb.Error as error:
            raise refusal(error) from error
        except OverflowError as error:  # of an interval of a million years
            raise UserError(f"a value of the answer cannot be shown ({error}); cast it to text") from error

    def _answer(self, statements: Sequence[Statement]) -> Answer:
        connection: Any = self._connection
        connection.begin()
        try:
            for statement in statements:
                connection.execute(statement)
            columns = tuple(column[0] for column in connection.description or ())
            return Answer(columns=columns, rows=connection.fetchall())
        finally:
            connection.rollback()

    def _must_be_a_question(self, statements: Sequence[Statement]) -> None:
        """Raises UserError for none, for several, and for one that does more than read."""
        if not statements:
            raise UserError(NOTHING_ASKED)
        kinds = [statement.type.name for statement in statements]
        if kinds == PIVOT and not any(statement.query for statement in statements):
            return
        if len(kinds) > 1:
            raise UserError(ONE_AT_A_TIME)
        kind = kinds[0] if kinds[0] != EXPLAINS else self._kind_explained(statements[0].query)
        if kind != READS:
            raise only_reads(kind.replace("_", " "), WORDS)

    def _kind_explained(self, explanation: str) -> str:
        """The kind of the statement that is explained, or EXPLAIN for what cannot be told."""
        import duckdb  # noqa: PLC0415 - not for `--help`

        found = EXPLAINED.fullmatch(explanation)
        for text in (
            found.groups() if found else ()
        ):  # a parenthesis may be options, or the beginning of a query
            with suppress(duckdb.ParserException):
                statements = self._connection.extract_statements(text)
                if len(statements) == 1:
                    return str(statements[0].type.name)
        return EXPLAINS
