"""Differences that the audit found, set right in the same run as far as the quota goes.

Each stage looks at what is still different, spends the fewest requests that may settle it, commits, lets follow what
follows, and audits again (no request). A contact that is deleted changes the counts of its lists and tags too, so
contacts come before groups, and groups that grew before groups that shrank: whoever moved is found in the new list.
Nothing different costs nothing. Where the search is likely to cost more than half of what reading all contacts costs,
or has come to cost that, all are read, which misses nothing; after that nothing else about contacts is.
State: see `state.offsets`, `state.counting` and `state.traceless`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.sync.audit import (
    CONSENTS,
    CONTACTS,
    audit,
    contact_lines,
)
from pipelines.constant_contact.sync.consequences import apply_cascades
from pipelines.constant_contact.sync.count_rules import learned, numbers
from pipelines.constant_contact.sync.members import GROUPS, SqlMembers, correct
from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import collections, contacts, costs
from sources.constant_contact.reads.feeds import Feed
from sources.constant_contact.reads.heal import PAGE, Choice, Findings, Healer
from sources.constant_contact.state import counting, traceless
from sources.constant_contact.state import offsets as offsets_state
from sources.constant_contact.state.contacts import ContactsState
from sources.constant_contact.state.counting import CountRules, without_rules
from sources.constant_contact.state.offsets import OffsetsState

if TYPE_CHECKING:
    from pendulum import DateTime

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.events import AuditLine
    from sources.constant_contact.reads.reading import Reading

Lines = Sequence["AuditLine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The run that healing is a part of."""

    opened: Warehouse
    state: Callable[[], Mapping[str, Any]]
    """As committed."""
    reading: Callable[[], Reading]
    """A new one without slices, over the warehouse as it is now."""
    carry_out: Callable[[Reading], None]
    """Read its slices and commit what comes."""
    commit: Callable[[Batch], None]
    """Commit a batch that cost nothing."""
    allowance: Callable[[], int]
    """Requests that may still be sent."""
    now: DateTime
    """When the run began."""
    warn: Callable[[str], None]


@dataclass(slots=True)
class _Night:
    host: Host
    wanted: frozenset[str]
    lines: Lines
    findings: Findings = field(default_factory=Findings)
    moved: bool = False
    """Whether the account's counts are others than when the run began."""
    stopped: str = ""
    """Why nothing more can be read."""

    @property
    def all_read(self) -> bool:
        """Whether this run has read every contact."""
        return self.findings.whole or ContactsState.of(self.host.state()).whole_at == self.host.now

    def differing(self, *scopes: str) -> list[AuditLine]:
        return [line for line in self.lines if not line.ok and (not scopes or line.scope in scopes)]

    def contacts(self) -> int:
        """Loaded ones, deleted ones too."""
        return SqlMembers(self.host.opened).count(Choice(kind="all"))

    def apart(self, *scopes: str) -> int:
        """Requests that the search for what these counts show is likely to take."""
        return sum(
            costs.steps(line.source_count, abs(line.source_count - line.loaded_count), PAGE)
            for line in self.differing(*scopes)
        )

    def more_to_find(self) -> bool:
        """Whether asking for contacts may show more. After a reading of all, who is gone may still be loaded."""
        return not self.findings.all_asked and (not self.all_read or bool(self.differing("total")))

    def searches(self) -> bool:
        """Whether searching is likely to cost less than reading all contacts; what was spent on it counts."""
        found = self.findings
        expected = self.apart("total", "consent") + self.apart("list", "tag")
        count = self.contacts()
        if costs.pages(count, PAGE) > self.host.allowance():
            return True
        return costs.may_search(found.requests + expected, count, PAGE)

    def picture(self) -> set[tuple[str, str, str, int]]:
        return {
            (line.table, line.scope, line.scope_id, line.source_count - line.loaded_count)
            for line in self.differing()
        }


Stage = Callable[[_Night, Healer, "Reading"], Iterator[Batch]]


def heal(host: Host, wanted: frozenset[str], lines: Lines) -> Lines:
    """The audit after everything affordable has been set right; what is left is warned about."""
    night = _Night(host=host, wanted=wanted, lines=lines)
    _learn(night)
    if not night.all_read and any(map(CountRules.of(host.state()).unknown, ("total", "consent"))):
        _carry_out(night, _count_by_filters)
    seen: list[set[tuple[str, str, str, int]]] = []
    todo = (*ASKED_AGAIN, *STAGES)
    while night.differing() and night.picture() not in seen and len(seen) < PASSES:
        seen.append(night.picture())
        for applies, stage in todo:
            if not night.stopped and applies(night):
                _carry_out(night, stage)
        todo = (*STAGES,)
        if night.stopped or night.findings.refused:
            break
    _remember(night)
    _note_the_traceless(night)
    _warn(night)
    return night.lines


def _note_the_traceless(night: _Night) -> None:
    """So that the next run knows what searching is likely to cost."""
    if night.findings.differed:
        change = traceless.noted(night.host.state(), night.host.now, len(night.findings.differed))
        night.host.commit(Batch(resource=CONTACTS, state=(change,)))


