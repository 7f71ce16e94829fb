"""Where the repair looks for what a count shows: one stage each, cheapest first, from the lines that still differ.

A contact that is deleted changes the counts of its lists and tags too, so contacts come before groups, and groups that
grew before groups that shrank: whoever moved is found in the new list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import collections, contacts
from sources.constant_contact.reads.feeds import Feed
from sources.constant_contact.repair.audit_line import Lines, differing
from sources.constant_contact.repair.contact_counts import CONSENTS
from sources.constant_contact.repair.findings import ContactFilter
from sources.constant_contact.repair.search import Search
from sources.constant_contact.state.contacts import ContactsState

if TYPE_CHECKING:
    from sources.constant_contact.batches import Batch
    from sources.constant_contact.repair.audit_line import AuditLine

OF_CONTACTS = ("total", "consent", "list", "tag")
Look = Callable[[Search, Lines], Iterator["Batch"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of the search for contacts."""

    scopes: tuple[str, ...]
    """Counts that it is about: where none of them differs it is left out."""
    look: Look


def filter_of(line: AuditLine) -> ContactFilter:
    """The contacts that a count is about."""
    if line.scope == "total":
        return ContactFilter(kind="all")
    if line.scope == "consent":
        return ContactFilter(kind="consent", value=CONSENTS[line.scope_id])
    return ContactFilter(kind="list" if line.scope == "list" else "tag", value=line.scope_id)


def recount(search: Search, lines: Lines) -> Iterator[Batch]:
    """Counts were read before the contacts, and the account lives: ask again before anything is called missing."""
    reading = search.reading
    if differing(lines, "total", "consent"):
        yield from collections.read_snapshot(reading, endpoint("contact_counts"))
    for scope, name in (("list", "contact_lists"), ("tag", "contact_tags")):
        if differing(lines, scope):
            yield from collections.read_whole(reading, endpoint(name))


def catch_up(search: Search, _: Lines) -> Iterator[Batch]:
    """What changed while this run was reading leaves a trace, as in any other run."""
    yield from contacts.read_changes(search.reading, ContactsState.of(search.reading.state))


def everything(search: Search, _: Lines) -> Iterator[Batch]:
    yield from search.attempt(search.compare(ContactFilter(kind="all"), full=True))


def count_by_filters(search: Search, _: Lines) -> Iterator[Batch]:
    """What counts that say nothing would have shown: one request each where nothing differs."""
    for of in (ContactFilter(kind="deleted"), ContactFilter(kind="all"), ContactFilter(kind="active")):
        yield from search.attempt(search.compare(of, halve_few=True))


def feeds(search: Search, lines: Lines) -> Iterator[Batch]:
    """The events of each e-mail whose total is not what is loaded."""
    for line in differing(lines, "campaign_activity"):
        job = Feed(
            resource=line.table,
            activity_id=line.scope_id,
            total=line.source_count,
            loaded=line.loaded_count,
        )
        yield from search.attempt(search.feed(job, line.scope_name))


def _deleted(search: Search, _: Lines) -> Iterator[Batch]:
    yield from search.attempt(search.compare(ContactFilter(kind="deleted")))


def _all(search: Search, _: Lines) -> Iterator[Batch]:
    yield from search.attempt(search.compare(ContactFilter(kind="all")))


def _rare_consents(search: Search, lines: Lines) -> Iterator[Batch]:
    """Statuses that few contacts have are cheap to read, and whoever left one of them is asked for by id."""
    changes = _by_consent(lines)
    names = [CONSENTS[name] for name in ("pending", "unsubscribed") if CONSENTS[name] in changes]
    if sum(changes.values()) != sum(line.difference for line in differing(lines, "total")):
        names += ["temp_hold", "not_set"]  # not counted by themselves: they take up what the others lost
    for name in names:
        yield from search.attempt(search.compare(ContactFilter(kind="consent", value=name)))


def _active(search: Search, _: Lines) -> Iterator[Batch]:
    yield from search.attempt(search.compare(ContactFilter(kind="active")))


def _scan(search: Search, lines: Lines) -> Iterator[Batch]:
    changes = _by_consent(lines)
    yield from search.attempt(search.scan({name: changes.get(name, 0) for name in ("explicit", "implicit")}))


def _by_consent(lines: Lines) -> Mapping[str, int]:
    """Permission -> by how many its count differs."""
    return {CONSENTS[line.scope_id]: line.difference for line in differing(lines, "consent")}


def _groups(search: Search, lines: Lines) -> Iterator[Batch]:
    """Lists and tags one by one, small ones first."""
    for line in sorted(lines, key=lambda line: line.source_count):
        yield from search.attempt(search.compare(filter_of(line)))


def _grown(search: Search, lines: Lines) -> Iterator[Batch]:
    yield from _groups(search, [line for line in differing(lines, "list", "tag") if line.difference > 0])


def _shrunk(search: Search, lines: Lines) -> Iterator[Batch]:
    yield from _groups(search, [line for line in differing(lines, "list", "tag") if line.difference <= 0])


SEARCH: Sequence[Stage] = (
    Stage(scopes=("total",), look=_deleted),
    Stage(scopes=("total",), look=_all),
    Stage(scopes=("consent",), look=_rare_consents),
    Stage(scopes=("consent",), look=_active),
    Stage(scopes=("consent",), look=_scan),
    Stage(scopes=("list", "tag"), look=_grown),
    Stage(scopes=("list", "tag"), look=_shrunk),
)
