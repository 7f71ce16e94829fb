"""The rows of people, out of every table of a dataset, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.constant_contact.erasure.naming import without_names
from pipelines.constant_contact.erasure.register import entering, registered
from pipelines.constant_contact.erasure.search import (
    CONTACT_ID,
    DETAILS,
    OURS,
    Found,
    Relation,
    Traces,
    equal_to_address,
    mentioning,
    own_rows,
    relations,
)
from pipelines.constant_contact.sync.agreement import RUNS
from sources.constant_contact.catalogue import CATALOGUE
from sources.constant_contact.withheld import ADDRESS, BY_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pendulum

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from sources.constant_contact.withheld import Forgotten

OF_PEOPLE = tuple(name for name, of in CATALOGUE.items() if CONTACT_ID in of.table.column_names)
"""Tables whose rows are of single contacts."""


def erase(
    opened: Warehouse,
    traces: Traces,
    *,
    reason: str,
    at: pendulum.DateTime,
    mentions: Sequence[Found] = (),
) -> list[Relation]:
    """Enter the contacts in the register and delete their rows; the tables that were changed.

    `mentions`: tables in whose texts an id or address is replaced. The loader's staging tables are emptied.
    """
    places = [place for place in relations(opened) if place.area in OURS]
    kept = {place.name: place.texts for place in places if place.area == "dataset"}
    is_known = bool(traces.ids or traces.owned)
    statements = entering(opened, kept, traces, reason=reason, at=at) if is_known else []
    changed = []
    for place in places:
        if place.area == "staging":
            if not place.name.startswith("_dlt"):
                statements.append(f"delete from {place.qualified}")
                changed.append(place)
        elif (own := own_rows(place, traces)) != "false":
            statements.append(f"delete from {place.qualified} where {own}")
            changed.append(place)
    statements += without_registrations(places)
    for found in mentions:
        if found.relation.area == "dataset" and found.mentions:
            statements += _replacing(found.relation, traces)
            changed.append(found.relation)
    if "table_rows" in opened.columns().get(RUNS, ()):
        # The next run compares the tables with this, to notice rows that went without its knowledge.
        statements.append(
            f"update {opened.qualified(RUNS)} set table_rows = null where table_rows is not null"
        )
    opened.execute("; ".join(("begin transaction", *statements, "commit")))
    return changed


def without_registrations(places: Sequence[Relation]) -> Iterator[str]:
    """Answers, tickets and order lines name nobody by id, and go with the registration that they belong to."""
    ours = {place.name: place for place in places if place.area == "dataset"}
    details, key = ours.get(DETAILS), "event_id, registration_id"
    if details is None:
        return
    for name, child in ours.items():
        if name.startswith(f"{DETAILS}__"):
            rows = f"select {key} from {details.qualified}"
            yield f"delete from {child.qualified} where ({key}) not in ({rows})"


def _replacing(place: Relation, traces: Traces) -> Iterator[str]:
    """An id or address inside a text, such as a note about somebody else, becomes a marker."""
    for name in place.texts:
        alone = replace(place, texts=(name,))
        text = without_names(f'cast("{name}" as text)', traces.words)
        value = f"cast({text} as json)" if name in place.json else text
        yield (
            f'update {place.qualified} set "{name}" = {value}'
            f" where ({mentioning(alone, traces)}) and not ({equal_to_address(alone, traces)})"
        )


def erase_again(opened: Warehouse, *, at: pendulum.DateTime) -> bool:
    """Erase contacts of the register that came back with rows read before; whether there were any."""
    known = registered(opened)
    if not known:
        return False
    ids = _covered(opened, known, OF_PEOPLE, CONTACT_ID)
    owned = _covered(opened, known, BY_ADDRESS, ADDRESS)
    if not ids and not owned:
        return False
    erase(opened, Traces(ids=ids, owned=owned), reason="came back", at=at)
    return True


def _covered(opened: Warehouse, known: Forgotten, tables: Iterable[str], name: str) -> tuple[str, ...]:
    """Values of a column that are of an erased contact; of addresses, in rows without a contact id."""
    columns, found = opened.columns(), set()
    for table in sorted(tables):
        there = columns.get(table, ())
        if name in there:
            where = f" where {CONTACT_ID} is null" if name == ADDRESS and CONTACT_ID in there else ""
            rows = opened.query(f'select distinct "{name}" as word from {opened.qualified(table)}{where}')
            found |= {str(row["word"]).strip() for row in rows if known.covers({name: row["word"]}, table)}
    return tuple(sorted(found))
