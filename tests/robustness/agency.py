"""Several accounts on one key: a sandbox for each profile, all with one application, and one machine beside them."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from account_comparison import differences
from child_runs import PREFIX, Home

from sources.constant_contact_sandbox import Sandbox, Switches, serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sources.constant_contact_sandbox import Server

KEY = {"client_id": "11111111-2222-3333-4444-555555555555", "client_secret": "one-for-all"}
ADDRESSES = ("base_url", "token_url", "authorize_url", "device_url")
SELECTED = ("contacts", "contact_lists", "contact_tags")


class Agency(Home):
    """A machine with an account for each profile. Nobody is logged in unless a refresh token is given."""

    def __init__(self, folder: Path, accounts: Mapping[str, Server], *, logged_in: bool) -> None:
        super().__init__(server=next(iter(accounts.values())), folder=folder)
        self.accounts = accounts
        names = (*ADDRESSES, "refresh_token") if logged_in else ADDRESSES
        self.own = {
            variable(profile, name): getattr(server, name)
            for profile, server in accounts.items()
            for name in names
        }

    def variables(self) -> dict[str, str]:
        shared = {PREFIX + name.upper(): value for name, value in KEY.items()}
        kept = {
            name: value
            for name, value in super().variables().items()
            if not name.endswith(tuple(ONE_ACCOUNTS))
        }
        settings = {PREFIX + name.upper(): str(value) for name, value in self.settings.items()}
        return {f"{PREFIX}REQUESTS_PER_SECOND": "200", **kept, **shared, **self.own, **settings}

    def differences(self, profile: str, **which: Any) -> list[str]:
        dataset = dataset_of(profile)
        query = partial(self.query, dataset=dataset)
        return differences(self.accounts[profile].sandbox, query, dataset=dataset, **which)

    def sent(self) -> dict[str, int]:
        """Requests that each account has seen, those for tokens included."""
        return {profile: server.sandbox.log.total for profile, server in self.accounts.items()}


ONE_ACCOUNTS = [f"__{name.upper()}" for name in (*ADDRESSES, *KEY, "refresh_token", "requests_per_day")]
"""Ends of the variables that a sandbox gives and that are here each profile's own, or everybody's."""


def variable(profile: str, name: str) -> str:
    return f"{PREFIX}{profile.upper()}__{name.upper()}"


def dataset_of(profile: str) -> str:
    return "constant_contact" if profile == "default" else f"constant_contact_{profile}"


@contextmanager
def agency(
    folder: Path,
    *profiles: str,
    logged_in: bool = True,
    sizes: Mapping[str, Mapping[str, Any]] | None = None,
    **account: Any,
) -> Iterator[Agency]:
    """A machine and an account for each profile; `account` as `Sandbox` takes it, `sizes` of single ones."""
    defaults = {"contacts": 30, "campaigns": 1, "requests_per_second": None, "requests_per_day": None}
    with ExitStack() as stack:
        servers = {}
        for seed, profile in enumerate(profiles, start=101):
            sandbox = Sandbox(
                seed=seed,
                switches=Switches(device_approved_after_polls=0),
                **(defaults | account | dict((sizes or {}).get(profile, {}))),
            )
            sandbox.tokens.client_id, sandbox.tokens.client_secret = KEY.values()
            servers[profile] = stack.enter_context(serve(sandbox))
        yield Agency(folder, servers, logged_in=logged_in)
