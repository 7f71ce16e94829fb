"""A destination that was there when a command began, and is gone in its middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.constant_contact.destinations.target import Target
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.errors import RunFailed, UserError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_destination_that_is_gone_in_the_middle_is_no_wrong_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1 instead of 2, and the next run goes on; at the beginning the setting is named."""
    file = tmp_path / "warehouse.duckdb"
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(file))
    opened = Warehouse(Target())
    assert [{"one": 1}] == opened.query("select 1 as one")
    file.unlink()
    file.mkdir()
    with pytest.raises(RunFailed, match=r"no longer answers.*run again to go on"):
        opened.query("select 1 as one")
    with pytest.raises(UserError) as caught:
        Warehouse(Target())
    assert 2 == caught.value.exit_code


def test_a_destination_that_names_no_columns_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As dlt's `sqlalchemy`, whose cursors are of a kind of their own."""
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(tmp_path / "warehouse.duckdb"))
    opened = Warehouse(Target())
    monkeypatch.setattr("dlt.destinations.impl.duckdb.sql_client.DuckDbSqlClient.cursor_impl", NoCursor)
    with pytest.raises(UserError, match=r"'duckdb' does not say which columns.*take duckdb, postgres"):
        opened.query("select 1 as one")


class NoCursor:
    def __init__(self, _native: object) -> None:
        pass
