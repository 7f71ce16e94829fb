"""What of the contract is read: `python -m tests.coverage_report`.

Operations and properties come from the contract's facts, what is read from the catalogue; whether a value really
arrives is the matter of `tests/contract/test_arrival.py`. Each operation and each property that is left out has its
reason here; what only leads from page to page is no property of the account and is not counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sources.constant_contact.catalogue import CATALOGUE
from tests.contract.properties import Path, operations, properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sources.constant_contact.catalogue import Endpoint, Table

BEGIN = "<!-- coverage: generated from the contract's facts -->"
END = "<!-- end of coverage -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class SameElsewhere:
    """An operation whose properties another one brings too, below `prefix` of its rows."""

    path: str
    why: str
    prefix: Path = ()


_TRACKING = "/reports/email_reports/{campaign_activity_id}/tracking"
COVERED: Mapping[str, SameElsewhere] = {
    "/account/summary/physical_address": SameElsewhere(
        path="/account/summary", prefix=("physical_address",), why="part of the account"
    ),
    "/activities/{activity_id}": SameElsewhere(path="/activities", why="one row of the listing"),
    "/contact_lists/{list_id}": SameElsewhere(path="/contact_lists", why="one row of the listing"),
    "/contact_tags/{tag_id}": SameElsewhere(path="/contact_tags", why="one row of the listing"),
    "/contact_custom_fields/{custom_field_id}": SameElsewhere(
        path="/contact_custom_fields", why="one row of the listing"
    ),
    f"{_TRACKING}/unique_opens": SameElsewhere(
        path=f"{_TRACKING}/opens", why="the latest opening of each contact"
    ),
    f"{_TRACKING}/didnotopens": SameElsewhere(
        path=f"{_TRACKING}/sends", why="sends without an opening and without a bounce"
    ),
    "/partner/webhooks/subscriptions/{topic_id}": SameElsewhere(
        path="/partner/webhooks/subscriptions", why="one row of the listing"
    ),
}
BY_COMMAND: Mapping[str, str] = {}
"""Operations that a command of its own reads, outside the catalogue."""
LEFT_OUT: Mapping[str, str] = {}
"""Operations that nothing reads -> why."""
_OF_A_PAGE = "percentages of one page of campaigns, of no campaign; in SQL they follow from the counts"
NO_PLACE: Mapping[tuple[str, Path], str] = {
    ("email_campaign_summaries", ("aggregate_percents",)): _OF_A_PAGE,
    ("sms_campaign_summaries", ("aggregate_percents",)): _OF_A_PAGE,
    ("contact_export", ()): "a CSV file without declared columns: it is compared, and what differs is kept",
}
"""(resource, path in its answer) -> why what is there, or below it, has no column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation and what becomes of its properties."""

    path: str
    by: str = ""
    """The resource, the command or the other operation that brings what it has; empty: nothing does."""
    why: str = ""
    """Where no resource reads it: why."""
    placed: tuple[Path, ...] = ()
    without: Mapping[Path, str] = field(default_factory=dict)
    """Properties without a place -> why; empty: nobody says."""

    @property
    def size(self) -> int:
        return len(self.placed) + len(self.without)


def readers() -> dict[str, Endpoint]:
    """Path -> the resource that fills its table from it, the first where another one takes a part of the same rows."""
    every = reversed(CATALOGUE.values())
    return {path: of for of in every for path in (of.path, of.detail_path) if path}


def report() -> list[Operation]:
    """All operations, in the contract's order."""
    direct = {path: _read(path, of) for path, of in readers().items()}
    return [direct[path] if path in direct else _otherwise(path, direct) for path in operations()]


def _otherwise(path: str, direct: Mapping[str, Operation]) -> Operation:
    """An operation that no resource reads; `direct`: those that one does."""
    mine = tuple(each.path for each in properties(path))
    other = COVERED.get(path)
    if other is not None and other.path in direct:
        there = set(_below(other, direct[other.path].placed))
        return Operation(
            path=path,
            by=other.path,
            why=other.why,
            placed=tuple(one for one in _of_account(path) if in_row(path, one) in there),
            without={one: "" for one in _of_account(path) if in_row(path, one) not in there},
        )
    if path in BY_COMMAND:
        return Operation(path=path, by=BY_COMMAND[path], placed=mine)
    why = LEFT_OUT.get(path) or LEFT_OUT.get(other.path if other else "", "")
    return Operation(path=path, why=why, without=dict.fromkeys(_of_account(path), ""))


def _below(other: SameElsewhere, placed: tuple[Path, ...]) -> Iterator[Path]:
    depth = len(other.prefix)
    for one in placed:
        row = in_row(other.path, one)
        if row[:depth] == other.prefix:
            yield row[depth:]


