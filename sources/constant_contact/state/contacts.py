"""How far contacts were read.

mark        greatest `updated_at` seen, clamped to the run's start
opted_out   greatest `opt_out_date` seen, likewise
overlapped  the mark and `opted_out` whose look-back has been read again, a look-back or more after they were set
whole_at    start of the last whole reading that came to its end
whole       a whole reading under way: next (link) or ended, started_at, horizon, opted_out, failures
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from sources.constant_contact.state.changes import StateChange, text_of, time_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pendulum import DateTime

    from sources.constant_contact.state.changes import State

CONTACTS, WHOLE = "contacts", "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeReading:
    """A reading of all contacts, perhaps over several runs. Times in UTC."""

    started_at: DateTime
    next_link: str | None = None
    """From where it goes on; None before the first page and after the last one."""
    ended: bool = False
    horizon: DateTime | None = None
    """The greatest `updated_at` seen in the run in which it began."""
    opted_out: DateTime | None = None
    """The greatest `opt_out_date` seen in that run."""
    failures: int = 0
    """Runs in a row in which the server failed over `next_link`."""

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self | None:
        started_at = time_of(entry.get("started_at"))
        if started_at is None:
            return None
        return cls(
            started_at=started_at,
            next_link=entry.get("next"),
            ended=bool(entry.get("ended")),
            horizon=time_of(entry.get("horizon")),
            opted_out=time_of(entry.get("opted_out")),
            failures=entry.get("failures", 0),
        )

    def came_to(self, next_link: str | None) -> Self:
        """After a page with that link; None: it was the last one."""
        return replace(self, next_link=next_link, ended=next_link is None)

    def kept(self) -> StateChange:
        value = {
            "started_at": text_of(self.started_at),
            "next": self.next_link,
            "ended": self.ended or None,
            "horizon": text_of(self.horizon),
            "opted_out": text_of(self.opted_out),
            "failures": self.failures or None,
        }
        left = {name: each for name, each in value.items() if each is not None}
        return StateChange(path=(CONTACTS, WHOLE), value=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsState:
    """Times in UTC; None: not known yet."""

    mark: DateTime | None = None
    opted_out: DateTime | None = None
    whole_at: DateTime | None = None
    overlapped: frozenset[DateTime] = frozenset()
    whole: WholeReading | None = None

    @classmethod
    def of(cls, state: State) -> Self:
        entry = state.get(CONTACTS, {})
        mark = time_of(entry.get("mark"))
        return cls(
            mark=mark,
            opted_out=time_of(entry.get("opted_out")) or mark,
            whole_at=time_of(entry.get("whole_at")),
            overlapped=frozenset(at for text in entry.get("overlapped", ()) if (at := time_of(text))),
            whole=WholeReading.of(entry.get(WHOLE, {})),
        )

    def kept(self) -> StateChange:
        """The marks of a reading that came to its end; whatever was under way is over."""
        value: dict[str, Any] = {
            name: text_of(at)
            for name, at in (("mark", self.mark), ("opted_out", self.opted_out), ("whole_at", self.whole_at))
            if at is not None
        }
        if self.overlapped:
            value["overlapped"] = [at.isoformat() for at in sorted(self.overlapped)]
        return StateChange(path=(CONTACTS,), value=value)


def read_again() -> StateChange:
    """Nothing is known of how far contacts were read."""
    return StateChange(path=(CONTACTS,), value=None)


def all_read_at(at: DateTime) -> StateChange:
    """Every contact was read since the last whole reading; the next round counts from `at`."""
    return StateChange(path=(CONTACTS, "whole_at"), value=at.isoformat())
