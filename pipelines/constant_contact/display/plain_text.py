"""Text of others made safe to show: a name or a message must not move the cursor, turn the line round, or hide.

Whatever comes from the account, the server or a browser goes through `plain` before a terminal or a page shows it.
Source: https://www.unicode.org/reports/tr36/ (bidirectional text spoofing), ECMA-48 (control functions).
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

# C0 and C1 controls with DEL, line and paragraph separators, bidirectional controls, invisible operators, tags.
_ACTS: Final = (
    "\x01-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f"
)
UNSAFE: Final = rf"[\x00{_ACTS}]"
"""In the terms of any library of regular expressions; without line breaks, tabs and what no UTF-8 holds."""
_UNSAFE: Final = re.compile(f"[\x00\t\n\ud800-\udfff{_ACTS}]")
_UNSAFE_BUT_BREAKS: Final = re.compile(f"(?![\n\t]|\r\n){_UNSAFE.pattern}")

FORMULA: Final = "^[=+\\-@\t\r\n\uff0b\uff0d\uff1d\uff20]"
"""Begin of a text that a spreadsheet may run (https://owasp.org/www-community/attacks/CSV_Injection); the last four are
the wide forms of the first.
"""
_DELETE: Final = r"\u007f"
"""As in JSON, which may hold the character itself: a line of JSON stays one behind `plain`."""
NUMBER: Final = r"^[+-]?[0-9]+(\.[0-9]+)?"
"""Text that is a number: no spreadsheet runs it."""
_FORMULA: Final = re.compile(rf"(?!{NUMBER}\Z){FORMULA}")


def plain(text: str, *, lines: bool = False) -> str:
    r"""The text with every character that acts instead of being seen spelled as an escape, such as \x1b or \u202e.

    With `lines`, line breaks and tabs stay. What comes out is never changed by a second time.
    """
    return (_UNSAFE_BUT_BREAKS if lines else _UNSAFE).sub(_escape, text)


def json_text(value: Any, **how: Any) -> str:
    r"""JSON with the same characters as \u escapes, which every reader of JSON turns back. `how`: as `json.dumps`."""
    return _UNSAFE_BUT_BREAKS.sub(_json_escape, json.dumps(value, ensure_ascii=False, **how))


def cell(text: str) -> str:
    """For a CSV file: nothing that acts in a terminal, and nothing that a spreadsheet takes for a formula."""
    shown = plain(text, lines=True)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def _json_escape(found: re.Match[str]) -> str:
    return _DELETE if found.group() == "\x7f" else json.dumps(found.group())[1:-1]


def _escape(found: re.Match[str]) -> str:
    number = ord(found.group())
    if number == 0x7F:  # noqa: PLR2004
        return _DELETE
    if number > 0xFFFF:  # noqa: PLR2004 - what \\u can spell
        return f"\\U{number:08x}"
    return f"\\u{number:04x}" if number > 0xFF else f"\\x{number:02x}"  # noqa: PLR2004 - what \\x can spell
