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
    """Under which logins are encrypted."""

    def __post_init__(self) -> None:
        fault = key_fault(self.key)
        if fault:
            raise ConfigError(fault)


def key_fault(key: str | None) -> str | None:
    """What is wrong with a `store_key`, which is not quoted."""
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
