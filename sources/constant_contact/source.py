"""The catalogue as dlt resources, and the settings as dlt's configuration; dlt is imported here and in `library`.

A resource is named like its table; child tables ride on their parent's resource. Rows are Arrow, typed by the
catalogue; what dlt adds is the merge, the schema in the destination and the state beside the data.
Two ways in: `library.constant_contact()` reads while dlt extracts; `loaded()` wraps batches that have been read
already, for a run that commits in groups.
"""

from __future__ import annotations

import inspect
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import dlt
import pendulum
import platformdirs
import pyarrow as pa
import pyarrow.compute as pc
from dlt.common.configuration import configspec, resolve_configuration
from dlt.common.configuration.specs import BaseConfiguration
from dlt.common.typing import TSecretStrValue  # noqa: TC002 - dlt reads the annotations of Settings

from sources.constant_contact import configuration
from sources.constant_contact.api.connection import AUTHORIZATION_SERVER, PARTNER_TOKEN_URL, Connection
from sources.constant_contact.api.errors import ApiError, ConfigError, Forbidden, Retryable
from sources.constant_contact.api.logins import DEFAULT_PROFILE
from sources.constant_contact.catalogue import (
    CATALOGUE,
    CONTACT_EXPORT,
    LANDING_PAGES,
    SET_ASIDE,
    Endpoint,
    Login,
    Table,
    chosen,
    endpoint,
    table,
)
from sources.constant_contact.catalogue import tables as catalogue_tables
from sources.constant_contact.catalogue.columns import DELETED
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.loaded import NAME
from sources.constant_contact.memory import Memory, memory
from sources.constant_contact.preflight import PRIVILEGES, Preflight
from sources.constant_contact.profile_settings import own_values
from sources.constant_contact.reader import pages_at_once, within
from sources.constant_contact.reads.attempts import Attempts
from sources.constant_contact.reads.permissions import lacks, needed_for
from sources.constant_contact.reads.reading import Reading
from sources.constant_contact.reads.set_aside import SetAside
from sources.constant_contact.reads.strategies import add_slices
from sources.constant_contact.rows import Columns
from sources.constant_contact.shared_settings import shared_store
from sources.constant_contact.state.changes import apply_changes
from sources.constant_contact.state.fields import FieldsState
from sources.constant_contact.windows import (
    SyncOptions,
    contact_reading,
    duration,
    export_check,
    ids,
    moment,
    time_zone,
)
from sources.constant_contact.withheld import Excluded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from dlt.extract import DltResource, DltSource

    from sources.constant_contact.api.client import Client
    from sources.constant_contact.identity import Identity
    from sources.constant_contact.state.changes import StateChange
    from sources.constant_contact.warehouse import Warehouse

LOAD_ID = "_dlt_load_id"
STATE_ONLY = "state"
"""A resource without rows, so that a group that only changes the state can be committed."""


