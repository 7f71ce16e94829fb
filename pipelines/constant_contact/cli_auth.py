"""`ctct auth`: names and options of its commands, nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

auth = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Log in to the account, see the login, forget it."
)


@auth.command()
def login(
    flow: Annotated[str, typer.Option(help="device: a code to type; browser: a page that opens.")] = "device",
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="browser: http://localhost:PORT/callback must be registered."),
    ] = 8910,
) -> int:
    """Log in to the account once; the login is kept and renewed from then on."""
    from pipelines.constant_contact import login as logins  # noqa: PLC0415

    return logins.login(flow, port=port)


@auth.command(name="status")
def auth_status() -> int:
    """Which account, which scopes, how long the login lasts."""
    from pipelines.constant_contact import login as logins  # noqa: PLC0415

    return logins.status()


@auth.command()
def logout() -> int:
    """Forget the login on this machine."""
    from pipelines.constant_contact import login as logins  # noqa: PLC0415

    return logins.logout()
