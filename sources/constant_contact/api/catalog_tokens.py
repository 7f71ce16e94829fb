"""The token store of machines without a disk: a row for each login in the catalog of a lake, encrypted.

Knows: rows, and what is sealed. Must not know: OAuth, HTTP, when a token is too old.

A refresh token works once, so whoever renews a login has its row of locks meanwhile, and others go on with what was
saved. A new one is on the server before it is used; where the session is lost at that moment, it is saved over a new
one, unless another machine has renewed the login meanwhile. A dump shows neither tokens nor whose they are.
"""

from __future__ import annotations

import hashlib
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

import orjson

from sources.constant_contact.api.catalog import TABLE, Catalog, Content, Rows
from sources.constant_contact.api.errors import CatalogLost, TokenStoreError
from sources.constant_contact.api.sealing import Seal, Unsealable, new_salt
from sources.constant_contact.api.tokens import LOCK_WAIT_S, Tokens, entry_of, tokens_from

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGINS: Final = "login/"
LOCKS: Final = "lock/"
SEAL: Final = "seal"
"""The row that tells a wrong key: the salt, and a known text under the right one."""
PROOF: Final = b"constant-contact-pipeline"
VERSION: Final = 1
SAVE_WAIT_S: Final = 60.0
SAVE_AGAIN_S: Final = 1.0


class CatalogTokenStore:
    """Logins under one `store_key`."""

    def __init__(self, address: str, secret: str, *, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self._address, self._secret = address, secret
        self._catalog = Catalog(address, lock_wait_s=lock_wait_s)
        self._turn = threading.Lock()
        self._rows: Rows | None = None
        self._seal: Seal | None = None
        self._found: dict[str, Content] = {}

    @contextmanager
    def lock(self, whose: str = "") -> Iterator[None]:
        with self._turn:
            try:
                with self._catalog.transaction(f"{LOCKS}{_id(whose)}" if whose else "") as self._rows:
                    self._read()
                    yield
            finally:
                self._rows = None
                self._catalog.close()

    def load(self, login: str) -> Tokens | None:
        entry = self._entries().get(login)
        return None if entry is None else self._tokens(entry)

    def save(self, login: str, tokens: Tokens) -> None:
        """Committed when it returns, which ends the lock."""
        name = f"{LOGINS}{_id(login)}"
        sealed = self._sealing().close(orjson.dumps({"login": login, **entry_of(tokens)}), name)
        before, after = self._found.get(name), {"sealed": sealed}
        try:
            self._open_rows().write(name, after)
            self._open_rows().commit()
        except CatalogLost as lost:
            if self._open_rows().is_open:  # the session is well, so that trying again is of no use
                raise
            self._save_again(name, before, after, lost)
        self._found[name] = after

    def remove(self, prefix: str) -> int:
        gone = [login for login in self._entries() if login.startswith(prefix)]
        if gone:
            self._open_rows().delete(*(f"{LOGINS}{_id(login)}" for login in gone))
            self._open_rows().commit()
        return len(gone)

    def names(self) -> list[str]:
        return list(self._entries())

    def _save_again(self, name: str, before: Content | None, after: Content, lost: CatalogLost) -> None:
        """The login that was lost with its session would have to be made anew by a person."""
        until_s = time.monotonic() + SAVE_WAIT_S
        while time.monotonic() < until_s:
            try:
                with self._catalog.transaction(self._open_rows().locked) as rows:
                    if rows.all(name).get(name) == before:
                        rows.write(name, after)
            except CatalogLost as error:
                lost = error
                time.sleep(SAVE_AGAIN_S)
            else:
                return
        raise CatalogLost(f"{lost}; the login was renewed just then and could not be kept") from lost

    def _open_rows(self) -> Rows:
        assert self._rows is not None, "called without the lock"
        return self._rows

    def _read(self) -> None:
        """All at once: there are as many as accounts."""
        self._found = self._open_rows().all(LOGINS)
        seal = self._open_rows().all(SEAL).get(SEAL)
        if seal:
            self._seal = self._opened(seal)

    def _sealing(self) -> Seal:
        """The first login makes the row; two machines that have the first one wait for each other."""
        if self._seal is None:
            with closing(Catalog(self._address)) as beside, beside.transaction(SEAL) as rows:
                if not rows.content:
                    salt = new_salt()
                    proof = Seal(self._secret, salt).close(PROOF, SEAL)
                    rows.content = {"version": VERSION, "salt": salt, "proof": proof}
                    rows.write(SEAL, rows.content)
                self._seal = self._opened(rows.content)
        return self._seal

    def _opened(self, content: Content) -> Seal:
        """Raises TokenStoreError for another key."""
        if content.get("version") != VERSION:
            raise TokenStoreError(
                "the logins in the catalog of the lake were kept by a newer version of constant-contact-pipeline; "
                "use that one on every machine"
            )
        seal = Seal(self._secret, str(content.get("salt")))
        try:
            seal.open(content.get("proof"), SEAL)
        except Unsealable:
            raise TokenStoreError(
                "store_key is not the one with which the logins in the catalog of the lake are encrypted; set it as on "
                f"the other machines, or, where it is lost, run there: delete from {TABLE} where name = '{SEAL}' or "
                f"name like '{LOGINS}%', and log in again: ctct auth login"
            ) from None
        return seal

    def _entries(self) -> dict[str, Any]:
        """Login -> what is kept of it."""
        if not self._found:
            return {}
        seal, entries = self._sealing(), {}
        for name, content in self._found.items():
            try:
                entry = orjson.loads(seal.open(content.get("sealed"), name))
            except (Unsealable, ValueError):
                raise self._damaged(name) from None
            entries[str(entry["login"])] = entry
        return entries

    @staticmethod
    def _damaged(name: str) -> TokenStoreError:
        return TokenStoreError(
            f"a login in the catalog of the lake is damaged; run there: delete from {TABLE} where name = '{name}', "
            "then log in again: ctct auth login"
        )

    def _tokens(self, entry: Any) -> Tokens:
        try:
            return tokens_from(entry)
        except (TypeError, ValueError, AttributeError):
            raise self._damaged(f"{LOGINS}{_id(str(entry['login']))}") from None


def _id(login: str) -> str:
    """Of a login's name, in which the application's key is."""
    return hashlib.sha256(login.encode()).hexdigest()
