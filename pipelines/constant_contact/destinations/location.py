"""A target with its exact place: which file or server, and which folder keeps its state."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.constant_contact.destinations import unusable
from pipelines.constant_contact.destinations.base import Destination, Place
from pipelines.constant_contact.destinations.folder import state_folder
from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from pipelines.constant_contact.destinations.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    target: Target
    kind: Destination
    place: Place
    state_folder: Path

    @property
    def work_dir(self) -> Path:
        """The load tool's working folder, whether it exists or not."""
        return self.state_folder / self.target.pipeline_name

    def earlier_folder(self) -> Path:
        """Where version 0.1 and the library call keep the same: the load tool's own folder of that pipeline."""
        from dlt.common.pipeline import get_dlt_pipelines_dir  # noqa: PLC0415 - see `locate`

        return Path(get_dlt_pipelines_dir()) / self.target.pipeline_name

    def configuration_sentence(self, error: BaseException) -> str:
        return unusable.sentence(self.target.destination, error)


def destination(name: str) -> Destination:
    """What is known of a destination: `DESTINATION` of the module beside this one that is called like it, else what
    dlt knows. Raises ImportError where its package is not installed.
    """
    module = f"{__package__}.{name}"
    there = name.isidentifier() and find_spec(module) is not None
    made = getattr(import_module(module), "DESTINATION", None) if there else None
    return made() if made else Destination(name)


def locate(target: Target) -> Location:
    """Raises UserError with one sentence for a destination that is not configured, not installed or not known."""
    from dlt.common.exceptions import DltException  # noqa: PLC0415 - two seconds, which `--help` must not cost

    try:
        kind = destination(target.destination)
        place = kind.place(target)
    except (DltException, ValueError, ImportError, TypeError, AttributeError) as error:
        raise UserError(unusable.sentence(target.destination, error)) from error
    return Location(target=target, kind=kind, place=place, state_folder=state_folder(target, place.identity))
