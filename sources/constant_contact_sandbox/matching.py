"""Which contacts a /contacts query selects: all filters together, over arrays, cached until a contact
changes.

Knows no HTTP beyond the parameter names. Source: contract, GET /contacts.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from typing import TYPE_CHECKING

from . import seeds
from .contacts import EXPLICIT, IMPLICIT, PERMISSIONS, PURGED, SMS_ONLY
from .paging import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .contacts import Contacts
    from .switches import Switches

STATUSES = ("all", "active", "deleted", "not_set", "pending_confirmation", "temp_hold", "unsubscribed")
SMS_STATUSES = ("all", "explicit", "unsubscribed", "pending_confirmation", "not_set")
DATE_FILTERS = ("updated", "created", "optout")
FILTERS = (
    "status",
    "email",
    "lists",
    "tags",
    "segment_id",
    "sms_status",
    *(f"{d}_{s}" for d in DATE_FILTERS for s in ("after", "before")),
)


class Matching:
    """`select` answers with positions in listing order."""

    def __init__(self, contacts: Contacts, switches: Switches) -> None:
        self.contacts, self.switches = contacts, switches
        self._cache: OrderedDict[tuple[tuple[str, str], ...], tuple[int, Sequence[int]]] = OrderedDict()

    def select(self, query: dict[str, str]) -> Sequence[int]:
        """Positions of the contacts that match every filter. Raises BadRequestError for a value it cannot
        read.
        """
        key = tuple(sorted((k, v) for k, v in query.items() if k in FILTERS))
        generation, found = self._cache.get(key, (-1, ()))
        if generation != self.contacts.generation:
            found = self._search(query)
            self._cache[key] = (self.contacts.generation, found)
            if len(self._cache) > 8:
                self._cache.popitem(last=False)
        return found

    def _search(self, query: dict[str, str]) -> Sequence[int]:
        found = self._by_status(query.get("status"))
        for name in DATE_FILTERS:
            found = self._by_date(found, name, query)
        if "lists" in query:
            found = self._by_mask(found, self.contacts.lists, self.contacts.list_ids, query["lists"], 25)
        if "tags" in query:
            found = self._by_mask(found, self.contacts.tags, self.contacts.tag_ids, query["tags"], 50)
        if "email" in query:
            wanted = query["email"].strip().lower()
            found = self._keep(found, lambda i: self.contacts.identity(i)[0].lower() == wanted)
        if "sms_status" in query:
            found = self._by_sms(found, query["sms_status"])
        if "segment_id" in query:
            number = int(query["segment_id"])
            found = self._keep(
                found,
                lambda i: self.contacts.number[i] % (2 * number + 3) == 0 and not self.contacts.deleted[i],
            )
        return found

    @staticmethod
    def _keep(found: Sequence[int], test: Callable[[int], bool]) -> Sequence[int]:
        return array("I", [i for i in found if test(i)])

    def _by_status(self, text: str | None) -> Sequence[int]:
        wanted = set(text.split(",")) if text else {self.switches.default_status}
        unknown = wanted - {*STATUSES, "not_deleted"}
        if unknown:
            raise BadRequestError(
                f"The status {', '.join(sorted(unknown))} is not one of {', '.join(STATUSES)}."
            )
        state, gone = self.contacts.state, self.contacts.deleted
        if "all" in wanted:
            purged = self.contacts.purged
            return (
                array("I", [i for i, s in enumerate(state) if not s & PURGED])
                if purged
                else range(len(state))
            )
        codes = {PERMISSIONS.index(s) for s in wanted if s in PERMISSIONS}
        codes |= {EXPLICIT, IMPLICIT} if "active" in wanted else set()
        if "not_deleted" in wanted:
            codes |= {*range(len(PERMISSIONS)), SMS_ONLY | 5}
        deleted_too = "deleted" in wanted
        pairs = enumerate(zip(state, gone, strict=True))
        return array("I", [i for i, (s, d) in pairs if (deleted_too and not s & PURGED if d else s in codes)])

    def _by_date(self, found: Sequence[int], name: str, query: dict[str, str]) -> Sequence[int]:
        after, before = query.get(f"{name}_after"), query.get(f"{name}_before")
        if after is None and before is None:
            return found
        column = {
            "updated": self.contacts.updated,
            "created": self.contacts.created,
            "optout": self.contacts.opted_out,
        }[name]
        low, high = self.bounds(after, before, self.switches)
        return array("I", [i for i in found if low <= column[i] <= high])

    @staticmethod
    def bounds(after: str | None, before: str | None, switches: Switches) -> tuple[float, float]:
        """The closed interval of whole seconds that a pair of filters allows; 0 (never) is outside."""
        try:
            low = seeds.epoch_s(after) if after else 1.0
            high = seeds.epoch_s(before) if before else 1e12
        except ValueError as broken:
            raise BadRequestError(f"The date {after or before!r} is not an ISO 8601 date.") from broken
        if switches.updated_after == "exclusive":
            low, high = low + 1e-3 if after else low, high - 1e-3 if before else high
        return low, high

    def _by_mask(
        self, found: Sequence[int], column: array[int], ids: list[str], text: str, most: int
    ) -> Sequence[int]:
        wanted = [t.strip() for t in text.split(",")]
        if len(wanted) > most:
            raise BadRequestError(f"At most {most} ids are allowed, not {len(wanted)}.")
        mask = 0
        for wanted_id in wanted:
            if wanted_id in ids:
                mask |= 1 << ids.index(wanted_id)
        gone = self.contacts.deleted
        return array("I", [i for i in found if column[i] & mask and not gone[i]])

    def _by_sms(self, found: Sequence[int], text: str) -> Sequence[int]:
        wanted = set(text.split(","))
        if unknown := wanted - set(SMS_STATUSES):
            raise BadRequestError(
                f"The sms_status {', '.join(sorted(unknown))} is not one of {', '.join(SMS_STATUSES)}."
            )
        if "all" in wanted:
            return found
        include = frozenset({"sms_channel"})

        def permission(i: int) -> str:
            channel = self.contacts.row(i, include).get("sms_channel")
            return channel["sms_channel_consents"][0]["sms_consent_permission"] if channel else "not_set"

        return self._keep(found, lambda i: permission(i) in wanted)
