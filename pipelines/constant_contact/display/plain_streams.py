"""The walls of a command: standard output and standard error, behind which only text that is seen comes out.

Everything that writes goes through them, whoever it is: answers, sentences, log records, warnings, tracebacks, other
libraries. rich, whose colours and cursor movements must come through, draws past them: see `console`.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from pipelines.constant_contact.display.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class PlainStream:
    """A text stream before another one."""

    def __init__(self, stream: TextIO) -> None:
        self.rich_proxied_file = stream
        """The name under which rich looks for what it may write to unchanged."""

    def write(self, text: str) -> int:
        self.rich_proxied_file.write(plain(text, lines=True))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)


def use_plain_streams() -> None:
    """For the rest of the process."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, PlainStream):
            setattr(sys, name, PlainStream(stream))


@contextmanager
def plain_streams() -> Iterator[None]:
    """While a command runs."""
    before = sys.stdout, sys.stderr
    use_plain_streams()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
