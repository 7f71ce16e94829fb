"""What a run left out, as sentences: each object and each resource once, with the reason and what to do.

Source: api_guide/account_get_privileges and the contract (x-authorization-privileges): a resource needs a scope of the
login and a privilege of the user, and a refusal (403) does not say reliably which of them is missing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.campaign_rows import ACTIVITY_STATS, LINKS, STATS
from sources.constant_contact.catalogue import CATALOGUE, FEEDS, endpoint
from sources.constant_contact.failures import WHOLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pendulum import DateTime

    from sources.constant_contact.reader import Skipped
    from sources.constant_contact.reads.attempts import LeftOut
    from sources.constant_contact.reads.reading import Reading

FOUND_THROUGH: Mapping[str, str] = {
    **dict.fromkeys((ACTIVITY_STATS, LINKS, *FEEDS), STATS),
    **{name: of.detail_of for name, of in CATALOGUE.items() if of.detail_of},
}
"""Resources of which nothing is asked for before another one shows that there is news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What the login may do; None where it is not known."""

    scopes: Collection[str] | None = None
    privileges: Collection[str] | None = None


def granted(reading: Reading) -> Granted:
    """Asked only where something was refused, and of the server only where this run has not read it anyway."""
    if not refused(reading):
        return Granted()
    if reading.privileges:
        return Granted(scopes=reading.client.scopes(), privileges=reading.privileges)
    try:
        rows = reading.client.with_few_attempts().get_json(endpoint("account_privileges").path)
    except ApiError:
        rows = None
    names = {str(row.get("privilege_name")) for row in rows if isinstance(row, dict)} if rows else None
    return Granted(scopes=reading.client.scopes(), privileges=names)


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
            yield f"{_listed(names, 'is', 'are')} left out: {skipped.reason}"


def left_out_resources(reading: Reading) -> set[str]:
    """Resources that this run has not read as a whole: counts and rows of an earlier run prove nothing then."""
    failed = {name for name, object_id in reading.attempts.left_out if object_id == WHOLE}
    return failed | {skipped.resource for skipped in reading.reader.outcome.skipped}


def refused(reading: Reading) -> Mapping[str, Skipped]:
    return {each.resource: each for each in reading.reader.outcome.skipped if each.refused}


def _refusals(reading: Reading, granted: Granted) -> Iterator[str]:
    by_cause: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, (cause, at) in refused_resources(reading, granted).items():
        by_cause[cause or ("", at)].append(name)
    for cause, names in by_cause.items():
        what = _listed(names, "is", "are")
        if cause[0]:
            yield f"{what} left out for lack of {' and '.join(cause)}: {_to_do(cause)}"
        else:
            yield f"{what} left out: {refused(reading)[cause[1]].reason}"


def refused_resources(reading: Reading, granted: Granted) -> dict[str, tuple[tuple[str, ...], str]]:
    """Resource that a refusal leaves out -> (what is missing, where that is known; the resource that was refused)."""
    there = refused(reading)
    found: dict[str, tuple[tuple[str, ...], str]] = {}
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


def _missing(
    name: str, there: Mapping[str, Skipped], granted: Granted, answered: Collection[str]
) -> tuple[str, ...]:
    """The scope, the privilege or both that the login lacks for a resource, as far as can be known."""
    of = CATALOGUE[name]
    found = []
    if granted.scopes is not None and of.scope not in granted.scopes:
        found.append(f"the scope {of.scope}")
    if of.privilege and granted.privileges is not None and of.privilege not in granted.privileges:
        found.append(f"the privilege {of.privilege}")
    if found or name not in there:
        return tuple(found)
    kind = there[name].kind
    if granted.privileges is None:
        said = {"scope": f"the scope {of.scope}", "privilege": f"the privilege {of.privilege}"}
        return (said[kind],) if kind in said else ()
    alike = {each for each in answered if each in CATALOGUE and CATALOGUE[each].privilege is not None}
    if granted.scopes is None and not any(CATALOGUE[each].scope == of.scope for each in alike):
        return (f"the scope {of.scope}",)  # the privilege is there, so it is what remains
    return ()


def _to_do(cause: Sequence[str]) -> str:
    if cause[0].startswith("the scope"):
        return "log in again with all scopes (ctct auth login), or leave them out with --exclude"
    return "ask the account's owner to give it to this user, or leave them out with --exclude"


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
        what = _listed([name, *_found_through(reading, name)], "is", "are")
    else:
        what = f"{name}: {_listed([left.object.resource for left in parts], 'is', 'are')}"
    why = f": {first.reason}" if first.asked else f" after failing in {first.runs} runs"
    return f"{what} left out{why}; {_when(first.next_try, now=reading.now)}"


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


def _listed(names: Sequence[str], one: str, more: str) -> str:
    return f"{', '.join(names)} {one if len(names) == 1 else more}"
