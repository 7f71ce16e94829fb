"""`ctct xrefs`: names and options, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

IdKind = Literal["contacts", "lists", "campaigns"]


def xrefs(
    file: Annotated[
        Path, typer.Argument(help="One old id a line, or a CSV with columns such as contact_id, list_id.")
    ],
    kind: Annotated[
        IdKind | None, typer.Option(help="What the ids are of; default: what the file shows.")
    ] = None,
    column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The column of the ids, by name or number.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose account; default: the setting profile.")
    ] = None,
    destination: Annotated[
        str, typer.Option(help="duckdb, postgres, or another name that dlt knows.")
    ] = "duckdb",
    dataset: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Schema of the raw tables; default: the profile's own."),
    ] = None,
    max_requests: Annotated[
        int | None, typer.Option(min=1, help="Stop after this many requests; run again to go on.")
    ] = None,
    wait: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION", help="How long to wait for a busy warehouse; default: the setting wait."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")
    ] = False,
) -> int:
    """What contacts, lists and campaigns of V1 and V2 are called now, for the old ids in a file."""
    from pipelines.constant_contact.request import SyncRequest, target_of  # noqa: PLC0415
    from pipelines.constant_contact.xrefs.command import run_xrefs  # noqa: PLC0415

    target = target_of(profile=profile, destination=destination, dataset=dataset)
    request = SyncRequest(target=target, max_requests=max_requests, wait=wait)
    return run_xrefs(request, file, kind=kind, column=column, as_json=as_json)
