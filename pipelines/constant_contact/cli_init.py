"""`ctct init`: names and options, nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.constant_contact.errors import UserError


def init(
    context: typer.Context,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose account; default: the setting profile.")
    ] = None,
    client_id: Annotated[
        str | None, typer.Option(metavar="KEY", help="The API key of the application.")
    ] = None,
    flow: Annotated[
        str | None,
        typer.Option(help="device: a code to confirm; browser: a page that opens. Given, it logs in anew."),
    ] = None,
    port: Annotated[
        int,
        typer.Option(min=1, max=65535, help="browser: http://localhost:PORT/callback must be registered."),
    ] = 8910,
    destination: Annotated[str | None, typer.Option(help="duckdb, postgres or ducklake (a lake).")] = None,
    database: Annotated[
        str | None, typer.Option(metavar="PLACE", help="The DuckDB file, or the address of the database.")
    ] = None,
    bucket: Annotated[
        str | None, typer.Option(metavar="PLACE", help="Files of a lake: a folder, or s3://bucket/folder.")
    ] = None,
    access_key_id: Annotated[
        str | None, typer.Option(metavar="ID", help="To the bucket; its secret is asked for, or a variable.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Of the bucket.")] = None,
    endpoint_url: Annotated[str | None, typer.Option(help="Of an S3 that is not Amazon's.")] = None,
    store: Annotated[
        str | None, typer.Option(help="file, or catalog: logins in a lake, for machines without a disk.")
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="In which days are counted; default: the account's own."),
    ] = None,
    webhook: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Who is told of trouble, such as Slack's web hook.")
    ] = None,
    report: Annotated[str | None, typer.Option(metavar="FILE", help="A page that each run renews.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Of another API, such as ctct sandbox.")] = None,
    authorize_url: Annotated[str | None, typer.Option(help="The same.")] = None,
    token_url: Annotated[str | None, typer.Option(help="The same.")] = None,
    device_url: Annotated[str | None, typer.Option(help="The same.")] = None,
    state_dir: Annotated[
        str | None, typer.Option(metavar="DIR", help="Where login and request ledger are kept.")
    ] = None,
    sync: Annotated[
        bool | None, typer.Option("--sync/--no-sync", help="The first sync, without asking.")
    ] = None,
    schedule: Annotated[
        bool | None, typer.Option("--schedule/--no-schedule", help="Every night, without asking.")
    ] = None,
    at: Annotated[str, typer.Option(metavar="HH:MM", help="Local time of the nightly sync.")] = "03:30",
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: options, and what is set already, answer all.")
    ] = False,
) -> int:
    """Set up your own account: application, login, warehouse, first sync, schedule. Run it again to change things."""
    from pipelines.constant_contact.setup.conversation import Options, run_init  # noqa: PLC0415
    from pipelines.constant_contact.setup.lake import LakeOptions  # noqa: PLC0415

    _must_not_be_empty(context)
    addresses = {
        "base_url": base_url,
        "authorize_url": authorize_url,
        "token_url": token_url,
        "device_url": device_url,
        "state_dir": state_dir,
    }
    return run_init(
        Options(
            profile=profile,
            client_id=client_id,
            flow=flow,
            port=port,
            destination=destination,
            database=database,
            lake=LakeOptions(
                bucket=bucket,
                access_key_id=access_key_id,
                region=region,
                endpoint=endpoint_url,
                store=store,
            ),
            zone=time_zone,
            webhook=webhook,
            report=report,
            addresses={name: value for name, value in addresses.items() if value is not None},
            sync=sync,
            schedule=schedule,
            at=at,
            yes=yes,
        )
    )


def _must_not_be_empty(context: typer.Context) -> None:
    """A script's variable that is not set must not count as no answer. Raises UserError."""
    for name, value in context.params.items():
        if isinstance(value, str) and not value.strip():
            raise UserError(f"--{name.replace('_', '-')} is empty; give it a value, or leave it out")
