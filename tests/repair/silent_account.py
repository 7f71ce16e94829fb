"""An account whose contacts change without a trace, with a client that answers for it, and what is loaded of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pendulum

from sources.constant_contact.api.errors import NotFound
from sources.constant_contact.api.paging import Page
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.created_range import EVER
from sources.constant_contact.reads.reading import Reading
from sources.constant_contact.repair.findings import Known
from sources.constant_contact.repair.search import Search
from sources.constant_contact.rows import to_arrow
from sources.constant_contact.sql_warehouse import SqlWarehouse
from sources.constant_contact.windows import SyncOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.reads.created_range import CreatedRange
    from sources.constant_contact.repair.findings import ContactFilter

PAGE = 10
ACTIVE = ("explicit", "implicit")
NOW = pendulum.datetime(2026, 11, 20, 3)
BEGAN = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    contact_id: str
    second: int
    permission: str = "explicit"
    deleted: bool = False
    lists: frozenset[str] = frozenset({"l1"})

    @property
    def row(self) -> dict[str, Any]:
        """As the API shows it."""
        row: dict[str, Any] = {
            "contact_id": self.contact_id,
            "created_at": datetime.fromtimestamp(self.second, UTC).strftime(FORMAT),
            "email_address": {"permission_to_send": self.permission},
            "list_memberships": [] if self.deleted else sorted(self.lists),
        }
        return row | ({"deleted_at": "2026-11-19"} if self.deleted else {})

    def is_in(self, status: str, of_list: str = "") -> bool:
        if of_list and (self.deleted or of_list not in self.lists):
            return False
        if status in {"all", "deleted"}:
            return status == "all" or self.deleted
        wanted = ACTIVE if status == "active" else (status,)
        return not self.deleted and self.permission in wanted


def people(number: int, *, apart_s: int = 60) -> dict[str, Person]:
    """Created one after the other."""
    found = [Person(contact_id=f"c{i:04}", second=BEGAN + i * apart_s) for i in range(number)]
    return {one.contact_id: one for one in found}


@dataclass(slots=True)
class Account:
    """Answers as the API does. `counts`: whether it says how many a filter selects; `includes_bounds`: whether a
    contact that was created in the instant of a bound is selected, which is documented nowhere.
    """

    there: dict[str, Person]
    budget_left: int = 10_000
    counts: bool = True
    includes_bounds: bool = True
    requests: int = 0
    asked: list[str] = field(default_factory=list)
    """Ids that were asked for one by one."""

    @property
    def budget(self) -> Account:
        return self

    def remaining_for_run(self) -> int:
        return self.budget_left - self.requests

    def with_few_attempts(self) -> Account:
        return self

    def pages(self, _path: str, asked: Mapping[str, str], **_more: Any) -> Iterator[Page]:
        selected = [one for one in self.there.values() if self._selects(one, asked)]
        envelope: dict[str, Any] = {"contacts_count": len(selected)} if self.counts else {}
        last = max(1, math.ceil(len(selected) / PAGE))
        for number in range(last):
            self.requests += 1
            rows = [one.row for one in selected[number * PAGE : (number + 1) * PAGE]]
            link = None if number + 1 == last else f"/contacts?cursor={number}"
            yield Page(rows=rows, next_link=link, envelope=envelope if number == 0 else {})

    def _selects(self, one: Person, asked: Mapping[str, str]) -> bool:
        bounds = {name: _second(asked[name]) for name in ("created_after", "created_before") if name in asked}
        margin = 0 if self.includes_bounds else 1
        return (
            one.is_in(asked["status"], asked.get("lists", ""))
            and one.second >= bounds.get("created_after", 0) + margin
            and one.second <= bounds.get("created_before", 10**12) - margin
        )

    def record(self, path: str, _parameters: Any = None) -> dict[str, Any]:
        self.requests += 1
        contact_id = path.rpartition("/")[2]
        self.asked.append(contact_id)
        if contact_id not in self.there:
            raise NotFound(f"{path} is not there", path=path)
        return self.there[contact_id].row


def _second(text: str) -> int:
    return int(datetime.strptime(text, FORMAT).replace(tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class LoadedPeople:
    """What is loaded, as the search asks for it."""

    there: Mapping[str, Person]

    def of(self, of: ContactFilter) -> list[Person]:
        status = of.parameters["status"]
        return [one for one in self.there.values() if one.is_in(status, of.parameters.get("lists", ""))]

    def count(self, of: ContactFilter) -> int:
        return len(self.of(of))

    def seconds(self, of: ContactFilter) -> list[tuple[int, int]]:
        seconds = [one.second for one in self.of(of)]
        return [(second, seconds.count(second)) for second in sorted(set(seconds))]

    def ids(self, of: ContactFilter, created: CreatedRange) -> set[str]:
        low, high = created.after or 0, created.before or 10**12
        return {one.contact_id for one in self.of(of) if created == EVER or low <= one.second < high}


class LoadedRows(SqlWarehouse):
    """The rows of what is loaded, without a database."""

    def __init__(self, there: Mapping[str, Person]) -> None:
        super().__init__(lambda _: ((), ()), str, {})
        tables = to_arrow(endpoint("contacts"), [one.row for one in there.values()])
        self._rows = {name: rows.to_pylist() for name, rows in tables.items()}

    def rows(self, table: str, columns: Any = None) -> list[dict[str, Any]]:
        return [row for row in self._rows[table] if not row.get("_deleted")]

    def where(self, table: str, column: str, values: Any) -> list[dict[str, Any]]:
        return [row for row in self.rows(table) if row[column] in values]


class Looked:
    """A search over an account and what is loaded of it, its batches read."""

    def __init__(self, account: Account, loaded: Mapping[str, Person], known: Known | None = None) -> None:
        self.account = account
        reading = Reading(
            client=account,  # type: ignore[arg-type]
            warehouse=LoadedRows(loaded),
            state={},
            wanted=frozenset({"contacts"}),
            options=SyncOptions(
                lookback=pendulum.duration(hours=6), full_refresh_every=pendulum.duration(days=30)
            ),
            now=NOW,
        )
        self.search = Search(reading, LoadedPeople(loaded), known or Known())  # type: ignore[arg-type]
        self.batches: list[Batch] = []

    def compare(self, of: ContactFilter, **how: bool) -> Looked:
        self.batches += self.search.attempt(self.search.compare(of, **how))
        return self

    def scan(self, **wanted: int) -> Looked:
        self.batches += self.search.attempt(self.search.scan(wanted))
        return self

    @property
    def found(self) -> Any:
        return self.search.findings

    @property
    def written(self) -> set[str]:
        """Contacts whose rows are handed on."""
        tables = [batch.tables["contacts"] for batch in self.batches if "contacts" in batch.tables]
        return {each for rows in tables for each in rows.column("contact_id").to_pylist()}


def changed(there: Mapping[str, Person], contact_id: str, **changes: Any) -> dict[str, Person]:
    return {**there, contact_id: replace(there[contact_id], **changes)}


def without(there: Mapping[str, Person], *ids: str) -> dict[str, Person]:
    return {each: one for each, one in there.items() if each not in ids}
