"""Differences that the audit found, set right in the same run as far as the quota goes.

Each stage looks at what is still different, spends the fewest requests that may settle it, commits, lets follow what
follows, and audits again (no request). A contact that is deleted changes the counts of its lists and tags too, so
contacts come before groups, and groups that grew before groups that shrank: whoever moved is found in the new list.
Nothing different costs nothing.

State, under "audit":
  settled  scope -> id -> how far the API's count stood from its own rows when all of them had been counted
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.nightly.audit import (
    CONSENTS,
    CONTACTS,
    MEMBERSHIPS,
    TAGGINGS,
    audit,
    contact_lines,
)
from pipelines.constant_contact.nightly.consequences import apply_cascades
from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads import collections, contacts
from sources.constant_contact.reads.feeds import Feed
from sources.constant_contact.reads.heal import FEW_PAGES, PAGE, WHOLE, Choice, Findings, Healer, Span, steps
from sources.constant_contact.state import offsets as offsets_state
from sources.constant_contact.state.contacts import ContactsState
from sources.constant_contact.state.offsets import OffsetsState
from sources.constant_contact.warehouse import literal

if TYPE_CHECKING:
    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.events import AuditLine
    from sources.constant_contact.reads.reading import Reading

PERMISSION = "email_address__permission_to_send"
GROUPS = {"list": MEMBERSHIPS, "tag": TAGGINGS}

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

    def differing(self, *scopes: str) -> list[AuditLine]:
        return [line for line in self.lines if not line.ok and (not scopes or line.scope in scopes)]

    def pages(self) -> int:
        """Requests that reading every contact takes."""
        loaded = sum(count for _, count in SqlMembers(self.host.opened).seconds(Choice(kind="all")))
        return -(-loaded // PAGE)

    def picture(self) -> set[tuple[str, str, str, int]]:
        return {
            (line.table, line.scope, line.scope_id, line.source_count - line.loaded_count)
            for line in self.differing()
        }


Stage = Callable[[_Night, Healer, "Reading"], Iterator[Batch]]


def heal(host: Host, wanted: frozenset[str], lines: Lines) -> Lines:
    """The audit after everything affordable has been set right; what is left is warned about."""
    night = _Night(host=host, wanted=wanted, lines=lines)
    seen: list[set[tuple[str, str, str, int]]] = []
    todo = STAGES
    while night.differing() and night.picture() not in seen and len(seen) < PASSES:
        seen.append(night.picture())
        for applies, stage in todo:
            if not night.stopped and applies(night):
                _carry_out(night, stage)
        todo = STAGES[3:]
        if night.stopped or night.findings.refused:
            break
    _remember(night)
    _warn(night)
    return night.lines


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


def _small(night: _Night, healer: Healer, _: Reading) -> Iterator[Batch]:
    """All contacts, where that is a few pages: searching costs as much, and misses what two changes hide."""
    if night.pages() <= FEW_PAGES:
        yield from healer.attempt(healer.compare(Choice(kind="all"), whole=True))


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
    """Lists and tags one by one; all contacts at once where that costs less."""
    found = [
        line
        for scope in GROUPS
        for line in night.differing(scope)
        if (line.source_count > line.loaded_count) == grown
    ]
    cost = sum(steps(line.source_count, abs(line.source_count - line.loaded_count)) for line in found)
    if cost >= night.pages():
        yield from healer.attempt(healer.compare(Choice(kind="all"), whole=True))
        return
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


STAGES: Sequence[tuple[Callable[[_Night], bool], Stage]] = (
    (_differ("total", "consent", "list", "tag"), _recount),
    (lambda night: night.moved and bool(night.differing("total", "consent", "list", "tag")), _catch_up),
    (_differ("total", "consent", "list", "tag"), _small),
    (_differ("total"), _deleted),
    (_differ("total"), _all),
    (_differ("consent"), _rare_consents),
    (_differ("consent"), _active),
    (_differ("consent"), _scan),
    (_differ("list", "tag"), _grown),
    (_differ("list", "tag"), _shrunk),
    (_differ("campaign_activity"), _feeds),
)
"""(whether a stage applies, the stage), in order; the first three are not repeated."""
PASSES = 3
"""A later stage may show what an earlier one could not see: a list without a contact that was deleted silently."""


class SqlMembers:
    """What the warehouse holds of a choice; SQL that DuckDB and PostgreSQL share."""

    def __init__(self, opened: Warehouse) -> None:
        self._opened = opened

    def seconds(self, of: Choice) -> Sequence[tuple[int, int]]:
        second = "cast(floor(extract(epoch from c.created_at)) as bigint)"
        rows = self._opened.query(
            f"select {second} as second, count(*) as found {self._from(of)} group by {second} order by {second}"
        )
        return [(int(str(row["second"] or 0)), int(str(row["found"]))) for row in rows]

    def ids(self, of: Choice, span: Span) -> set[str]:
        bounds = ""
        if span != WHOLE:
            for sign, at in ((">=", span.after), ("<", span.before)):
                bounds += f" and extract(epoch from c.created_at) {sign} {at}" if at is not None else ""
        rows = self._opened.query(f"select c.contact_id as id {self._from(of)}{bounds}")
        return {str(row["id"]) for row in rows}

    def _from(self, of: Choice) -> str:
        name = f"from {self._opened.qualified(CONTACTS)} as c"
        live = "c.deleted_at is null"
        if of.kind in GROUPS:
            joined = f"join {self._opened.qualified(GROUPS[of.kind])} as s on s.contact_id = c.contact_id"
            return f"{name} {joined} where s.{of.kind}_id = {literal(of.value)} and {live}"
        if of.kind == "consent":
            return f"{name} where c.{PERMISSION} = {literal(of.value)} and {live}"
        conditions = {
            "all": "1 = 1",
            "deleted": "c.deleted_at is not null",
            "active": f"c.{PERMISSION} in ('explicit', 'implicit') and {live}",
        }
        return f"{name} where {conditions[of.kind]}"


def correct(opened: Warehouse, found: Findings) -> None:
    """What no row says: memberships and events that a complete reading lacks, contacts that answered 404 by their id.

    Contacts that were read just now are left alone: their rows are newer than any conclusion.
    """
    for choice, ids in found.left.items():
        table = GROUPS.get(choice.kind)
        if table is not None:
            for listed in _in_portions(ids - found.fresh):
                opened.execute(
                    f"delete from {opened.qualified(table)}"
                    f" where {choice.kind}_id = {literal(choice.value)} and contact_id in ({listed})"
                )
    for listed in _in_portions(found.gone):
        opened.execute(
            f"update {opened.qualified(CONTACTS)} set deleted_at = current_date"
            f" where deleted_at is null and contact_id in ({listed})"
        )

    for (feed, activity), keys in found.events.items():
        _delete_vanished(opened, feed, activity, keys)


def _delete_vanished(opened: Warehouse, feed: str, activity: str, there: set[tuple[Any, ...]]) -> None:
    """Loaded events of one e-mail that its feed does not have any more."""
    key, name = endpoint(feed).table.key, opened.qualified(feed)
    rows = opened.query(
        f"select {', '.join(key)} from {name} where campaign_activity_id = {literal(activity)}"
    )
    gone = [row for row in rows if tuple(row[column] for column in key) not in there]
    for row in gone:
        same = " and ".join(f"{column} = {_value(row[column])}" for column in key)
        opened.execute(f"delete from {name} where {same}")


def _value(value: Any) -> str:
    if isinstance(value, datetime):
        return f"cast('{value.isoformat()}' as timestamp with time zone)"
    return str(value) if isinstance(value, int) else literal(str(value))


def _in_portions(ids: set[str], size: int = 5_000) -> Iterator[str]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), size):
        yield ", ".join(map(literal, ordered[start : start + size]))


def _remember(night: _Night) -> None:
    """Note counts that stand apart from the API's own rows, and forget those that no longer do."""
    known_offsets = OffsetsState.of(night.host.state())
    changes = []
    for line in night.lines:
        if line.scope.startswith("campaign"):
            continue
        known = known_offsets.offset(line.scope, line.scope_id)
        apart = line.source_count - line.loaded_count
        value = known
        if apart == 0:
            value = None
        elif not line.ok and _proved(night.findings, line):
            value = apart
        if value != known:
            changes.append(offsets_state.stands_apart(line.scope, line.scope_id, value))
    if changes:
        night.host.commit(Batch(resource=CONTACTS, state=tuple(changes)))
        _audit_again(night)


def _proved(found: Findings, line: AuditLine) -> bool:
    """Whether the API's own rows were counted and are as many as are loaded."""
    if found.whole:
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
