"""Rows that have no place in their table: kept in `_ctct_set_aside`, counted, and asked for again until they have one.

A row belongs to what it was read for (an e-mail's feed, a contact's items, else the whole collection). When that was
read completely and the row did not come, it has its place by now, or is gone, and leaves the table.
What is not read in each run anyway is asked for again in the next one, then after 1, 2, 4 ... 32 days.
Threads share it. Must not know: HTTP, which resource is read how.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import blake2s
from typing import TYPE_CHECKING, Any

import pendulum
import pyarrow as pa

from sources.constant_contact.catalogue import SET_ASIDE, endpoint, table
from sources.constant_contact.catalogue.columns import DELETED
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.rows.values import json_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sources.constant_contact.rows import OddRow

TABLE = SET_ASIDE.name
MAX_OBJECTS = 20
"""Feeds, contacts and the like that one run asks for again only because rows of them are set aside."""
MAX_INTERVAL_DAYS = 32
EARLY = pendulum.duration(hours=6)
"""A nightly run may begin a little earlier than the one before."""

Row = dict[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Object:
    """What is read as one piece."""

    resource: str
    read_for: str = ""
    """Id of the e-mail or contact; empty: the whole collection."""


class SetAside:
    """The rows set aside, as the run found them and as they are by now."""

    def __init__(self, rows: Iterable[Mapping[str, Any]] = (), *, now: datetime | None = None) -> None:
        self._now = now or pendulum.now("UTC")
        self._rows: dict[Object, dict[Key, Row]] = defaultdict(dict)
        self._counts: Counter[Key] = Counter()
        """(table, what was read) -> rows."""
        for row in rows:
            if not row.get(DELETED):
                self._keep((row["table_name"], row["row_key"]), dict(row))
        self._seen: set[Key] = set()
        self._fresh: dict[Object, list[Key]] = defaultdict(list)
        """Seen, and not handed on with a batch yet."""
        self._due = frozenset(self._first_due())
        self._lock = threading.Lock()

    def add(self, odd: Sequence[OddRow], read_for: str = "", numbers: Counter[str] | None = None) -> None:
        """`numbers` tells equal rows of one reading apart: the same one for all its pages."""
        numbers = Counter() if numbers is None else numbers
        with self._lock:
            for each in odd:
                self._add(each, each.parent or read_for, numbers)

    def count(self, name: str, read_for: str = "") -> int:
        """Rows of a table that were read for one object."""
        with self._lock:
            return self._counts[name, read_for]

    def any(self, resource: str) -> bool:
        with self._lock:
            return any(rows for of, rows in self._rows.items() if of.resource == resource)

    def is_due(self, resource: str, read_for: str = "") -> bool:
        """Whether it should be read completely in this run, because rows of it are set aside."""
        return Object(resource, read_for) in self._due

    def due(self, resource: str) -> list[str]:
        """What the objects of a resource that are due were read for."""
        return sorted(each.read_for for each in self._due if each.resource == resource)

    def rows_of(self, resource: str, read_for: str = "") -> list[str]:
        """The rows as the API sent them, in JSON."""
        with self._lock:
            return [row["row_json"] for row in self._rows.get(Object(resource, read_for), {}).values()]

    def take(
        self,
        resource: str,
        read_for: str | None = None,
        *,
        whole: bool = False,
        since: datetime | None = None,
        parents: Collection[str] = (),
    ) -> pa.Table | None:
        """Changes of the table that were not handed on yet, of one object or (None) of all of a resource.

        whole    a complete reading of this has ended that began at `since`, else with the run
        parents  keys of rows whose items have all been read
        """
        with self._lock:
            found = [
                self._rows[each][key]
                for each in list(self._fresh)
                if each.resource == resource and read_for in (None, each.read_for)
                for key in self._fresh.pop(each)
            ]
            for each in list(self._rows) if whole or parents else ():
                if each.resource == resource:
                    ended = whole and read_for in (None, each.read_for)
                    if ended or each.read_for in parents:
                        found += self._healed(each, (since or self._now) if ended else self._now)
        return pa.Table.from_pylist(found, schema=arrow_schema(SET_ASIDE)) if found else None

    def _healed(self, of: Object, since: datetime) -> Iterator[Row]:
        """Rows that did not come again, marked to be removed."""
        for key, row in list(self._rows[of].items()):
            if key not in self._seen and row["last_seen_at"] < since:
                del self._rows[of][key]
                self._counts[row["table_name"], row["read_for"]] -= 1
                yield {**row, DELETED: True}

    def _keep(self, key: Key, row: Row) -> None:
        of = _object(row)
        if key not in self._rows[of]:
            self._counts[row["table_name"], row["read_for"]] += 1
        self._rows[of][key] = row

    def _add(self, odd: OddRow, read_for: str, numbers: Counter[str]) -> None:
        written = json_text(odd.row)
        mark = blake2s(
            repr((read_for, written)).encode(errors="backslashreplace"), digest_size=12
        ).hexdigest()
        numbers[mark] += 1
        key = odd.table, f"{mark}-{numbers[mark]}"
        if key in self._seen:
            return
        of = Object(table(odd.table).parent or odd.table, read_for)
        row = {
            "table_name": odd.table,
            "row_key": key[1],
            "key": odd.key,
            "reason": odd.reason,
            "row_json": written.encode(errors="backslashreplace").decode(),
            "read_for": read_for,
            **self._attempts(self._rows.get(of, {}).get(key)),
            "last_seen_at": self._now,
            DELETED: None,
        }
        self._keep(key, row)
        self._seen.add(key)
        self._fresh[of].append(key)

    def _attempts(self, known: Row | None) -> Row:
        if known is None:
            return {"set_aside_at": self._now, "attempts": 0, "next_attempt_at": self._now}
        made = known["attempts"]
        if known["next_attempt_at"] > self._now:
            return {name: known[name] for name in ("set_aside_at", "attempts", "next_attempt_at")}
        days = min(2**made, MAX_INTERVAL_DAYS)
        again = self._now + pendulum.duration(days=days) - EARLY
        return {"set_aside_at": known["set_aside_at"], "attempts": made + 1, "next_attempt_at": again}

    def _first_due(self) -> Iterator[Object]:
        """Those that wait longest; what is read in each run is not asked for again by itself."""
        waiting: dict[Object, datetime] = {}
        for at, row in ((of, row) for of, rows in self._rows.items() for row in rows.values()):
            if row["next_attempt_at"] <= self._now and not endpoint(at.resource).is_whole:
                waiting[at] = min(waiting.get(at, row["next_attempt_at"]), row["next_attempt_at"])
        yield from sorted(waiting, key=lambda at: (waiting[at], at))[:MAX_OBJECTS]


def _object(row: Mapping[str, Any]) -> Object:
    of = table(row["table_name"])
    return Object(of.parent or of.name, row["read_for"])
