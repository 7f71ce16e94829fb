"""A session that only reads: one statement in, one answer out, whatever the database.

How a database is kept from changing anything is in the module of each; here is what they have in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pipelines.constant_contact.display.plain_text import plain
from pipelines.constant_contact.errors import UserError
from sources.constant_contact.api.redact import without_passwords

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SAID = 2_000
"""Characters of a database's own words: they quote the statement."""
NOTHING_ASKED = "there is no statement to answer; write one, such as: select count(*) from contacts"
ONE_AT_A_TIME = "ctct sql answers one statement at a time; run them one by one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Of a statement; values as the driver gives them, times in UTC."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


class Session(Protocol):
    """A connection that reads."""

    def ask(self, statement: str) -> Answer:
        """Raises UserError for what is not one statement that reads, with the database's own words for its refusal."""


def must_be_text(statement: str) -> None:
    """Raises UserError for what no driver takes: bytes of a command line that are no UTF-8, and NUL."""
    if "\0" in statement or any("\ud800" <= letter <= "\udfff" for letter in statement):
        raise UserError("the statement holds bytes that are no text; write it in UTF-8, without NUL")


def only_reads(kind: str, words: str) -> UserError:
    """What to tell about a statement that could change something. `words`: those that begin one which cannot."""
    return UserError(f"ctct sql only reads, and {kind} does more or gives no rows; ask with {words}")


def refusal(error: BaseException) -> UserError:
    """The database's own words with its hints: LINE and ^ stay below each other."""
    text = plain(without_passwords(str(error)).strip(), lines=True) or type(error).__name__
    shown = text if len(text) <= MAX_SAID else f"{text[:MAX_SAID]} …"
    return UserError(f"the warehouse refuses this: {shown}")
