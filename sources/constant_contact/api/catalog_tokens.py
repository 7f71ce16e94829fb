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
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import orjson

from sources.constant_contact.api.catalog import TABLE, Catalog, Content, Rows
from sources.constant_contact.api.errors import CatalogLost, TokenStoreError
from sources.constant_contact.api.sealing import Seal, Unsealable, new_salt
from sources.constant_contact.api.tokens import LOCK_WAIT_S, Tokens, entry_of, tokens_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOGINS: Final = "login/"
LOCKS: Final = "lock/"
SEAL: Final = "seal"
"""The row that tells a wrong key: the salt, and a known text under the right one."""
PROOF: Final = b"constant-contact-pipeline"
VERSION: Final = 1
SAVE_WAIT_S: Final = 60.0
SAVE_AGAIN_S: Final = 1.0


class CatalogTokenStore:
    """Logins under the first of the keys in `store_key`; those of before are known by the others."""

    def __init__(self, address: str, *secrets: str, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self._address, self._secrets = address, secrets
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
        plain, before = orjson.dumps({"login": login, **entry_of(tokens)}), self._plain(name, self._found)
        rows = self._open_rows()
        try:
            after = {"sealed": self._sealing(rows).close(plain, name)}
            rows.write(name, after)
            rows.commit()
        except CatalogLost as lost:
            if rows.is_open:  # the session is well, so that trying again is of no use
                raise
            after = self._save_again(name, before, plain, lost)
        self._found[name] = after

    def remove(self, prefix: str) -> int:
        gone = [login for login in self._entries() if login.startswith(prefix)]
        if gone:
            self._sealing(self._open_rows())
            self._open_rows().delete(*(f"{LOGINS}{_id(login)}" for login in gone))
            self._open_rows().commit()
        return len(gone)

    def names(self) -> list[str]:
        return list(self._entries())

    def _save_again(self, name: str, before: bytes | None, plain: bytes, lost: CatalogLost) -> Content:
        """The login that was lost with its session would have to be made anew by a person."""
        until_s = time.monotonic() + SAVE_WAIT_S
        while time.monotonic() < until_s:
            try:
                with self._catalog.transaction(self._open_rows().locked) as rows:
                    seal, there = self._sealing(rows), rows.all(name)
                    after = {"sealed": seal.close(plain, name)}
                    if self._plain(name, there) == before:
                        rows.write(name, after)
            except CatalogLost as error:
                lost = error
                time.sleep(SAVE_AGAIN_S)
            else:
                return after
        raise CatalogLost(f"{lost}; the login was renewed just then and could not be kept") from lost

    def _open_rows(self) -> Rows:
        assert self._rows is not None, "called without the lock"
        return self._rows

    def _read(self) -> None:
        """All at once: there are as many as accounts."""
        self._found = self._open_rows().all(LOGINS, SEAL)
        if seal := self._found.pop(SEAL, None):
            self._seal, is_first = self._opened(seal)
            if not is_first:
                self._encrypt_anew()
                self._found = self._open_rows().all(LOGINS)

    def _sealing(self, rows: Rows) -> Seal:
        """For what is written in this transaction, until whose end it stays the right one."""
        if self._seal is None:
            self._make_seal()
        self._seal, _ = self._opened(rows.kept_as_it_is(SEAL))
        return self._seal

    def _make_seal(self) -> None:
        """The first login makes the row; two machines that have the first one wait for each other."""
        with closing(Catalog(self._address)) as beside, beside.transaction(SEAL) as rows:
            if not rows.content:
                rows.write(SEAL, self._new_seal()[0])

    def _encrypt_anew(self) -> None:
        """Everything, under the first key; afterwards the others are of no use to anybody."""
        with closing(Catalog(self._address)) as beside, beside.transaction(SEAL) as rows:
            self._seal, is_first = self._opened(rows.content)
            if is_first:  # another machine was faster
                return
            content, new = self._new_seal()
            found = rows.all(LOGINS)
            for name in found:
                rows.write(name, {"sealed": new.close(self._plain(name, found) or b"", name)})
            rows.write(SEAL, content)
            self._seal = new

    def _new_seal(self) -> tuple[Content, Seal]:
        salt = new_salt()
        seal = Seal(self._secrets[0], salt)
        return {"version": VERSION, "salt": salt, "proof": seal.close(PROOF, SEAL)}, seal

    def _opened(self, content: Content) -> tuple[Seal, bool]:
        """The key that counts now, and whether it is the first of ours. Raises TokenStoreError for another one."""
        if content.get("version") != VERSION:
            raise TokenStoreError(
                "the logins in the catalog of the lake were kept by a newer version of constant-contact-pipeline; "
                "use that one on every machine"
            )
        for secret in self._secrets:
            seal = Seal(secret, str(content.get("salt")))
            with suppress(Unsealable):
                seal.open(content.get("proof"), SEAL)
                return seal, secret == self._secrets[0]
        raise TokenStoreError(
            "store_key is not the one with which the logins in the catalog of the lake are encrypted; set it as on "
            f"the other machines, or, where it is lost, run there: delete from {TABLE} where name = '{SEAL}' or "
            f"name like '{LOGINS}%', and log in again: ctct auth login"
        )

    def _entries(self) -> dict[str, Any]:
        """Login -> what is kept of it."""
        entries = {}
        for name in self._found:
            try:
                entry = orjson.loads(self._plain(name, self._found) or b"")
                entries[str(entry["login"])] = entry
            except (ValueError, TypeError, KeyError):
                raise self._damaged(name) from None
        return entries

    def _plain(self, name: str, found: Mapping[str, Content]) -> bytes | None:
        """A row decrypted; None where there is none. Raises TokenStoreError."""
        if name not in found:
            return None
        if self._seal is None:  # logins without the row of their key
            raise self._damaged(name)
        try:
            return self._seal.open(found[name].get("sealed"), name)
        except Unsealable:
            raise self._damaged(name) from None

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
