"""What a run says while it lasts."""

from __future__ import annotations

from pipelines.constant_contact.events import Event, MartStarted, Warned
from pipelines.constant_contact.sync.messages import Messages


def test_what_a_part_of_a_run_warns_of_is_a_warning_of_the_run() -> None:
    """The listener hears everything, and the result lists the warnings."""
    heard: list[Event] = []
    messages = Messages(heard.append)
    said: list[Event] = [MartStarted(name="contacts", number=1, total=2), Warned(message="odd orders")]
    for event in said:
        messages.hear(event)
    assert (said, ["odd orders"]) == (heard, messages.warnings)