@configspec
class Settings(BaseConfiguration):
    """Section `[sources.constant_contact]`; as environment `SOURCES__CONSTANT_CONTACT__<KEY>`."""

    base_url: str = "https://api.cc.email/v3"
    authorize_url: str = f"{AUTHORIZATION_SERVER}/authorize"
    token_url: str = f"{AUTHORIZATION_SERVER}/token"
    device_url: str = f"{AUTHORIZATION_SERVER}/device/authorize"
    client_id: str | None = None
    client_secret: TSecretStrValue | None = None
    refresh_token: TSecretStrValue | None = None
    access_token: TSecretStrValue | None = None
    login: str = "account"
    """Whose login it is: an account's, or a partner's (client credentials)."""
    api_key: TSecretStrValue | None = None
    """A partner's."""
    profile: str = DEFAULT_PROFILE
    """Whose login and which dataset, where a command names none."""
    state_dir: str | None = None
    store: str = "file"
    """Where logins and the day's count are: file (of `state_dir`) or catalog (of the lake)."""
    store_key: TSecretStrValue | None = None
    """Under which logins in the catalog are encrypted."""
    requests_per_second: float = 4.0
    requests_per_day: int = 10_000
    reserve_per_day: int = 0
    start_date: str | None = None
    lookback: str = "1h"
    full_refresh_every: str = "30d"
    requests_per_commit: int = 200
    history: bool = True
    """Whether a run keeps earlier versions of contacts, lists and memberships."""
    contact_reading: str = "auto"
    html_content: bool = False
    export_check: str = "off"
    """Whether an export of all contacts is compared with what is loaded: off or weekly."""
    """All contacts in each run (full), what changed (incremental), or all where that costs at most 20 requests."""
    time_zone: str | None = None
    """In which marts count days, an IANA name; None: the account's own."""
    memory: str = "normal"
    """How much a run may hold at once: normal or small."""
    wait: str = "10m"
    """How long a run waits, each time, for a warehouse that another program or another sync has."""

    publish: str | None = None
    """Where each run leaves a copy of a DuckDB warehouse, for readers."""
    report: str | None = None
    """Where each run leaves the report page."""

    erase_after: str | None = None
    """How long a contact that was deleted in the account stays; None: for ever."""
    exclude_columns: list[str] | None = None
    """`table.column`: columns that stay null."""

    opt_in: list[str] | None = None
    """Resources that are off by default and are to be read, or "all"."""

    landing_page_ids: list[str] | None = None
    """Campaign activities of landing pages; their resources are read where there are any."""

    def connection(self) -> Connection:
        """Raises ConfigError with one sentence for a value that cannot work."""
        kind = self.login_kind()
        is_default = self.token_url == Settings.token_url
        return Connection(
            base_url=self.base_url,
            authorize_url=self.authorize_url,
            token_url=PARTNER_TOKEN_URL if kind == "partner" and is_default else self.token_url,
            device_url=self.device_url,
            client_id=self.client_id,
            client_secret=self.client_secret,
            refresh_token=self.refresh_token,
            access_token=self.access_token,
            login=kind,
            api_key=self.api_key,
            profile=self.profile,
            shared=shared_store(self.store, self.store_key),
            state_dir=Path(self.state_dir or platformdirs.user_state_path("constant-contact-pipeline")),
            requests_per_second=self.requests_per_second,
            requests_per_day=self.requests_per_day,
            reserve_per_day=self.reserve_per_day,
        )

    def login_kind(self) -> Login:
        """Raises ConfigError for a word that is none."""
        for known in get_args(Login):
            if self.login == known:
                return cast("Login", known)
        raise ConfigError(f"login is {self.login!r}; choose from {', '.join(get_args(Login))}")

    def wait_s(self, option: str | None = None) -> float:
        """Seconds; `option` wins over the setting. Raises ValueError with one sentence for what is no duration."""
        text, name = (self.wait, "wait") if option is None else (option, "--wait")
        return float(duration(text, setting=name).total_seconds())

    def options(self, *, full_refresh: bool = False) -> SyncOptions:
        """Raises ValueError with one sentence for a value that cannot work."""
        return SyncOptions(
            lookback=duration(self.lookback, setting="lookback"),
            full_refresh_every=duration(self.full_refresh_every, setting="full_refresh_every"),
            start_date=moment(self.start_date, setting="start_date") if self.start_date else None,
            contact_reading=contact_reading(self.contact_reading),
            html_content=self.html_content,
            export_check=export_check(self.export_check),
            landing_page_ids=ids(self.landing_page_ids or (), setting="landing_page_ids"),
            full_refresh=full_refresh,
        )

    def size(self) -> Memory:
        """Raises ValueError with one sentence for a size that there is not."""
        return memory(self.memory)

    def zone(self) -> str | None:
        """Of `time_zone`. Raises ValueError with one sentence for a name that is no zone's."""
        return time_zone(self.time_zone, setting="time_zone") if self.time_zone else None

    def chosen(self) -> frozenset[str]:
        """Resources that are read where nobody selects. Raises ValueError for a name that is none."""
        if self.login_kind() == "partner":
            return chosen(self.opt_in or (), "partner")
        pages = LANDING_PAGES if self.landing_page_ids else ()
        check = (CONTACT_EXPORT,) if export_check(self.export_check) else ()
        return chosen((*(self.opt_in or ()), *pages, *check))

    def excluded(self) -> Excluded:
        """Raises ValueError with one sentence for a column that cannot be excluded."""
        return Excluded(self.exclude_columns or ())

    def erased_after(self) -> pendulum.Duration | None:
        """Raises ValueError with one sentence for a value that is no duration."""
        return duration(self.erase_after, setting="erase_after") if self.erase_after else None


def settings(**explicit: Any) -> Settings:
    """The settings as dlt's configuration gives them; `explicit` wins, then the profile's own."""
    shared = resolve_configuration(Settings(), sections=("sources", NAME), explicit_value=explicit or None)
    own = {key: one.value for key, one in profile_values(shared.profile).items()}
    if not own:
        return shared
    chosen = {**own, "profile": shared.profile, **explicit}
    return resolve_configuration(Settings(), sections=("sources", NAME), explicit_value=chosen)


def profile_values(profile: str) -> dict[str, configuration.OwnValue]:
    """What is set for this profile alone."""
    return own_values(profile, Settings().get_resolvable_fields())


SETTINGS = tuple(inspect.get_annotations(Settings))
"""The keys that are read."""


def unused_settings() -> list[configuration.Finding]:
    """What is configured and read by nobody: misspelt keys, and keys without a feature yet."""
    return configuration.findings(SETTINGS)


