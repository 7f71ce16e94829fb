"""How a lake was: every commit is a snapshot, and a session can be shown the last one at or before a time.

Source: https://ducklake.select/docs/stable/duckdb/usage/time_travel. Upkeep and erasing end what can be gone back to
(`lake_upkeep`); the oldest snapshot that is left says where.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pendulum

from pipelines.constant_contact.destinations.lake_upkeep import KEPT_DAYS
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MADE = 0
"""The number of the snapshot with which a lake begins."""


def snapshot(catalog: DuckDBPyConnection, at: datetime, say: Callable[[str], None]) -> int:
    """The number of the last snapshot at or before a time; its own time is said. `catalog`: a copy of the lake's.
    Raises UserError where there is none.
    """
    asked_us = (at - EPOCH) // timedelta(microseconds=1)
    number, epoch_s = _edge(catalog, f"max(snapshot_id) filter (epoch_us(snapshot_time) <= {asked_us})")
    if number is None:
        raise _nothing_left(at, *_edge(catalog, "min(snapshot_id)"))
    say(f"answering as of the lake's commit of {_shown(epoch_s)}")
    return number


def _edge(catalog: DuckDBPyConnection, which: str) -> tuple[int | None, float]:
    """A snapshot's number and its time in seconds since 1970 in UTC."""
    row = catalog.execute(
        "select snapshot_id, epoch(snapshot_time) from ducklake_snapshot"
        f" where snapshot_id = (select {which} from ducklake_snapshot)"
    ).fetchone()
    return (int(row[0]), float(row[1])) if row else (None, 0.0)


def _nothing_left(at: datetime, oldest: int | None, epoch_s: float) -> UserError:
    asked, since = _shown(at.timestamp()), _shown(epoch_s)
    if oldest == MADE:
        return UserError(f"there was no lake yet at {asked}; it begins at {since}: ask for then or later")
    return UserError(
        f"how the lake was at {asked} is no longer kept: snapshots expire after {KEPT_DAYS} days, and all of them when "
        f"a person is erased; the oldest one left is of {since}: ask for then or later"
    )


def not_there_yet(dataset: str, at: datetime) -> UserError:
    return UserError(
        f"dataset {dataset!r} was not in the lake yet at {_shown(at.timestamp())}; ask for a later time"
    )


def _shown(epoch_s: float) -> str:
    return pendulum.from_timestamp(epoch_s).format("YYYY-MM-DD HH:mm:ss [UTC]")
