"""Differences that the audit found, set right in the same run as far as the quota goes.

Each stage looks at what still differs, spends the fewest requests that may explain it, commits, lets follow what
follows, and audits again (no request).
Nothing different costs nothing. Where the search is likely to cost more than half of what reading all contacts costs,
or has come to cost that, all are read, which misses nothing; after that nothing else about contacts is.
State: see `state.offsets`, `state.counting` and `state.traceless`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.batches import Batch
from sources.constant_contact.reader import Reader
from sources.constant_contact.reads import costs
from sources.constant_contact.repair import stages
from sources.constant_contact.repair.audit import audited_again
from sources.constant_contact.repair.audit_line import differences, differing, source_counts
from sources.constant_contact.repair.cascades import apply_cascades
from sources.constant_contact.repair.contact_counts import CONSENTS, CONTACTS, contact_lines
from sources.constant_contact.repair.corrections import correct
from sources.constant_contact.repair.count_rules import learned, numbers
from sources.constant_contact.repair.findings import ContactFilter, Known
from sources.constant_contact.repair.members import LoadedContacts
from sources.constant_contact.repair.offsets import offset_changes
from sources.constant_contact.repair.search import PAGE, Search
from sources.constant_contact.repair.stages import OF_CONTACTS, SEARCH
from sources.constant_contact.state import traceless
from sources.constant_contact.state.contacts import ContactsState
from sources.constant_contact.state.counting import CountRules, without_rules

if TYPE_CHECKING:
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.repair.audit_line import Lines
    from sources.constant_contact.repair.findings import Findings
    from sources.constant_contact.repair.ports import Commits
    from sources.constant_contact.repair.stages import Look

PASSES = 3
"""A later stage may show what an earlier one could not see: a list without a contact that was deleted silently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """The audit after the repair, and what a person must know of it."""

    lines: Lines
    warnings: tuple[str, ...] = ()


def repair(reading: Reading, commits: Commits, wanted: frozenset[str], lines: Lines) -> Repaired:
    """The audit after everything affordable has been set right; what is left is warned about.

    `reading`: that of the run, which has ended.
    """
    return _Repair(reading, commits, wanted, lines).run()


def fresh_reading(reading: Reading, commits: Commits) -> Reading:
    """A reading without slices, over the state and the tables as they are now."""
    return replace(
        reading, state=commits.state(), warehouse=commits.tables.loaded(), reader=Reader(readers=1)
    )


