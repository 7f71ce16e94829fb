"""The first contact of a sandbox that is in some state, by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sources.constant_contact_sandbox import Sandbox


def live(sandbox: Sandbox) -> int:
    """Position of a contact that exists and is on a list."""
    return next(
        i
        for i in range(len(sandbox.contacts))
        if sandbox.contacts.lists[i] and sandbox.contacts.is_mailable(i)
    )


def deleted(sandbox: Sandbox) -> int:
    return next(i for i in range(len(sandbox.contacts)) if sandbox.contacts.deleted[i])


def tagged(sandbox: Sandbox) -> int:
    return next(i for i in range(len(sandbox.contacts)) if sandbox.contacts.tags[i])
