"""What a sync does about personal data by itself: contacts whose time is over, columns that are excluded.

Before the marts: rows are erased and columns emptied. After them: files are written anew, where something went.
Nothing to do costs a few small questions a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.constant_contact.erasure import register
from pipelines.constant_contact.erasure.addresses import addresses_of, owned
from pipelines.constant_contact.erasure.erase import erase, erase_again
from pipelines.constant_contact.erasure.leftovers import leftovers, remove
from pipelines.constant_contact.erasure.search import OURS, Traces, relations
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.events import Noted
from sources.constant_contact.state import forgotten as forgotten_state
from sources.constant_contact.state.forgotten import ForgottenState

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pendulum

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.events import Listener
    from sources.constant_contact.source import Settings
    from sources.constant_contact.state.changes import State, StateChange
    from sources.constant_contact.withheld import Excluded, Forgotten

MAX_ERASED = 5_000
"""Contacts that one run erases because their time is over; the next run goes on."""
HISTORY = "_history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a run took away."""

    erased: int = 0
    emptied: tuple[str, ...] = ()
    """`table.column`"""
    again: bool = False
    """Whether rows of contacts that were erased earlier had come back."""
    unfinished: bool = False
    """Whether an earlier erasure stopped before the files."""

    def __bool__(self) -> bool:
        return bool(self.erased or self.emptied or self.again or self.unfinished)

    @property
    def sentence(self) -> str:
        """One line for people; empty where there is nothing to say."""
        parts = []
        if self.erased:
            more = " (the next run goes on)" if self.erased == MAX_ERASED else ""
            parts.append(f"{self.erased:,} contact(s) deleted longer ago than erase_after were erased{more}")
        if self.emptied:
            parts.append(f"excluded columns were emptied: {', '.join(self.emptied)}")
        if self.again or self.unfinished:
            parts.append("an earlier erasure was finished")
        return "; ".join(parts)


def sweep(
    opened: Warehouse, own: Settings, *, at: pendulum.DateTime, complete: bool, resumed: bool = False
) -> Swept:
    """Erase and empty rows. `complete`: whether the run read all it wanted; `resumed`: whether it loaded rows that an
    earlier one had read.
    """
    emptied = tuple(_empty(opened, own.excluded()))
    erased = _erase_due(opened, own, at) if complete else 0
    return Swept(
        erased=erased,
        emptied=emptied,
        again=resumed and erase_again(opened, at=at),
        unfinished=not erased and register.unfinished(opened),
    )


def clean_up(opened: Warehouse, swept: Swept, listener: Listener) -> Iterator[str]:
    """Files without what was swept; what was not possible, one sentence each, and the next run tries again.

    Nobody has the warehouse open.
    """
    if not swept:
        return
    trouble: tuple[type[Exception], ...] = (UserError, OSError, *opened.troubles())
    listener(Noted(message=swept.sentence))
    try:
        remove(leftovers(opened))
        yield from opened.rewrite([place.qualified for place in relations(opened) if place.area in OURS])
        register.finish(opened)
    except trouble as error:
        yield f"deleted rows are out of the tables, but not yet out of the files: {error}"


def _erase_due(opened: Warehouse, own: Settings, at: pendulum.DateTime) -> int:
    age = own.erased_after()
    if age is None or "deleted_at" not in opened.columns().get("contacts", ()):
        return 0
    before = (at.in_timezone("UTC") - age).date().isoformat()
    rows = opened.query(
        f"select contact_id from {opened.qualified('contacts')} where deleted_at < cast('{before}' as date)"
        f" order by deleted_at, contact_id limit {MAX_ERASED}"
    )
    ids = tuple(str(row["contact_id"]) for row in rows)
    if ids:
        theirs = owned(opened, ids, addresses_of(opened, ids))
        erase(opened, Traces(ids=ids, owned=theirs), reason="erase_after", at=at)
    return len(ids)


def _empty(opened: Warehouse, excluded: Excluded) -> Iterator[str]:
    """Values that were loaded before their column was excluded."""
    if not excluded:
        return
    columns = opened.columns()
    for table in excluded.tables:
        for name in (table, f"{table}{HISTORY}"):
            for column in excluded.of(table):
                if column in columns.get(name, ()) and _emptied(opened, name, column):
                    yield f"{name}.{column}"
    for name in (each for table in excluded.bridges for each in (table, f"{table}{HISTORY}")):
        if name in columns and opened.query(f"select 1 as one from {opened.qualified(name)} limit 1"):
            opened.execute(f"delete from {opened.qualified(name)}")
            yield name
    for place in relations(opened):
        if place.area == "staging" and place.name in (*excluded.tables, *excluded.bridges):
            opened.execute(f"delete from {place.qualified}")


def _emptied(opened: Warehouse, table: str, column: str) -> bool:
    of = f'{opened.qualified(table)} where "{column}" is not null'
    if not opened.query(f"select 1 as one from {of} limit 1"):
        return False
    opened.execute(f'update {opened.qualified(table)} set "{column}" = null where "{column}" is not null')
    return True


def returned(state: State, seen: Forgotten) -> Iterator[StateChange]:
    """Which erased contacts the account has again, where that is news: their hashes, so that counts are explained."""
    known = ForgottenState.of(state).returned
    now = (known | seen.returned) - seen.gone
    if now != known:
        yield forgotten_state.returned(now)


def returned_sentence(state: State) -> Iterator[str]:
    if count := len(ForgottenState.of(state).returned):
        yield (
            f"{count} contact(s) that were erased here are in the account again; their rows are left out: "
            "delete them there"
        )
