"""`ctct forget`: what there is of a person, then, with `--yes`, all of it gone, and the search that proves it.

Order, so that a crash between any two steps is finished by the next run: rows and register in one transaction, then
what the tools keep, marts, reports, the database's own files.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import pendulum

from pipelines.constant_contact.destinations.unusable import no_dataset
from pipelines.constant_contact.erasure import leftovers, outputs, register
from pipelines.constant_contact.erasure.addresses import owned
from pipelines.constant_contact.erasure.erase import erase
from pipelines.constant_contact.erasure.person import Person, looked_up, people, traces_of
from pipelines.constant_contact.erasure.search import OURS, Found, Traces, relations, search
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.sync.recovery import agree_with_destination
from sources.constant_contact.withheld import hash_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.erasure.outputs import Output
    from sources.constant_contact.source import Settings

UNFINISHED: Final = (
    "an earlier erasure stopped before the database's files were written anew: deleted rows may be in them until this "
    "runs with --yes, or a sync comes to its end"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was found, and what was done."""

    people: tuple[Person, ...]
    found: tuple[Found, ...] = ()
    tables: int = 0
    """Searched."""
    files: tuple[Path, ...] = ()
    """Written by the tools or by us, to be removed or written anew."""
    still_there: tuple[Person, ...] = ()
    """Not deleted in the account: nothing may be erased before."""
    registered: bool = False
    """Whether all of them were erased before."""
    done: bool = False
    after: tuple[Found, ...] = ()
    """What a search after the erasure found."""
    left: tuple[str, ...] = ()
    """What a person has to do, one sentence each."""
    asked: str = ""
    """Why the account could not be asked; empty where it was."""

    @property
    def erasable(self) -> tuple[Found, ...]:
        """What is ours to erase."""
        return tuple(one for one in self.found if one.relation.area in OURS and (one.own or one.mentions))

    @property
    def remains(self) -> tuple[Found, ...]:
        """What an erasure should have taken and did not."""
        return tuple(one for one in self.after if one.relation.area in OURS and (one.own or one.mentions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the command line lends: how marts and reports are made."""

    transform: Callable[[], Sequence[str]]
    """Build the marts anew; one sentence for each failure."""
    report: Callable[[Path], object]
    warn: Callable[[str], None]
    publish: Callable[[], None] = field(default=lambda: None)


def forget(
    opened: Warehouse, own: Settings, tools: Tools, *, email: str | None, contact_id: str | None, yes: bool
) -> Erasure:
    """Look, and with `yes` erase. Raises UserError where the destination is not known well enough to erase from it."""
    opened.must_exist()
    if not opened.erases:
        raise UserError(
            f"ctct forget knows DuckDB and PostgreSQL, not {opened.target.destination}: delete the contact's rows "
            "there with its own means, and its old versions too"
        )
    with opened.alone() if yes else nullcontext():
        if yes:
            agree_with_destination(opened, tools.warn)
        plan = _looked(opened, own, email=email, contact_id=contact_id)
        # In the wrong place nobody is stored, which proves nothing.
        if not (plan.erasure.erasable or plan.files_hold or opened.columns()):
            raise UserError(no_dataset(opened.target.dataset, opened.name, opened.datasets()))
        if not yes and plan.unfinished:
            return replace(plan.erasure, left=(*plan.erasure.left, UNFINISHED))
        if not yes or plan.still_there or not (plan.erasure.erasable or plan.files_hold or plan.unfinished):
            return plan.erasure
        return _carried_out(opened, tools, plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    erasure: Erasure
    traces: Traces
    files_hold: tuple[Output, ...]
    unfinished: bool

    @property
    def still_there(self) -> tuple[Person, ...]:
        return self.erasure.still_there


def _looked(opened: Warehouse, own: Settings, *, email: str | None, contact_id: str | None) -> _Plan:
    places = relations(opened)
    persons = people(opened, places, email=email, contact_id=contact_id)
    traces = traces_of(persons, email)
    theirs = owned(opened, traces.ids, traces.addresses)
    others = {address.strip().lower() for address in traces.addresses} - {*theirs}
    traces = replace(traces, owned=theirs, others=tuple(sorted(others)))
    found = search(opened, places, traces)
    written = [*outputs.outputs(opened.location.state_folder), *outputs.histories()]
    holding = tuple(outputs.holding(written, traces.words))
    why = ""
    if persons and any(one.relation.area in OURS and one.own for one in found):
        persons, why = looked_up(opened, own, persons)
    known = register.registered(opened)
    return _Plan(
        erasure=Erasure(
            people=tuple(persons),
            found=tuple(found),
            tables=len(places),
            files=(*leftovers.leftovers(opened), *(one.path for one in holding)),
            still_there=tuple(one for one in persons if one.in_account == "there"),
            registered=all(
                hash_of(known.key, word) in known.hashes for word in traces.ids or traces.addresses
            ),
            left=tuple(_for_a_person(opened, found)),
            asked=why,
        ),
        traces=traces,
        files_hold=holding,
        unfinished=register.unfinished(opened),
    )


def _for_a_person(opened: Warehouse, found: Sequence[Found]) -> list[str]:
    """What is not ours to change."""
    said = [
        f"{one.own + one.mentions + one.shared} row(s) of {one.relation.title}, which is not of this dataset"
        for one in found
        if one.relation.area == "other"
    ]
    said += [
        f"{one.shared} row(s) of {one.relation.title} are of something else with the same address"
        for one in found
        if one.relation.area == "dataset" and one.shared
    ]
    said += [
        f"{path}, rows that a library call has not loaded yet" for path in leftovers.pending_elsewhere(opened)
    ]
    return said


def _carried_out(opened: Warehouse, tools: Tools, plan: _Plan) -> Erasure:
    now = pendulum.now("UTC")
    if plan.erasure.erasable:
        erase(opened, plan.traces, reason="asked", at=now, mentions=plan.erasure.erasable)
    left = [*plan.erasure.left]
    places = relations(opened)
    if any(place.area == "analytics" for place in places):
        left += tools.transform()
    leftovers.remove(
        leftovers.leftovers(opened)
    )  # after dbt, which keeps the words of the command it ran under
    for output in plan.files_hold:
        left += _renewed(output, tools, plan.traces)
    left += opened.rewrite([place.qualified for place in places if place.area in OURS])
    tools.publish()
    register.finish(opened)
    places = relations(opened)
    after = search(opened, places, plan.traces)
    return Erasure(
        people=plan.erasure.people,
        found=plan.erasure.found,
        tables=len(places),
        files=plan.erasure.files,
        registered=True,
        done=True,
        after=tuple(after),
        left=tuple(dict.fromkeys(left)),
        asked=plan.erasure.asked,
    )


def _renewed(output: Output, tools: Tools, traces: Traces) -> list[str]:
    if output.kind == "report":
        tools.report(output.path)
        return []
    if output.kind == "history":
        outputs.without_lines(output.path, traces.words)
        return []
    output.path.unlink()
    return [f"the export {output.path} held the person and was removed; write it again with ctct export"]
