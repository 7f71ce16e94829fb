"""Changes that leave no trace: found by counting, set right in the same night, for a handful of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from healed import Healed

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account, Quick

    from sources.constant_contact_sandbox import Sandbox

DAY_S = 86_400


@pytest.fixture
def healed(quick: Callable[..., Quick]) -> Callable[..., Healed]:
    """`healed(contacts=...)`: an account after its first night."""

    def start(**arguments: Any) -> Healed:
        here = Healed(quick(**({"campaigns": 2} | arguments)))
        here.night()
        assert 0 == here.spent
        assert [] == here.not_ok()
        return here

    return start


def first(sandbox: Sandbox, test: Callable[[int], bool], *, after: int = 0) -> int:
    return next(i for i in range(after, len(sandbox.contacts)) if test(i))


def mailable(sandbox: Sandbox) -> int:
    return first(sandbox, sandbox.contacts.is_mailable, after=20)


def on_list(sandbox: Sandbox, bit: int) -> int:
    contacts = sandbox.contacts
    return first(sandbox, lambda i: bool(contacts.lists[i] >> bit & 1 and contacts.is_mailable(i)), after=20)


def silent_delete(sandbox: Sandbox) -> None:
    sandbox.delete_contact(mailable(sandbox), bump=False)


def traceless_create(sandbox: Sandbox) -> None:
    sandbox.create_contact(at=sandbox.stamp - 400 * DAY_S)


def silent_move(sandbox: Sandbox) -> None:
    sandbox.move_between_lists(on_list(sandbox, 0), leave=(0,), join=(7,), bump=False)


def silent_leave(sandbox: Sandbox) -> None:
    sandbox.move_between_lists(on_list(sandbox, 2), leave=(2,), bump=False)


def silent_tag(sandbox: Sandbox) -> None:
    i = first(sandbox, lambda i: not sandbox.contacts.tags[i] and sandbox.contacts.is_mailable(i))
    sandbox.tag(i, 3, bump=False)


def silent_untag(sandbox: Sandbox) -> None:
    i = first(sandbox, lambda i: bool(sandbox.contacts.tags[i] >> 3 & 1 and not sandbox.contacts.deleted[i]))
    sandbox.untag(i, 3, bump=False)


def silent_revival(sandbox: Sandbox) -> None:
    sandbox.revive_contact(
        first(sandbox, lambda i: bool(sandbox.contacts.deleted[i])), lists=(1,), bump=False
    )


def temporary_hold(sandbox: Sandbox) -> None:
    sandbox.set_permission(mailable(sandbox), "temp_hold", bump=False)


def opted_in_again(sandbox: Sandbox) -> None:
    i = first(sandbox, lambda i: sandbox.contacts.state[i] == 2 and not sandbox.contacts.deleted[i])
    sandbox.set_permission(i, "explicit", bump=False)


def confirmed(sandbox: Sandbox) -> None:
    i = first(sandbox, lambda i: sandbox.contacts.state[i] == 1 and not sandbox.contacts.deleted[i])
    sandbox.set_permission(i, "explicit", bump=False)


SILENT = (
    silent_delete,
    traceless_create,
    silent_move,
    silent_leave,
    silent_tag,
    silent_untag,
    silent_revival,
    temporary_hold,
    opted_in_again,
    confirmed,
)


SAMPLED = [
    pytest.param(change, id=change.__name__, marks=() if number % 10 == 0 else pytest.mark.long)
    for number, change in enumerate(SILENT)
]
"""The first in the plain run, beside all of them at once; `-m long` has the others."""


@pytest.mark.parametrize("change", SAMPLED)
def test_a_silent_change_is_healed_in_the_same_night(
    healed: Callable[..., Healed], change: Callable[[Sandbox], None]
) -> None:
    """What leaves no trace is in the warehouse the same night, for at most ten requests."""
    here = healed(contacts=2_200)
    change(here.sandbox)

    here.night()

    assert [] == here.quick.differences()
    assert [] == here.not_ok()
    assert [] == here.warnings
    assert 0 < here.spent <= 10


def test_a_quiet_night_costs_no_request_more(healed: Callable[..., Healed]) -> None:
    """Counts that agree are not asked for again."""
    here = healed(contacts=700)

    here.night()

    assert 0 == here.spent


@pytest.mark.parametrize("contacts", [300, pytest.param(2_200, marks=pytest.mark.long)])
def test_a_contact_that_vanished_for_good_is_marked_deleted(
    healed: Callable[..., Healed], contacts: int
) -> None:
    """Only a contact that answers 404 by its own id gets deleted_at, and leaves its lists."""
    here = healed(contacts=contacts)
    i = on_list(here.sandbox, 0)
    contact_id = here.sandbox.contacts.id_of(i)
    here.sandbox.purge_contact(i)

    here.night()

    where = f"where contact_id = '{contact_id}'"
    assert [True] == here.quick.values(f"select deleted_at is not null from contacts {where}")
    assert [0] == here.quick.values(f"select count(*) from contacts__list_memberships {where}")
    assert [1] == here.quick.values("select count(*) from contacts where deleted_at = current_date")
    assert [] == here.not_ok()


@pytest.mark.long
def test_changes_that_cover_each_other_are_found_together(healed: Callable[..., Healed]) -> None:
    """A silent deletion and a silent revival leave the total as it was; their lists give both away."""
    here = healed(contacts=300)
    silent_revival(here.sandbox)
    here.sandbox.delete_contact(on_list(here.sandbox, 2), bump=False)

    here.night()

    assert [] == here.quick.differences()
    assert [] == here.not_ok()


@pytest.mark.long
def test_a_creation_that_hides_a_disappearance_is_found(healed: Callable[..., Healed]) -> None:
    """In an account of a few pages one visible difference is enough to find what hides behind equal counts."""
    here = healed(contacts=300)
    sandbox = here.sandbox
    gone = mailable(sandbox)
    sandbox.purge_contact(gone)
    traceless_create(sandbox)
    silent_tag(sandbox)

    here.night()

    contact_id = sandbox.contacts.id_of(gone)
    assert [True] == here.quick.values(
        f"select deleted_at is not null from contacts where contact_id = '{contact_id}'"
    )
    assert [301] == here.quick.values("select count(*) from contacts")


def test_every_kind_at_once(healed: Callable[..., Healed]) -> None:
    """All silent changes of one night are healed in that night."""
    here = healed(contacts=400)
    for change in SILENT:
        change(here.sandbox)

    here.night()

    assert [] == here.quick.differences()
    assert [] == here.not_ok()


@pytest.mark.long
def test_what_cannot_be_paid_for_is_reported_and_done_the_next_night(healed: Callable[..., Healed]) -> None:
    """Without enough requests the difference stays visible, with a warning; the next night sets it right."""
    here = healed(contacts=2_200)
    silent_move(here.sandbox)

    here.night(affordable=1)
    first_night = here.not_ok(), list(here.warnings), here.spent
    here.night()

    lines, warnings, spent = first_night
    assert {("list", "General Interest"), ("list", "Press / Partners")} == {line[:2] for line in lines}
    assert 1 == len(warnings)
    assert "2 count(s) differ from the account" in warnings[0]
    assert "the next run tries again" in warnings[0]
    assert 1 == spent
    assert [] == here.not_ok()
    assert [] == here.quick.differences()


@pytest.mark.long
def test_a_count_that_never_agrees_is_explained_once_all_rows_were_counted(
    healed: Callable[..., Healed],
) -> None:
    """A list whose count stands apart from its members costs requests in one night, not in every one."""
    here = healed(contacts=2_200)
    counts, _ = here.sandbox.membership()
    counts[1, 0] += 5  # the sandbox keeps its counts until a contact changes

    here.night()
    first_night = here.spent
    here.night()

    explained = [line for line in here.lines if line.explanation]
    assert 0 < first_night <= 10
    assert 0 == here.spent
    assert [("list", 5, True)] == [
        (line.scope, line.source_count - line.loaded_count, line.ok) for line in explained
    ]
    assert [] == here.warnings


def test_a_feed_that_lost_rows_is_read_again(healed: Callable[..., Healed]) -> None:
    """Events that are gone from the warehouse come back where the totals say that they are missing."""
    here = healed(contacts=200)
    here.quick.execute(
        "delete from email_opens where created_time = (select min(created_time) from email_opens)"
    )
    activity = here.quick.values("select campaign_activity_id from email_campaign_activity_stats limit 1")[0]
    assert activity

    here.night()

    assert [] == here.quick.differences()
    assert [] == here.not_ok()


@pytest.mark.long
def test_events_that_the_account_lost_go(healed: Callable[..., Healed]) -> None:
    """A feed that holds fewer events than are loaded, and as many as the API counts, takes the others along."""
    here = healed(contacts=200)
    sandbox = here.sandbox
    mail = max(
        (mail for campaign in sandbox.campaigns.rows for mail in campaign.reported),
        key=lambda mail: len(mail.events["opens"]),
    )
    with sandbox.lock:
        del mail.events["opens"][1]
        sandbox.campaigns.touch(mail, sandbox.stamp)

    here.night()
    first_night = here.spent
    here.night()

    assert 0 < first_night
    assert 0 == here.spent
    assert [] == here.quick.differences()
    assert [] == here.not_ok()


@pytest.mark.long
def test_a_real_run_heals_and_records(account: Callable[..., Account]) -> None:
    """A sync writes the healed counts to `_ctct_audit`, all of them agreed, and stays complete."""
    here = account(contacts=120, campaigns=2)
    here.complete_night()
    silent_delete(here.sandbox)

    result = here.complete_night()

    assert [] == here.differences()
    assert [] == [line for line in result.audit if not line.ok]
    assert [0] == here.values(f"select count(*) from _ctct_audit where run_id = '{result.run_id}' and not ok")
