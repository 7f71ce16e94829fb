"""The one place that removes secrets from text: from log records, errors, events, and whatever else is shown.

Knows: what a secret looks like in this API (bearer tokens, refresh tokens, client secrets, codes), and the
live values once they are registered. Must not know: where the text came from or goes to. No I/O.
Cursors and ids are no secrets and stay readable.
Source: api_guide/auth_overview for the names of the fields that carry secrets; RFC 6749, 7636 and 8628.
"""

from __future__ import annotations

import base64
import logging
import re
import threading
import traceback
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "***"
SHORTEST_VALUE: Final = 6  # shorter registered values would blank out ordinary words

_FIELDS: Final = (
    "access_token|refresh_token|previous_refresh_token|id_token|client_secret|device_code|user_code"
    "|code_verifier|client_assertion|api_key|x-api-key|password|authorization"
)
_VALUE: Final = r"""("[^"]*"|'[^']*'|[^\s"'&,;})]+)"""
# `code` alone is a secret as a query or form parameter only: as a JSON key it is often an error code.
_PATTERNS: Final = (
    (re.compile(r"(?i)\b(bearer|basic)(\s+|%20)[A-Za-z0-9._~+/=%-]{6,}"), rf"\1 {MASK}"),
    (
        re.compile(rf"(?i)([\"']?\b(?:{_FIELDS})\b[\"']?\s*[:=]\s*){_VALUE}"),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)((?:^|[?&\s])code=)[^&\s\"']+"), rf"\1{MASK}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), MASK),
    # Up to the last @ of the word: a password may hold @ : / itself, and its tail is as secret as the rest.
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/:@]*:\S*@"), rf"\1{MASK}@"),
)


def without_passwords(text: str) -> str:
    """The text with whatever looks like a secret blanked out; for errors of others, whose values nobody registered."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class Redactor:
    """Blanks out secrets by pattern and by value. Values can be added at any time, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: frozenset[str] = frozenset()
        self._known: re.Pattern[str] | None = None

    def add(self, *secrets: str | None) -> None:
        """Register live secrets; None and values too short to be told from words are passed over."""
        forms = {
            form for secret in secrets if secret and len(secret) >= SHORTEST_VALUE for form in _forms(secret)
        }
        with self._lock:
            if forms <= self._values:
                return
            self._values |= forms
            # Longest first, so that a value that contains another one is blanked out whole.
            ordered = sorted(self._values, key=len, reverse=True)
            self._known = re.compile("|".join(re.escape(value) for value in ordered))

    def __call__(self, text: str) -> str:
        known = self._known
        if known is not None:
            text = known.sub(MASK, text)
        return without_passwords(text)

    def __repr__(self) -> str:
        return f"Redactor({len(self._values)} values)"


def _forms(secret: str) -> set[str]:
    """The spellings in which a secret can turn up: plain, percent-encoded, and as text of a repr."""
    return {secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}


def basic_credentials(client_id: str, client_secret: str) -> str:
    """The value of an `Authorization: Basic` header, without the word."""
    return base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()


class RedactingFilter(logging.Filter):
    """Rewrites each record before any handler formats it: message, arguments, extras and traceback.

    To be put on handlers, since a logger's filters do not see the records of its children.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redact = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._redact(record.getMessage())
        record.args = None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.exc_info = None  # a handler that formats it anew would bring the secret back
        for name, value in list(vars(record).items()):
            if isinstance(value, str) and name not in _PLAIN_RECORD_FIELDS:
                setattr(record, name, self._redact(value))
        return True


_PLAIN_RECORD_FIELDS: Final = frozenset(
    {"msg", "levelname", "pathname", "filename", "module", "funcName", "threadName", "processName"}
)
