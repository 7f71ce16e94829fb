"""A server with a database for each test, and a login that is kept in its catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from postgres_server import postgres_server

from sources.constant_contact.api.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postgres_server import PostgresServer

    from sources.constant_contact.api.catalog_tokens import CatalogTokenStore

psycopg = pytest.importorskip("psycopg", reason="the extra lake is not installed")
pytest.importorskip("cryptography", reason="the extra lake is not installed")

KEY = "kept-by-whoever-runs-the-machines-0123"
WHOSE, LOGIN = "app/acme/", "app/acme/login"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as started:
        yield started


@pytest.fixture
def database(server: PostgresServer, request: pytest.FixtureRequest) -> str:
    """The address of an empty one."""
    name = f"d{abs(hash(request.node.nodeid))}"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return server.url.rpartition("/")[0] + f"/{name}"


def keep(store: CatalogTokenStore, token: str) -> None:
    with store.lock(WHOSE):
        store.save(LOGIN, Tokens(refresh_token=token, account_name="A shop"))


def kept(store: CatalogTokenStore) -> str | None:
    with store.lock():
        tokens = store.load(LOGIN)
    return tokens.refresh_token if tokens else None


def end_sessions(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and datname = current_database()"
        )
