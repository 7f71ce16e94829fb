"""Warehouse and state that no longer belong together: each way ends in equal tables, or in one sentence.

The state that stands beside the rows wins over a working folder's, and rows that are missing are read again.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest
from account_comparison import differences
from child_runs import Home

from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SYNC = ("sync", "--no-transform", "--json")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    began = (datetime.now(UTC) - timedelta(days=5)).replace(microsecond=0)
    sandbox = Sandbox(
        contacts=120,
        campaigns=4,
        requests_per_second=None,
        requests_per_day=None,
        start=began.isoformat().replace("+00:00", "Z"),
    )
    with serve(sandbox) as server:
        yield Home(server=server, folder=tmp_path / "home", settings={"requests_per_second": 200})


def run_sql(home: Home, *statements: str) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("set schema = 'constant_contact'")
        for statement in statements:
            connection.execute(statement)


def sql(*statements: str) -> Callable[[Home], None]:
    return lambda home: run_sql(home, *statements)


def file_deleted(home: Home) -> None:
    home.warehouse.unlink()


def file_of_an_earlier_night(home: Home) -> None:
    shutil.copy(home.folder / "backup.duckdb", home.warehouse)


def working_folder_deleted(home: Home) -> None:
    shutil.rmtree(home.folder / "dlt")


def working_folder_of_an_earlier_night(home: Home) -> None:
    shutil.rmtree(home.folder / "dlt")
    shutil.copytree(home.folder / "dlt-backup", home.folder / "dlt")


def file_copied_elsewhere(home: Home) -> None:
    elsewhere = home.folder / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(home.warehouse, elsewhere / "account.duckdb")
    home.folder = elsewhere


def table_of_an_earlier_night(home: Home) -> None:
    run_sql(
        home,
        f"attach '{home.folder / 'backup.duckdb'}' as earlier (read_only)",
        "delete from contacts",
        "insert into contacts by name select * from earlier.constant_contact.contacts",
        "detach earlier",
    )


def schema_dropped(home: Home) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("drop schema constant_contact cascade")


@dataclass(frozen=True, slots=True)
class Parting:
    part: Callable[[Home], None]
    says: str = ""
    """What the next night must warn of."""


PARTINGS = {
    "file deleted": Parting(file_deleted, "read anew"),
    "file of an earlier night": Parting(file_of_an_earlier_night),
    "working folder deleted": Parting(working_folder_deleted),
    "working folder of an earlier night": Parting(working_folder_of_an_earlier_night),
    "file copied elsewhere": Parting(file_copied_elsewhere),
    "schema dropped": Parting(schema_dropped, "read anew"),
    "state emptied": Parting(sql("delete from _dlt_pipeline_state"), "read anew"),
    "loader's tables dropped": Parting(
        sql("drop table _dlt_pipeline_state", "drop table _dlt_loads", "drop table _dlt_version")
    ),
    "contacts dropped": Parting(sql("drop table contacts"), "contacts"),
    "contacts deleted by hand": Parting(sql("delete from contacts where contact_id < '8'"), "contacts"),
    "contacts of an earlier night": Parting(table_of_an_earlier_night, "contacts"),
    "memberships emptied": Parting(sql("delete from contacts__list_memberships"), "contacts"),
    "campaigns deleted by hand": Parting(
        sql(
            "delete from email_campaigns where campaign_id in (select min(campaign_id) from email_campaigns)"
        ),
        "email_campaigns",
    ),
    "e-mails deleted by hand": Parting(
        sql("delete from email_campaign_activities"), "email_campaign_activities"
    ),
    "events dropped": Parting(sql("drop table email_opens"), "email_opens"),
    "events deleted by hand": Parting(sql("delete from email_sends where contact_id < '8'")),
    "links deleted by hand": Parting(sql("delete from email_links"), "email_links"),
}


SAMPLE = {
    "file deleted",
    "state emptied",
    "contacts dropped",
    "contacts deleted by hand",
    "events dropped",
}


@pytest.mark.parametrize(
    "parting",
    [
        pytest.param(parting, id=name, marks=pytest.mark.long if name in SAMPLE else pytest.mark.slow)
        for name, parting in PARTINGS.items()
    ],
)
def test_warehouse_and_state_that_were_parted_agree_again(home: Home, parting: Parting) -> None:
    """After two nights something is taken from one of the two; the third night ends with equal tables."""
    sandbox = home.server.sandbox
    assert 0 == home.run(*SYNC).code
    shutil.copy(home.warehouse, home.folder / "backup.duckdb")
    shutil.copytree(home.folder / "dlt", home.folder / "dlt-backup")
    sandbox.advance(days=1)
    sandbox.change_contact(3, first_name="Zoë")
    sandbox.delete_contact(7)
    home.settings["access_token"] = sandbox.tokens.valid_access_token(sandbox.epoch)
    assert 0 == home.run(*SYNC).code
    parting.part(home)
    ended = home.run(*SYNC)
    assert 0 == ended.code, ended.err
    assert parting.says in " ".join(json.loads(ended.out)["warnings"])
    assert [] == differences(sandbox, home.query)


@pytest.mark.long
def test_state_of_a_later_version_is_refused_with_a_sentence(home: Home) -> None:
    """Exit 2, what to do, and the file keeps every byte."""
    from dlt.common.versioned_state import compress_state, decompress_state  # noqa: PLC0415

    assert 0 == home.run(*SYNC).code
    with duckdb.connect(str(home.warehouse)) as connection:
        rows = connection.execute("select version_hash, state from constant_contact._dlt_pipeline_state")
        for version_hash, text in rows.fetchall():
            state = decompress_state(text)
            state["sources"]["constant_contact"]["version"] = 99
            connection.execute(
                "update constant_contact._dlt_pipeline_state set state = ? where version_hash = ?",
                [compress_state(state), version_hash],
            )
    before = home.warehouse.read_bytes()
    ended = home.run(*SYNC)
    assert (2, True) == (ended.code, "upgrade constant-contact-pipeline" in ended.err)
    assert before == home.warehouse.read_bytes()
