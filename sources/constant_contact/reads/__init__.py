"""How each resource is read: which requests, in which order, and what they leave in the state.

One module per way of reading: `collections` (whole), `contacts` (marks), `campaigns` (changes, then their e-mails),
`totals` (which feeds have news; `many_ids` asks), `feeds` (newest first), `heal` (what counts give away).
Must not know: dlt, destinations, the command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.constant_contact.reads import campaigns, collections, contacts

if TYPE_CHECKING:
    from sources.constant_contact.reads.reading import Reading


def add_slices(reading: Reading) -> None:
    """Everything that one run reads. Slices that depend on answers are added once those are known."""
    for family in (collections, campaigns, contacts):
        family.add_slices(reading)
