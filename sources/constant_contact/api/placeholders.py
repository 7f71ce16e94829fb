"""Values that were copied from an example and never replaced. Knows their looks; must not know where they are set.

Keys and tokens hold no blanks and no angle brackets, and none begins with "your-" or is called "changeme".
"""

from __future__ import annotations

import re
from typing import Final

_LOOKS: Final = re.compile(
    r"(?i).*[\s<>{}].*|(?:your|my|insert|enter|paste)[-_].*|change-?_?me|replace-?_?me|to-?do|placeholder"
    r"|example|x{3,}|[.*]{2,}"
)


def placeholder_fault(name: str, value: str) -> str | None:
    """One sentence about a value that cannot be a real one; None: it may be. The value is not quoted."""
    if not _LOOKS.fullmatch(value):
        return None
    return f"{name} is still the placeholder of an example; set it to the value from the portal: ctct init"
