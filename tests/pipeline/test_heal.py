"""Changes that leave no trace: found by counting, set right in the same night, for a handful of requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pipelines.constant_contact.audit import audit
from pipelines.constant_contact.consequences import settle
from pipelines.constant_contact.healing import Host, heal
from sources.constant_contact.api.client import Client
from sources.constant_contact.batches import Group, apply_changes
from sources.constant_contact.catalogue import resource_names
from sources.constant_contact.reader import Reader
from sources.constant_contact.source import begin, settings
from sources.constant_contact.warehouse import SqlWarehouse

if TYPE_CHECKING:
    from accounts import Account, Quick
    from pipelines.constant_contact.events import AuditLine
    from sources.constant_contact.batches import Batch
    from sources.constant_contact.reads.reading import Reading
    from sources.constant_contact_sandbox import Sandbox

WANTED = frozenset(resource_names())
DAY_S = 86_400


class Healed:
    """Nights of a `Quick` account that end with audit and healing."""

    def __init__(self, quick: Quick) -> None:
        self.quick, self.sandbox = quick, quick.sandbox
        self.warnings: list[str] = []
        self.spent = 0
        """Requests that healing sent in the last night."""
        self.first_audit: list[AuditLine] = []
        self.lines: list[AuditLine] = []

    def night(self, *, affordable: int = 10_000, **how: Any) -> None:
        self.quick.complete_night(a_commit=1_000, **how)
        own = settings()
        with Client(own.connection(), max_requests=affordable) as client:
            reading = begin(own, client=client, wanted=WANTED, warehouse=self._warehouse(), state={})
            state = self.quick.state
            self.first_audit = list(audit(self.quick, WANTED, state=state))  # type: ignore[arg-type]
            settle(self.quick, WANTED)  # type: ignore[arg-type]
            host = Host(
                opened=self.quick,  # type: ignore[arg-type] - columns, qualified, query and execute are all it takes
                state=lambda: self.quick.state,
                reading=lambda: replace(
                    reading, warehouse=self._warehouse(), state=self.quick.state, reader=Reader(readers=1)
                ),
                carry_out=self._carry_out,
                commit=lambda batch: self._commit(Group(batches=[batch])),
                allowance=lambda: affordable - client.requests_sent,
                warn=self.warnings.append,
            )
            self.lines = list(heal(host, WANTED, self.first_audit))
            self.spent = client.requests_sent

    def _warehouse(self) -> SqlWarehouse:
        return SqlWarehouse(self.quick._select, lambda name: f'"{name}"', self.quick.columns())

    def _carry_out(self, reading: Reading) -> None:
        group = Group()
        for batch in reading.reader.batches():
            group.add(batch)
        self._commit(group)

    def _commit(self, group: Group) -> None:
        for tables in group.tables().values():
            for name, rows in tables.items():
                self.quick._merge(name, rows)
        apply_changes(self.quick.state, group.state)

    def not_ok(self) -> list[tuple[str, str, int, int]]:
        return [
            (line.scope, line.scope_name, line.source_count, line.loaded_count)
            for line in self.lines
            if not line.ok
        ]


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
    i = first(
        sandbox, lambda i: sandbox.contacts.state[i] == 2 and not sandbox.contacts.deleted[i]
    )
    sandbox.set_permission(i, "explicit", bump=False)


def confirmed(sandbox: Sandbox) -> None:
    i = first(sandbox, lambda i: sandbox.contacts.state[i] == 1 and not sandbox.contacts.deleted[i])
    sandbox.set_permission(i, "explicit", bump=False)


def purged(sandbox: Sandbox) -> None:
    sandbox.purge_contact(mailable(sandbox))


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


@pytest.mark.parametrize("change", SILENT, ids=lambda change: change.__name__)
def test_a_silent_change_is_healed_in_the_same_night(
    healed: Callable[..., Healed], change: Callable[[Sandbox], None]
) -> None:
    """What leaves no trace is in the warehouse the same night, for at most ten requests."""
    here = healed(contacts=3_000)
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
