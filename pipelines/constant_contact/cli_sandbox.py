"""`ctct sandbox`: its options are those of the sandbox itself."""

import typer

from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.program import typed


def sandbox(context: typer.Context) -> int:
    """Serve a sample account on loopback: --port, --contacts, --campaigns, --fault NAME; see its --help."""
    from sources.constant_contact_sandbox.__main__ import OptionError, run  # noqa: PLC0415

    try:
        return run(context.args, ctct=typed())
    except OptionError as error:
        raise UserError(str(error)) from error
