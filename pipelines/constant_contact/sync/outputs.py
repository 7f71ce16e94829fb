"""What a run leaves beside the warehouse: the copy of the setting `publish`, the page of the setting `report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pendulum

from pipelines.constant_contact.destinations.base import first_line
from pipelines.constant_contact.erasure.outputs import note
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.sync.copy import renew_copy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from sources.constant_contact.source import Settings


def renew_outputs(warehouse: Warehouse, own: Settings, warn: Callable[[str], None]) -> None:
    """A run does not fail because one of them does: the last one stays, and why is said."""
    _tidy(warehouse, warn)
    renew_copy(warehouse, own, warn)
    if not own.report or not warehouse.merges:
        return
    page = Path(own.report).expanduser().absolute()
    failures: tuple[type[Exception], ...] = (UserError, OSError, *warehouse.troubles())
    try:
        _write_report(warehouse, page)
    except failures as error:
        why = getattr(error, "strerror", None) or error
        warn(f"the report {page} is not renewed, the last one stays: {why}")


def _tidy(warehouse: Warehouse, warn: Callable[[str], None]) -> None:
    failures: tuple[type[Exception], ...] = (UserError, OSError, *warehouse.troubles())
    try:
        warehouse.tidy()
    except failures as error:
        warn(f"files of {warehouse.name} are not put in order, the next run tries again: {first_line(error)}")


def _write_report(warehouse: Warehouse, page: Path) -> None:
    from pipelines.constant_contact.reporting.report import write_report  # noqa: PLC0415 - a second, for charts

    with warehouse.kept_open():
        write_report(
            query=warehouse.query,
            dataset=warehouse.target.dataset,
            analytics_dataset=warehouse.target.analytics,
            out=page,
            generated_at=pendulum.now("UTC"),
        )
    note(warehouse.location.state_folder, page, "report")
