"""A PostgreSQL address without a password: a server that trusts the user, or a password file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from postgres_server import DATABASE, READER, USER, binaries, postgres_server
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed"),
    pytest.mark.long,  # a server of its own
]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with postgres_server() as server:
        server.make_reader()
        yield server.port


def ctct(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*arguments, "--destination", "postgres"])
    return result.exit_code, result.stdout, result.stderr


def test_an_address_without_a_password_is_enough(
    account: Any, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Load, read-only SQL and status through a server that trusts the user."""
    account(contacts=5, campaigns=0)
    address = f"postgresql://{USER}@127.0.0.1:{port}/{DATABASE}"
    monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", address)
    code, output, errors = ctct("sync", "--no-transform", "--json", "--select", "contacts,contact_lists")
    assert (0, 5) == (code, json.loads(output)["rows"]["contacts"]), errors
    assert ctct("status")[1].startswith("Fresh since")
    monkeypatch.setenv("DESTINATION__POSTGRES__READ__CREDENTIALS", address.replace(USER, READER))
    code, output, errors = ctct("sql", "select count(*) from constant_contact.contacts", "--csv")
    assert (0, "5") == (code, output.split()[-1]), errors
    code, _, errors = ctct("transform", "--select", "+lists")
    assert 0 == code, errors


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql:///db", "(missing in it: username, host)"),
        ("postgresql://ctct@127.0.0.1:1/db", "does not answer"),
    ],
)
def test_what_is_missing_is_named(
    account: Any, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    """The parts of the address that are really missing; a password is none of them."""
    account(contacts=1, campaigns=0)
    monkeypatch.setenv("DESTINATION__POSTGRES__CREDENTIALS", address)
    code, _, errors = ctct("status")
    assert (2, True) == (code, words in errors), errors
