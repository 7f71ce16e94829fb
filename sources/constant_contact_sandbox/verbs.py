"""Single changes to the account and its behaviour, for tests that need exactly one thing to happen.

Each verb is one sentence of account life. `bump` moves the contact's own updated_at; None means as the
switch for that kind of change says. Contacts, lists, tags and campaigns are named by position (creation
order).
"""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import seeds
from .campaigns import Activity, Campaign, pack
from .contacts import PERMISSIONS, PURGED, UNSUBSCRIBED
from .faults import Rule

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from .campaigns import Campaigns
    from .contacts import Contacts
    from .extras import Extras
    from .quota import Limits
    from .small_collections import CustomFields
    from .switches import Switches
    from .tokens import Tokens

Row = dict[str, Any]


def mask_of(bits: tuple[int, ...]) -> int:
    mask = 0
    for bit in bits:
        mask |= 1 << bit
    return mask


class Verbs:
    """The verbs of Sandbox; the attributes are set there."""

    seed: int
    switches: Switches
    lock: threading.RLock
    contacts: Contacts
    campaigns: Campaigns
    custom_fields: CustomFields
    lists: list[Row]
    tags: list[Row]
    segments: list[Row]
    extras: Extras
    deleted_segments: list[Row]
    limits: Limits
    tokens: Tokens
    rules: list[Rule]
    nominal: int
    nights: int
    _offset: float
    _serial: int

    @property
    def stamp(self) -> int:
        """Whole seconds of the clock: what a change made now is stamped with."""
        return int(self.epoch)

    @property
    def epoch(self) -> float:
        """The sandbox clock, seconds since 1970."""
        raise NotImplementedError

    def live_tags(self) -> list[tuple[int, Row]]:
        """(bit, row) of the tags that still exist."""
        return [(bit, row) for bit, row in enumerate(self.tags) if "gone" not in row]

    @contextmanager
    def _contact(self, i: int, at: int | None, *, bump: bool) -> Iterator[int]:
        """Hold the lock, yield the stamp, and count the change."""
        with self.lock:
            moment = self.stamp if at is None else at
            yield moment
            if bump:
                self.contacts.updated[i] = moment
            self.contacts.generation += 1

    def change_contact(self, i: int, *, bump: bool = True, at: int | None = None, **fields: Any) -> None:
        """Set fields of a contact to final values (`address`, `first_name`, `custom_fields`, ...; None
        removes one).
        """
        with self._contact(i, at, bump=bump) as moment:
            if {"address", "first_name", "last_name"} & fields.keys():
                before = self.contacts.identity(i)
                self.contacts.history.setdefault(i, []).append((moment, *before))
            if "sms_channel" in fields:
                self.extras.sms.remember(i)
            self.contacts.overlay.setdefault(i, {}).update(fields)

    def create_contact(self, *, at: int | None = None, lists: tuple[int, ...] = (0,), **fields: Any) -> int:
        """Add a contact at the end and return its position."""
        with self.lock:
            moment, i = self.stamp if at is None else at, len(self.contacts)
            self.contacts.fill(1, moment, [], len(self.tags))
            self.contacts.created[i] = self.contacts.updated[i] = self.contacts.email_updated[i] = moment
            self.contacts.state[i] = i % 2
            self.contacts.deleted[i] = self.contacts.opted_out[i] = self.contacts.tags[i] = 0
            self.contacts.lists[i] = mask_of(lists)
            if fields:
                self.contacts.overlay[i] = dict(fields)
            return i

    def delete_contact(self, i: int, *, bump: bool | None = None, at: int | None = None) -> None:
        """Delete a contact softly: deleted_at is set and its list memberships vanish."""
        with self._contact(i, at, bump=self.switches.bump_deletes if bump is None else bump) as moment:
            self.contacts.deleted[i], self.contacts.lists[i] = moment, 0
            if self.switches.delete_sets_opt_out:
                self.contacts.opted_out[i] = moment

    def purge_contact(self, i: int) -> None:
        """Make a contact vanish for good: in no list, and 404 by id."""
        with self._contact(i, None, bump=False):
            self.contacts.state[i] |= PURGED
            self.contacts.deleted[i] = self.contacts.deleted[i] or self.stamp
            self.contacts.lists[i] = 0
            self.contacts.purged += 1

    def revive_contact(
        self, i: int, *, bump: bool | None = None, at: int | None = None, lists: tuple[int, ...] = (0,)
    ) -> None:
        """Bring a deleted contact back by adding it to lists; deleted_at disappears."""
        with self._contact(i, at, bump=self.switches.bump_deletes if bump is None else bump):
            self.contacts.deleted[i] = 0
            self.contacts.lists[i] = mask_of(lists)

    def unsubscribe(self, i: int, *, bump: bool | None = None, at: int | None = None) -> None:
        """Unsubscribe a contact: only email_address.updated_at and the opt_out fields move, unless bumped."""
        with self._contact(i, at, bump=self.switches.bump_unsubscribes if bump is None else bump) as moment:
            self.contacts.state[i] = self.contacts.state[i] & ~7 | UNSUBSCRIBED
            self.contacts.opted_out[i] = self.contacts.email_updated[i] = moment

    def set_permission(self, i: int, permission: str, *, bump: bool = False, at: int | None = None) -> None:
        """Set permission_to_send (a re-opt-in, confirmation or temp_hold); email_address.updated_at moves."""
        with self._contact(i, at, bump=bump) as moment:
            self.contacts.state[i] = self.contacts.state[i] & ~7 | PERMISSIONS.index(permission)
            self.contacts.email_updated[i] = moment
            self.contacts.opted_out[i] = moment if permission == "unsubscribed" else 0

    def move_between_lists(
        self,
        i: int,
        *,
        leave: tuple[int, ...] = (),
        join: tuple[int, ...] = (),
        bump: bool | None = None,
        at: int | None = None,
    ) -> None:
        """Take a contact out of some lists and put it into others."""
        with self._contact(i, at, bump=self.switches.bump_lists if bump is None else bump):
            self.contacts.lists[i] = self.contacts.lists[i] & ~mask_of(leave) | mask_of(join)

    def tag(self, i: int, tag: int, *, bump: bool | None = None, at: int | None = None) -> None:
        """Give a contact a tag."""
        with self._contact(i, at, bump=self.switches.bump_tags if bump is None else bump):
            self.contacts.tags[i] |= 1 << tag

    def untag(self, i: int, tag: int, *, bump: bool | None = None, at: int | None = None) -> None:
        """Take a tag from a contact."""
        with self._contact(i, at, bump=self.switches.bump_tags if bump is None else bump):
            self.contacts.tags[i] &= ~(1 << tag)

    def create_list(self, name: str, *, at: int | None = None) -> int:
        """Add an empty list and return its position; an account of the sandbox holds at most 64."""
        with self.lock:
            return self._add(
                self.lists, self.contacts.list_ids, "list", {"name": name, "favorite": False}, at
            )

    def create_tag(self, name: str, *, at: int | None = None) -> int:
        """Add a tag and return its position; an account of the sandbox holds at most 64."""
        with self.lock:
            return self._add(
                self.tags, self.contacts.tag_ids, "tag", {"name": name, "tag_source": "Contact"}, at
            )

    def _add(self, rows: list[Row], ids: list[str], kind: str, row: Row, at: int | None) -> int:
        if len(rows) >= 64:
            raise ValueError(f"the sandbox holds at most 64 {kind}s, deleted ones included; create fewer")
        text = seeds.stamp(self.stamp if at is None else at)
        ids.append(seeds.uuid_of(self.seed, kind, "added", len(rows)))
        rows.append({f"{kind}_id": ids[-1], **row, "created_at": text, "updated_at": text})
        return len(rows) - 1

    def delete_list(self, bit: int, *, bump: bool = False, at: int | None = None) -> None:
        """Delete a list: it stays with deleted_at, and its memberships go, with no trace on the contacts
        unless bumped.
        """
        with self.lock:
            moment = self.stamp if at is None else at
            self.lists[bit] = self.lists[bit] | {
                "deleted_at": seeds.stamp(moment),
                "updated_at": seeds.stamp(moment),
            }
            self.campaigns.closed_lists.add(self.lists[bit]["list_id"])
            self._clear(self.contacts.lists, bit, moment if bump else None)

    def delete_tag(self, bit: int, *, bump: bool = False, at: int | None = None) -> None:
        """Delete a tag: it vanishes everywhere, with no trace on the contacts unless bumped."""
        with self.lock:
            self.tags[bit] = self.tags[bit] | {"gone": True}
            self._clear(self.contacts.tags, bit, (self.stamp if at is None else at) if bump else None)

    def _clear(self, column: Any, bit: int, bump_at: int | None) -> None:
        for i, mask in enumerate(column):
            if mask >> bit & 1:
                column[i] = mask & ~(1 << bit)
                if bump_at is not None:
                    self.contacts.updated[i] = bump_at
        self.contacts.generation += 1

    def create_custom_field(self, label: str, kind: str = "string") -> Row:
        """Add a custom field; contacts get values through change_contact(custom_fields=...)."""
        with self.lock:
            return self.custom_fields.add(label, kind, seeds.stamp(self.stamp))

    def delete_custom_field(self, k: int) -> None:
        """Delete a custom field: it and its values vanish, with no trace on the contacts."""
        with self.lock:
            self.custom_fields.remove(k)
            self.contacts.generation += 1

    def create_segment(self, name: str) -> Row:
        """Add a segment; its members follow from its number."""
        with self.lock:
            at = seeds.stamp_ms(self.stamp)
            number = 1 + max(row["segment_id"] for row in [*self.segments, *self.deleted_segments])
            criteria = '{"version": "1.0.0", "criteria": {"type": "and", "group": []}}'
            row: Row = {"name": name, "segment_criteria": criteria, "segment_id": number}
            self.segments.append(row | {"created_at": at, "edited_at": at})
            return self.segments[-1]

    def edit_segment(self, k: int, **fields: Any) -> None:
        """Change fields of a segment; edited_at moves."""
        with self.lock:
            self.segments[k] = self.segments[k] | fields | {"edited_at": seeds.stamp_ms(self.stamp)}

    def delete_segment(self, k: int) -> None:
        """Delete a segment: it leaves the list, and its detail still answers."""
        with self.lock:
            self.deleted_segments.append(self.segments.pop(k))

    def create_campaign(self, *, status: str = "Draft", at: int | None = None) -> Campaign:
        """Add a campaign that is not sent."""
        with self.lock:
            return self.campaigns.create(status=status, created_at=self.stamp if at is None else at)

    def edit_campaign(self, k: int, *, name: str, at: int | None = None) -> None:
        """Rename a campaign; updated_at moves."""
        with self.lock:
            campaign = self.campaigns.rows[k]
            campaign.name, campaign.updated_at = name, self.stamp if at is None else at

    def remove_campaign(self, k: int, *, at: int | None = None) -> None:
        """Remove a campaign: it stays as Removed, its activities and reports answer 404."""
        with self.lock:
            campaign = self.campaigns.rows[k]
            campaign.status, campaign.updated_at = "Removed", self.stamp if at is None else at

    def send_campaign(self, k: int, *, at: int | None = None) -> Activity:
        """Send a campaign that was not sent yet; events up to now follow at once."""
        with self.lock:
            campaign = self.campaigns.rows[k]
            self.campaigns.send(campaign, self.stamp if at is None else at, self.stamp)
            self.contacts.generation += 1
            return campaign.primary

    def send_again(self, k: int, *, at: int | None = None) -> int:
        """Send a campaign once more, to contacts added to its lists since; how many there were."""
        with self.lock:
            moment = self.stamp if at is None else at
            reached = self.campaigns.send_again(self.campaigns.rows[k], moment, self.stamp)
            self.contacts.generation += 1
            return reached

    def add_event(
        self,
        activity: Activity,
        feed: str,
        contact: int,
        *,
        at: int | None = None,
        detail: int = 0,
        times: int = 1,
    ) -> None:
        """Add `times` equal events (true repeats); `detail`: device 0-4 of opens, link * 16 + device of
        clicks, index of the code or reason of bounces and optouts.
        """
        with self.lock:
            moment = self.stamp if at is None else at
            self.campaigns.add_events(activity, {feed: [pack(moment, contact, detail)] * times}, self.stamp)
            self.contacts.generation += 1

    def late_open(self, activity: Activity, contact: int, at: int) -> None:
        """Add an open that happened at `at` (seconds since 1970) and is reported only now."""
        self.add_event(activity, "opens", contact, at=at)

    def set_limits(self, *, requests_per_second: int | None, requests_per_day: int | None) -> None:
        """Change the limits from now on; None switches one off."""
        with self.lock:
            self.limits.per_second, self.limits.per_day = requests_per_second, requests_per_day

    def expire_access_token(self) -> None:
        """Expire every access token that was issued so far."""
        with self.lock:
            self.tokens.access.clear()

    def revoke_refresh_token(self) -> None:
        """Revoke every refresh token: a person has to log in again."""
        with self.lock:
            self.tokens.refresh.clear()

    def approve_device(self, user_code: str, *, approve: bool = True) -> bool:
        """Answer a device login as the person would; False when the code is unknown."""
        with self.lock:
            return self.tokens.decide_device(user_code, approve=approve)

    def set_fault(
        self,
        name: str,
        times: int | None = 1,
        *,
        path_prefix: str = "",
        probability: float = 1.0,
        after: int = 0,
    ) -> None:
        """Arm a fault for API paths that start with `path_prefix` (without /v3); `times` None = for ever;
        the first `after` matching requests pass.
        """
        with self.lock:
            self._serial += 1
            dice = random.Random(f"{self.seed}/{name}/{self._serial}")
            self.rules.append(
                Rule(
                    name=name,
                    times=times,
                    path_prefix=path_prefix,
                    probability=probability,
                    after=after,
                    dice=dice,
                )
            )

    def clear_faults(self) -> None:
        """Disarm all faults."""
        with self.lock:
            self.rules.clear()