def loaded(
    tables: Mapping[str, dict[str, pa.Table]],
    changes: Sequence[StateChange],
    new: Collection[str] = (),
) -> DltSource:
    """Batches that have been read (resource -> table -> rows, keys unique) and the state to commit with them.

    `new`: resources of which all rows are new to the destination. Each table is taken out of `tables` on its way: once
    it is in a file, nothing of it has to stay in memory.
    """

    def items(name: str, *, first: bool) -> Iterator[Any]:
        if first:
            apply_changes(dlt.current.source_state(), changes)
        found = tables.get(name, {})
        for table_name in list(found):
            yield item_of(endpoint(name), table_name, found.pop(table_name), unique=True, new=name in new)

    @dlt.source(name=NAME, section=NAME, max_table_nesting=0)
    def source() -> Iterator[DltResource]:
        if not tables:
            yield dlt.resource(lambda: items(STATE_ONLY, first=True), name=STATE_ONLY)
        for number, name in enumerate(tables):
            yield resource_of(endpoint(name), lambda n=name, f=number == 0: items(n, first=f))  # type: ignore[misc]

    return source()


def begin(
    own: Settings,
    *,
    client: Client,
    wanted: frozenset[str],
    warehouse: Warehouse,
    state: Mapping[str, Any],
    full_refresh: bool = False,
    asked_ids: Mapping[str, Sequence[str]] | None = None,
    once: bool = False,
    now: pendulum.DateTime | None = None,
    identity: Identity | None = None,
) -> Reading:
    """A reading with its first slices; nothing is sent before its reader is started."""
    account = None if identity is None else identity.page or identity.error
    before = Preflight() if identity is None else identity.preflight
    size = own.size()
    at_once = pages_at_once(own.requests_per_commit, size.pages_at_once)
    now = now or pendulum.now("UTC")
    fields = FieldsState.of(state)
    reading = Reading(
        client=client,
        warehouse=warehouse,
        state=dict(state),
        wanted=wanted,
        options=own.options(full_refresh=full_refresh),
        now=now,
        asked_ids=asked_ids or {},
        once=once,
        reader=within(own.requests_per_commit // 2, at_once=at_once, read_ahead=size.read_ahead),
        pages_at_once=at_once,
        refused=set(fields.refused),
        answered={
            name: answer
            for name, answer in (("account", account), (PRIVILEGES, before.answer))
            if answer is not None
        },
        granted=before.granted,
        attempts=Attempts(
            is_down=isinstance(account, Retryable),
            has_answered=account is not None and not isinstance(account, ApiError),
        ),
        unknown=Columns(
            fields.columns,
            {each.name: warehouse.columns(each.name) for each in catalogue_tables()},
            lock=threading.Lock(),
        ),
        aside=SetAside(warehouse.rows(SET_ASIDE.name), now=now),
        forgotten=warehouse.forgotten(),
        excluded=own.excluded(),
    )
    for name in needed_for(wanted):
        if missing := lacks(CATALOGUE[name], reading.granted):
            reading.reader.refuse(name, Forbidden(f"the login lacks {' and '.join(missing)}", status=403))
    add_slices(reading)
    return reading


def empty_tables(resources: frozenset[str]) -> dict[str, dict[str, pa.Table]]:
    """Every table of these resources without rows, so that all of them exist after the first load."""
    return {
        name: {each.name: arrow_schema(each).empty_table() for each in of.tables}
        for name, of in CATALOGUE.items()
        if name in resources
    }


def resource_of(of: Endpoint, items: Callable[[], Iterator[Any]]) -> DltResource:
    """Without columns: a table of the resource begins with the resource's own hints, so child tables would get them."""
    hints = _hints(of, of.table, unique=False)
    return dlt.resource(items, name=of.resource, **{**hints, "columns": {}})


def item_of(of: Endpoint, table_name: str, rows: pa.Table, *, unique: bool, new: bool = False) -> Any:
    one = table(table_name)
    new = new and one in of.tables  # rows that are set aside travel along, and are merged
    if new and DELETED in one.column_names:
        rows = rows.filter(pc.is_null(rows.column(DELETED)))  # where nothing is, nothing is to be emptied
    load_id = pa.repeat(dlt.current.load_package_state()["load_id"], rows.num_rows)
    stamped = rows.append_column(LOAD_ID, load_id)
    hints = dlt.mark.make_hints(table_name=table_name, **_hints(of, one, unique=unique, new=new))
    return dlt.mark.with_hints(stamped, hints, create_table_variant=True)


def _hints(of: Endpoint, one: Table, *, unique: bool, new: bool = False) -> dict[str, Any]:
    """Merge on the key; a child set as a whole, by its parent's key. New rows are only added.

    A child table must not have a primary key of its own: dlt would merge on either key, and take minutes.
    """
    columns: dict[str, Any] = {
        column.name: {"data_type": column.type, "nullable": column.name not in one.key}
        for column in one.columns
    }
    if DELETED in columns:
        columns[DELETED]["hard_delete"] = not new  # which has a meaning in a merge only
    merge: dict[str, Any] = {"disposition": "merge", "strategy": "delete-insert"}
    key: dict[str, Any] = {"primary_key": "", "merge_key": list(of.table.key)}
    if one.parent is None:
        merge["deduplicated"] = unique
        key = {"primary_key": list(one.key)}
    return {"write_disposition": "append" if new else merge, **key, "columns": columns}
