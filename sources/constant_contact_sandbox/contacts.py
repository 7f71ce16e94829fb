"""The contacts of the account: compact columns, rows made up when they are served, overlays for what was
changed.

Unchanged fields derive from one 64-bit number per contact, so a million contacts take some 60 MB. What
the account's life changes (times, permission, memberships) lies in arrays; anything else changed goes
into `overlay`, a dict of final field values. Knows no HTTP and no clock: times are arguments, in whole
UTC seconds. Source of the row's shape: contract, ContactResource.
"""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING, Any

from . import people, seeds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .small_collections import CustomFields

PERMISSIONS = ("explicit", "implicit", "unsubscribed", "pending_confirmation", "temp_hold", "not_set")
EXPLICIT, IMPLICIT, UNSUBSCRIBED, PENDING, TEMP_HOLD, NOT_SET = range(6)
SMS_ONLY, PURGED = 16, 32
SUB_RESOURCES = (
    "custom_fields",
    "list_memberships",
    "phone_numbers",
    "street_addresses",
    "taggings",
    "notes",
)
ALL_INCLUDES = frozenset((*SUB_RESOURCES, "sms_channel"))
KINDS = ("home", "work", "mobile", "other")
_SHARES = (
    *[EXPLICIT] * 48,
    *[IMPLICIT] * 37,
    *[UNSUBSCRIBED] * 7,
    *[PENDING] * 3,
    *[TEMP_HOLD] * 2,
    *[NOT_SET] * 3,
)
_FIRST = [(name, people.ascii_slug(name)) for name in people.FIRST_NAMES]
_LAST = [(name, people.ascii_slug(name)) for name in people.LAST_NAMES]
_ODD, _INVERSE = 0x5DEECE66D5B1, pow(0x5DEECE66D5B1, -1, 1 << 48)
_LOW = (1 << 48) - 1
YEAR_S = 365 * 86400


