"""The body of `ctct xrefs`: a run of the cross references alone, and what became of each id."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.constant_contact.commands import carried_out, quiet_libraries
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.display import log_lines
from pipelines.constant_contact.display.run_json import as_object
from pipelines.constant_contact.events import EXIT_CODES
from pipelines.constant_contact.xrefs.id_file import KINDS, read_ids
from sources.constant_contact.catalogue import endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.request import SyncRequest
    from pipelines.constant_contact.xrefs.id_file import Kind, OldIds

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What is known of the ids of one kind after the run."""

    table: str
    ids: int
    found: int
    unknown: tuple[str, ...]
    """In the order of the file; ids that may be of a contact or of a list are in neither's where one has them."""


def table_of(kind: Kind) -> str:
    return f"{kind[:-1]}_xrefs"


def run_xrefs(
    request: SyncRequest, path: Path, *, kind: Kind | None, column: str | None, as_json: bool
) -> int:
    """The exit code of the run; ids that nobody knows are named and are no failure."""
    ids = read_ids(path, kind=kind, column=column)
    quiet_libraries()
    asked = {table_of(one): tuple(ids.by_kind[one]) for one in KINDS if ids.by_kind[one]}
    result = carried_out(
        replace(request, select=tuple(asked), asked_ids=asked, transform=False), quiet=as_json
    )
    resolved = list(_resolved(request.target, ids))
    warnings = tuple(_warnings(ids, resolved)) if result.status == "complete" else ()
    for sentence in warnings:
        log_lines.warn(sentence)
    if as_json:
        made = as_object(replace(result, warnings=(*result.warnings, *warnings)))
        xrefs = {
            one.table: {"ids": one.ids, "found": one.found, "unknown": list(one.unknown)} for one in resolved
        }
        sys.stdout.write(json.dumps({**made, "xrefs": xrefs}) + "\n")
    else:
        for one in resolved:
            sys.stdout.write(f"{one.table:<15} {one.found:,} of {one.ids:,} ids\n")
    return EXIT_CODES[result.status]


def _resolved(target: Target, ids: OldIds) -> Iterator[Resolved]:
    opened = Warehouse(target, create=False)
    known = {kind: _loaded(opened, kind) for kind in KINDS}
    for kind in KINDS:
        asked, others = ids.by_kind[kind], known["lists" if kind == "contacts" else "contacts"]
        if not asked:
            continue
        unknown = [
            one for one in asked if one not in known[kind] and not (one in ids.unclear and one in others)
        ]
        found = sum(one in known[kind] for one in asked)
        yield Resolved(table=table_of(kind), ids=len(asked), found=found, unknown=tuple(unknown))


def _loaded(opened: Warehouse, kind: Kind) -> set[str]:
    table = table_of(kind)
    if not opened.exists or table not in opened.columns():
        return set()
    key = endpoint(table).table.key[0]
    return {str(row[key]) for row in opened.query(f"select {key} from {opened.qualified(table)}")}


def _warnings(ids: OldIds, resolved: Sequence[Resolved]) -> Iterator[str]:
    if ids.no_ids:
        what = "no old id, left out; those are numbers, and for old ids of events there is no cross reference"
        yield f"{_some(list(ids.no_ids))}: {what}"
    for one in resolved:
        if one.unknown:
            yield (
                f"{one.table}: the account that is logged in knows nothing of {_some(one.unknown)}: an id of another "
                "account or kind, or of what is gone"
            )


def _some(words: Sequence[str]) -> str:
    more = len(words) - SHOWN
    return ", ".join(word[:60] for word in words[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
