"""Which account a dataset belongs to, and whether this login is of the same one: asked before anything is read.

Another account's rows would not clash with the loaded ones, they would pass for their deletion. So the account's id is
kept in the state with the first rows, and every run, plan, check and library call asks for it first.
A dataset from before this was kept takes the account from its own `account` table; without a row there, an account is
recognised by a list or campaign that is loaded. At most three requests, and one more, for what may be read, once it is
known to be the right account.
Source: contract, GET /account/summary (scope account_read, privilege account:read), encoded_account_id.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sources.constant_contact.api.errors import (
    ApiError,
    ConfigError,
    Forbidden,
    Retryable,
)
from sources.constant_contact.api.partner import partner_id
from sources.constant_contact.catalogue import endpoint
from sources.constant_contact.preflight import UNREADABLE, Preflight, preflight
from sources.constant_contact.reads.permissions import as_granted, lacks
from sources.constant_contact.state import dataset as dataset_state
from sources.constant_contact.state.dataset import STATE_VERSION, DatasetState
from sources.constant_contact.state.failures import failure_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.constant_contact.api.client import Client
    from sources.constant_contact.api.paging import Page
    from sources.constant_contact.state.changes import StateChange
    from sources.constant_contact.warehouse import Warehouse

RECOGNISED_BY = ("contact_lists", "email_campaigns")
ASKED = frozenset(("account", "contacts", *RECOGNISED_BY))
"""The tables that are asked about."""
"""Resources whose ids belong to one account alone."""


class OtherAccount(ConfigError):  # noqa: N818 - a fate of the run, like the other errors
    """The login and the loaded rows are not of the same account."""


class NewerState(ConfigError):  # noqa: N818 - see above
    """The state was written by a later version of this program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose account it is."""

    account_id: str | None
    """Null where this login may not read it."""
    page: Page | None = None
    """The answer, which is the whole resource `account`: nobody needs to ask again."""
    error: ApiError | None = None
    """Why there is no answer."""
    warning: str = ""
    preflight: Preflight = field(default_factory=Preflight)
    """What the login may read."""

    @property
    def name(self) -> str | None:
        """What its owner calls it."""
        found = self.page.rows[0].get("organization_name") if self.page and self.page.rows else None
        return found if isinstance(found, str) and found else None

    @property
    def changes(self) -> tuple[StateChange, ...]:
        """To be committed with the first rows."""
        kept = dataset_state.written_by_this_version()
        return (kept,) if self.account_id is None else (kept, dataset_state.belongs_to(self.account_id))


def check_version(state: Mapping[str, Any]) -> None:
    """Raises NewerState: what a later version knows must not be overwritten by guessing."""
    found = DatasetState.of(state).version
    if found > STATE_VERSION:
        raise NewerState(
            f"the state of this dataset was written by a later version of ctct (state version {found}, this one "
            f"reads up to {STATE_VERSION}); upgrade constant-contact-pipeline on this machine, nothing was changed"
        )


def identify(
    client: Client,
    warehouse: Warehouse,
    state: Mapping[str, Any],
    *,
    holder: str,
    accept: str | None = None,
    before: Preflight | None = None,
) -> Identity:
    """Ask who is logged in and compare. `holder`: the dataset and its place, for the sentence.

    `before`: what the login may read, where that is known. `accept`: the account that may take the dataset over.
    Raises OtherAccount, SameAccount, and what the client raises for a login or a server that does not work at all.
    """
    check_version(state)
    known = before or Preflight(granted=as_granted(client.scopes(), None))
    found = _identified(client, warehouse, state, known, holder=holder, accept=accept)
    if found.account_id is not None:
        client.keep_account(found.account_id, found.name)
    hurried = client.with_few_attempts() if isinstance(found.error, Retryable) else client
    return replace(found, preflight=before or preflight(hurried, state))


def _identified(
    client: Client,
    warehouse: Warehouse,
    state: Mapping[str, Any],
    before: Preflight,
    *,
    holder: str,
    accept: str | None,
) -> Identity:
    has_failed = before.failed or failure_of(state, "account") is not None
    page, current, failure = _current(client.with_few_attempts() if has_failed else client, before)
    if current is None:
        return _unreadable(client, warehouse, before, holder, failure)
    if accept is not None:
        return _accepted(current, accept, page)
    loaded = _loaded(warehouse, state)
    if len(loaded) > 1:
        raise OtherAccount(
            f"{holder} holds rows of several accounts ({', '.join(loaded)}), and this login is of {current}; nothing "
            f"was changed: if the dataset now belongs to {current}, run once with --accept-account {current}"
        )
    if loaded and loaded[0] != current:
        raise _refusal(holder, f"account {loaded[0]}", current)
    if not loaded and _has_rows(warehouse) and not _recognised(client, warehouse, before):
        raise _refusal(
            holder, "an account that is not on record and shares no list or campaign with it", current
        )
    return Identity(account_id=current, page=page)


def _current(client: Client, before: Preflight) -> tuple[Page | None, str | None, ApiError | None]:
    """(the answer, the account's id, why it could not be asked)."""
    if client.connection.login == "partner":
        return None, partner_id(client.connection), None
    of = endpoint("account")
    if missing := lacks(of, before.granted):
        return None, None, Forbidden(f"the login lacks {' and '.join(missing)}", status=403)
    try:
        page = next(client.pages(of.path, dict(of.query), rows_key=of.rows_key))
    except UNREADABLE as error:
        return None, None, error
    found = page.rows[0].get("encoded_account_id") if page.rows else None
    return page, found if isinstance(found, str) and found else None, None


def _unreadable(
    client: Client, warehouse: Warehouse, before: Preflight, holder: str, error: ApiError | None
) -> Identity:
    """A server that has just failed is not waited for a second time."""
    hurried = client.with_few_attempts() if isinstance(error, Retryable) else client
    if _recognised(hurried, warehouse, before) is False:
        raise OtherAccount(
            f"this login may not read its account's id, and none of its lists and campaigns is loaded in {holder}, "
            "which belongs to another account; nothing was changed: log in to that account, or choose another --dataset"
        )
    reason = error or f"{endpoint('account').path} answered without encoded_account_id"
    return Identity(
        account_id=None,
        error=error,
        warning=f"the account's id cannot be read, so {holder} is not tied to one account: {reason}",
    )


def _accepted(current: str, accept: str, page: Page | None) -> Identity:
    if accept != current:
        raise OtherAccount(
            f"--accept-account names {accept}, but this login is of account {current}; nothing was changed: "
            f"log in to {accept}, or name {current}"
        )
    return Identity(account_id=current, page=page)


def _refusal(holder: str, loaded: str, current: str) -> OtherAccount:
    return OtherAccount(
        f"this login is of account {current}, but {holder} holds {loaded}; nothing was changed: log in to that "
        f"account, choose another --dataset or file, or, if the account really moved, run once with "
        f"--accept-account {current}"
    )


def _loaded(warehouse: Warehouse, state: Mapping[str, Any]) -> list[str]:
    """The accounts that the dataset is known to hold."""
    if account_id := DatasetState.of(state).account_id:
        return [account_id]
    rows = warehouse.rows("account", ("encoded_account_id",))
    return sorted({str(row["encoded_account_id"]) for row in rows if row["encoded_account_id"]})


def _has_rows(warehouse: Warehouse) -> bool:
    keys = {"contact_lists": "list_id", "email_campaigns": "campaign_id", "contacts": "contact_id"}
    return any(warehouse.rows(table, (key,)) for table, key in keys.items())


def _recognised(client: Client, warehouse: Warehouse, before: Preflight) -> bool | None:
    """Whether a list or campaign of this login is loaded; None where nothing can be compared."""
    compared: bool | None = None
    for resource in RECOGNISED_BY:
        of = endpoint(resource)
        key = of.table.key[0]
        loaded = {row[key] for row in warehouse.rows(resource, (key,))}
        if not loaded or lacks(of, before.granted):
            continue
        try:
            page = next(client.pages(of.path, dict(of.query), rows_key=of.rows_key))
        except UNREADABLE:
            continue
        if loaded.intersection(row.get(key) for row in page.rows):
            return True
        compared = False
    return compared
