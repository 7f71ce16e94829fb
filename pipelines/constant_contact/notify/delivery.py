"""All receivers at once, under one limit of time: whatever a receiver does, a run ends a few seconds later."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pipelines.constant_contact.notify.receivers import Undelivered, run_command, send_mail, send_webhook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipelines.constant_contact.notify.messages import Message
    from pipelines.constant_contact.notify.settings import Notify

LIMIT_S = 5.0
"""For all messages of a run together."""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One receiver's messages, in order, on a thread of its own."""

    send: Callable[[Message], None]
    messages: Sequence[Message]
    delivered: list[Message] = field(default_factory=list)
    failure: str = ""

    def run(self) -> None:
        for message in self.messages:
            try:
                self.send(message)
            except Undelivered as error:
                self.failure = str(error)
                return
            self.delivered.append(message)

    @property
    def why(self) -> str:
        """Why not everything is delivered; empty: it is."""
        if len(self.delivered) == len(self.messages):
            return ""
        return self.failure or f"it took longer than {LIMIT_S:.0f} s"


def senders(notify: Notify) -> dict[str, Callable[[Message], None]]:
    made: dict[str, Callable[[Message], None]] = {}
    if notify.webhook:
        made["webhook"] = partial(send_webhook, notify.webhook)
    if notify.command:
        made["command"] = partial(run_command, notify.command)
    if notify.mail:
        made["smtp_url"] = partial(send_mail, notify.mail)
    return made


def deliver(deliveries: Mapping[str, Delivery]) -> None:
    """Returns when all are done, or the time is over; a thread that hangs is left behind and dies with the process."""
    threads = [
        threading.Thread(target=one.run, daemon=True, name=f"notify {name}")
        for name, one in deliveries.items()
        if one.messages
    ]
    for thread in threads:
        thread.start()
    ends_s = time.monotonic() + LIMIT_S
    for thread in threads:
        thread.join(max(0.0, ends_s - time.monotonic()))