class Contacts:
    """Columns indexed by position; the position is also the listing order."""

    def __init__(self, seed: int, fields: CustomFields) -> None:
        self.seed, self.fields = seed, fields
        self.number = array("Q")
        self.created, self.updated, self.email_updated = array("I"), array("I"), array("I")
        self.opted_out, self.deleted = array("I"), array("I")
        self.state = bytearray()
        self.lists, self.tags = array("Q"), array("Q")
        self.overlay: dict[int, dict[str, Any]] = {}
        self.history: dict[int, list[tuple[int, str, str, str]]] = {}
        """Earlier (until, address, first_name, last_name), oldest first."""
        self.generation = 0
        self.purged = 0
        self.list_ids: list[str] = []
        self.tag_ids: list[str] = []
        self._sets: dict[tuple[bool, int], list[str]] = {}
        self._secret = seeds.word(seed, "contact_id") & _LOW

    def __len__(self) -> int:
        return len(self.number)

    def fill(self, count: int, now: int, list_shares: Sequence[int], tag_count: int) -> None:
        """Append `count` contacts that came in over the last three years before `now`."""
        begin = len(self)
        self.number.extend(seeds.words(self.seed, "contact", begin, count))
        for i in range(begin, begin + count):
            self._append(i, self.number[i], now, list_shares, tag_count)
        self.generation += 1

    def _append(self, i: int, h: int, now: int, list_shares: Sequence[int], tag_count: int) -> None:
        age = 3600 + (h >> 8) % (3 * YEAR_S)
        created = now - age
        self.created.append(created)
        self.updated.append(created + ((h >> 20) % age if h & 3 else 0))
        permission = _SHARES[(h >> 40) % 100]
        out = created + 60 + (h >> 12) % (age - 60) if permission == UNSUBSCRIBED else 0
        self.email_updated.append(out or created)
        self.opted_out.append(out)
        self.state.append(permission if i % 97 != 53 else SMS_ONLY | NOT_SET)
        self.deleted.append(now - 60 - (h >> 24) % min(age, YEAR_S) if (h >> 33) % 50 == 0 else 0)
        g = seeds.stir(h, 0x51)
        mask = 0
        for bit, share in enumerate(list_shares):
            if ((g >> (bit * 5)) & 127) * 100 < share * 128:
                mask |= 1 << bit
        self.lists.append(mask)
        self.tags.append((1 << (g >> 8) % tag_count) | (1 << (g >> 20) % tag_count) if g % 10 < 3 else 0)

    def finish_deletions(self) -> None:
        """Take deleted contacts out of their lists; called once the past campaigns have used the
        memberships.
        """
        for i, at in enumerate(self.deleted):
            if at:
                self.lists[i] = 0
                self.updated[i] = min(self.updated[i], at)
        self.generation += 1

    def id_of(self, i: int) -> str:
        h = self.number[i]
        node = (i * _ODD ^ self._secret) & _LOW
        return f"{h >> 32:08x}-{h >> 16 & 0xFFFF:04x}-11{i & 0xF:01x}e-8{h & 0xFFF:03x}-{node:012x}"

    def index_of(self, contact_id: str) -> int | None:
        """Position of an id; None when it names no contact, or a purged one."""
        try:
            i = ((int(contact_id[24:], 16) ^ self._secret) * _INVERSE) & _LOW
        except ValueError:
            return None
        if i >= len(self) or self.id_of(i) != contact_id.lower() or self.state[i] & PURGED:
            return None
        return i

    def identity(self, i: int, at: int | None = None) -> tuple[str, str, str]:
        """(address, first_name, last_name) now, or as they were at `at`; "" stands for absent."""
        if i in self.overlay:
            for until, *names in self.history.get(i, ()) if at is not None else ():
                if at is not None and at < until:
                    return names[0], names[1], names[2]
            row = self.row(i, frozenset())
            return (
                row.get("email_address", {}).get("address", ""),
                row.get("first_name", ""),
                row.get("last_name", ""),
            )
        return self._made_up_identity(i)

    def _made_up_identity(self, i: int) -> tuple[str, str, str]:
        h = self.number[i]
        first, first_slug = _FIRST[h % len(_FIRST)]
        last, last_slug = _LAST[(h >> 10) % len(_LAST)]
        company = people.COMPANIES[(h >> 52) % len(people.COMPANIES)]
        domain = (
            company[1] if h >> 60 < 4 else people.CONSUMER_DOMAINS[(h >> 30) % len(people.CONSUMER_DOMAINS)]
        )
        address = f"{first_slug}.{last_slug}{i}@{domain}"
        if (h >> 21) % 211 == 0:
            first, last = people.RARE_NAMES[(h >> 3) % len(people.RARE_NAMES)]
        elif (h >> 50) % 23 == 0:
            first = last = ""
        return ("" if self.state[i] & SMS_ONLY else address), first, last

    def row(self, i: int, include: frozenset[str] = ALL_INCLUDES) -> dict[str, Any]:
        """The contact as the API shows it, with the named sub-resources."""
        h = self.number[i]
        address, first, last = self._made_up_identity(i)
        row: dict[str, Any] = {"contact_id": self.id_of(i)}
        if address:
            row["email_address"] = self._email(i, h, address)
        if first:
            row["first_name"], row["last_name"] = first, last
        if h >> 60 < 4:
            row["job_title"] = people.JOBS[(h >> 44) % len(people.JOBS)]
            row["company_name"] = people.COMPANIES[(h >> 52) % len(people.COMPANIES)][0]
        if h & 7 == 1:
            row["birthday_month"], row["birthday_day"] = 1 + (h >> 5) % 12, 1 + (h >> 9) % 28
        if h & 31 == 9:
            row["anniversary"] = f"{1 + (h >> 5) % 12:02d}/{1 + (h >> 9) % 28:02d}/{1990 + (h >> 14) % 35}"
        row["update_source"] = row["create_source"] = "Contact" if h & 1 else "Account"
        row["created_at"], row["updated_at"] = seeds.stamp(self.created[i]), seeds.stamp(self.updated[i])
        if self.deleted[i]:
            row["deleted_at"] = seeds.day_text(self.deleted[i])
        if include:
            self._add_sub_resources(row, i, h, include)
        changes = self.overlay.get(i)
        if changes:
            self._overlay(row, changes, include)
        return row

    def _email(self, i: int, h: int, address: str) -> dict[str, Any]:
        created = seeds.stamp(self.created[i])
        code = self.state[i] & 7
        email: dict[str, Any] = {
            "address": address,
            "permission_to_send": PERMISSIONS[code],
            "created_at": created,
            "updated_at": seeds.stamp(self.email_updated[i]),
            "opt_in_source": "Contact" if h & 1 else "Account",
            "opt_in_date": created,
            "confirm_status": "confirmed"
            if code == EXPLICIT and h & 2
            else "pending"
            if code == PENDING
            else "off",
        }
        if self.opted_out[i]:
            email["opt_out_source"] = "Contact"
            email["opt_out_date"] = seeds.stamp(self.opted_out[i])
            reason = people.OPT_OUT_REASONS[(h >> 7) % len(people.OPT_OUT_REASONS)]
            if reason and code == UNSUBSCRIBED:
                email["opt_out_reason"] = reason
        return email

    def _add_sub_resources(self, row: dict[str, Any], i: int, h: int, include: frozenset[str]) -> None:
        g = seeds.stir(h, 0xA7)
        at = seeds.stamp(self.created[i])
        if "custom_fields" in include and (values := self.fields.values_for(g)):
            row["custom_fields"] = values
        if "phone_numbers" in include and g % 10 < 4:
            row["phone_numbers"] = [self._phone(g, k, at) for k in range(1 + (g % 10 == 0))]
        if "street_addresses" in include and g >> 8 & 1:
            row["street_addresses"] = [self._street(g, at)]
        if "list_memberships" in include and self.lists[i]:
            row["list_memberships"] = self.ids_in(self.lists[i], tags=False)
        if "taggings" in include and self.tags[i]:
            row["taggings"] = self.ids_in(self.tags[i], tags=True)
        if "notes" in include and (g >> 16) % 20 == 0:
            note = people.NOTES[(g >> 22) % len(people.NOTES)]
            row["notes"] = [{"note_id": seeds.uuid_text(g, h ^ 0x40), "created_at": at, "content": note}]
        if "sms_channel" in include and (self.state[i] & SMS_ONLY or (g >> 26) % 12 == 0):
            row["sms_channel"] = self._sms(g, at)

    @staticmethod
    def _phone(g: int, k: int, at: str) -> dict[str, Any]:
        return {
            "phone_number_id": seeds.uuid_text(g + k, g ^ 0xF0),
            "phone_number": f"+1-{200 + (g >> 5) % 700}-555-{(g >> 15) % 10000 // 2 + k:04d}",
            "kind": KINDS[((g >> 30) + k) % 4],
            "created_at": at,
            "updated_at": at,
            "create_source": "Account",
            "update_source": "Account",
        }

    @staticmethod
    def _street(g: int, at: str) -> dict[str, Any]:
        city, state, postal_code = people.PLACES[(g >> 34) % len(people.PLACES)]
        return {
            "street_address_id": seeds.uuid_text(g ^ 0x5A, g + 7),
            "kind": ("home", "work", "other")[(g >> 40) % 3],
            "street": f"{1 + (g >> 44) % 980} {people.STREETS[(g >> 50) % len(people.STREETS)]}",
            "city": city,
            "state": state,
            "postal_code": postal_code,
            "country": "United States",
            "created_at": at,
            "updated_at": at,
        }

    @staticmethod
    def _sms(g: int, at: str) -> dict[str, Any]:
        permission = ("explicit", "explicit", "unsubscribed", "pending_confirmation")[(g >> 31) & 3]
        consent = {
            "sms_consent_permission": permission,
            "consent_type": "promotional_sms",
            "opt_in_date": at,
            "advertised_frequency": "4",
            "advertised_interval": "monthly",
            "created_at": at,
            "updated_at": at,
        }
        if permission == "unsubscribed":
            consent["opt_out_date"] = at
        return {
            "sms_channel_id": seeds.uuid_text(g ^ 0x77, g + 3),
            "sms_address": f"{200 + (g >> 9) % 700}555{(g >> 19) % 10000:04d}",
            "dial_code": "1",
            "country_code": "US",
            "create_source": "Account",
            "update_source": "Account",
            "sms_channel_consents": [consent],
        }

    def _overlay(self, row: dict[str, Any], changes: dict[str, Any], include: frozenset[str]) -> None:
        for key, value in changes.items():
            if key in ALL_INCLUDES and key not in include:
                continue
            if key == "custom_fields":
                value = [v for v in value if self.fields.is_live(v["custom_field_id"])]  # noqa: PLW2901 - the final value
            if key == "address":
                if "email_address" in row:
                    row["email_address"]["address"] = value
            elif value is None or value == []:
                row.pop(key, None)
            else:
                row[key] = value

    def ids_in(self, mask: int, *, tags: bool) -> list[str]:
        """The ids whose bits are set; the list is shared, do not change it."""
        key = (tags, mask)
        ids = self._sets.get(key)
        if ids is None:
            source = self.tag_ids if tags else self.list_ids
            ids = self._sets[key] = [source[bit] for bit in range(len(source)) if mask >> bit & 1]
        return ids

    def exists(self, i: int) -> bool:
        return not self.state[i] & PURGED

    def is_mailable(self, i: int) -> bool:
        """May receive a campaign: explicit or implicit, has an address, not deleted."""
        return self.state[i] <= IMPLICIT and not self.deleted[i]

    def memberships(
        self, *, deleted_too: bool = False
    ) -> tuple[Counter[tuple[int, int]], Counter[tuple[int, int]]]:
        """Counts per (list bit, 0 all | 1 active) and per (tag bit, 0), over contacts that are not
        deleted.
        """
        lists: Counter[tuple[int, int]] = Counter()
        tags: Counter[tuple[int, int]] = Counter()
        alive = (
            (m, t, s)
            for m, t, s, d in zip(self.lists, self.tags, self.state, self.deleted, strict=True)
            if deleted_too or not d
        )
        for (mask, tag_mask, state), n in Counter(alive).items():
            if state & PURGED:
                continue
            for bit in _bits(mask):
                lists[bit, 0] += n
                lists[bit, 1] += n if state <= IMPLICIT else 0
            for bit in _bits(tag_mask):
                tags[bit, 0] += n
                tags[bit, 1] += n if state <= IMPLICIT else 0
        return lists, tags

    def counts(self, new_since: int, *, of: str = "exact") -> dict[str, int]:
        """The body of /contacts/counts, new_subscriber included. `of`: as the switch `counts`."""
        every = zip(self.state, self.deleted, strict=True)
        live = [s for s, d in every if (of == "with_deleted" or not d) and not s & PURGED]
        per_state = Counter(live)
        pairs = zip(self.created, self.state, self.deleted, strict=True)
        return {
            "total": per_state[EXPLICIT] + per_state[IMPLICIT] if of == "active" else len(live),
            "explicit": per_state[EXPLICIT],
            "implicit": per_state[IMPLICIT],
            "pending": per_state[PENDING],
            "unsubscribed": per_state[UNSUBSCRIBED],
            "new_subscriber": sum(c >= new_since and s <= IMPLICIT and not d for c, s, d in pairs),
        }


def _bits(mask: int) -> Iterable[int]:
    bit = 0
    while mask:
        if mask & 1:
            yield bit
        mask >>= 1
        bit += 1
