"""`ctct sql`: questions to the warehouse, which it cannot change.

A bare name means a mart, then a raw table. How a database is kept from changing anything is in the session of its
destination. Answers go to standard output as a table, CSV or JSON; what is said besides them goes to standard error.
The prompt keeps its history in the user's state folder.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

import pendulum

from pipelines.constant_contact.display.answer import write
from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.erasure.outputs import prompt_history
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.questions import question, questions
from pipelines.constant_contact.reporting.data import account_and_zone, zoned
from pipelines.constant_contact.reporting.dataset_view import DatasetView
from sources.constant_contact.warehouse import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

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
        statement = (
            "select table_schema as dataset, column_name, data_type from information_schema.columns"
            f" where table_name = {literal(rest.strip())} order by table_schema, ordinal_position"
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
    file = path or prompt_history()
    with contextlib.suppress(OSError):
        readline.read_history_file(file)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            readline.set_history_length(1000)
            readline.write_history_file(file)


def moment_asked(text: str, opened: Warehouse, zone: str | None) -> datetime:
    """What `--as-of` names: a time, in UTC where it says nothing else, or the end of a day, which is one of the time
    zone in which marts count days: the setting's `zone`, else the account's. Raises UserError for what is neither, and
    for the future, which nobody has loaded.
    """
    try:
        found = pendulum.parse(text.strip(), exact=True)
    except ValueError:
        found = None
    if isinstance(found, pendulum.DateTime):
        at = found
    elif isinstance(found, pendulum.Date):
        of = pendulum.timezone(zone or _accounts_zone(opened))
        at = pendulum.datetime(found.year, found.month, found.day, tz=of).end_of("day")
    else:
        raise UserError(f"--as-of {text!r} is no time; write it as 2026-01-31 or 2026-01-31T06:30")
    return _past(at, text, is_day=not isinstance(found, pendulum.DateTime))


def _past(at: pendulum.DateTime, text: str, *, is_day: bool) -> pendulum.DateTime:
    """The day that has not ended yet is asked for until now."""
    now = pendulum.now("UTC")
    if at <= now:
        return at
    if is_day and at.start_of("day") <= now:
        return now
    raise UserError(
        f"--as-of {text!r} is in the future, it is {now:YYYY-MM-DD HH:mm} UTC; leave --as-of out for now"
    )


def _accounts_zone(opened: Warehouse) -> str:
    if not opened.exists:
        return "UTC"
    views = [
        DatasetView.read(opened.query, name) for name in (opened.target.dataset, opened.target.analytics)
    ]
    return str(zoned(account_and_zone(*views)[1]))


def run_sql(
    opened: Warehouse, statement: str | None, *, ask: str | None, form: Form, at: datetime | None = None
) -> int:
    """One statement, one of the questions, what stands on standard input, or a prompt. `at`: of an earlier state."""
    if statement is not None and ask is not None:
        raise UserError("give a statement or --ask, not both")
    if ask is not None:
        one = question(ask)
        statement = one.sql
        _say(f"{one.asks} {one.note}")
    if statement is None and not sys.stdin.isatty():
        statement = sys.stdin.read()
    with opened.session() if at is None else opened.earlier(at, _say) as asked:
        if statement is None:
            with remembered():
                prompt(asked, read=input, out=sys.stdout, say=_say, form=form)
        else:
            write(asked.ask(statement), form, sys.stdout)
    return 0


def _say(sentence: str) -> None:
    sys.stderr.write(f"{plain(sentence, lines=True)}\n")
