"""One request for many ids, and what to do when it is refused.

Source: contract (/reports/stats/*): a campaign batch is limited to 150 (of what, it does not say) and an activity batch
to 10; one id that is unknown spoils the whole answer, so a refused batch is halved until the bad id stands alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import BadRequest, NotFound
from sources.constant_contact.catalogue import endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sources.constant_contact.reads.reading import Reading

Row = dict[str, Any]
MOST_REFUSALS = 20
"""Requests after which a server that answers none is given up; a few bad ids at the front of a batch cost as many."""


class Answer:
    """Rows for many ids, halving a batch that is refused."""

    def __init__(self, reading: Reading, resource: str, *, works: bool) -> None:
        """`works`: whether this resource has been answered in this run, so that what is refused are ids."""
        self._reading = reading
        self._of = endpoint(resource)
        self._key = self._of.table.key[0]
        self._refusal: NotFound | BadRequest | None = None
        self.works = works
        self.raw: dict[str, Row] = {}
        """id, as it was asked for -> row as the API sent it."""
        self.refused: list[str] = []
        self.requests = 0
        self.taken: int | None = None
        """The largest size that worked where a larger one did not, though no id was bad."""
        self._largest = 0

    @property
    def rows(self) -> dict[str, Row]:
        """The same with declared names and types."""
        if not self.raw:
            return {}
        table = self._reading.tables(self._of.resource, list(self.raw.values()))[self._of.resource]
        typed = {str(row[self._key]): row for row in table.to_pylist()}
        return {each: typed[str(row[self._key])] for each, row in self.raw.items()}

    def ask(self, ids: Sequence[str]) -> None:
        """Where all is refused, it is the server that is ill, not the ids: it is told, and nothing is learned."""
        self._halve(ids)
        if self._refusal is not None and not self.works:
            self.refused.clear()
            self.taken = None
            self._reading.reader.skip(self._of.resource, str(self._refusal))

    def _halve(self, ids: Sequence[str]) -> None:
        if not ids or (self.requests >= MOST_REFUSALS and not self.works):
            return
        refused_before = len(self.refused)
        if self._one(ids):
            return
        if len(ids) == 1:
            self.refused.append(ids[0])
            return
        middle = len(ids) // 2
        self._halve(ids[:middle])
        self._halve(ids[middle:])
        if len(self.refused) == refused_before:
            self.taken = self._largest or None

    def _one(self, ids: Sequence[str]) -> bool:
        self._reading.reader.check()
        slot = self._of.path.rsplit("{", 1)[1].rstrip("}")
        self.requests += 1
        try:
            pages = list(self._reading.pages(self._of, {slot: ",".join(ids)}))
        except (NotFound, BadRequest) as error:
            self._refusal = error
            return False
        self.works = True
        self._largest = max(self._largest, len(ids))
        asked = {each.casefold(): each for each in ids}
        for page in pages:
            for row in page.rows:
                found = str(row[self._key])
                self.raw[asked.get(found.casefold(), found)] = row
        return True
