"""The body of `ctct forget`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from pipelines.constant_contact.commands import quiet_libraries, target_of, write_report
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.display import progress
from pipelines.constant_contact.erasure.forget import Tools, forget
from pipelines.constant_contact.erasure.view import as_object, exit_code, text
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.events import Warned
from pipelines.constant_contact.request import load_settings

if TYPE_CHECKING:
    from pipelines.constant_contact.events import Listener


def run_forget(
    *, email: str | None, contact_id: str | None, yes: bool, destination: str, dataset: str, as_json: bool
) -> int:
    """Raises UserError unless one of address and id is given."""
    email, contact_id = (email or "").strip() or None, (contact_id or "").strip() or None
    if (email is None) == (contact_id is None):
        raise UserError("name the person with --email ADDRESS or --contact-id ID, one of the two")
    quiet_libraries()
    opened = Warehouse(target_of(destination, dataset), create=False)
    opened.must_exist()
    with progress.listener(quiet=as_json) as listener:
        erasure = forget(
            opened, load_settings(), _tools(opened, listener), email=email, contact_id=contact_id, yes=yes
        )
    if as_json:
        sys.stdout.write(json.dumps(as_object(erasure, dataset=dataset)) + "\n")
    else:
        sys.stdout.write(text(erasure, who=email or contact_id or "", dataset=dataset))
    return exit_code(erasure)


def _tools(opened: Warehouse, listener: Listener) -> Tools:
    def transform() -> tuple[str, ...]:
        from pipelines.constant_contact.transform import run_transforms  # noqa: PLC0415 - dbt takes seconds

        return run_transforms(
            destination=opened.dbt,
            dataset=opened.target.dataset,
            work_dir=opened.work_dir / "transforms",
            listener=listener,
            full_refresh=True,
        ).failures

    return Tools(
        transform=transform,
        report=lambda path: write_report(opened, path),
        warn=lambda message: listener(Warned(message=message)),
    )
