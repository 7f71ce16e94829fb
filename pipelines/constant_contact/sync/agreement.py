"""Whether the rows are still those that the last run left: what was dropped, emptied or restored is read again.

A run notes how many rows each raw table has at its end, and the number of the commit that it ended with. Where the
state still has that number, the tables must have those rows; a table that does not has been changed from outside.
Most tables need nothing more, since each run compares them with the API's counts. The others are those that a run
trusts because its state says how far they were read: this module takes that part of the state back.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sources.constant_contact.campaign_rows import references_of
from sources.constant_contact.catalogue import CATALOGUE, FEEDS, LANDING_PAGES
from sources.constant_contact.catalogue.endpoint import OF_CONTACTS
from sources.constant_contact.state import (
    campaigns,
    contacts,
    details,
    events,
    feeds,
    landing_pages,
    recent,
    totals,
)
from sources.constant_contact.state.dataset import DatasetState
from sources.constant_contact.warehouse import literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from sources.constant_contact.state.changes import StateChange

RUNS = "_ctct_runs"
TRUSTED: Mapping[str, tuple[StateChange, ...]] = {
    "contacts": (contacts.read_again(),),
    "email_campaigns": (campaigns.read_again(),),
    "events": (events.read_again(),),
    **dict.fromkeys(LANDING_PAGES, (landing_pages.read_again(),)),
    "email_campaign_activities": (campaigns.read_again(),),
    **dict.fromkeys(FEEDS, (feeds.read_again(), totals.offsets_forgotten())),
    **{
        name: (details.read_again(name),)
        for name, of in CATALOGUE.items()
        if of.detail_of or of.reads in OF_CONTACTS
    },
    **{name: (recent.read_again(name),) for name, of in CATALOGUE.items() if of.reads == "recent"},
}
"""resource -> what takes back the parts of the state that say how far it was read."""


def table_rows(warehouse: Warehouse, columns: Collection[str]) -> dict[str, int]:
    """Rows of each raw table."""
    names = [
        table.name for endpoint in CATALOGUE.values() for table in endpoint.tables if table.name in columns
    ]
    if not names:
        return {}
    counts = " union all ".join(
        f"select '{name}' as name, count(*) as rows_loaded from {warehouse.qualified(name)}" for name in names
    )
    return {str(row["name"]): int(str(row["rows_loaded"])) for row in warehouse.query(counts)}


def agree_on_tables(warehouse: Warehouse, state: Mapping[str, Any]) -> list[str]:
    """Raw tables that are not as the last run left them; afterwards nothing stands in the way of reading them again."""
    columns = warehouse.columns()
    missing = warehouse.tables_known().keys() - columns.keys()
    if missing:
        warehouse.forget_schema()
    tables = missing | _changed(warehouse, columns, DatasetState.of(state).commit)
    if "email_campaign_activities" in tables:
        _ask_again_for_details(warehouse, columns)
    return sorted(tables)


def _changed(warehouse: Warehouse, columns: Mapping[str, Collection[str]], commit: int) -> set[str]:
    """Tables with other rows than the run noted that made this commit."""
    noted = _noted(warehouse, columns, commit)
    found = table_rows(warehouse, columns) if noted else {}
    return {name for name, rows in noted.items() if found.get(name) != rows}


def _noted(warehouse: Warehouse, columns: Mapping[str, Collection[str]], commit: int) -> dict[str, int]:
    """The rows of each table at the end of the run that made this commit; empty where it left no record."""
    if not {"commit_number", "table_rows"} <= set(columns.get(RUNS, ())):
        return {}
    rows = warehouse.query(
        f"select table_rows from {warehouse.qualified(RUNS)}"
        f" where commit_number = {commit} and table_rows is not null order by ended_at desc limit 1"
    )
    return dict(json.loads(str(rows[0]["table_rows"]))) if rows else {}


def taken_back(tables: Collection[str]) -> tuple[StateChange, ...]:
    """What the state must forget, so that these tables are read again."""
    resources = {
        name for name, endpoint in CATALOGUE.items() if any(table.name in tables for table in endpoint.tables)
    }
    changes = (change for name in sorted(resources) for change in TRUSTED.get(name, ()))
    return tuple({change.path: change for change in changes}.values())


def _ask_again_for_details(warehouse: Warehouse, columns: Mapping[str, Collection[str]]) -> None:
    """Campaigns whose e-mails are not all loaded lose their time of change, by which a run takes them for known."""
    if "email_campaigns" not in columns:
        return
    activities = "email_campaign_activities"
    loaded: set[Any] = set()
    if activities in columns:
        loaded = {
            row["campaign_activity_id"]
            for row in warehouse.query(f"select campaign_activity_id from {warehouse.qualified(activities)}")
        }
    campaigns = warehouse.qualified("email_campaigns")
    incomplete = [
        literal(str(row["campaign_id"]))
        for row in warehouse.query(f"select campaign_id, campaign_activities from {campaigns}")
        if not loaded.issuperset(one.get("campaign_activity_id") for one in references_of(row))
    ]
    if incomplete:
        warehouse.execute(
            f"update {campaigns} set updated_at = null where campaign_id in ({', '.join(incomplete)})"
        )
