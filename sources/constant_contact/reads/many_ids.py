"""One request for many ids, and what to do when it is refused.

Source: contract (/reports/stats/*): a campaign batch is limited to 150 (of what, it does not say) and an activity batch
to 10; one id that is unknown spoils the whole answer, so a refused batch is halved until the bad id stands alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import ApiError, BadRequest, NotFound
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.reads.api_objects import is_of_one_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sources.constant_contact.reads.reading import Reading

Row = dict[str, Any]
MOST_REFUSALS = 20
"""Requests after which a server that answers none is given up; a few bad ids at the front of a batch cost as many."""


class Answer:
    """Rows for many ids, halving a batch that is refused or that the server fails over."""

    def __init__(self, reading: Reading, resource: str, *, works: bool) -> None:
        """`works`: whether this resource has been answered in this run, so that what is refused are ids."""
        self._reading = reading
        self._of = endpoint(resource)
        self._key = self._of.table.key[0]
        self._error: ApiError | None = None
        self.works = works
        self.raw: dict[str, Row] = {}
        """id, as it was asked for -> row as the API sent it."""
        self.refused: list[str] = []
        self.failed: dict[str, ApiError] = {}
        """id -> how the server failed over it alone."""
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

    def ask(self, ids: Sequence[str], *, doubtful: Sequence[str] = ()) -> None:
        """`doubtful` ids failed in the last run: each is asked for by itself, so that it spoils no request.

        Where all is refused, it is the server that fails, not the ids: it is told, and nothing is learned.
        Raises the error of a server that fails over everything, unless a single id was asked for.
        """
        hurried = self._reading.with_few_attempts()
        self._halve(ids, self._reading)
        for each in doubtful:
            self._halve([each], hurried)
        if self._error is None or self.works:
            return
        self.taken = None
        self.refused.clear()
        if isinstance(self._error, NotFound | BadRequest):
            self._reading.reader.skip(self._of.resource, str(self._error))
        elif len(ids) + len(doubtful) > 1:
            raise self._error

    def _halve(self, ids: Sequence[str], reading: Reading) -> None:
        if not ids or (self.requests >= MOST_REFUSALS and not self.works):
            return
        bad_before = len(self.refused) + len(self.failed)
        error = self._one(ids, reading)
        if error is None:
            return
        if len(ids) == 1 and isinstance(error, NotFound | BadRequest):
            self.refused.append(ids[0])
        elif len(ids) == 1:
            self.failed[ids[0]] = error
        else:
            hurried = reading.with_few_attempts()  # the full number of attempts was made with all of them
            middle = len(ids) // 2
            self._halve(ids[:middle], hurried)
            self._halve(ids[middle:], hurried)
            if len(self.refused) + len(self.failed) == bad_before:
                self.taken = self._largest or None

    def _one(self, ids: Sequence[str], reading: Reading) -> ApiError | None:
        """One request for these ids; its error where there is none of the run as a whole."""
        self._reading.reader.check()
        slot = self._of.path.rsplit("{", 1)[1].rstrip("}")
        self.requests += 1
        try:
            pages = list(reading.pages(self._of, {slot: ",".join(ids)}))
        except ApiError as error:
            if not is_of_one_object(reading, self._of.resource, error):
                raise
            self._error = error
            return error
        self.works = True
        self._largest = max(self._largest, len(ids))
        asked = {each.casefold(): each for each in ids}
        for page in pages:
            for row in page.rows:
                found = str(row[self._key])
                self.raw[asked.get(found.casefold(), found)] = row
        return None
