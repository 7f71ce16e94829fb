"""A day in the life of an account, seeded: everything that changes one, with and without a trace.

Each night draws from one table of changes. What no count of the API shows is left out: a field changed without a new
`updated_at`, and two silent moves that cancel out in every list they touch; so silent moves of one night keep to
lists (and tags) of their own. The whole reading every `full_refresh_every` finds those.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sources.constant_contact_sandbox import Sandbox

Change = Callable[["Day"], None]


class Day:
    """One day's draws."""

    def __init__(self, sandbox: Sandbox, seed: str, changes: Sequence[Change] | None = None) -> None:
        self.sandbox, self.changes = sandbox, changes or CHANGES
        self.random = random.Random(seed)
        self.done: list[str] = []
        self._silent_lists: set[int] = set()
        self._silent_tags: set[int] = set()
        self._touched: set[int] = set()

    def live(self, changes: int) -> list[str]:
        """Carry out some changes; returns their names, for the message of a test that fails."""
        while len(self.done) < changes:
            change = self.random.choice(self.changes)
            change(self)
            self.done.append(change.__name__)
        return self.done

    def contact(self, *, deleted: bool = False) -> int | None:
        """A contact that no other change of this day has touched."""
        contacts = self.sandbox.contacts
        found = [
            i for i in range(len(contacts)) if bool(contacts.deleted[i]) == deleted and i not in self._touched
        ]
        if not found:
            return None
        chosen = self.random.choice(found)
        self._touched.add(chosen)
        return chosen

    def lists(self, count: int) -> tuple[int, ...]:
        """Lists for a silent change: not used by another one today."""
        free = [
            i
            for i, row in enumerate(self.sandbox.lists)
            if "deleted_at" not in row and i not in self._silent_lists
        ]
        chosen = tuple(self.random.sample(free, min(count, len(free))))
        self._silent_lists.update(chosen)
        return chosen

    def tag(self) -> int | None:
        free = [
            i for i, row in enumerate(self.sandbox.tags) if not row.get("gone") and i not in self._silent_tags
        ]
        if not free:
            return None
        chosen = self.random.choice(free)
        self._silent_tags.add(chosen)
        return chosen


def contact_changed(day: Day) -> None:
    if (i := day.contact()) is not None:
        day.sandbox.change_contact(
            i, first_name=f"Name {day.random.randrange(10**6)}", job_title="Head of Tea"
        )


def contact_created(day: Day) -> None:
    day.sandbox.create_contact(lists=(day.random.randrange(2),))


def contact_deleted(day: Day) -> None:
    if (i := day.contact()) is not None:
        day.sandbox.delete_contact(i, bump=True)


def contact_deleted_silently(day: Day) -> None:
    if (i := day.contact()) is not None:
        day.sandbox.delete_contact(i, bump=False)


def contact_revived(day: Day) -> None:
    if (i := day.contact(deleted=True)) is not None:
        day.sandbox.revive_contact(i, bump=True)


def contact_unsubscribed_silently(day: Day) -> None:
    if (i := day.contact()) is not None:
        day.sandbox.unsubscribe(i, bump=False)


def contact_moved(day: Day) -> None:
    if (i := day.contact()) is not None:
        day.sandbox.move_between_lists(i, leave=(0,), join=(1,), bump=True)


def contact_joined_a_list_silently(day: Day) -> None:
    i, lists = day.contact(), day.lists(1)
    if i is not None and lists:
        day.sandbox.move_between_lists(i, join=lists, bump=False)


def contact_left_a_list_silently(day: Day) -> None:
    i, lists = day.contact(), day.lists(1)
    if i is not None and lists:
        day.sandbox.move_between_lists(i, leave=lists, bump=False)


def contact_tagged_silently(day: Day) -> None:
    i, tag = day.contact(), day.tag()
    if i is not None and tag is not None:
        day.sandbox.tag(i, tag, bump=False)


def contact_untagged_silently(day: Day) -> None:
    i, tag = day.contact(), day.tag()
    if i is not None and tag is not None:
        day.sandbox.untag(i, tag, bump=False)


def list_deleted(day: Day) -> None:
    free = [i for i, row in enumerate(day.sandbox.lists) if "deleted_at" not in row]
    if len(free) > 4 and (lists := day.lists(1)) and lists[0] > 1:
        day.sandbox.delete_list(lists[0])


def list_created(day: Day) -> None:
    if len(day.sandbox.lists) < 60:
        day.sandbox.create_list(f"List {day.random.randrange(10**6)}")


def tag_deleted(day: Day) -> None:
    if len([row for row in day.sandbox.tags if not row.get("gone")]) > 3 and (tag := day.tag()) is not None:
        day.sandbox.delete_tag(tag)


def field_deleted(day: Day) -> None:
    if len(day.sandbox.custom_fields.rows) > 2:
        day.sandbox.delete_custom_field(day.random.randrange(len(day.sandbox.custom_fields.rows)))


def campaign_created(day: Day) -> None:
    day.sandbox.create_campaign()


def campaign_sent(day: Day) -> None:
    day.sandbox.create_campaign()
    day.sandbox.send_campaign(len(day.sandbox.campaigns.rows) - 1)


def campaign_edited(day: Day) -> None:
    k = day.random.randrange(len(day.sandbox.campaigns.rows))
    if day.sandbox.campaigns.rows[k].status != "Removed":
        day.sandbox.edit_campaign(k, name=f"Campaign {day.random.randrange(10**6)}")


def campaign_removed(day: Day) -> None:
    kept = [k for k, row in enumerate(day.sandbox.campaigns.rows) if row.status == "Done"]
    if len(kept) > 3:
        day.sandbox.remove_campaign(day.random.choice(kept))


def _sent(day: Day) -> list[tuple[object, object]]:
    return list(day.sandbox.readable())


def late_open(day: Day) -> None:
    if sent := _sent(day):
        _, activity = day.random.choice(sent)
        day.sandbox.late_open(
            activity, day.random.randrange(20), day.sandbox.stamp - day.random.randrange(86_400 * 9)
        )


def same_second_opens(day: Day) -> None:
    if sent := _sent(day):
        _, activity = day.random.choice(sent)
        at = day.sandbox.stamp - day.random.randrange(3600)
        contact = day.random.randrange(20)
        for _ in range(day.random.randrange(1, 4)):
            day.sandbox.add_event(
                activity,
                "opens",
                contact,
                at=at,
                detail=day.random.randrange(3),
                times=day.random.randrange(1, 4),
            )


def clicks(day: Day) -> None:
    if sent := _sent(day):
        _, activity = day.random.choice(sent)
        day.sandbox.add_event(
            activity, "clicks", day.random.randrange(20), detail=16 * day.random.randrange(3), times=2
        )


CHANGES: tuple[Change, ...] = (
    contact_changed,
    contact_created,
    contact_deleted,
    contact_deleted_silently,
    contact_revived,
    contact_unsubscribed_silently,
    contact_moved,
    contact_joined_a_list_silently,
    contact_left_a_list_silently,
    contact_tagged_silently,
    contact_untagged_silently,
    list_deleted,
    list_created,
    tag_deleted,
    field_deleted,
    campaign_created,
    campaign_sent,
    campaign_edited,
    campaign_removed,
    late_open,
    same_second_opens,
    clicks,
)
