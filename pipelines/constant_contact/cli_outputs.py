"""`ctct report`, `dashboard` and `export`: names and options, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.constant_contact.cli_options import Dataset, Destination, Profile, names, target_named

ExportFormat = Literal["parquet", "csv"]


def report(
    profile: Profile = None,
    destination: Destination = "duckdb",
    dataset: Dataset = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the page goes.")] = Path(
        "ctct-report.html"
    ),
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    since: Annotated[
        str | None, typer.Option(metavar="D", help="Only mailings from this day on, such as 2026-01-31.")
    ] = None,
    campaign: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this campaign, or one e-mail of it.")
    ] = None,
    addresses: Annotated[
        bool, typer.Option("--addresses", help="Also list the addresses to clean; counts only otherwise.")
    ] = False,
) -> int:
    """Write the report: one page that needs no network to be read."""
    from pipelines.constant_contact import commands  # noqa: PLC0415

    return commands.report(
        target_named(profile, destination, dataset),
        out=out,
        show=show,
        since=since,
        campaign=campaign,
        addresses=addresses,
    )


def dashboard(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0: any free port.")] = 0,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    profile: Profile = None,
    destination: Destination = "duckdb",
    dataset: Dataset = None,
) -> int:
    """Serve an interactive page over the marts on loopback, until Ctrl-C; also beside a running sync."""
    from pipelines.constant_contact.dashboard.command import run_dashboard  # noqa: PLC0415

    return run_dashboard(target_named(profile, destination, dataset), port=port, show=show)


def export_(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the files, DIR/<table>.<format>.")],
    form: Annotated[
        ExportFormat, typer.Option("--format", help="parquet keeps the types; csv is for spreadsheets.")
    ] = "parquet",
    select: Annotated[
        str, typer.Option(metavar="A,B", help="marts, raw (the tables as loaded), or names of tables.")
    ] = "marts",
    profile: Profile = None,
    destination: Destination = "duckdb",
    dataset: Dataset = None,
) -> int:
    """Write marts (or raw tables) as files, one a table, each replaced as a whole."""
    from pipelines.constant_contact import commands  # noqa: PLC0415

    target = target_named(profile, destination, dataset)
    return commands.export(target, out=out, form=form, select=names("--select", select))
