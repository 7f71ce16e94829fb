"""`ctct sql`: questions to the warehouse, which it cannot change.

A bare name means a mart, then a raw table. How a database is kept from changing anything is in the session of its
destination. Answers go to standard output as a table, CSV or JSON; what is said besides them goes to standard error.
The prompt keeps its history in the user's state folder.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from pipelines.constant_contact.display.answer import write
from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.questions import question, questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipelines.constant_contact.destinations.session import Session
    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.display.answer import Form

PROMPT, CONTINUED = "ctct> ", " ...> "
HELP = """End a statement with ; and an answer comes. A bare name is a mart, or a raw table.
  .tables      the tables there are
  .columns X   the columns of one
  .questions   questions that come with ctct; .ask NAME answers one
  .quit        leave (so does Ctrl-D)"""


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
    with opened.session() as asked:
        if statement is None:
            with remembered():
                prompt(asked, read=input, out=sys.stdout, say=_say, form=form)
        else:
            write(asked.ask(statement), form, sys.stdout)
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{plain(sentence, lines=True)}\n")
