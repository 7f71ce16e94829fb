"""Rows of raw tables as SQL, and moments at random, for the scripts that make accounts up."""

import random
from datetime import UTC, datetime, timedelta

from engines import RAW


def literal(value: object) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def insert(table: str, **values: object) -> str:
    return (
        f"insert into {RAW}.{table} ({', '.join(values)}) values ({', '.join(map(literal, values.values()))})"
    )


def moment(chance: random.Random, *, maybe: bool = True) -> str | None:
    if maybe and chance.random() < 0.2:
        return None
    at = datetime(2025, 10, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(200 * 86400))
    return at.isoformat()
