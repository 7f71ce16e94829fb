"""Runs with receivers, as the tests of alerts need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from pipelines.constant_contact.cli import app

if TYPE_CHECKING:
    import pytest
    from receivers import Hook

PREFIX = "SOURCES__CONSTANT_CONTACT__"
SELECT = ("--no-transform", "--select", "contacts,contact_lists,contact_counts")


def ctct(*arguments: str) -> Any:
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def configure(monkeypatch: pytest.MonkeyPatch, **notify: object) -> None:
    for name, value in notify.items():
        monkeypatch.setenv(f"{PREFIX}NOTIFY__{name.upper()}", str(value))


def titles(hook: Hook) -> list[str]:
    """The first lines since the last call, without the marks around them."""
    return [text.split("\n")[0].strip("*").partition(" (")[0] for text in hook.taken()]


def twice(*words: str, code: int, select: tuple[str, ...] = SELECT) -> None:
    """Run it two times: the second one is the same cause."""
    for _ in range(2):
        assert code == ctct("sync", *select, *words).exit_code
