"""Before anything is read or written: is the login of the account whose rows are loaded?

For `sync`, `plan` and `check` alike. The state that counts is the destination's own: a working folder may be new,
older or newer than the warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.destinations.warehouse import SOURCE
from sources.constant_contact.identity import ASKED, identify
from sources.constant_contact.state.dataset import section_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from sources.constant_contact.api.client import Client
    from sources.constant_contact.identity import Identity
    from sources.constant_contact.preflight import Preflight
    from sources.constant_contact.warehouse import Warehouse as Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the destination says before anybody is asked."""

    state: Mapping[str, Any]
    loaded: Loaded


def identified(
    opened: Warehouse,
    client: Client,
    *,
    accept: str | None = None,
    before: Preflight | None = None,
    known: Known | None = None,
) -> Identity:
    """The login's account. Raises OtherAccount where another one's rows are loaded, at most three requests after.

    `before`: what the login may read, where that has been asked.
    """
    known = known or known_account(opened)
    holder = f"dataset {opened.target.dataset!r} in {opened.name}"
    return identify(client, known.loaded, known.state, holder=holder, accept=accept, before=before)


def known_account(opened: Warehouse) -> Known:
    """The load tool itself does not wait for others, so that the destination is kept open while it looks."""
    with opened.kept_open():
        if opened.exists and SOURCE not in opened.pipeline.schema_names:  # a working folder that is new
            opened.pipeline.sync_destination()
        state = opened.committed_state() if opened.exists else {}
        return Known(state=section_of(state), loaded=opened.loaded(only=ASKED))
