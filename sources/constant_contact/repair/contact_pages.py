"""Contacts read for the search: by a filter, or one by one; which of them are not loaded as they are is noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.api_objects import attempt
from sources.constant_contact.reads.contact_by_id import contact_by_id, contact_object
from sources.constant_contact.reads.unchanged import LoadedDigests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sources.constant_contact.api.paging import Page
    from sources.constant_contact.reads.created_range import CreatedRange
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact.repair.findings import ContactFilter, Findings

CONTACTS = "contacts"


class ContactPages:
    """What it sees goes into the findings of the stage."""

    def __init__(self, reading: Reading, findings: Findings) -> None:
        self._reading = reading
        self._findings = findings
        self._loaded: LoadedDigests | None = None
        """Of every contact, where all of them are read."""

    def expect_all(self) -> None:
        """All contacts will come: what is loaded is asked for once."""
        self._loaded = LoadedDigests(self._reading.warehouse, endpoint(CONTACTS))

    def pages(self, of: ContactFilter, created: CreatedRange) -> Iterator[Page]:
        """With the count of what is selected in the first one, where the server gives it."""
        extra = {**of.parameters, **created.parameters, "include_count": "true"}
        for page in self._reading.pages(endpoint(CONTACTS), extra=extra):
            self._findings.requests += 1
            yield page

    def batch(self, rows: list[dict[str, Any]]) -> Batch:
        """Those of the rows that are not loaded as they are."""
        ids = [str(row["contact_id"]) for row in rows]
        self._findings.fresh.update(ids)
        batch = self._reading.batch(CONTACTS, rows, requests=1)
        loaded = self._loaded or LoadedDigests(self._reading.warehouse, endpoint(CONTACTS), ids)
        tables = loaded.changed(batch.tables)
        self._findings.differed.update(tables[CONTACTS].column("contact_id").to_pylist())
        return replace(batch, tables=tables)

    def by_ids(self, ids: Iterable[str]) -> Iterator[Batch]:
        """One request each; who answers 404 is gone."""
        for contact_id in ids:
            yield from attempt(self._reading, contact_object(contact_id), partial(self._by_id, contact_id))
            self._reading.reader.check()

    def _by_id(self, contact_id: str, reading: Reading) -> Iterator[Batch]:
        row = contact_by_id(reading, contact_id)
        if row is None:
            self._findings.gone.add(contact_id)
            self._findings.differed.add(contact_id)
        yield Batch(resource=CONTACTS, requests=1) if row is None else self.batch([row])


def count_of(page: Page) -> int | None:
    """How many contacts the filter selects in all; None where the server does not say."""
    envelope = page.envelope if isinstance(page.envelope, Mapping) else {}
    count = envelope.get("contacts_count")
    return count if type(count) is int and count >= 0 else None


def permission_of(row: Mapping[str, Any]) -> str:
    address = row.get("email_address")
    return str(address.get("permission_to_send")) if isinstance(address, Mapping) else ""
