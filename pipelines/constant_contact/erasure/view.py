"""An erasure in words, and as the one object of `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.constant_contact.erasure.forget import Erasure
    from pipelines.constant_contact.erasure.person import Person
    from pipelines.constant_contact.erasure.search import Found

STATES = {
    "there": "not deleted",
    "deleted": "deleted",
    "gone": "not found by its id",
    "unknown": "not known there",
}


def status_of(erasure: Erasure) -> str:
    if erasure.still_there:
        return "still_in_account"
    if erasure.done:
        return "incomplete" if erasure.remains else "erased"
    return "found" if erasure.erasable else "nothing_found"


def exit_code(erasure: Erasure) -> int:
    return {"still_in_account": 2, "incomplete": 1}.get(status_of(erasure), 0)


def as_object(erasure: Erasure, *, dataset: str) -> dict[str, Any]:
    return {
        "status": status_of(erasure),
        "dataset": dataset,
        "contacts": [
            {"contact_id": one.contact_id, "addresses": list(one.addresses), "in_account": one.in_account}
            for one in erasure.people
        ],
        "found": _counts(erasure.found),
        "files": [str(path) for path in erasure.files],
        "searched_tables": erasure.tables,
        "remains": _counts(erasure.remains),
        "for_you": list(erasure.left),
        "exit_code": exit_code(erasure),
    }


def _counts(found: Sequence[Found]) -> dict[str, int]:
    return {one.relation.title: one.own + one.mentions for one in found if one.own + one.mentions}


def text(erasure: Erasure, *, who: str, dataset: str) -> str:
    return "\n".join(_lines(erasure, who, dataset)) + "\n"


def _lines(erasure: Erasure, who: str, dataset: str) -> Iterator[str]:
    status = status_of(erasure)
    if status == "nothing_found":
        before = "; it was erased before" if erasure.registered else ""
        yield f"Nothing of {who} is stored in dataset {dataset!r}{before}: {erasure.tables} tables searched."
        yield from _for_you(erasure)
        return
    for one in erasure.people:
        yield _person(one)
    if erasure.asked:
        yield f"The account could not be asked ({erasure.asked.rstrip('.')}), so this is what the loaded rows say."
    yield from _found(erasure)
    yield from _verdict(erasure)


def _person(one: Person) -> str:
    addresses = f" ({', '.join(one.addresses)})" if one.addresses else ""
    return f"Contact {one.contact_id}{addresses}: in the account {STATES[one.in_account]}"


def _found(erasure: Erasure) -> Iterator[str]:
    yield "Found:" if erasure.done else "Found, and what --yes does with it:"
    ours = [one for one in erasure.found if one.relation.area != "other"]
    width = max((len(one.relation.title) for one in ours), default=0)
    for one in ours:
        if one.own:
            yield f"  {one.relation.title:<{width}}  {one.own:>7,} row(s) to erase"
        if one.mentions:
            yield f"  {one.relation.title:<{width}}  {one.mentions:>7,} row(s) in which an id or address is replaced"
    for path in erasure.files:
        yield f"  {path}: removed or written anew"


def _verdict(erasure: Erasure) -> Iterator[str]:
    if erasure.still_there:
        ids = ", ".join(one.contact_id for one in erasure.still_there)
        yield (
            f"Still in the account: {ids}. Delete there first (Contacts, select, Delete; or DELETE /contacts/<id>), "
            "then run this again. Nothing was changed."
        )
        others = [one.contact_id for one in erasure.people if one not in erasure.still_there]
        yield from (f"To erase {one} alone, name it with --contact-id." for one in others)
    elif not erasure.done:
        yield "Nothing was changed. Run again with --yes to erase."
    elif erasure.remains:
        yield "Searched again, and still found:"
        for one in erasure.remains:
            yield f"  {one.relation.title}: {one.own + one.mentions:,} row(s)"
    else:
        yield f"Erased. Searched again: {erasure.tables} tables, nothing left; the database's files were written anew."
    yield from _for_you(erasure)


def _for_you(erasure: Erasure) -> Iterator[str]:
    if erasure.left:
        yield "For you:"
        yield from (f"  {sentence}" for sentence in erasure.left)
