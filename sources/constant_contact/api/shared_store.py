"""The settings `store` and `store_key`, checked: where machines without a disk keep logins and counts together.

Knows: what a key must look like. Must not know: where the values came from, the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sources.constant_contact.api.errors import ConfigError
from sources.constant_contact.api.placeholders import placeholder_fault

STORES: Final = ("file", "catalog")
SHORTEST_KEY: Final = 32
"""Characters: 32 of hexadecimal digits are 128 bits."""
FEWEST_DIFFERENT: Final = 8
MAKE_ONE: Final = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedStore:
    """Raises ConfigError, in one sentence that quotes no secret, for a value that cannot work."""

    address: str = field(repr=False)
    """Of the catalog's database, as libpq reads it."""
    key: str = field(repr=False)
    """The setting: several keys have a comma between them."""

    def __post_init__(self) -> None:
        fault = key_fault(self.key)
        if fault:
            raise ConfigError(fault)

    @property
    def keys(self) -> tuple[str, ...]:
        """Logins are encrypted under the first one, and read under any."""
        return keys_in(self.key)


def keys_in(setting: str) -> tuple[str, ...]:
    """Of a `store_key`, which is not checked."""
    return tuple(key.strip() for key in setting.split(","))


def key_fault(setting: str | None) -> str | None:
    """What is wrong with a `store_key`, which is not quoted. Of several keys each must be a good one."""
    if not setting or setting != setting.strip():
        return _fault(setting)
    keys = keys_in(setting)
    if "" in keys:
        return "store_key has a comma with no key beside it; write keys with one comma between them"
    return next((fault for fault in map(_fault, keys) if fault), None)


def _fault(key: str | None) -> str | None:
    if not key:
        return (
            "store_key is not set, and store = catalog encrypts logins with it; set the same one on every machine, "
            f"{MAKE_ONE}"
        )
    if key != key.strip() or not key.isprintable():
        return "store_key has spaces around it or characters that cannot be seen; copy it again"
    if fault := placeholder_fault("store_key", key):
        return fault.replace("the value from the portal: ctct init", f"one of its own, {MAKE_ONE}")
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_DIFFERENT:
        return (
            f"store_key is too easy to guess: it needs at least {SHORTEST_KEY} characters, {FEWEST_DIFFERENT} of them "
            f"different; {MAKE_ONE}"
        )
    return None