class _Repair:
    """The loop over audit, search and correction."""

    def __init__(self, reading: Reading, commits: Commits, wanted: frozenset[str], lines: Lines) -> None:
        self._reading, self._commits, self._wanted = reading, commits, wanted
        self._contacts = LoadedContacts(commits.tables)
        self._lines = lines
        self._known = Known()
        self._moved = False
        """Whether the account's counts are others than when the run began."""
        self._stopped = ""
        """Why nothing more can be read."""

    def run(self) -> Repaired:
        self._learn_rules()
        rules = CountRules.of(self._commits.state())
        if not self._all_read and (rules.unknown("total") or rules.unknown("consent")):
            self._carry_out(stages.count_by_filters)
        self._search()
        self._remember_offsets()
        self._note_the_traceless()
        warning = self._warning()
        return Repaired(lines=self._lines, warnings=(warning,) if warning else ())

    def _search(self) -> None:
        """As long as something differs in another way than before."""
        seen: list[frozenset[tuple[str, str, str, int]]] = []
        while differing(self._lines) and differences(self._lines) not in seen and len(seen) < PASSES:
            seen.append(differences(self._lines))
            if len(seen) == 1:
                self._ask_again()
            self._look_everywhere()
            if self._stopped or self._known.unaffordable:
                return

    def _ask_again(self) -> None:
        if differing(self._lines, *OF_CONTACTS):
            self._carry_out(stages.recount)
        if self._moved and differing(self._lines, *OF_CONTACTS):
            self._carry_out(stages.catch_up)

    def _look_everywhere(self) -> None:
        """Before each part of the search it is asked whether that pays."""
        for stage in SEARCH:
            self._read_all_if_cheaper()
            if self._may_find_more() and differing(self._lines, *stage.scopes):
                self._carry_out(stage.look)
        self._read_all_if_cheaper()
        if differing(self._lines, "campaign_activity"):
            self._carry_out(stages.feeds)

    def _read_all_if_cheaper(self) -> None:
        if differing(self._lines, *OF_CONTACTS) and self._may_find_more() and not self._search_pays():
            self._carry_out(stages.everything)

    @property
    def _all_read(self) -> bool:
        """Whether this run has read every contact."""
        whole_at = ContactsState.of(self._commits.state()).whole_at
        return self._known.all_read or whole_at == self._reading.now

    def _may_find_more(self) -> bool:
        """Whether asking for contacts may show more. After a reading of all, who is gone may still be loaded."""
        return not self._known.all_asked and (not self._all_read or bool(differing(self._lines, "total")))

    def _search_pays(self) -> bool:
        """Whether searching is likely to cost less than reading all contacts; what was spent on it counts."""
        expected = sum(
            costs.steps(line.source_count, abs(line.difference), PAGE)
            for line in differing(self._lines, *OF_CONTACTS)
        )
        count = self._contacts.count(ContactFilter(kind="all"))
        if costs.pages(count, PAGE) > self._reading.client.budget.remaining_for_run():
            return True
        return costs.may_search(self._known.requests + expected, count, PAGE)

    def _learn_rules(self) -> None:
        """Which rows the counts count, where they are not as many as the loaded ones."""
        tables, state = self._commits.tables, self._commits.state()
        rules = CountRules.of(state)
        if not differing(self._lines, *OF_CONTACTS) and not rules.by_count:
            return
        counts = numbers(tables, CONSENTS, tables.columns())
        lines = contact_lines(tables, self._wanted, state=without_rules(state))
        changes = tuple(learned(lines, rules, counts, all_read=self._all_read))
        if changes:
            self._commits.commit(Batch(resource=CONTACTS, state=changes))
            self._audit_again()

    def _carry_out(self, look: Look) -> None:
        """One stage: read, correct, let follow, audit again. Raises what is no error of the API."""
        if self._stopped:
            return
        reading = fresh_reading(self._reading, self._commits)
        search, lines = Search(reading, self._contacts, self._known), self._lines
        reading.add(CONTACTS, 0, "setting right what the audit found", lambda: look(search, lines))
        try:
            self._commits.read(reading)
        finally:
            reading.reader.close()
            reading.warehouse.close()
        self._stopped = _why_stopped(reading)
        self._take(search.findings, reading)

    def _take(self, findings: Findings, reading: Reading) -> None:
        self._known = self._known.after(findings)
        correct(self._commits.tables, findings)
        apply_cascades(self._commits.tables, self._wanted, reading.excluded)
        before = source_counts(self._lines)
        self._audit_again()
        self._moved |= before != source_counts(self._lines)

    def _audit_again(self) -> None:
        tables, state = self._commits.tables, self._commits.state()
        self._lines = audited_again(tables, self._wanted, self._lines, state=state)

    def _remember_offsets(self) -> None:
        state = self._commits.state()
        changes = tuple(offset_changes(self._lines, state, self._known, all_read=self._all_read))
        if changes:
            self._commits.commit(Batch(resource=CONTACTS, state=changes))
            self._audit_again()

    def _note_the_traceless(self) -> None:
        """So that the next run knows what searching is likely to cost."""
        count = len(self._known.differed)
        if count:
            change = traceless.noted(self._commits.state(), self._reading.now, count)
            self._commits.commit(Batch(resource=CONTACTS, state=(change,)))

    def _warning(self) -> str:
        """What is left, why, and what becomes of it; empty where nothing is."""
        left = differing(self._lines)
        if not left:
            return ""
        first = left[0]
        where = f"{first.table}, {first.scope} {first.scope_name or first.scope_id}".rstrip()
        why = self._stopped
        if self._known.unaffordable:
            why = (
                f"setting them right takes about {sum(self._known.unaffordable)} more request(s) and "
                f"{self._reading.client.budget.remaining_for_run()} may be sent"
            )
        return (
            f"{len(left)} count(s) differ from the account, first {where}: {first.source_count:,} there, "
            f"{first.loaded_count:,} loaded; {why + '; ' if why else ''}the next run tries again"
        )


def _why_stopped(reading: Reading) -> str:
    outcome = reading.reader.outcome
    if outcome.error is not None and not isinstance(outcome.error, ApiError):
        raise outcome.error
    skipped = "; ".join(skipped.reason for skipped in outcome.skipped)
    return str(outcome.error or outcome.postponed or skipped)
