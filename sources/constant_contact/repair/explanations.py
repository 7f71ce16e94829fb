"""Why a count and the loaded rows may differ although nothing is wrong: pure, a line in, a line out.

Each returns the line as it is where its reason does not hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.constant_contact.catalogue import SET_ASIDE

if TYPE_CHECKING:
    from sources.constant_contact.repair.audit_line import AuditLine

UNREAD = "the server failed when this was last asked for; it is left out and tried again later"


def by_rows_set_aside(line: AuditLine, rows: int) -> AuditLine:
    """A count that is reached with the rows set aside is no difference; `rows`: how many of them it may count."""
    if line.ok or not line.loaded_count < line.source_count <= line.loaded_count + rows:
        return line
    return line.explained(f"{line.difference} row(s) that it counts are set aside in {SET_ASIDE.name}")


def by_offset(line: AuditLine, offset: int | None) -> AuditLine:
    """A count that stood apart from its rows by as much when all of them had been read is no difference."""
    if line.ok or offset != line.difference:
        return line
    return line.explained("all rows were read and counted; the API keeps this count apart from them")


def by_returned(line: AuditLine, returned: int) -> AuditLine:
    """`returned`: erased contacts that are in the account again."""
    if line.ok or not 0 < line.difference <= returned:
        return line
    return line.explained("contacts that were erased here are in the account again, and are left out")


def by_unread(line: AuditLine, unread: int) -> AuditLine:
    """Loaded contacts that a count lacks, and of which the server would not say what became of them."""
    if line.ok or not 0 < -line.difference <= unread:
        return line
    return line.explained(UNREAD)


def by_erased(line: AuditLine, erased: int) -> AuditLine:
    """`erased`: events that were erased with their contact."""
    if line.ok or not erased or line.difference != erased:
        return line
    return line.explained(f"{erased} of them were erased here with their contact")
