"""What a run says while it lasts: events for who watches, and the warnings that its result lists again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.constant_contact.events import PageRead, Waiting, Warned

if TYPE_CHECKING:
    from pipelines.constant_contact.events import Event, Listener
    from sources.constant_contact.api import events as api_events
    from sources.constant_contact.api.client import Client
    from sources.constant_contact.batches import Batch
    from sources.constant_contact.reader import Reader


class Messages:
    """One listener for all of them, which is told of one at a time."""

    def __init__(self, listener: Listener) -> None:
        self.emit = listener
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)
        self.emit(Warned(message=message))

    def hear(self, event: Event) -> None:
        """Tell on what a part of the run says; what it warns of is a warning of the run."""
        if isinstance(event, Warned):
            self.warn(event.message)
        else:
            self.emit(event)

    def api_waits(self, event: api_events.Waiting) -> None:
        self.emit(Waiting(reason=event.reason.replace("_", " "), wait_s=event.seconds))

    def page_read(self, client: Client, reader: Reader, batch: Batch) -> None:
        self.emit(
            PageRead(
                resource=batch.resource,
                rows=batch.rows,
                requests=batch.requests,
                requests_sent=client.requests_sent,
                remaining_today=client.budget.remaining_lately(),
                pieces_ahead=reader.ahead(),
            )
        )
