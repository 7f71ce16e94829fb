"""Sentences as wide as the terminal, broken between words; into a pipe or a file each stays one line.

A terminal breaks a long line wherever it ends, which tears words, options and addresses.
"""

from __future__ import annotations

import os
import re
import textwrap
from typing import Any

UNKNOWN_WIDTH = 80
LEAST_WIDTH = 20
"""Characters; a narrower terminal breaks lines itself."""

COMMAND = re.compile(r"`[^`\n]+`")
UNBROKEN = "\N{NULL}"


def folded(text: str, stream: Any, *, hang: int = 0) -> str:
    """The text as `stream` shows it best. `hang`: blanks before what is left of a line.

    A word that is longer than the line stays whole, and so does a command in backticks, so that it can be copied.
    """
    if not stream.isatty():
        return text
    width = max(LEAST_WIDTH, width_of(stream))
    return "\n".join(_folded(line, width, hang) for line in text.split("\n"))


def width_of(stream: Any) -> int:
    """In characters: what COLUMNS says, else the terminal."""
    named = os.environ.get("COLUMNS", "")
    if named.isascii() and named.isdigit() and int(named):
        return int(named)
    try:
        return os.get_terminal_size(stream.fileno()).columns or UNKNOWN_WIDTH
    except (OSError, ValueError):
        return UNKNOWN_WIDTH


def _folded(line: str, width: int, hang: int) -> str:
    """What a question ends in, a blank, stays."""
    if len(line) <= width:
        return line
    words = COMMAND.sub(lambda command: command.group().replace(" ", UNBROKEN), line.strip())
    before = line[: len(line) - len(line.lstrip())]
    after = line[len(line.rstrip()) :]
    lines = textwrap.wrap(
        words,
        width - len(after),
        initial_indent=before,
        subsequent_indent=before + " " * hang if len(before) + hang < width // 2 else "",
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    return "\n".join(lines).replace(UNBROKEN, " ") + after
