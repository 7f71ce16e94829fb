"""The command line as it is called, for what it answers."""

from __future__ import annotations

from typer.testing import CliRunner

from pipelines.constant_contact.cli import app


def ctct(*arguments: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of one command."""
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def sync(*more: str) -> tuple[int, str, str]:
    return ctct("sync", "--no-transform", *more)
