"""Text of others made safe to show: a name or a message must not move the cursor, turn the line round, or hide.

Whatever comes from the account, the server or a browser goes through `plain` before a terminal or a page shows it.
Source: https://www.unicode.org/reports/tr36/ (bidirectional text spoofing), ECMA-48 (control functions).
"""

from __future__ import annotations

import re
from typing import Final

# C0 and C1 controls with DEL, line and paragraph separators, bidirectional controls, invisible operators, tags.
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_UNSAFE_BUT_BREAKS: Final = re.compile(f"(?![\n\t]){_UNSAFE.pattern}")


def plain(text: str, *, lines: bool = False) -> str:
    r"""The text with every character that acts instead of being seen spelled as an escape, such as \x1b or \u202e.

    With `lines`, line breaks and tabs stay.
    """
    return (_UNSAFE_BUT_BREAKS if lines else _UNSAFE).sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    number = ord(found.group())
    if number > 0xFFFF:  # noqa: PLR2004 - what \\u can spell
        return f"\\U{number:08x}"
    return f"\\u{number:04x}" if number > 0xFF else f"\\x{number:02x}"  # noqa: PLR2004 - what \\x can spell
