"""`ctct schedule`: names and options of its commands, nothing else."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

schedule = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Run the sync every night: install, show, remove."
)

Kind = Literal["systemd", "cron"]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="The profile of the sync.")]
Dataset = Annotated[str | None, typer.Option(metavar="NAME", help="The dataset of the sync.")]


@schedule.command()
def install(
    kind: Annotated[
        Kind | None, typer.Option(help="Default: systemd where it runs for this user, else cron.")
    ] = None,
    at: Annotated[str, typer.Option(metavar="HH:MM", help="Local time of the sync.")] = "03:30",
    profile: Profile = None,
    destination: Annotated[str | None, typer.Option(help="The destination of the sync.")] = None,
    dataset: Dataset = None,
    wait: Annotated[
        str | None, typer.Option(metavar="DURATION", help="How long the sync waits for a busy warehouse.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Run the sync of this folder every night; after exit 75 again past midnight UTC; a check for stale data."""
    from pipelines.constant_contact.schedule import commands  # noqa: PLC0415

    return commands.install(
        kind=kind, at=at, profile=profile, destination=destination, dataset=dataset, wait=wait, yes=yes
    )


@schedule.command()
def show(
    profile: Profile = None,
    everything: Annotated[bool, typer.Option("--all", help="Of all folders.")] = False,
) -> int:
    """What is installed for this folder, its next run and last exit code."""
    from pipelines.constant_contact.schedule import commands  # noqa: PLC0415

    return commands.show(profile=profile, everything=everything)


@schedule.command()
def remove(profile: Profile = None, dataset: Dataset = None) -> int:
    """Remove what is installed for this folder, with its script and log."""
    from pipelines.constant_contact.schedule import commands  # noqa: PLC0415

    return commands.remove(profile=profile, dataset=dataset)
