"""How a run begins: whose account it is, what an earlier run left behind, and what of the state is still true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.constant_contact.account_guard import identified, known_account
from pipelines.constant_contact.destinations.load_failures import failed_load
from pipelines.constant_contact.events import RunStarted
from pipelines.constant_contact.planning.probe import remembered_at, take_remembered
from pipelines.constant_contact.sync import records
from pipelines.constant_contact.sync.agreement import agree_on_tables, taken_back
from pipelines.constant_contact.sync.recovery import agree_with_destination
from pipelines.constant_contact.sync.superfluous import drop_parent_columns
from sources.constant_contact.api.errors import ApiError
from sources.constant_contact.api.logins import SameAccount
from sources.constant_contact.identity import Identity, NewerState, OtherAccount

if TYPE_CHECKING:
    from collections.abc import Callable

    from pendulum import DateTime

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.request import SyncRequest
    from sources.constant_contact.api.client import Client
    from sources.constant_contact.source import Settings
    from sources.constant_contact.state.changes import StateChange


def whose_account(
    warehouse: Warehouse, client: Client, *, accept: str | None, warn: Callable[[str], None]
) -> tuple[Identity, ApiError | None]:
    """The account, and why nothing can be asked, if so. Raises OtherAccount, SameAccount before anything changes."""
    try:
        with warehouse.kept_open():
            _count_what_was_spent(warehouse, client)  # first: this may be the first request of a new machine
            known = known_account(warehouse)
        identity = identified(warehouse, client, accept=accept, known=known)
    except (OtherAccount, NewerState, SameAccount):
        raise
    except ApiError as error:
        return Identity(account_id=None), error
    except warehouse.troubles() as error:
        raise failed_load(error, warehouse.name) from error
    if identity.warning:
        warn(identity.warning)
    return identity, None


def _count_what_was_spent(warehouse: Warehouse, client: Client) -> None:
    """Take over the day's requests that the destination knows of."""
    for day, spent in records.requests_counted(warehouse, client.connection.key):
        client.budget.seed(day, spent)


def finish_pending(warehouse: Warehouse, client: Client, *, warn: Callable[[str], None]) -> None:
    """Load what a run that died had read, go on from what the destination says, and count what it counted."""
    try:
        with warehouse.kept_open():
            agree_with_destination(warehouse, warn)
            drop_parent_columns(warehouse, warn)
            _count_what_was_spent(warehouse, client)
    except warehouse.troubles() as error:
        raise failed_load(error, warehouse.name) from error


def no_longer_true(warehouse: Warehouse, *, warn: Callable[[str], None]) -> tuple[StateChange, ...]:
    """What the state may no longer say, because somebody changed the tables since the last run."""
    if not warehouse.merges:
        return ()
    try:
        with warehouse.kept_open():
            tables = agree_on_tables(warehouse, records.source_state(warehouse))
    except warehouse.troubles() as error:
        raise failed_load(error, warehouse.name) from error
    if tables:
        warn(
            f"{', '.join(tables)}: not as the last run left it, because rows were dropped, deleted or restored "
            "from outside; what is missing is read again"
        )
    return taken_back(tables)


def run_started(
    warehouse: Warehouse,
    client: Client,
    request: SyncRequest,
    own: Settings,
    *,
    run_id: str,
    started_at: DateTime,
) -> RunStarted:
    """What is known before the first row: where to, what may be spent, and how much is expected."""
    wanted = request.wanted(own.chosen(), own.login_kind())
    return RunStarted(
        run_id=run_id,
        started_at=started_at,
        destination=warehouse.name,
        dataset=request.target.dataset,
        requests_per_second=own.requests_per_second,
        remaining_today=client.budget.remaining_today(),
        allowed_today=own.requests_per_day - own.reserve_per_day,
        requests_sent=client.requests_sent,
        planned_requests=take_remembered(wanted, remembered_at(warehouse), now=started_at),
        usual_requests=_usual(warehouse, request),
    )


def _usual(warehouse: Warehouse, request: SyncRequest) -> int | None:
    """Nothing where this run reads more or less than runs usually do."""
    if request.select or request.exclude or request.full_refresh or not warehouse.merges:
        return None
    try:
        with warehouse.kept_open():
            return records.usual_requests(warehouse)
    except warehouse.troubles() as error:
        raise failed_load(error, warehouse.name) from error
