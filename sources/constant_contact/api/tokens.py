"""The token store: what a login left behind, on disk, for all processes of the user.

Knows: files, permissions, locks. Must not know: OAuth, HTTP, when a token is too old.

The file is 0600 in a folder of 0700, replaced as a whole (written beside, synced, renamed), under a lock. It
is refused when others can read it. A refresh token works once, so whoever gets a new one saves it here before
it is used; the one before is kept beside it, for a server that still honours only that one after a crash.
Source: api_guide/server_flow and api_guide/device_flow (rotating and long-lived refresh tokens).
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import filelock
import orjson
import pendulum

from sources.constant_contact.api.errors import TokenStoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_WAIT_S: Final = 120.0
_OTHERS: Final = 0o077
_POSIX: Final = os.name == "posix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What is known of one login; no value shows in its repr."""

    refresh_token: str | None = field(repr=False)
    access_token: str | None = field(default=None, repr=False)
    expires_at: pendulum.DateTime | None = None  # of the access token, UTC
    previous_refresh_token: str | None = field(default=None, repr=False)
    scope: str | None = None
    saved_at: pendulum.DateTime | None = None  # UTC; the refresh token lapses 180 days after its last use
    seed_used: bool = False  # the configured refresh token was already tried
    account_id: str | None = None  # encoded_account_id, where the login may read it
    account_name: str | None = None

    def secrets(self) -> tuple[str | None, ...]:
        return (self.refresh_token, self.access_token, self.previous_refresh_token)


class TokenStore(Protocol):
    """Where logins are kept, by name. Everything but `lock` is called under the lock."""

    def lock(self, whose: str = "") -> Any:
        """A context manager that keeps all other processes from the logins whose names begin with `whose`; without a
        name it is for reading.
        """

    def load(self, login: str) -> Tokens | None: ...

    def save(self, login: str, tokens: Tokens) -> None:
        """Nothing is written after it under the same lock."""

    def remove(self, prefix: str) -> int:
        """Forgets all logins whose name starts so; returns how many there were. Nothing is written after it."""

    def names(self) -> list[str]: ...


class FileTokenStore:
    """One JSON file for all logins of a state folder."""

    def __init__(self, folder: Path, *, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self.path = folder / "tokens.json"
        self._folder = folder
        self._lock = filelock.FileLock(folder / "tokens.lock", timeout=lock_wait_s, mode=0o600)

    @contextmanager
    def lock(self, whose: str = "") -> Iterator[None]:  # noqa: ARG002 - one lock for all
        self._make_folder()
        try:
            self._lock.acquire()
        except filelock.Timeout:
            raise TokenStoreError(
                f"the token store {self.path} is held by another process; end it, then run again"
            ) from None
        except OSError as error:
            raise self._unusable(error) from error
        try:
            yield
        finally:
            self._lock.release()

    def load(self, login: str) -> Tokens | None:
        entry = self._read().get(login)
        return None if entry is None else self._tokens(entry)

    def save(self, login: str, tokens: Tokens) -> None:
        self._write({**self._read(), login: entry_of(tokens)})

    def remove(self, prefix: str) -> int:
        logins = self._read()
        kept = {name: entry for name, entry in logins.items() if not name.startswith(prefix)}
        if len(kept) != len(logins):
            self._write(kept)
        return len(logins) - len(kept)

    def names(self) -> list[str]:
        return list(self._read())

    def _tokens(self, entry: Any) -> Tokens:
        try:
            return tokens_from(entry)
        except (TypeError, ValueError, AttributeError):
            raise self._damaged() from None

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error
        self._refuse_if_open(self._folder, "700")

    def _refuse_if_open(self, path: Path, mode: str) -> None:
        if _POSIX and path.stat().st_mode & _OTHERS:
            raise TokenStoreError(
                f"{path} can be read by other users of this machine, so its tokens are not used; "
                f"run: chmod {mode} '{path}'"
            )

    def _read(self) -> dict[str, Any]:
        try:
            self._refuse_if_open(self.path, "600")
            return read_logins(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unusable(error) from error
        except ValueError:
            raise self._damaged() from None

    def _write(self, logins: dict[str, Any]) -> None:
        body = write_logins(logins)
        try:
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=".tokens-")  # mkstemp makes it 0600
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(body)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            self._sync_folder()
        except OSError as error:
            raise self._unusable(error) from error

    def _sync_folder(self) -> None:
        if not _POSIX:
            return
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _damaged(self) -> TokenStoreError:
        return TokenStoreError(
            f"the token store {self.path} is damaged; delete it, then log in again: ctct auth login"
        )

    def _unusable(self, error: OSError) -> TokenStoreError:
        return TokenStoreError(
            f"the token store {self.path} cannot be used ({error.strerror or error}); make its folder "
            "writable "
            "or set state_dir to another one"
        )


def read_logins(document: bytes | str) -> dict[str, Any]:
    """Raises ValueError."""
    content = orjson.loads(document)
    logins = content.get("logins") if isinstance(content, dict) else None
    if not isinstance(logins, dict):
        raise ValueError("logins")  # noqa: TRY004  the content is wrong, not a type
    return logins


def write_logins(logins: dict[str, Any]) -> bytes:
    return orjson.dumps({"version": 1, "logins": logins}, option=orjson.OPT_INDENT_2)


_TEXTS: Final = (
    *("refresh_token", "access_token", "previous_refresh_token"),
    *("scope", "account_id", "account_name"),
)


def entry_of(tokens: Tokens) -> dict[str, Any]:
    """As JSON keeps it."""
    return {
        **{name: getattr(tokens, name) for name in _TEXTS},
        "expires_at": tokens.expires_at.to_iso8601_string() if tokens.expires_at else None,
        "saved_at": tokens.saved_at.to_iso8601_string() if tokens.saved_at else None,
        "seed_used": tokens.seed_used,
    }


def tokens_from(entry: Any) -> Tokens:
    """Raises TypeError, ValueError, AttributeError."""
    texts = {name: entry.get(name) for name in _TEXTS}
    if any(value is not None and not isinstance(value, str) for value in texts.values()):
        raise TypeError
    return Tokens(
        **texts,
        expires_at=_moment(entry.get("expires_at")),
        saved_at=_moment(entry.get("saved_at")),
        seed_used=bool(entry.get("seed_used")),
    )


def _moment(text: Any) -> pendulum.DateTime | None:
    if text is None:
        return None
    moment = pendulum.parse(text)
    if not isinstance(moment, pendulum.DateTime):
        raise TypeError
    return moment.in_timezone("UTC")
