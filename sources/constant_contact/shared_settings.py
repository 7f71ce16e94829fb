"""What the setting `store` means: a place that machines share, in the catalog of the lake that is configured."""

from __future__ import annotations

from typing import Any

from dlt.common.configuration import configspec, resolve_configuration
from dlt.common.configuration.specs import BaseConfiguration
from dlt.common.configuration.specs.connection_string_credentials import (
    ConnectionStringCredentials,  # noqa: TC002 - dlt reads the annotations
)

from sources.constant_contact.api.catalog import SETTING
from sources.constant_contact.api.errors import ConfigError
from sources.constant_contact.api.shared_store import STORES, SharedStore, key_fault

ONLY = "store = catalog keeps logins in the catalog of a lake, which is in PostgreSQL"
INSTEAD = f"set {SETTING} to its address, or leave store out"


def shared_store(store: str, key: str | None) -> SharedStore | None:
    """None: files. Raises ConfigError with one sentence."""
    if store not in STORES:
        raise ConfigError(f"store is {store!r}; choose from {', '.join(STORES)}")
    if store == "file":
        return None
    fault = key_fault(key)
    if fault or key is None:
        raise ConfigError(str(fault))
    return SharedStore(address=_address(), key=key)


@configspec
class LakeCredentials(BaseConfiguration):
    """Section `[destination.ducklake.credentials]`, of which the catalog alone is wanted: where it is not set,
    dlt's own class would make a file.
    """

    catalog: ConnectionStringCredentials | None = None


def _address() -> str:
    found = resolve_configuration(
        LakeCredentials(), sections=("destination", "ducklake", "credentials"), accept_partial=True
    )
    if found.catalog is None:
        raise ConfigError(f"{ONLY}, and none is configured; {INSTEAD}")
    driver = str(found.catalog.drivername or "")
    if not driver.startswith("postgres"):
        raise ConfigError(f"{ONLY}, and the one that is configured is a file ({driver}); {INSTEAD}")
    address: Any = found.catalog.to_url().set(drivername="postgresql")
    return str(address.render_as_string(hide_password=False))
