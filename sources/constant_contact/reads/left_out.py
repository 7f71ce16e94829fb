"""What a run left out, as sentences: each object and each resource once, with the reason and what to do.

Source: api_guide/account_get_privileges and the contract (x-authorization-privileges): a resource needs a scope of the
login and a privilege of the user, and a refusal (403) does not say reliably which of them is missing.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sources.constant_contact.api.errors import ApiError, shortened
from sources.constant_contact.catalogue import CATALOGUE, endpoint
from sources.constant_contact.reads.permissions import (
    FOUND_THROUGH,
    Granted,
    Lack,
    as_granted,
    lack_sentences,
    lacks,
    privilege_names,
    subject,
)
from sources.constant_contact.state.failures import WHOLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pendulum import DateTime

    from sources.constant_contact.reader import Skipped
    from sources.constant_contact.reads.attempts import LeftOut
    from sources.constant_contact.reads.reading import Reading


def granted(reading: Reading) -> Granted:
    """Asked only where something was refused, and of the server only where this run has not read it anyway."""
    known = reading.granted
    if known.privileges is not None or not refused(reading):
        return known
    try:
        rows = reading.client.with_few_attempts().get_json(endpoint("account_privileges").path)
    except ApiError:
        rows = None
    return as_granted(reading.client.scopes(), privilege_names(rows) if isinstance(rows, list) else None)


def sentences(reading: Reading, granted: Granted) -> list[str]:
    """One per object or resource that was left out, refusals by what is missing.

    Where the server failed as a whole, no object is to blame: the run says it in one sentence.
    """
    failures = _failures(reading) if reading.reader.outcome.error is None else ()
    return [*_refusals(reading, granted), *failures, *_skipped(reading)]


def _skipped(reading: Reading) -> Iterator[str]:
    for skipped in reading.reader.outcome.skipped:
        if not skipped.refused:
            names = [skipped.resource, *_found_through(reading, skipped.resource)]
            yield f"{subject(names)} left out: {skipped.reason}"


def left_out_resources(reading: Reading) -> set[str]:
    """Resources that this run has not read as a whole: counts and rows of an earlier run prove nothing then."""
    failed = {name for name, object_id in reading.attempts.left_out if object_id == WHOLE}
    return failed | {skipped.resource for skipped in reading.reader.outcome.skipped}


def refused(reading: Reading) -> Mapping[str, Skipped]:
    return {each.resource: each for each in reading.reader.outcome.skipped if each.refused}


def _refusals(reading: Reading, granted: Granted) -> Iterator[str]:
    found = refused_resources(reading, granted)
    yield from lack_sentences({name: cause for name, (cause, _) in found.items() if cause})
    without_cause: dict[str, list[str]] = defaultdict(list)
    for name, (cause, at) in found.items():
        if not cause:
            without_cause[at].append(name)
    for at, names in without_cause.items():
        yield f"{subject(names)} left out: {refused(reading)[at].reason}"


def refused_resources(reading: Reading, granted: Granted) -> dict[str, tuple[Lack, str]]:
    """Resource that a refusal leaves out -> (what is missing, where that is known; the resource that was refused)."""
    there = refused(reading)
    found: dict[str, tuple[Lack, str]] = {}
    if not there:
        return found
    answered = reading.reader.outcome.answered
    for name, of in CATALOGUE.items():  # in an order in which each comes after those that it needs
        if name in answered and name not in there:
            continue
        own = _missing(name, there, granted, answered)
        if own or name in there:
            found[name] = (own, name)
            continue
        before = (FOUND_THROUGH.get(name), *of.needs)
        cause = next((found[each] for each in before if each in found), None)
        if cause is not None:
            found[name] = cause
    return {name: cause for name, cause in found.items() if reading.wants(name)}


def _missing(name: str, there: Mapping[str, Skipped], granted: Granted, answered: Collection[str]) -> Lack:
    """The scope, the privilege or both that the login lacks for a resource, as far as can be known."""
    of = CATALOGUE[name]
    found = lacks(of, granted)
    if found or name not in there:
        return found
    kind = there[name].kind
    if granted.privileges is None:
        said = {"scope": f"the scope {of.scope}", "privilege": f"the privilege {of.privilege}"}
        return (said[kind],) if kind in said else ()
    alike = {each for each in answered if each in CATALOGUE and CATALOGUE[each].privilege is not None}
    if of.scope and granted.scopes is None and not any(CATALOGUE[each].scope == of.scope for each in alike):
        return (f"the scope {of.scope}",)  # the privilege is there, so it is what remains
    return ()


def _failures(reading: Reading) -> Iterator[str]:
    by_object: dict[str, list[LeftOut]] = defaultdict(list)
    for left in reading.attempts.left_out.values():
        by_object[left.object.title or left.object.resource].append(left)
    for name, parts in by_object.items():
        yield failure_sentence(reading, name, parts)
    for resource, reason in reading.attempts.given_up.items():
        what = f"one object of {resource} after the other failed"
        yield f"{what}, so the others wait for the next run: {reason}"


def failure_sentence(reading: Reading, name: str, parts: Sequence[LeftOut]) -> str:
    first = next((left for left in parts if left.asked), parts[0])
    if first.object.object_id == WHOLE:
        what = subject([name, *_found_through(reading, name)])
    else:
        what = f"{name}: {subject([left.object.resource for left in parts])}"
    why = f": {first.reason}" if first.asked else f" after failing in {first.runs} runs"
    return f"{shortened(what)} left out{why}; {_when(first.next_try, now=reading.now)}"


def _found_through(reading: Reading, resource: str) -> list[str]:
    answered = reading.reader.outcome.answered
    return [
        name
        for name, through in FOUND_THROUGH.items()
        if through == resource and reading.wants(name) and name not in answered
    ]


def _when(next_try: DateTime, *, now: DateTime) -> str:
    if next_try <= now:
        return "the next run tries again"
    return f"tried again from {next_try.format('YYYY-MM-DD HH:mm')} UTC on, or now with --full-refresh"
