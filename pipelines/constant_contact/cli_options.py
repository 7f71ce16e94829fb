"""Options that several commands have, and what their words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.constant_contact.errors import UserError

if TYPE_CHECKING:
    from pipelines.constant_contact.destinations.target import Target

Profile = Annotated[
    str | None, typer.Option(metavar="NAME", help="Whose account; default: the setting profile.")
]
Destination = Annotated[str, typer.Option(help="duckdb, postgres, or another name that dlt knows.")]
Dataset = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Schema of the raw tables, the marts go to NAME_analytics; default: the profile's own.",
    ),
]
Select = Annotated[str | None, typer.Option(metavar="A,B", help="Only these resources.")]
Exclude = Annotated[str | None, typer.Option(metavar="C", help="All but these resources.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
MaxRequests = Annotated[
    int | None, typer.Option(min=1, help="Stop after this many requests; run again to go on.")
]


def names(option: str, text: str | None) -> tuple[str, ...]:
    """Raises UserError for an option that was given and names nothing: it would mean everything."""
    names = tuple(name.strip() for name in (text or "").split(",") if name.strip())
    if text is not None and not names:
        raise UserError(f"{option} names nothing; give it names with commas between them, or leave it out")
    return names


def target_named(profile: str | None, destination: str, dataset: str | None) -> Target:
    from pipelines.constant_contact.request import target_of  # noqa: PLC0415

    return target_of(profile=profile, destination=destination, dataset=dataset)
