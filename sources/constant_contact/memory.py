"""How much a run may hold in memory at once, by the setting `memory`.

What is read and not loaded yet is most of it, so the bounds are those of reading ahead and of a commit; they do not
depend on how large the account is. Must not know: who reads or loads.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    pages_at_once: int
    """Of one large collection in one batch; 20 contacts with all that belongs to them are about 25 kB."""
    read_ahead: int
    """Requests whose rows may wait for the loader."""
    rows_per_commit: int
    """At most, children included: about 120 bytes each."""
    database_mb: int
    """What DuckDB may use for a load, a question or the transforms before it puts things on disk."""


SIZES: Mapping[str, Memory] = MappingProxyType(
    {
        "normal": Memory(pages_at_once=20, read_ahead=64, rows_per_commit=1_000_000, database_mb=512),
        "small": Memory(pages_at_once=4, read_ahead=8, rows_per_commit=300_000, database_mb=80),
    }
)


def memory(value: str) -> Memory:
    """Raises ValueError with one sentence for a size that there is not."""
    if value not in SIZES:
        raise ValueError(f"memory is {value!r}; set it to {' or '.join(SIZES)}")
    return SIZES[value]
