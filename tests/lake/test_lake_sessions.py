"""Sessions with the server of a lake's catalog: how soon either side notices that the other has vanished."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from postgres_server import binaries
from test_sql_lake import CREDENTIALS, LAKE, made_on_a_server

from pipelines.constant_contact.destinations import lake_catalog
from pipelines.constant_contact.destinations.warehouse import Warehouse
from sources.constant_contact.api.keepalive import KEEPALIVE_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytest.importorskip("duckdb_extension_ducklake", reason="the extra lake is not installed")
pytestmark = [
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed"),
    pytest.mark.long,  # a server of its own
]


def noticed_after_s(show: Callable[[str], object]) -> int:
    """By the server: without a sign of life for so long a session and its locks end."""
    idle, interval, count = (
        int(str(show(f"tcp_keepalives_{name}"))) for name in ("idle", "interval", "count")
    )
    return idle + interval * count


def test_server_lets_go_of_a_machine_that_vanished_within_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session that has the lock, and those in which DuckDB commits, where others would wait behind it."""
    with made_on_a_server(tmp_path, monkeypatch):
        opened = Warehouse(LAKE)
        credentials = opened.location.place.factory.config_params["credentials"]
        meta = f"__ducklake_metadata_{credentials.ducklake_name}"

        def of_duckdb(setting: str) -> object:
            sql = f"select current_setting(''{setting}'') as found"
            [row] = opened.query(f"select found from postgres_query('{meta}', '{sql}')")
            return row["found"]

        with lake_catalog.connect(credentials) as connection:

            def of_lock(setting: str) -> object:
                row = connection.execute(f"show {setting}".encode()).fetchone()
                return row[0] if row else None

            assert (KEEPALIVE_S, KEEPALIVE_S) == (noticed_after_s(of_lock), noticed_after_s(of_duckdb))
            assert "tcp_user_timeout=60000" in connection.info.dsn


def test_what_an_address_says_itself_about_its_sessions_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `keepalives` in it the server is told nothing, for poolers that refuse it."""
    with made_on_a_server(tmp_path, monkeypatch) as server:
        monkeypatch.setenv(f"{CREDENTIALS}CATALOG", f"{server.url}?keepalives=1&connect_timeout=3")
        credentials = Warehouse(LAKE).location.place.factory.config_params["credentials"]
        with lake_catalog.connect(credentials) as connection:
            assert connection.execute(b"show tcp_keepalives_count").fetchone() != ("3",)
            assert "connect_timeout=3" in connection.info.dsn
