"""An account and a warehouse that a plan is made of, without a server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pendulum

from pipelines.constant_contact.planning.plan import Allowance, Plan, plan
from pipelines.constant_contact.request import SyncRequest
from sources.constant_contact.campaign_rows import references_of, version_of
from sources.constant_contact.catalogue import read_by
from sources.constant_contact.sql_warehouse import SqlWarehouse
from sources.constant_contact.windows import SyncOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = pendulum.datetime(2026, 11, 21, 2)
YESTERDAY = NOW.subtract(days=1)
OPTIONS = SyncOptions(lookback=pendulum.duration(hours=1), full_refresh_every=pendulum.duration(days=30))
A_DAY = Allowance(per_second=4, per_day=10_000, remaining_today=10_000)
STATE = {
    "contacts": {name: YESTERDAY.isoformat() for name in ("mark", "opted_out", "whole_at")},
    "campaigns": {"mark": YESTERDAY.isoformat()},
}
FEED_STATS = ("em_sends", "em_opens_all", "em_clicks_all", "em_forwards", "em_optouts", "em_bounces")
Row = dict[str, Any]


def a_campaign(number: int, *, at: pendulum.DateTime = YESTERDAY, status: str = "Done") -> Row:
    """As it is loaded: one activity with reports, one without."""
    roles = {"primary_email": f"a{number}", "permalink": f"p{number}"}
    references = [{"role": role, "campaign_activity_id": each} for role, each in roles.items()]
    return {
        "campaign_id": f"c{number}",
        "created_at": at.subtract(days=number),
        "updated_at": at,
        "current_status": status,
        "campaign_activities": json.dumps(references),
    }


def listed(row: Row) -> Row:
    """The same as the API lists it."""
    return {
        **{name: value for name, value in row.items() if name != "campaign_activities"},
        "created_at": row["created_at"].isoformat(),
        "updated_at": row["updated_at"].isoformat(),
    }


def no_query(sql: str) -> Any:
    raise AssertionError(f"nothing is loaded, so nothing should be asked: {sql}")


class Loaded(SqlWarehouse):
    """A warehouse of some campaigns with 100 sends and 20 opens each, and the numbers of rows given."""

    def __init__(self, campaigns: list[Row], **counts: int) -> None:
        super().__init__(no_query, str, {})
        self.campaigns = campaigns
        self.counts = counts

    without: tuple[str, ...] = ()
    """Tables that are empty all the same."""

    def rows(self, table: str, columns: Any = None) -> list[Row]:
        if table in self.without:
            return []
        if table == "email_campaigns":
            return self.campaigns
        versions = {
            "email_campaign_activities": lambda _: "",
            "email_send_history": lambda _: "100",
            "email_previews": version_of,
            "email_non_opener_resends": lambda row: f"{version_of(row)} 2 {NOW.date()}",
        }
        if table not in versions:
            return []
        return [
            {"campaign_activity_id": each["campaign_activity_id"], "version_read": versions[table](row)}
            for row in self.campaigns
            for each in references_of(row)
        ]

    def event_counts(self, table: str) -> Mapping[str, int]:
        loaded = {"email_sends": 100, "email_opens": 20}.get(table)
        numbers = [row["campaign_id"].removeprefix("c") for row in self.campaigns]
        return {} if loaded is None else {f"a{number}": loaded for number in numbers}

    def count(self, table: str) -> int:
        return self.counts.get(table, 0)


@dataclass
class Api:
    """Answers as the account would, and remembers what it was asked."""

    contacts: Mapping[str, int] = field(default_factory=dict)
    """Filter -> contacts it finds; "" for all."""
    campaigns: list[Row] = field(default_factory=list)
    stats: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """campaign id -> totals that are not 100 sends and 20 opens."""
    refuses: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def __call__(self, path: str, params: Mapping[str, str]) -> Any:
        self.asked.append(path)
        if path.startswith(self.refuses or ("-",)):
            return None
        if path == "/contacts":
            name = next((name for name in params if name.endswith("_after")), "")
            return {"contacts": [], "contacts_count": self.contacts.get(name, 0)}
        if path == "/emails":
            return {"campaigns": self.campaigns if "before_date" not in params else []}
        if path == "/segments":
            return {"segments": [{"segment_id": 1}, {"segment_id": 2}]}
        ids = path.rsplit("/", 1)[1].split(",")
        usual = dict.fromkeys(FEED_STATS, 0) | {"em_sends": 100, "em_opens_all": 20}
        return {"results": [{"campaign_id": i, "stats": {**usual, **self.stats.get(i, {})}} for i in ids]}


def planned(api: Api, loaded: Loaded | None = None, *, allowance: Allowance = A_DAY, **request: Any) -> Plan:
    warehouse = loaded or Loaded([])
    return plan(
        SyncRequest(**request).wanted(read_by("account")),
        probe=api,
        spent=lambda: len(api.asked),
        warehouse=warehouse,
        loaded=warehouse.count,
        state=STATE if loaded else {},
        options=OPTIONS,
        allowance=allowance,
        now=NOW,
    )


def requests_of(made: Plan) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in made.lines:
        found[line.resource] = found.get(line.resource, 0) + line.requests
    return {name: count for name, count in found.items() if count}


QUIET = {
    **dict.fromkeys(
        (
            "account",
            "account_emails",
            "account_privileges",
            "contact_counts",
            "contact_tags",
            "custom_fields",
            "segments",
            "bulk_activities",
            "automations",
            "social_profiles",
            "social_connections",
            "social_hashtag_groups",
            "sms_campaign_summaries",
            "events",
        ),
        1,
    ),
    "contact_lists": 2,
    "contacts": 2,
    "email_campaigns": 1,
    "email_campaign_summaries": 1,
    "email_campaign_stats": 1,
}
