"""`ctct auth`: names and options of its commands, nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

auth = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Log in to the account, see the login, forget it."
)


Profile = Annotated[
    str | None, typer.Option(metavar="NAME", help="Whose login; default: the setting profile.")
]


@auth.command()
def login(
    profile: Profile = None,
    flow: Annotated[
        str,
        typer.Option(help="device: a code to type; browser: a page that opens; partner: a partner's own."),
    ] = "device",
    port: Annotated[
        int,
        typer.Option(min=0, max=65535, help="browser: http://localhost:PORT/callback must be registered."),
    ] = 8910,
    yes: Annotated[bool, typer.Option("--yes", help="Replace a login without asking.")] = False,
) -> int:
    """Log in to the account once; the login is kept and renewed from then on."""
    from pipelines.constant_contact import login as logins  # noqa: PLC0415

    return logins.login(profile, flow, port=port, yes=yes)


@auth.command(name="status")
def auth_status(profile: Profile = None) -> int:
    """Which profile and account, which scopes, how long the login lasts."""
    from pipelines.constant_contact import login as logins  # noqa: PLC0415

    return logins.status(profile)


@auth.command()
def logout(profile: Profile = None) -> int:
    """Forget the login on this machine."""
    from pipelines.constant_contact import login as logins  # noqa: PLC0415

    return logins.logout(profile)
