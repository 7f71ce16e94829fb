"""Where a connection keeps logins and counts: files of its state folder, or rows in the catalog of a lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sources.constant_contact.api.catalog_ledger import CatalogLedger
from sources.constant_contact.api.catalog_tokens import CatalogTokenStore
from sources.constant_contact.api.ledger import Ledger
from sources.constant_contact.api.tokens import FileTokenStore

if TYPE_CHECKING:
    from sources.constant_contact.api.connection import Connection
    from sources.constant_contact.api.tokens import TokenStore


def token_store(connection: Connection) -> TokenStore:
    if connection.shared is None:
        return FileTokenStore(connection.state_dir / "auth")
    return CatalogTokenStore(connection.shared.address, *connection.shared.keys)


def ledger(connection: Connection) -> Ledger | CatalogLedger:
    if connection.shared is None:
        return Ledger(connection.state_dir / "requests.sqlite", key=connection.key)
    return CatalogLedger(connection.shared.address, key=connection.key)
