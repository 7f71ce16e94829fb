"""Which rows the API's own counts count, where it is not all contacts that are not deleted.

Under "audit", "rules": a scope (total, consent, list, tag), or one count of it as scope:id -> the name of a rule, or
"unknown": no rule that was tried fits, so the count says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sources.constant_contact.state.changes import StateChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.constant_contact.state.changes import State

AUDIT, RULES = "audit", "rules"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRules:
    by_count: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, state: State) -> Self:
        return cls(by_count=state.get(AUDIT, {}).get(RULES, {}))

    def rule(self, scope: str, scope_id: str) -> str | None:
        """None: contacts that are not deleted."""
        return self.by_count.get(f"{scope}:{scope_id}") or self.by_count.get(scope)

    def unknown(self, scope: str) -> bool:
        """Whether a count of this scope says nothing."""
        return any(rule == UNKNOWN and count.split(":")[0] == scope for count, rule in self.by_count.items())


def counts_by(scope: str, rule: str | None) -> StateChange:
    """All counts of a scope; None: contacts that are not deleted."""
    return StateChange(path=(AUDIT, RULES, scope), value=rule)


def says(scope: str, scope_id: str, *, something: bool) -> StateChange:
    """Whether this one count says something."""
    return StateChange(path=(AUDIT, RULES, f"{scope}:{scope_id}"), value=None if something else UNKNOWN)


def without_rules(state: State) -> dict[str, object]:
    """The state as if all counts counted contacts that are not deleted."""
    known = {name: value for name, value in state.get(AUDIT, {}).items() if name != RULES}
    return {**state, AUDIT: known}
