"""The copy for readers that a run leaves at its end, where the setting `publish` names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.request import published_copy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from sources.constant_contact.source import Settings


def renew_copy(warehouse: Warehouse, own: Settings, warn: Callable[[str], None]) -> None:
    """A run does not fail because its copy does: the last copy stays, and why is said."""
    copy = published_copy(own)
    if copy is None:
        return
    failures: tuple[type[Exception], ...] = (UserError, OSError, *warehouse.troubles())
    try:
        warehouse.publish(copy)
    except failures as error:
        warn(f"the copy {copy} is not renewed, the last one stays: {error}")
