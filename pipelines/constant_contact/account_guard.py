"""Before anything is read or written: is the login of the account whose rows are loaded?

For `sync`, `plan` and `check` alike. The state that counts is the destination's own: a working folder may be new,
older or newer than the warehouse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.constant_contact.destinations.warehouse import SOURCE
from sources.constant_contact.identity import identify
from sources.constant_contact.state.dataset import section_of

if TYPE_CHECKING:
    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from sources.constant_contact.api.client import Client
    from sources.constant_contact.identity import Identity
    from sources.constant_contact.preflight import Preflight


def identified(
    opened: Warehouse, client: Client, *, accept: str | None = None, before: Preflight | None = None
) -> Identity:
    """The login's account. Raises OtherAccount where another one's rows are loaded, at most three requests after.

    `before`: what the login may read, where that has been asked.
    """
    pipeline = opened.pipeline
    if opened.exists and SOURCE not in pipeline.schema_names:  # a working folder that is new
        with opened.kept_open():  # the load tool itself does not wait for others
            pipeline.sync_destination()
    state = opened.committed_state() if opened.exists else {}
    holder = f"dataset {opened.target.dataset!r} in {opened.name}"
    return identify(client, opened.loaded(), section_of(state), holder=holder, accept=accept, before=before)
