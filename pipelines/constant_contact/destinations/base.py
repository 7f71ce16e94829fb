"""What a destination can do. The default is one that dlt knows and we do not: it loads and records, no more.

Adding a destination is one module called as dlt calls it, with a subclass that it names `DESTINATION`: `location` finds
it by that name.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.errors import UserError
from sources.constant_contact.api.redact import without_passwords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    import pyarrow as pa

    from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
    from pipelines.constant_contact.destinations.session import Session
    from pipelines.constant_contact.destinations.target import Target
    from pipelines.constant_contact.destinations.waiting import Patience

MAX_SAID = 300
"""Of a driver's own words, in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A destination's exact place."""

    identity: str
    """The same for the same place, whichever folder or spelling led to it; never a password."""
    title: str
    """What a person recognises; never a password."""
    factory: Any
    """The dlt destination, bound to this place."""
    file: Path | None = None
    """The file of a warehouse that is one."""


class Destination:
    """A destination of dlt without anything of its own."""

    transforms = False
    """Whether the marts are built there from here."""
    advice = "run again later"
    """What a person may do about a place that stays busy; completes "what is loaded stays; "."""

    load_options: Mapping[str, Any] = {}
    """How the load tool loads, beyond its own configuration."""

    def __init__(self, name: str) -> None:
        self.name = name

    def place(self, target: Target) -> Place:
        """Resolve dlt's configuration. Raises dlt's errors, ValueError, ImportError or TypeError where it cannot."""
        import dlt  # noqa: PLC0415 - two seconds, which `--help` must not cost

        factory: Any = dlt.destinations.__dict__.get(self.name) or dlt.destination
        bound = factory() if factory is not dlt.destination else factory(self.name)
        client = resolved(bound, target)
        location = client.data_location() if hasattr(client, "data_location") else str(client)
        return Place(identity=f"{self.name} {location}", title=self.name, factory=bound)

    def check(self, place: Place, target: Target, patience: Patience) -> None:
        """Raise UserError for what would fail later, before a request is spent."""

    def refusals(self) -> tuple[type[Exception], ...]:
        """The driver's own errors, where dlt lets them pass."""
        return ()

    def busy_reason(self, place: Place, error: BaseException) -> str | None:  # noqa: ARG002 - part of the interface
        """Who has the place, as half a sentence; None where waiting does not help."""
        return None

    def explain(self, place: Place, error: BaseException) -> str:
        """One sentence for a destination that cannot be opened."""
        return f"the destination {place.title} does not answer: {first_line(error)}; start it, or correct its address"

    @contextmanager
    def lock(self, place: Place, target: Target, client: Any, patience: Patience) -> Iterator[None]:  # noqa: ARG002
        """Keep a second sync out, on every machine that can reach the place. `client`: an unopened SQL client."""
        yield

    def limit_memory(self, place: Place, megabytes: int) -> None:
        """Of the database, where it works in this process; what somebody configured there stays."""

    def check_copy(self, place: Place, target: Target, copy: Path) -> None:
        """Raise UserError for a `publish` that cannot be one."""

    def publish(self, place: Place, copy: Path, patience: Patience) -> None:
        """Renew the copy for readers, where readers and a sync cannot share the place itself."""

    def for_reading(self, place: Place, copy: Path | None, say: Callable[[str], None]) -> Place:  # noqa: ARG002
        """The place or its published copy, opened so that nobody is disturbed. Raises Busy after a moment."""
        return place

    @contextmanager
    def kept_for_dbt(self, place: Place, patience: Patience) -> Iterator[None]:  # noqa: ARG002
        """Keep the place for this process while the transforms, which do not wait, open and use it."""
        yield

    def session(self, place: Place, target: Target) -> AbstractContextManager[Session]:  # noqa: ARG002
        """A connection that reads, and cannot change anything. Raises UserError where there is none, and Busy."""
        raise UserError(
            f"ctct sql speaks to duckdb, postgres and ducklake, not to {self.name}; use its own client"
        )

    def earlier(
        self,
        place: Place,  # noqa: ARG002
        target: Target,  # noqa: ARG002
        at: datetime,  # noqa: ARG002
        say: Callable[[str], None],  # noqa: ARG002
    ) -> AbstractContextManager[Session]:
        """The same for the state at a time, which `say` names. Raises UserError where none is kept."""
        raise UserError(
            f"--as-of needs a lake, which keeps earlier states; {self.name} has today's alone: leave --as-of out, or "
            "load into one with --destination ducklake"
        )

    def arrow_batches(self, cursor: Any, batch_rows: int) -> Iterator[pa.Table]:
        """What an executed cursor of dlt gives, as tables of one schema; at least one, which may be empty."""
        import pyarrow as pa  # noqa: PLC0415 - only where rows are asked for

        batches = cursor.iter_arrow(batch_rows)
        names = [column[0] for column in cursor.description]
        first = next(batches, None)
        if first is None:
            first = pa.table({name: pa.array([], pa.string()) for name in names})
        yield first
        for rows in batches:
            yield rows.cast(first.schema)

    def parquet_copy(self, select: str, file: Path) -> str | None:  # noqa: ARG002 - part of the interface
        """The statement with which the database itself writes a file of rows here; None where it has none."""
        return None

    needs_upkeep = False
    """Whether `tidy` has anything to do."""

    def tidy(self, place: Place, target: Target, ask: Callable[[str], Sequence[Any]]) -> None:
        """What a place needs after a run, so that it does not grow with every commit. Raises the driver's errors."""

    erases = False
    """Whether it is known here how to make deleted rows vanish from the place's files."""

    def rewrite(
        self,
        place: Place,  # noqa: ARG002
        run: Callable[[str], None],  # noqa: ARG002
        tables: Sequence[str],  # noqa: ARG002
        patience: Patience,  # noqa: ARG002
    ) -> Sequence[str]:
        """Write the files of these tables anew, without deleted rows; what was not possible, one sentence each."""
        return [f"how {self.name} keeps deleted rows is not known here: see its own documentation"]

    def dbt(self, place: Place, credentials: Any) -> DbtProfile:  # noqa: ARG002
        """The place in the terms of the transforms. Raises UserError where they do not run."""
        raise UserError(
            f"the marts are not built on {self.name} from here: run the dbt project with a profile of your own"
        )


def resolved(factory: Any, target: Target, **more: Any) -> Any:
    """The configuration that dlt finds for a destination, with its sections for this pipeline; relative paths are
    those of the current folder. `more`: what a pipeline would otherwise bind.
    """
    from dlt.common.configuration.container import Container  # noqa: PLC0415
    from dlt.common.configuration.specs.config_section_context import ConfigSectionContext  # noqa: PLC0415

    initial = factory.spec()
    for name, value in {"dataset_name": target.dataset, "local_dir": str(Path.cwd()), **more}.items():
        if hasattr(initial, name):
            setattr(initial, name, value)
    context = ConfigSectionContext(pipeline_name=target.pipeline_name)
    with Container().injectable_context(context):
        return factory.configuration(initial)


def first_line(error: Any) -> str:
    """What is worth telling of an error, without passwords: drivers quote addresses."""
    lines = [line.strip() for line in without_passwords(str(error)).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    said = lines[0]
    for more in lines[1:]:
        if not said.endswith(":"):  # what the line announces comes on the next one
            break
        said = f"{said} {more}"
    return said.rstrip(".:") if len(said) <= MAX_SAID else f"{said[:MAX_SAID].rsplit(' ', 1)[0]} …"
