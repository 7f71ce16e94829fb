"""`ctct sql`: questions to the warehouse, which it cannot change.

A bare name means a mart, then a raw table. DuckDB is opened read-only and without reach to other files; PostgreSQL
answers in a read-only transaction. Answers go to standard output as a table, CSV or JSON; what is said besides them
goes to standard error. The prompt keeps its history in the user's state folder.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import itertools
import json
import math
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import platformdirs

from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.questions import question, questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse

Form = Literal["table", "csv", "json"]
SHOWN_ROWS = 200
"""Of a table on a screen; CSV and JSON have all of them."""
PROMPT, CONTINUED = "ctct> ", " ...> "
HELP = """End a statement with ; and an answer comes. A bare name is a mart, or a raw table.
  .tables      the tables there are
  .columns X   the columns of one
  .questions   questions that come with ctct; .ask NAME answers one
  .quit        leave (so does Ctrl-D)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


class Session(Protocol):
    def ask(self, statement: str) -> Answer:
        """Raises UserError with the database's own words for a statement that it refuses."""


@contextlib.contextmanager
def session(opened: Warehouse) -> Iterator[Session]:
    """A connection that reads. Raises UserError where there is nothing to read yet."""
    opened.must_exist()
    datasets = (opened.target.analytics, opened.target.dataset)
    if opened.duckdb_path is not None:
        yield from _duckdb(opened.duckdb_path, datasets)
    elif opened.target.destination == "postgres":
        yield from _postgres(opened.postgres_url, datasets)
    else:
        raise UserError(
            f"ctct sql speaks to duckdb and postgres, not to {opened.target.destination}; use its own client"
        )


def _duckdb(path: Path, datasets: Sequence[str]) -> Iterator[Session]:
    import duckdb  # noqa: PLC0415

    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise UserError(f"the warehouse {path} cannot be read now: {_first_line(error)}") from error
    with connection:
        there = {
            row[0]
            for row in connection.execute("select schema_name from information_schema.schemata").fetchall()
        }
        connection.execute(f"set search_path = '{','.join(name for name in datasets if name in there)}'")
        connection.execute("set timezone = 'UTC'")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield _Asked(lambda: contextlib.nullcontext(connection), duckdb.Error)


def _postgres(url: str, datasets: Sequence[str]) -> Iterator[Session]:
    import psycopg2  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra

    path = ",".join((*datasets, "public"))
    try:
        connection = psycopg2.connect(url, options=f"-c search_path={path} -c timezone=UTC")
    except psycopg2.OperationalError as error:
        raise UserError(f"the warehouse cannot be read now: {_first_line(error)}") from error
    with contextlib.closing(connection):
        connection.set_session(readonly=True)
        yield _Asked(connection.cursor, psycopg2.Error, connection.rollback)


class _Asked:
    """A session over any DB-API cursor; of DuckDB the connection itself: its cursors do not share the search path."""

    def __init__(
        self,
        cursor: Callable[[], Any],
        refusals: type[Exception],
        finished: Callable[[], None] = lambda: None,
    ) -> None:
        self._cursor, self._refusals, self._finished = cursor, refusals, finished

    def ask(self, statement: str) -> Answer:
        try:
            with self._cursor() as cursor:
                cursor.execute(statement)
                if cursor.description is None:
                    return Answer(columns=(), rows=())
                columns = tuple(column[0] for column in cursor.description)
                return Answer(columns=columns, rows=cursor.fetchall())
        except self._refusals as error:
            raise UserError(f"the warehouse refuses this: {_first_line(error)}") from error
        finally:
            self._finished()


def write(answer: Answer, form: Form, out: Any) -> None:
    """To a stream; a table is as wide as the terminal."""
    if form == "csv":
        lines = csv.writer(out)
        lines.writerow(answer.columns)
        lines.writerows([["" if value is None else _plain(value) for value in row] for row in answer.rows])
    elif form == "json":
        names = _numbered(answer.columns)
        rows = [dict(zip(names, map(_json, row), strict=True)) for row in answer.rows]
        out.write(json.dumps({"columns": names, "rows": rows}, ensure_ascii=False, allow_nan=False) + "\n")
    else:
        _write_table(answer, out)


