"""From the bytes of a successful answer to a JSON value. No I/O.

Knows: what servers do to JSON: a byte order mark, another declared charset, halves of emoji. Must not know:
rows.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

import orjson

from sources.constant_contact.api.errors import NotJson

_CHARSET: Final = re.compile(r"charset=\"?([A-Za-z0-9._-]+)", re.IGNORECASE)
MAX_DIGITS: Final = 4_000
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def parse_json(body: bytes, *, content_type: str, path: str) -> Any:
    """Raises NotJson, for an empty body too."""
    try:
        return orjson.loads(body.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError:
        return _second_reading(body, content_type, path)


def _second_reading(body: bytes, content_type: str, path: str) -> Any:
    """Orjson is strict: it takes UTF-8 only, and no escapes of half a surrogate pair, which cut-off names
    contain.
    """
    charset = _CHARSET.search(content_type)
    try:
        text = body.removeprefix(_BYTE_ORDER_MARK).decode(charset.group(1) if charset else "utf-8")
        return _whole(json.loads(text, parse_constant=_refuse, parse_int=_whole_number, parse_float=_decimal))
    except (ValueError, LookupError, RecursionError):
        said = content_type.split(";", maxsplit=1)[0] or "no content type"
        raise NotJson(
            f"{path} answered a body that is not JSON ({said}); run again later", path=path
        ) from None


def _refuse(constant: str) -> Any:
    raise ValueError(constant)  # NaN and Infinity are no JSON


def _whole_number(digits: str) -> int | str:
    """A number of more digits than Python takes stays a text, so that it spoils nothing but its own value."""
    return int(digits) if len(digits) <= MAX_DIGITS else digits


def _decimal(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _whole(value: Any) -> Any:
    """The same value with every lone half of a surrogate pair replaced by U+FFFD; in names it is written out, for two
    names must not become one.
    """
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {name.encode(errors="backslashreplace").decode(): _whole(item) for name, item in value.items()}
    return value