def _learn(night: _Night) -> None:
    """Which rows the counts count, where they are not as many as the loaded ones."""
    opened, state = night.host.opened, night.host.state()
    rules = CountRules.of(state)
    if not night.differing(*OF_CONTACTS) and not rules.by_count:
        return
    found = numbers(opened, CONSENTS, opened.columns())
    lines = contact_lines(opened, night.wanted, state=without_rules(state))
    changes = tuple(learned(lines, rules, found, all_read=night.all_read))
    if changes:
        night.host.commit(Batch(resource=CONTACTS, state=changes))
        _audit_again(night)


def _carry_out(night: _Night, stage: Stage) -> None:
    host, found = night.host, night.findings
    reading = host.reading()
    found.fresh.clear()
    found.left.clear()
    found.events.clear()
    healer = Healer(reading, SqlMembers(host.opened), host.allowance, found)
    reading.add(CONTACTS, 0, "setting right what the audit found", lambda: stage(night, healer, reading))
    try:
        host.carry_out(reading)
    finally:
        reading.reader.close()
        reading.warehouse.close()
    outcome = reading.reader.outcome
    if outcome.error is not None and not isinstance(outcome.error, ApiError):
        raise outcome.error
    skipped = "; ".join(one.reason for one in outcome.skipped)
    night.stopped = str(outcome.error or outcome.postponed or skipped)
    correct(host.opened, found)
    apply_cascades(host.opened, night.wanted, reading.excluded)
    counts = {(line.scope, line.scope_id): line.source_count for line in night.lines}
    _audit_again(night)
    night.moved |= counts != {(line.scope, line.scope_id): line.source_count for line in night.lines}


def _audit_again(night: _Night) -> None:
    opened, state = night.host.opened, night.host.state()
    others: Lines = [line for line in night.lines if line.scope.startswith("campaign")]
    if all(line.ok for line in others):
        night.lines = [*contact_lines(opened, night.wanted, state=state), *others]
    else:
        night.lines = audit(opened, night.wanted, state=state)


def _recount(night: _Night, _: Healer, reading: Reading) -> Iterator[Batch]:
    """Counts were read before the contacts, and the account lives: ask again before anything is called missing."""
    if night.differing("total") or night.differing("consent"):
        yield from collections.read_snapshot(reading, endpoint("contact_counts"))
    for scope, name in (("list", "contact_lists"), ("tag", "contact_tags")):
        if night.differing(scope):
            yield from collections.read_whole(reading, endpoint(name))


def _catch_up(_: _Night, __: Healer, reading: Reading) -> Iterator[Batch]:
    """What changed while this run was reading leaves a trace, as any other night."""
    yield from contacts.read_changes(reading, ContactsState.of(reading.state))


def _everything(_: _Night, healer: Healer, __: Reading) -> Iterator[Batch]:
    yield from healer.attempt(healer.compare(Choice(kind="all"), whole=True))


def _count_by_filters(_: _Night, healer: Healer, __: Reading) -> Iterator[Batch]:
    """What counts that say nothing would have shown: one request each where nothing differs."""
    for choice in (Choice(kind="deleted"), Choice(kind="all"), Choice(kind="active")):
        yield from healer.attempt(healer.compare(choice, halve_few=True))


def _deleted(_: _Night, healer: Healer, __: Reading) -> Iterator[Batch]:
    yield from healer.attempt(healer.compare(Choice(kind="deleted")))


def _all(_: _Night, healer: Healer, __: Reading) -> Iterator[Batch]:
    yield from healer.attempt(healer.compare(Choice(kind="all")))


def _rare_consents(night: _Night, healer: Healer, _: Reading) -> Iterator[Batch]:
    """Statuses that few contacts have are cheap to read, and whoever left one of them is asked for by id."""
    apart = {line.scope_id: line.source_count - line.loaded_count for line in night.differing("consent")}
    names = [CONSENTS[name] for name in ("pending", "unsubscribed") if name in apart]
    if sum(apart.values()) != sum(line.source_count - line.loaded_count for line in night.differing("total")):
        names += ["temp_hold", "not_set"]  # not counted by themselves: they take up what the others lost
    for name in names:
        yield from healer.attempt(healer.compare(Choice(kind="consent", value=name)))


def _active(_: _Night, healer: Healer, __: Reading) -> Iterator[Batch]:
    yield from healer.attempt(healer.compare(Choice(kind="active")))


def _scan(night: _Night, healer: Healer, _: Reading) -> Iterator[Batch]:
    apart = {
        CONSENTS[line.scope_id]: line.source_count - line.loaded_count for line in night.differing("consent")
    }
    yield from healer.attempt(healer.scan({name: apart.get(name, 0) for name in ("explicit", "implicit")}))