def _write_table(answer: Answer, out: Any) -> None:
    from rich import box  # noqa: PLC0415 - only when shown
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(answer.columns):
        numeric = any(isinstance(row[number], int | float | Decimal) for row in answer.rows[:SHOWN_ROWS])
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in answer.rows[:SHOWN_ROWS]:
        table.add_row(*(Text("" if value is None else _shown(value)) for value in row))
    console = Console(file=out)
    console.print(table)
    more = len(answer.rows) - SHOWN_ROWS
    if more > 0:
        console.print(f"{more:,} more rows; --csv gives all of them")


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(_plain(value))


def _numbered(names: Sequence[str]) -> list[str]:
    """The second `a` is `a_1`: an object has each key once, and no value may be lost to that."""
    taken: list[str] = []
    for name in names:
        free = (f"{name}_{number}" for number in itertools.count(1))
        taken.append(name if name not in taken else next(one for one in free if one not in {*taken, *names}))
    return taken


def _json(value: Any) -> Any:
    """In a form that JSON knows, to any depth; what is no number is null there."""
    if isinstance(value, dict):
        return {str(_plain(name)): _json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    value = _plain(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    """In a form that CSV and JSON know; times as ISO 8601."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        if not value.is_finite():
            return float(value)
        return int(value) if value == value.to_integral_value() else float(value)
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def prompt(
    asked: Session, *, read: Callable[[str], str], out: Any, say: Callable[[str], None], form: Form = "table"
) -> None:
    """Statements from `read`, which raises EOFError at the end; a refusal is said and the prompt goes on."""
    say(HELP)
    waiting = ""
    while True:
        try:
            line = read(CONTINUED if waiting else PROMPT).strip()
        except EOFError:
            return
        if not waiting and line in {".quit", ".exit", "exit", "quit"}:
            return
        waiting = f"{waiting}\n{line}".strip()
        if not waiting.startswith(".") and not waiting.endswith(";"):
            continue
        try:
            _carry_out(asked, waiting.rstrip("; "), out=out, say=say, form=form)
        except UserError as error:
            say(str(error))
        waiting = ""


def _carry_out(asked: Session, statement: str, *, out: Any, say: Callable[[str], None], form: Form) -> None:
    word, _, rest = statement.partition(" ")
    if word == ".tables":
        statement = (
            "select table_schema as dataset, table_name from information_schema.tables"
            " where table_schema not in ('information_schema', 'pg_catalog') order by 1, 2"
        )
    elif word == ".columns":
        name = rest.strip().replace("'", "''")
        statement = (
            "select table_schema as dataset, column_name, data_type from information_schema.columns"
            f" where table_name = '{name}' order by table_schema, ordinal_position"
        )
    elif word == ".questions":
        list_questions(say)
        return
    elif word == ".ask":
        one = question(rest.strip())
        say(f"{one.asks} {one.note}")
        statement = one.sql
    elif word.startswith("."):
        say(HELP)
        return
    write(asked.ask(statement), form, out)


def list_questions(say: Callable[[str], None]) -> None:
    for each in questions().values():
        say(f"  {each.name:24} {each.asks}")


@contextlib.contextmanager
def remembered(path: Path | None = None) -> Iterator[None]:
    """Lines of former sessions under the arrow keys, where this Python has readline."""
    try:
        import readline  # noqa: PLC0415 - not on every system
    except ImportError:
        yield
        return
    file = path or Path(platformdirs.user_state_path("constant-contact-pipeline")) / "sql_history"
    with contextlib.suppress(OSError):
        readline.read_history_file(file)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            readline.set_history_length(1000)
            readline.write_history_file(file)


def run_sql(opened: Warehouse, statement: str | None, *, ask: str | None, form: Form) -> int:
    """One statement, one of the questions, what stands on standard input, or a prompt."""
    if statement is not None and ask is not None:
        raise UserError("give a statement or --ask, not both")
    if ask is not None:
        one = question(ask)
        statement = one.sql
        _say(f"{one.asks} {one.note}")
    if statement is None and not sys.stdin.isatty():
        statement = sys.stdin.read()
    with session(opened) as asked:
        if statement is None:
            with remembered():
                prompt(asked, read=input, out=sys.stdout, say=_say, form=form)
        else:
            write(asked.ask(statement), form, sys.stdout)
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__
