"""What the search finds that no row can say, of one stage and of all stages so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFilter:
    """Contacts that one filter of the API selects; the warehouse selects the same."""

    kind: Literal["all", "deleted", "active", "consent", "list", "tag"]
    value: str = ""
    """The permission, or the id of the list or tag."""

    @property
    def parameters(self) -> Mapping[str, str]:
        if self.kind == "list":
            return {"status": "all", "lists": self.value}
        if self.kind == "tag":
            return {"status": "all", "tags": self.value}
        return {"status": self.value if self.kind == "consent" else self.kind}


@dataclass(slots=True)
class Findings:
    """Of one stage. Only the search of that stage writes it; it is handed on when the stage has ended."""

    counts: dict[ContactFilter, int] = field(default_factory=dict)
    """How many the API selects."""
    left: dict[ContactFilter, set[str]] = field(default_factory=dict)
    """Loaded members of a list or tag that a complete reading of it lacks."""
    gone: set[str] = field(default_factory=set)
    """Contacts that answered 404 by their own id."""
    fresh: set[str] = field(default_factory=set)
    """Contacts that were read."""
    differed: set[str] = field(default_factory=set)
    """Contacts that were not loaded as they are, or are gone."""
    events: dict[tuple[str, str], set[tuple[Any, ...]]] = field(default_factory=dict)
    """(feed, e-mail) -> the keys of all its events, where they are as many as the API counts and fewer than loaded."""
    asked: set[ContactFilter] = field(default_factory=set)
    """Filters that were looked into."""
    all_asked: bool = False
    """Every contact has been asked for: no other filter shows more."""
    all_read: bool = False
    """Every contact has been read."""
    scanned: bool | None = None
    """Whether every active contact has been read; None: none was looked for."""
    unaffordable: list[int] = field(default_factory=list)
    """Requests that would have been needed and were not left."""
    requests: int = 0
    """Spent on looking for contacts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What all stages so far have shown; see `Findings`."""

    counts: Mapping[ContactFilter, int] = field(default_factory=dict)
    differed: frozenset[str] = frozenset()
    asked: frozenset[ContactFilter] = frozenset()
    """None of them is looked into twice in a run."""
    all_asked: bool = False
    all_read: bool = False
    scanned: bool = False
    unaffordable: tuple[int, ...] = ()
    requests: int = 0

    def after(self, stage: Findings) -> Known:
        return Known(
            counts={**self.counts, **stage.counts},
            differed=self.differed | stage.differed,
            asked=self.asked | stage.asked,
            all_asked=self.all_asked or stage.all_asked,
            all_read=self.all_read or stage.all_read,
            scanned=self.scanned if stage.scanned is None else stage.scanned,
            unaffordable=(*self.unaffordable, *stage.unaffordable),
            requests=self.requests + stage.requests,
        )
