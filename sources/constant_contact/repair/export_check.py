"""Once a week, where the setting asks for it: is every contact of an export loaded, and nobody else?

What differs is read again by itself, so that the same run sets it right, and is told. An export that fails or never
completes is a sentence, and the run goes on as if it had not been asked for.
When it was ordered is written before the order, so that a run that dies over it does not order twice. State: see
`state.export_check`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pendulum

from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.contact_by_id import contact_by_id
from sources.constant_contact.reads.exports import Exported, ExportFailedError, exported, ordered
from sources.constant_contact.repair.audit import audit
from sources.constant_contact.repair.cascades import apply_cascades
from sources.constant_contact.repair.corrections import correct
from sources.constant_contact.repair.findings import Findings
from sources.constant_contact.repair.repair import Repaired, fresh_reading
from sources.constant_contact.state import export_check as export_check_state
from sources.constant_contact.state.export_check import ExportCheckState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pendulum import DateTime

    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.repair.audit_line import Lines
    from sources.constant_contact.repair.ports import Commits
    from sources.constant_contact.withheld import Excluded

CHECK, CONTACTS, ADDRESS = "contact_export", "contacts", "email_address__address"
EVERY = pendulum.duration(days=7)
MAX_READ = 200
"""Contacts that one check reads again; what is more waits for the next reading of all."""
SHOWN = 3


@dataclass(slots=True)
class Difference:
    """What the file and the warehouse do not share."""

    missing: dict[str, str] = field(default_factory=dict)
    """In the file, not loaded: id or address -> address."""
    surplus: dict[str, str] = field(default_factory=dict)
    """Loaded as live, not in the file: contact_id -> address."""

    def __len__(self) -> int:
        return len(self.missing) + len(self.surplus)


def export_checked(of_run: Reading, commits: Commits, wanted: frozenset[str], lines: Lines) -> Repaired:
    """The audit after the check, which is the same where nothing differed or nothing was due."""
    if CHECK not in wanted:  # which spares asking what is loaded
        return Repaired(lines=lines)
    reading = fresh_reading(of_run, commits)
    try:
        if not is_due(reading, wanted):
            return Repaired(lines=lines)
        return _checked(reading, commits, wanted, lines)
    finally:
        reading.reader.close()
        reading.warehouse.close()


def is_due(reading: Reading, wanted: frozenset[str]) -> bool:
    if not reading.options.export_check or not {CHECK, CONTACTS} <= wanted:
        return False
    before = ExportCheckState.of(reading.state).ordered_at
    return before is None or reading.now >= before + EVERY


def _checked(reading: Reading, commits: Commits, wanted: frozenset[str], lines: Lines) -> Repaired:
    before = ExportCheckState.of(reading.state).ordered_at
    _note(commits, reading.now)
    activity_id = ""
    try:
        activity_id = ordered(reading.client)
        export = exported(reading.client, activity_id)
        must_be_comparable(export, reading.excluded)
    except (ExportFailedError, ApiError) as error:
        if not activity_id:  # nothing was ordered
            _note(commits, before)
        warning = f"the check by export was not made: {error}; {_next(activity_id)}"
        return Repaired(lines=lines, warnings=(warning,))
    difference = compared(export, reading.warehouse.rows(CONTACTS, ("contact_id", ADDRESS, "deleted_at")))
    if not len(difference):
        return Repaired(lines=lines)
    return _repaired(reading, commits, wanted, export, difference)


def _next(activity_id: str) -> str:
    return "the next one is due in a week" if activity_id else "the next run tries again"


def _note(commits: Commits, at: DateTime | None) -> None:
    commits.commit(Batch(resource=CONTACTS, state=(export_check_state.ordered(at),)))


def must_be_comparable(export: Exported, excluded: Excluded) -> None:
    """Raises ExportFailedError where file and warehouse share neither ids nor addresses."""
    if not export.by_id and ADDRESS in excluded.of(CONTACTS):
        raise ExportFailedError(
            f"the file of job {export.activity_id} has no ids, and exclude_columns keeps {CONTACTS}.{ADDRESS} empty"
        )


def compared(export: Exported, loaded: list[dict[str, Any]]) -> Difference:
    """Whoever is loaded as deleted is missing from neither side: whether a file has them is not documented."""
    known: set[str] = set()
    difference = Difference()
    for row in loaded:
        contact_id, address = str(row["contact_id"]), str(row[ADDRESS] or "")
        key = contact_id.lower() if export.by_id else address.lower()
        known.add(key)
        if key and row["deleted_at"] is None and key not in export.keys:
            difference.surplus[contact_id] = address
    difference.missing = {key: address for key, address in export.keys.items() if key not in known}
    return difference


def _repaired(
    of_check: Reading, commits: Commits, wanted: frozenset[str], export: Exported, difference: Difference
) -> Repaired:
    """Each of them read again, the differences kept, and the audit made anew."""
    findings = Findings()
    reading = fresh_reading(of_check, commits)
    reading.add(
        CONTACTS,
        0,
        "contacts in which the export differs",
        lambda: _read_again(reading, export, difference, findings),
    )
    try:
        commits.read(reading)
    finally:
        reading.reader.close()
        reading.warehouse.close()
    correct(commits.tables, findings)
    apply_cascades(commits.tables, wanted, reading.excluded)
    error = reading.reader.outcome.error or reading.reader.outcome.postponed
    if error is not None and not isinstance(error, ApiError):
        raise error
    warning = _sentence(export, difference, findings, error)
    lines = audit(commits.tables, wanted, state=commits.state())
    return Repaired(lines=lines, warnings=(warning,))


def _read_again(
    reading: Reading, export: Exported, difference: Difference, findings: Findings
) -> Iterator[Batch]:
    by_address = not export.by_id
    most = min(MAX_READ, max(0, reading.client.budget.remaining_for_run()))
    wanted = [
        *((key, by_address) for key in difference.missing),
        *((key, False) for key in difference.surplus),
    ]
    for key, is_address in wanted[:most]:
        rows = _by_address(reading, key) if is_address else _by_id(reading, key)
        if not rows and not is_address:
            findings.gone.add(key)
        findings.fresh.update(str(row.get("contact_id")) for row in rows)
        yield reading.batch(CONTACTS, rows, requests=1)
    yield _kept(reading, export, difference)


def _by_id(reading: Reading, contact_id: str) -> list[dict[str, Any]]:
    row = contact_by_id(reading, contact_id)
    return [] if row is None else [row]


def _by_address(reading: Reading, address: str) -> list[dict[str, Any]]:
    of = endpoint(CONTACTS)
    return [row for page in reading.pages(of, extra={"email": address}) for row in page.rows]


def _kept(reading: Reading, export: Exported, difference: Difference) -> Batch:
    """The differences as rows."""
    shared = {"activity_id": export.activity_id, "exported_at": reading.now.isoformat()}
    rows: list[dict[str, Any]] = []
    for key, address in difference.missing.items():
        contact_id = key if export.by_id else None
        rows.append(
            {"contact_key": key, "contact_id": contact_id, "email_address": address, "difference": "missing"}
        )
    for contact_id, address in difference.surplus.items():
        key = contact_id if export.by_id else address.lower()
        rows.append({"contact_key": key, "contact_id": contact_id, "difference": "surplus"})
    return reading.batch(CHECK, [row | shared for row in rows], requests=0, whole=True)


def _sentence(
    export: Exported, difference: Difference, findings: Findings, error: BaseException | None
) -> str:
    more = len(difference) - MAX_READ
    parts = [
        f"{len(ids):,} {words} ({', '.join(list(ids)[:SHOWN])}{', ...' if len(ids) > SHOWN else ''})"
        for ids, words in (
            (difference.missing, "that were not loaded"),
            (difference.surplus, "that it lacks"),
        )
        if ids
    ]
    sentence = (
        f"an export of {len(export.keys):,} contacts differs from what was loaded in {' and '.join(parts)}"
    )
    if error is not None:
        return f"{sentence}; they could not be read again: {error}"
    left = f", {more:,} wait for the next reading of all contacts" if more > 0 else ""
    return f"{sentence}; they were read again{left}; {len(findings.gone):,} are gone from the account"