def rows_key(path: str) -> str | None:
    """Where the rows are in an answer; None: the answer is the row, or an array of rows."""
    of = readers().get(path)
    if of is not None and path == of.path:
        return of.rows_key
    same = [COVERED[path].path] if path in COVERED else []
    known = [key for one in same if (key := rows_key(one))]
    return next((key for key in known if any(each.path[:1] == (key,) for each in properties(path))), None)


def in_row(path: str, one: Path) -> Path:
    key = rows_key(path)
    return one[1:] if key and one[:1] == (key,) else one


NAVIGATION = {"_links", "page", "next_cursor", "prev_cursor", "total_records", "errors"}
COUNTS = {"contacts_count", "lists_count", "tags_count", "status"}
"""Beside the rows: how many there are, and whether a segment's are being put together."""


def _of_account(path: str) -> tuple[Path, ...]:
    """Properties that are not only about the answer itself."""
    key = rows_key(path)
    beside = NAVIGATION | COUNTS if key else set()
    return tuple(each.path for each in properties(path) if not (each.path[:1] and each.path[0] in beside))


def _read(path: str, of: Endpoint) -> Operation:
    placed, without = [], {}
    for one in _of_account(path):
        if has_place(of, in_row(path, one)):
            placed.append(one)
        else:
            without[one] = next(
                (why for (name, at), why in NO_PLACE.items() if name == of.resource and one[: len(at)] == at),
                "",
            )
    return Operation(path=path, by=of.resource, placed=tuple(placed), without=without)


def has_place(of: Endpoint, row_path: Path) -> bool:
    """Whether a column of the resource's tables takes the property, by itself or within JSON."""
    return any(_takes(table, row_path) for table in of.tables)


def _takes(table: Table, row_path: Path) -> bool:
    depth = len(table.from_)
    if row_path[:depth] != table.from_:
        return False
    rest = row_path[depth:]
    if table.kind == "values" and not rest:
        return True
    return any(
        rest[: len(column.source)] == column.source and (column.type == "json" or rest == column.source)
        for column in table.columns
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Of operations and properties."""

    operations: int
    by_resource: int
    by_command: int
    covered: int
    properties: int
    of_what_is_read: int
    placed: int

    @property
    def read(self) -> int:
        return self.by_resource + self.by_command + self.covered


def totals(found: list[Operation]) -> Totals:
    kinds = Counter(_kind(one) for one in found)
    return Totals(
        operations=len(found),
        by_resource=kinds["resource"],
        by_command=kinds["command"],
        covered=kinds["covered"],
        properties=sum(one.size for one in found),
        of_what_is_read=sum(one.size for one in found if one.by),
        placed=sum(len(one.placed) for one in found),
    )


def _kind(one: Operation) -> str:
    if one.path in readers():
        return "resource"
    if one.path in BY_COMMAND:
        return "command"
    return "covered" if one.by else "left out"


def summary() -> str:
    """The totals as two sentences, and what is left out."""
    found = report()
    count = totals(found)
    ways = [
        f"{count.by_resource} by a resource",
        f"{count.covered} covered by another with the same properties",
    ]
    ways[1:1] = [f"{count.by_command} by a command"] if count.by_command else []
    share = f"{count.placed / count.of_what_is_read:.1%}".replace("%", " %")
    missing = ", ".join(f"`{one.path}`" for one in found if not one.by)
    return (
        f"Of the contract's {count.operations} operations that read, {count.read} are read: {', '.join(ways)}.\n"
        f"Of their {count.of_what_is_read:,} properties {count.placed:,} ({share}) have a column, or are within "
        "JSON where a definition has no end.\n"
        f"`python -m tests.coverage_report` names each one and the reason for what is left out"
        + (f"; not read yet:\n{missing}.\n" if missing else ".\n")
    )


def written_into(text: str) -> str:
    """`text` with what stands between the two markers replaced by the totals; ValueError without markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"no place for the coverage: put {BEGIN} and {END} around it.")
    return f"{before}{begin}\n{summary()}{end}{after}"


def lines() -> Iterator[str]:
    """The whole report."""
    found = report()
    for one in found:
        by = one.by or "not read"
        yield f"{one.path}: {by}{f', {one.why}' if one.why else ''}; {len(one.placed)} of {one.size} properties"
        if one.by:
            for path, why in one.without.items():
                yield f"    without a place: {'.'.join(path)}: {why or 'nobody says why'}"
    yield ""
    yield from summary().splitlines()


if __name__ == "__main__":
    print("\n".join(lines()))  # noqa: T201 - a report on the terminal is what this is
