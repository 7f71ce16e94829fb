"""The plan of the next night of a test's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pendulum
from accounts import EVERY_NIGHT

from pipelines.constant_contact.planning.plan import Allowance, plan
from sources.constant_contact.api.client import Client
from sources.constant_contact.sql_warehouse import SqlWarehouse

if TYPE_CHECKING:
    from accounts import Quick

    from pipelines.constant_contact.planning.plan import Plan


def planned(here: Quick) -> Plan:
    from sources.constant_contact.source import settings  # noqa: PLC0415 - dlt takes two seconds

    here.log_in()
    own = settings()

    def count(table: str) -> int:
        return int(here.values(f"select count(*) from {here.qualified(table)}")[0])

    with Client(own.connection()) as client:
        return plan(
            EVERY_NIGHT,
            probe=client.get_json,
            spent=lambda: client.requests_sent,
            warehouse=SqlWarehouse(here.select, here.qualified, here.columns()),
            loaded=count,
            state=here.state,
            options=own.options(),
            allowance=Allowance(per_second=4, per_day=10_000, remaining_today=10_000),
            now=pendulum.now("UTC"),
        )
