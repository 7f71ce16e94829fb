"""Single things that happen to an account between two nights, and what the warehouse shows afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from healed import Healed
from some_contacts import deleted, live, tagged

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Kept, Quick

    from sources.constant_contact_sandbox import Sandbox


def remove_sent_campaign(sandbox: Sandbox) -> None:
    sandbox.remove_campaign(next(k for k, one in enumerate(sandbox.campaigns.rows) if one.reported))


def send_and_remove(sandbox: Sandbox) -> None:
    sandbox.create_campaign()
    sandbox.send_campaign(len(sandbox.campaigns.rows) - 1)
    sandbox.remove_campaign(len(sandbox.campaigns.rows) - 1)


def leave_all_lists(sandbox: Sandbox, *, bump: bool) -> None:
    i = live(sandbox)
    mask = sandbox.contacts.lists[i]
    sandbox.move_between_lists(i, leave=tuple(bit for bit in range(64) if mask >> bit & 1), bump=bump)


CHANGES = {
    "nothing": lambda _: None,
    "contact created": lambda s: s.create_contact(lists=(0, 1), first_name="Zoë"),
    "contact renamed": lambda s: s.change_contact(live(s), first_name="Ümit", job_title=None),
    "phone numbers emptied": lambda s: s.change_contact(live(s), phone_numbers=[]),
    "address changed": lambda s: s.change_contact(live(s), address="moved@example.com"),
    "silent unsubscribe": lambda s: s.unsubscribe(live(s), bump=False),
    "unsubscribe": lambda s: s.unsubscribe(live(s), bump=True),
    "contact deleted, bumped": lambda s: s.delete_contact(live(s), bump=True),
    "contact revived, bumped": lambda s: s.revive_contact(deleted(s), bump=True),
    "left the last list, bumped": lambda s: leave_all_lists(s, bump=True),
    "list deleted": lambda s: s.delete_list(0),
    "list created": lambda s: s.create_list("New"),
    "tag deleted": lambda s: s.delete_tag(0),
    "custom field deleted": lambda s: s.delete_custom_field(0),
    "segment deleted": lambda s: s.delete_segment(0),
    "draft removed": lambda s: s.remove_campaign(
        next(k for k, one in enumerate(s.campaigns.rows) if not one.reported and one.status != "Removed")
    ),
    "sent campaign removed": remove_sent_campaign,
    "campaign sent and removed": send_and_remove,
    "campaign renamed": lambda s: s.edit_campaign(0, name="Renamed"),
    "campaign drafted": lambda s: s.create_campaign(),
}
SILENT = {
    "silent delete": lambda s: s.delete_contact(live(s), bump=False),
    "silent revival": lambda s: s.revive_contact(deleted(s), bump=False),
    "silently left the last list": lambda s: leave_all_lists(s, bump=False),
    "silently tagged": lambda s: s.tag(
        live(s), 7 if not s.contacts.tags[live(s)] >> 7 & 1 else 6, bump=False
    ),
    "silently untagged": lambda s: s.untag(
        tagged(s), next(b for b in range(64) if s.contacts.tags[tagged(s)] >> b & 1), bump=False
    ),
    "silent re-opt-in": lambda s: s.set_permission(
        next(i for i in range(len(s.contacts)) if s.contacts.opted_out[i]), "explicit", bump=False
    ),
}
TOGETHER = [
    ("contact created", "silent unsubscribe", "list created", "custom field deleted", "draft removed"),
    ("contact renamed", "list deleted", "segment deleted", "campaign renamed"),
    ("phone numbers emptied", "tag deleted", "sent campaign removed"),
    ("address changed", "contact revived, bumped", "campaign drafted"),
    ("unsubscribe", "campaign sent and removed"),
    ("contact deleted, bumped", "left the last list, bumped"),
]
"""Changes of different things, so that none leads to another; `-m long` has each of them alone."""


@pytest.fixture
def begun(quick: Callable[..., Quick], first_night: dict[str, Kept]) -> Quick:
    """An account after its first night, which is the same for all of them."""
    here = quick(contacts=120, campaigns=12)
    here.begin_with(first_night)
    assert [] == here.differences()
    return here


@pytest.mark.parametrize("names", TOGETHER, ids=" and ".join)
def test_next_night_shows_the_changes(begun: Quick, names: tuple[str, ...]) -> None:
    """One night after some changes the warehouse holds the account again."""
    begun.sandbox.move_clock(_hours(30))

    for name in names:
        CHANGES[name](begun.sandbox)
    begun.complete_night()

    assert [] == begun.differences()


@pytest.mark.long
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_next_night_shows_the_change(begun: Quick, change: Callable[[Sandbox], object]) -> None:
    """One night after a change the warehouse holds the account again."""
    here = begun
    here.sandbox.move_clock(_hours(30))

    change(here.sandbox)
    here.complete_night()

    assert [] == here.differences()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            change, id=name, marks=() if name in {"silently tagged", "silent re-opt-in"} else pytest.mark.long
        )
        for name, change in SILENT.items()
    ],
)
def test_next_night_shows_what_no_window_sees(
    quick: Callable[..., Quick], change: Callable[[Sandbox], object]
) -> None:
    """Changes that move no timestamp are found through the counts."""
    here = Healed(quick(contacts=120, campaigns=3))
    here.night()
    here.sandbox.move_clock(_hours(30))

    change(here.sandbox)
    here.night()

    assert [] == here.quick.differences()


@pytest.mark.long
@pytest.mark.parametrize("change", SILENT.values(), ids=SILENT.keys())
def test_full_refresh_shows_what_no_window_sees(
    quick: Callable[..., Quick], change: Callable[[Sandbox], object]
) -> None:
    """A whole reading finds even what moved no timestamp."""
    here = quick(contacts=120, campaigns=3)
    here.complete_night()
    here.sandbox.move_clock(_hours(30))

    change(here.sandbox)
    here.complete_night(full_refresh=True)

    assert [] == here.differences()


def _hours(count: int) -> timedelta:
    return timedelta(hours=count)
