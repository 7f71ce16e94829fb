"""The token store in the operating system's keyring, for those who install the `keyring` extra.

Knows: the keyring package's two calls. Must not know: OAuth, HTTP. The lock stays a file: keyrings have none.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final, Protocol

from sources.constant_contact.api.errors import ConfigError, TokenStoreError
from sources.constant_contact.api.tokens import FileTokenStore, JsonTokenStore, read_logins, write_logins

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

SERVICE: Final = "constant-contact-pipeline"


class Keyring(Protocol):
    def get_password(self, service_name: str, username: str) -> str | None: ...

    def set_password(self, service_name: str, username: str, password: str) -> None: ...


class KeyringTokenStore(JsonTokenStore):
    """One keyring entry for all logins of a state folder."""

    def __init__(self, folder: Path, *, keyring: Keyring | None = None) -> None:
        self._keyring = keyring or _installed()
        self._entry = str(folder)
        self._files = FileTokenStore(folder)

    def lock(self) -> AbstractContextManager[None]:
        return self._files.lock()

    def _read(self) -> dict[str, Any]:
        document = self._keyring.get_password(SERVICE, self._entry)
        if document is None:
            return {}
        try:
            return read_logins(document)
        except ValueError:
            raise self._damaged() from None

    def _write(self, logins: dict[str, Any]) -> None:
        self._keyring.set_password(SERVICE, self._entry, write_logins(logins).decode())

    def _damaged(self) -> TokenStoreError:
        return TokenStoreError(
            f"the keyring's entry {SERVICE} for {self._entry} is damaged; delete it, then log in again: "
            "ctct auth login"
        )


def _installed() -> Keyring:
    try:
        module: Keyring = importlib.import_module("keyring")
    except ImportError:
        raise ConfigError(
            "the keyring extra is not installed; run: pip install 'constant-contact-pipeline[keyring]'"
        ) from None
    return module
