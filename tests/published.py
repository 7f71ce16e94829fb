"""Tables and keys as users know them: what the catalogue said when each was published, in `published.json`.

`python -m tests.generated` adds what is new. A table that is gone, or a key that is another one, it refuses: that is
for people to decide, who then take the line out of the file. The comparison of accounts takes keys from here; nothing
of the pipeline is used.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLISHED = Path(__file__).with_name("published.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One table."""

    key: tuple[str, ...]
    soft_deletes: bool = False
    """Rows that vanish from the account are marked with `deleted_at`."""
    opt_in: bool = False
    """There only where a setting asks for it."""


def published() -> Mapping[str, Published]:
    """By table, each parent before its children."""
    return {name: _read(one) for name, one in json.loads(PUBLISHED.read_text("utf-8")).items()}


def _read(one: Mapping[str, Any]) -> Published:
    return Published(**{**one, "key": tuple(one["key"])})
