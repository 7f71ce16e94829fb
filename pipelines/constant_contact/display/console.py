"""The one console of rich: what it draws comes from the account or a server, and is text, never commands or markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from pipelines.constant_contact.display.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable


class _PlainConsole(Console):
    """Every piece of text passes `render`; what moves the cursor is a control segment, and styles are no text."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(plain(segment.text, lines=True), segment.style)


def console(file: Any = None, **more: Any) -> Console:
    """On `file`, or on standard output."""
    return _PlainConsole(file=file, markup=False, highlight=False, **more)
