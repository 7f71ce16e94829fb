"""A plan with everything it needs: the destination opened, the client behind one function, what is left today.

The only place where a plan meets the API. A question that the API refuses is answered with None; what ends all
questions (no token, no quota, no network) is raised as it is, one sentence.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pendulum

from pipelines.constant_contact.account_guard import identified
from pipelines.constant_contact.destinations.warehouse import Warehouse
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.planning.plan import Allowance, plan
from pipelines.constant_contact.request import load_settings
from sources.constant_contact.api.client import Client
from sources.constant_contact.api.errors import BadRequest, Skippable
from sources.constant_contact.catalogue import read_by
from sources.constant_contact.reads.permissions import lack_sentences, unreadable
from sources.constant_contact.state.dataset import section_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pendulum import DateTime

    from pipelines.constant_contact.planning.plan import Plan
    from pipelines.constant_contact.request import SyncRequest
    from sources.constant_contact.source import Settings

REMEMBERED = "plan.json"


def plan_sync(request: SyncRequest, *, own: Settings | None = None) -> Plan:
    """What `sync(request)` would cost now. Raises UserError for what a person must fix first, and ApiError."""
    own = own or load_settings(request.target.profile)
    wanted = request.wanted(
        own.chosen(), own.login_kind()
    )  # raises for an unknown name before anything is opened
    opened = Warehouse(request.target, create=False)
    columns = _tables(opened)

    def loaded(table: str) -> int:
        if table not in columns:
            return 0
        return int(str(opened.query(f"select count(*) as n from {opened.qualified(table)}")[0]["n"]))

    with Client(own.connection()) as client:

        def probe(path: str, params: Mapping[str, str]) -> Any:
            try:
                return client.get_json(path, params)
            except (Skippable, BadRequest):
                return None

        client.check_login()
        granted = identified(opened, client).preflight.granted
        lacking = unreadable(wanted, granted)
        off = frozenset() if request.select else read_by(own.login_kind()) - own.chosen()
        made = plan(
            wanted - lacking.keys(),
            off=off - unreadable(off, granted).keys(),
            probe=probe,
            spent=lambda: client.requests_sent,
            warehouse=opened.loaded(),
            loaded=loaded,
            state=section_of(opened.pipeline.state),
            options=own.options(full_refresh=request.full_refresh),
            allowance=Allowance(
                per_second=own.requests_per_second,
                per_day=own.requests_per_day - own.reserve_per_day,
                remaining_today=client.budget.remaining_today(),
            ),
            now=pendulum.now("UTC"),
        )
    made = replace(made, notes=(*made.notes, *lack_sentences(lacking)))
    remember(made, wanted, remembered_at(opened))
    return made


def _tables(opened: Warehouse) -> Collection[str]:
    """Tables that are there; the state that belongs to them is fetched if this machine has none."""
    from dlt.common.exceptions import DltException  # noqa: PLC0415

    if not opened.exists:
        return ()
    try:
        with opened.kept_open():  # the load tool itself does not wait for others
            opened.pipeline.sync_destination()
    except DltException as error:
        raise UserError(f"the state of the last sync cannot be read from {opened.name}: {error}") from error
    return opened.columns()


def remembered_at(opened: Warehouse) -> Path:
    """Where the last plan's estimate lies until a run takes it."""
    return opened.work_dir / REMEMBERED


def remember(made: Plan, wanted: frozenset[str], path: Path) -> None:
    """Keep the estimate for the run that follows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {"made_at": made.made_at.isoformat(), "requests": made.requests, "wanted": sorted(wanted)}
    path.write_text(json.dumps(kept), encoding="utf-8")


def take_remembered(wanted: frozenset[str], path: Path, *, now: DateTime) -> int | None:
    """The estimate of a plan made on this UTC day for the same resources, once: a second run is another night."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        made_on, requests = str(kept["made_at"])[:10], int(kept["requests"])
        same = kept["wanted"] == sorted(wanted)
    except (OSError, ValueError, KeyError, TypeError):  # not there, or not ours to read
        return None
    path.unlink(missing_ok=True)
    return requests if same and made_on == now.in_timezone("UTC").to_date_string() else None
