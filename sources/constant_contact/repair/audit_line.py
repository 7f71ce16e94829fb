"""One count of the API beside the number of loaded rows: the line, and what is asked of many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One count of the API held against the warehouse."""

    table: str
    scope: str
    """`total`, or what the count belongs to: `list`, `tag`, `campaign_activity` and the like."""
    scope_id: str = ""
    scope_name: str = ""
    source_count: int
    loaded_count: int
    ok: bool
    explanation: str = ""

    @property
    def difference(self) -> int:
        """How many more the API counts than are loaded."""
        return self.source_count - self.loaded_count

    def explained(self, explanation: str) -> AuditLine:
        """The difference is none, for this reason."""
        return replace(self, ok=True, explanation=explanation)


Lines = Sequence[AuditLine]


def compared(
    table: str, scope: str, scope_id: str, source: Any, loaded: Any, *, name: str = ""
) -> Iterator[AuditLine]:
    """No line where the API gave no count: unknown is not zero."""
    if source is not None:
        yield AuditLine(
            table=table,
            scope=scope,
            scope_id=scope_id,
            scope_name=name,
            source_count=int(source),
            loaded_count=int(loaded),
            ok=int(source) == int(loaded),
        )


def differing(lines: Lines, *scopes: str) -> list[AuditLine]:
    """Those of these scopes, or of any, whose difference nothing explains."""
    return [line for line in lines if not line.ok and (not scopes or line.scope in scopes)]


def differences(lines: Lines) -> frozenset[tuple[str, str, str, int]]:
    """What differs and by how much, to tell whether anything has changed."""
    return frozenset(
        (line.table, line.scope, line.scope_id, line.difference) for line in lines if not line.ok
    )


def source_counts(lines: Lines) -> dict[tuple[str, str], int]:
    """(scope, id) -> what the API counts."""
    return {(line.scope, line.scope_id): line.source_count for line in lines}
