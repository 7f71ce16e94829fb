"""Rows that the API sent without a usable key: how many there are, and one warning a run.

Reads `_ctct_set_aside`, which the source fills. No request.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.constant_contact.destinations.warehouse import SOURCE
from sources.constant_contact.catalogue import SET_ASIDE
from sources.constant_contact.catalogue.columns import DELETED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from pipelines.constant_contact.destinations.warehouse import Warehouse

TABLE = SET_ASIDE.name
MAX_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Rows of one table with the same fault."""

    table: str
    key: str
    reason: str
    rows: int


def kinds(warehouse: Warehouse, columns: Mapping[str, Collection[str]] | None = None) -> Sequence[Kind]:
    """All that is set aside by now, most rows first."""
    if TABLE not in (warehouse.columns() if columns is None else columns):
        return ()
    rows = warehouse.query(
        f"select table_name, key, reason, count(*) as found from {warehouse.qualified(TABLE)}"
        f" where {DELETED} is distinct from true group by table_name, key, reason order by 4 desc, 1, 2, 3"
    )
    return [
        Kind(
            table=str(row["table_name"]),
            key=str(row["key"]),
            reason=str(row["reason"]),
            rows=int(str(row["found"])),
        )
        for row in rows
    ]


def noted(warehouse: Warehouse, warn: Callable[[str], None]) -> dict[str, int]:
    """Rows by table, after one warning where there are any."""
    if SOURCE not in warehouse.pipeline.schema_names:
        return {}
    found = kinds(warehouse)
    if found:
        warn(warning(found))
    return by_table(found)


def by_table(found: Sequence[Kind]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for kind in found:
        counts[kind.table] += kind.rows
    return dict(sorted(counts.items()))


def warning(found: Sequence[Kind]) -> str:
    """One sentence for all of them."""
    named = [f"{kind.rows} of {kind.table} without a usable {kind.key} ({kind.reason})" for kind in found]
    more = f" and {len(named) - MAX_NAMED} other kinds" if len(named) > MAX_NAMED else ""
    return (
        f"{sum(kind.rows for kind in found)} row(s) are set aside in {TABLE}: {', '.join(named[:MAX_NAMED])}{more}; "
        "they are asked for again at growing intervals"
    )
