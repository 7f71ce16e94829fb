"""The body of `ctct forget`."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Final

from pipelines.constant_contact.commands import quiet_libraries, write_report
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.display import progress
from pipelines.constant_contact.erasure.forget import Tools, forget
from pipelines.constant_contact.erasure.view import as_object, exit_code, text
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.events import Waiting, Warned
from pipelines.constant_contact.mart_changes import update_marts
from pipelines.constant_contact.request import load_settings, patience_of
from pipelines.constant_contact.sync.copy import renew_copy

if TYPE_CHECKING:
    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.events import Listener
    from sources.constant_contact.source import Settings

ADDRESS: Final = re.compile(r"[^\s@\ud800-\udfff]+@[^\s@\ud800-\udfff]+")
ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""Bytes of a command line that are no text arrive as surrogates, which no database takes.

Source: contract, `contact_id` is a UUID."""


def run_forget(target: Target, *, email: str | None, contact_id: str | None, yes: bool, as_json: bool) -> int:
    """Raises UserError unless one of address and id is given, whole."""
    email, contact_id = (email or "").strip() or None, (contact_id or "").strip() or None
    _must_name_one(email, contact_id)
    quiet_libraries()
    own = load_settings(target.profile)
    with progress.listener(quiet=as_json) as listener:
        patience = patience_of(own, None, lambda why, left_s: listener(Waiting(reason=why, wait_s=left_s)))
        opened = Warehouse(target, create=False, patience=patience)
        tools = _tools(opened, own, listener)
        erasure = forget(opened, own, tools, email=email, contact_id=contact_id, yes=yes)
    if as_json:
        sys.stdout.write(json.dumps(as_object(erasure, dataset=target.dataset)) + "\n")
    else:
        sys.stdout.write(text(erasure, who=email or contact_id or "", dataset=target.dataset))
    return exit_code(erasure)


def _must_name_one(email: str | None, contact_id: str | None) -> None:
    """A part of an address, or a number, stands in the rows of many."""
    if (email is None) == (contact_id is None):
        raise UserError("name the person with --email ADDRESS or --contact-id ID, one of the two")
    if email is not None and not ADDRESS.fullmatch(email):
        raise UserError(f"--email {email!r} is no address; write it whole, such as ada@example.com")
    if contact_id is not None and not ID.fullmatch(contact_id):
        raise UserError(
            f"--contact-id {contact_id!r} is no id of a contact, which is 36 characters such as "
            "04fe9a97-a579-43c5-bb1a-58ed29bf0a6a: see contact_id in the table contacts"
        )


def _tools(opened: Warehouse, own: Settings, listener: Listener) -> Tools:
    def transform() -> tuple[str, ...]:
        return update_marts(opened, listener=listener, time_zone=own.time_zone, whole=True).failures

    def warn(message: str) -> None:
        listener(Warned(message=message))

    return Tools(
        transform=transform,
        report=lambda path: write_report(opened, path),
        warn=warn,
        publish=lambda: renew_copy(opened, own, warn),
    )
