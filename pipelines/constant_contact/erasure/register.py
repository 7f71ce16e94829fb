"""What is kept of an erased contact, so that it stays erased: keyed hashes of its id and addresses, and counts.

Both lie in the dataset itself, as tables that no load touches: see DECISIONS.md beside this file.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sources.constant_contact.catalogue import FEEDS
from sources.constant_contact.warehouse import literal, literals
from sources.constant_contact.withheld import FORGOTTEN, FORGOTTEN_ROWS, Forgotten, hash_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pendulum

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.erasure.search import Traces


def registered(opened: Warehouse) -> Forgotten:
    """The contacts that were erased from this dataset."""
    if FORGOTTEN not in opened.columns():
        return Forgotten()
    rows = opened.query(f"select hash_key, contact_hash from {opened.qualified(FORGOTTEN)}")
    if not rows:
        return Forgotten()
    return Forgotten(key=str(rows[0]["hash_key"]), hashes=frozenset(str(row["contact_hash"]) for row in rows))


def entering(
    opened: Warehouse,
    columns: Mapping[str, Sequence[str]],
    traces: Traces,
    *,
    reason: str,
    at: pendulum.DateTime,
) -> list[str]:
    """Statements that enter contacts, and count the events that are about to go."""
    hashes, rows = opened.qualified(FORGOTTEN), opened.qualified(FORGOTTEN_ROWS)
    known = registered(opened)
    key = known.key or secrets.token_hex(32)
    entered = {hash_of(key, word) for word in (*traces.ids, *traces.owned)}
    fresh = sorted(entered - known.hashes)
    moment = f"cast('{at.in_timezone('UTC').isoformat()}' as timestamp with time zone)"
    statements = [
        (
            f"create table if not exists {hashes} (contact_hash text, hash_key text, reason text,"
            " forgotten_at timestamp with time zone, finished_at timestamp with time zone)"
        ),
        f"create table if not exists {rows} (table_name text, campaign_activity_id text, erased_rows bigint)",
        (f"update {hashes} set finished_at = null where contact_hash in ({literals(sorted(entered))})"),
    ]
    if fresh:
        values = ", ".join(f"('{one}', '{key}', {literal(reason)}, {moment}, null)" for one in fresh)
        statements.append(f"insert into {hashes} values {values}")
    listed = literals(traces.ids)
    statements += [
        f"insert into {rows} select '{feed}', campaign_activity_id, count(*) from {opened.qualified(feed)}"
        f" where contact_id in ({listed}) group by campaign_activity_id"
        for feed in FEEDS
        if feed in columns
    ]
    return statements


def unfinished(opened: Warehouse) -> bool:
    """Whether an erasure was interrupted between the rows and the files."""
    if FORGOTTEN not in opened.columns():
        return False
    found = opened.query(f"select count(*) as n from {opened.qualified(FORGOTTEN)} where finished_at is null")
    return bool(found[0]["n"])


def finish(opened: Warehouse) -> None:
    """Nothing is left of those that are entered."""
    if FORGOTTEN not in opened.columns():
        return
    opened.execute(
        f"update {opened.qualified(FORGOTTEN)} set finished_at = current_timestamp where finished_at is null"
    )