def _groups(night: _Night, healer: Healer, *, grown: bool) -> Iterator[Batch]:
    """Lists and tags one by one."""
    found = [
        line
        for scope in GROUPS
        for line in night.differing(scope)
        if (line.source_count > line.loaded_count) == grown
    ]
    for line in sorted(found, key=lambda line: line.source_count):
        choice = Choice(kind="list" if line.scope == "list" else "tag", value=line.scope_id)
        yield from healer.attempt(healer.compare(choice))


def _grown(night: _Night, healer: Healer, _: Reading) -> Iterator[Batch]:
    yield from _groups(night, healer, grown=True)


def _shrunk(night: _Night, healer: Healer, _: Reading) -> Iterator[Batch]:
    yield from _groups(night, healer, grown=False)


def _feeds(night: _Night, healer: Healer, _: Reading) -> Iterator[Batch]:
    for line in night.differing("campaign_activity"):
        job = Feed(
            resource=line.table,
            activity_id=line.scope_id,
            total=line.source_count,
            loaded=line.loaded_count,
        )
        yield from healer.attempt(healer.feed(job, line.scope_name))


def _differ(*scopes: str) -> Callable[[_Night], bool]:
    return lambda night: bool(night.differing(*scopes))


def _to_search(*scopes: str) -> Callable[[_Night], bool]:
    return lambda night: night.more_to_find() and bool(night.differing(*scopes))


def _not_worth_it(night: _Night) -> bool:
    return bool(night.differing(*OF_CONTACTS)) and night.more_to_find() and not night.searches()


OF_CONTACTS = ("total", "consent", "list", "tag")
ASKED_AGAIN: Sequence[tuple[Callable[[_Night], bool], Stage]] = (
    (_differ(*OF_CONTACTS), _recount),
    (lambda night: night.moved and bool(night.differing(*OF_CONTACTS)), _catch_up),
)
SEARCH: Sequence[tuple[Callable[[_Night], bool], Stage]] = (
    (_to_search("total"), _deleted),
    (_to_search("total"), _all),
    (_to_search("consent"), _rare_consents),
    (_to_search("consent"), _active),
    (_to_search("consent"), _scan),
    (_to_search("list", "tag"), _grown),
    (_to_search("list", "tag"), _shrunk),
)
STAGES: Sequence[tuple[Callable[[_Night], bool], Stage]] = (
    *(each for stage in SEARCH for each in ((_not_worth_it, _everything), stage)),
    (_not_worth_it, _everything),
    (_differ("campaign_activity"), _feeds),
)
"""(whether a stage applies, the stage), in order; before each part of the search it is asked whether that pays."""
PASSES = 3
"""A later stage may show what an earlier one could not see: a list without a contact that was deleted silently."""


def _remember(night: _Night) -> None:
    """Note counts that stand apart from the API's own rows, and forget those that no longer do."""
    known_offsets = OffsetsState.of(night.host.state())
    changes = []
    moved: Counter[str] = Counter()
    for line in night.lines:
        if line.scope.startswith("campaign"):
            continue
        known = known_offsets.offset(line.scope, line.scope_id)
        apart = line.source_count - line.loaded_count
        value = known
        if apart == 0:
            value = None
        elif not line.ok and _proved(night, line):
            value = apart
            moved[line.scope] += 1
            if line.scope in {"total", "consent"} or known is not None:  # it moves by itself
                changes.append(counting.says(line.scope, line.scope_id, something=False))
        if value != known:
            changes.append(offsets_state.stands_apart(line.scope, line.scope_id, value))
    for scope, lines in moved.items():
        if lines > 1 and known_offsets.by_scope.get(scope):  # several stand apart anew, as some did before
            changes.append(counting.counts_by(scope, counting.UNKNOWN))
    if changes:
        night.host.commit(Batch(resource=CONTACTS, state=tuple(changes)))
        _audit_again(night)


def _proved(night: _Night, line: AuditLine) -> bool:
    """Whether the API's own rows were counted and are as many as are loaded."""
    found = night.findings
    if night.all_read:
        return True
    if line.scope == "total":
        everything = found.counts.get(Choice(kind="all"))
        deleted = found.counts.get(Choice(kind="deleted"))
        return everything is not None and deleted is not None and everything - deleted == line.loaded_count
    if line.scope == "consent":
        if line.scope_id in {"explicit", "implicit"}:
            return found.scanned
        choice = Choice(kind="consent", value=CONSENTS[line.scope_id])
    else:
        choice = Choice(kind="list" if line.scope == "list" else "tag", value=line.scope_id)
    return found.counts.get(choice) == line.loaded_count


def _warn(night: _Night) -> None:
    left = night.differing()
    if not left:
        return
    first = left[0]
    where = f"{first.table}, {first.scope} {first.scope_name or first.scope_id}".rstrip()
    why = night.stopped
    if night.findings.refused:
        why = (
            f"setting them right takes about {sum(night.findings.refused)} more request(s) and "
            f"{night.host.allowance()} may be sent"
        )
    night.host.warn(
        f"{len(left)} count(s) differ from the account, first {where}: {first.source_count:,} there, "
        f"{first.loaded_count:,} loaded; {why + '; ' if why else ''}the next run tries again"
    )
