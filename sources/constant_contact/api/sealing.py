"""Encryption of logins at rest: AES-256-GCM under a key that is made from `store_key`.

Knows: bytes. Must not know: where they are kept, what is in them. Each text is bound to its name, so that one row's
cannot be put into another's place. Sources: NIST SP 800-38D (a nonce of 96 random bits), RFC 7914 (scrypt).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from functools import lru_cache
from typing import Final

from sources.constant_contact.api.errors import ConfigError

SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
INSTALL: Final = "pip install 'constant-contact-pipeline[lake]'"


class Unsealable(Exception):  # noqa: N818 - what the text is
    """Another key, or a text that was changed or moved."""


def new_salt() -> str:
    return base64.b64encode(os.urandom(SALT_BYTES)).decode()


class Seal:
    """Of one `store_key` and one salt (base64). Raises ConfigError where the package for it is missing."""

    def __init__(self, secret: str, salt: str) -> None:
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ConfigError(
                f"store = catalog needs packages that are not installed; run: {INSTALL}"
            ) from error
        self._cipher = AESGCM(_key(secret, salt))

    def close(self, plain: bytes, name: str) -> str:
        """Base64, different each time."""
        nonce = os.urandom(NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, plain, name.encode())).decode()

    def open(self, sealed: object, name: str) -> bytes:
        """Raises Unsealable."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415

        try:
            raw = base64.b64decode(str(sealed), validate=True)
            return self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError, binascii.Error):
            raise Unsealable from None


@lru_cache(maxsize=16)
def _key(secret: str, salt: str) -> bytes:
    """50 ms and 16 MB on purpose: a key that a person thought of is not tried out fast."""
    return hashlib.scrypt(secret.encode(), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32)
